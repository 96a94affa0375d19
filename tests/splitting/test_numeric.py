"""Cuts between the values of one feature, as trees of one split show them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skensemble.records import UNDEFINED
from tests.core import grow_tree
from tests.reference.naive_random import MISSING_SIDE, THRESHOLD, draw, mix, unit

NAN, INF = np.nan, np.inf


def root(x, y, **options):
    """The root of a tree with one feature and at most one split."""
    X = np.array(x, np.float32).reshape(len(y), -1)
    return grow_tree(X, y, "squared_error", max_depth=1, **options).nodes[0]


def test_the_threshold_is_midway_between_neighbours():
    node = root([1.0, 2.0, 5.0, 6.0], [0, 0, 1, 1])

    assert node["threshold"] == 3.5
    assert node["gain"] == 1.0


def test_neighbours_are_values_that_the_node_itself_has():
    """5 belongs to the other child, whose samples do not matter any more."""
    tree = grow_tree(np.array([[0, 1], [0, 9], [1, 5]], np.float32), [0, 10, 100], "squared_error")

    assert tree.nodes["feature"].tolist() == [0, 1, UNDEFINED, UNDEFINED, UNDEFINED]
    assert tree.nodes["threshold"][1] == 5.0


@pytest.mark.parametrize(
    ("below", "above"),
    [
        (np.float32(1.0), np.nextafter(np.float32(1.0), np.float32(2.0))),
        (np.float32(3e38), np.finfo(np.float32).max),
        (np.float32(-3e38), np.float32(-2.9e38)),
        (np.float32(0.0), np.float32(1e-40)),
    ],
)
def test_a_threshold_separates_the_closest_and_the_largest_values(below, above):
    """A third value is farther away, lest the feature counts as constant."""
    threshold = root([below, above, above + np.float32(1.0)], [0, 1, 1])["threshold"]

    assert float(below) <= threshold < float(above)


def test_equal_values_stay_together():
    node = root([1, 1, 1, 2, 2], [0, 5, 9, 10, 10])

    assert node["threshold"] == 1.5


def test_a_constant_feature_is_not_split():
    assert root([3, 3, 3], [0, 1, 2])["feature"] == UNDEFINED
    assert root([NAN, NAN, NAN], [0, 1, 2])["feature"] == UNDEFINED


def test_of_equal_cuts_the_first_wins():
    """The lowest threshold of a feature, and of equal features the lowest number."""
    assert root([0, 1, 2, 3], [0, 1, 0, 1])["threshold"] == 0.5
    assert root([[1, 0], [1, 0], [0, 1], [0, 1]], [0, 0, 1, 1])["feature"] == 0


@pytest.mark.parametrize("options", [{"max_features": 2}, {"random_splits": True}], ids=str)
def test_of_equal_cuts_that_of_the_feature_drawn_first_wins(options):
    """A preference for low features would make the trees of a forest alike."""
    features = {int(root([[0, 0, 0], [1, 1, 1]], [0, 1], seed=seed, **options)["feature"]) for seed in range(40)}

    assert features == {0, 1, 2}


@pytest.mark.parametrize("missing_response", [0.0, 1.0])
def test_missing_values_go_where_they_fit(missing_response):
    node = root([1, 2, 3, 4, NAN], [0, 0, 1, 1, missing_response])

    assert node["threshold"] == 2.5
    assert node["missing_go_to_left"] == (missing_response == 0.0)


def test_missing_values_go_left_only_if_that_is_strictly_better():
    node = root([1, 2, NAN], [0, 1, 0.5])

    assert node["threshold"] == 1.5
    assert not node["missing_go_to_left"]


def test_missing_values_may_be_split_from_all_others():
    node = root([1, 2, 3, NAN, NAN], [0, 0.1, 0, 5, 5])

    assert node["threshold"] == INF
    assert not node["missing_go_to_left"]


@pytest.mark.parametrize(("y", "expected"), [([0, 0, 0, 1], True), ([0, 1, 1, 1], False), ([0, 0, 1, 1], False)])
def test_without_missing_values_later_ones_go_with_more_rows(y, expected):
    """Weights do not count, and a tie goes right."""
    assert root([1, 2, 3, 4], y, weights=np.array([1.0, 9.0, 1.0, 1.0]))["missing_go_to_left"] == expected


@given(seed=st.integers(0, 2**31 - 2), x=st.lists(st.integers(-1000, 1000), min_size=2, max_size=9, unique=True))
def test_a_random_threshold_is_uniform_between_the_least_and_the_greatest_value(seed, x):
    node = root(x, np.arange(len(x)), random_splits=True, seed=seed)

    assert node["threshold"] == min(x) + unit(draw(mix(seed), THRESHOLD, 0)) * (max(x) - min(x))


def test_a_random_threshold_is_below_the_greatest_value_however_close_the_values_are():
    below = np.float32(1.0)
    above = np.nextafter(below, np.float32(2.0))
    x = np.array([[0.0, below], [5.0, above], [5.0, below]], np.float32)

    for seed in range(50):
        tree = grow_tree(x, [0, 1, 2], "squared_error", random_splits=True, seed=seed)
        leaves = tree.nodes[tree.nodes["feature"] == UNDEFINED]
        assert_array_equal(leaves["n_node_samples"], 1)


def test_a_random_cut_draws_the_side_of_missing_values():
    for seed in range(20):
        node = root([1, 2, NAN], [0, 1, 1], random_splits=True, seed=seed)

        goes_left = draw(mix(seed), MISSING_SIDE, 0) & 1 == 0
        assert node["missing_go_to_left"] == goes_left
        assert node["gain"] == pytest.approx(1 / 6 if goes_left else 2 / 3)


def test_a_random_cut_of_one_value_splits_the_missing_ones_off_unless_they_are_drawn_to_its_side():
    for seed in range(20):
        node = root([2, NAN, 2, NAN], [0, 1, 0, 1], random_splits=True, seed=seed)

        if draw(mix(seed), MISSING_SIDE, 0) & 1 == 0:
            assert node["feature"] == UNDEFINED
        else:
            assert node["gain"] == 1.0
            assert node["threshold"] >= 2.0
            assert not node["missing_go_to_left"]


def test_few_values_and_many_are_cut_alike():
    """A feature of few values is summed up by value, one of many is sorted: the gain is the same function."""
    random = np.random.default_rng(0)
    few = random.integers(0, 4, 200)
    y = few + random.standard_normal(200)
    many = few + random.uniform(-0.4, 0.4, 200)
    many[few == 2] = 2.0  # the gap below 2 stays as it is

    cut_few, cut_many = root(few, y), root(np.where(few < 2, few, many), y)

    assert_allclose(cut_many["gain"], cut_few["gain"])
    assert cut_few["threshold"] == cut_many["threshold"] == 1.5
