"""Cuts between categories, as trees of one split show them."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skensemble.records import UNDEFINED
from skensemble.splitting.categorical import FEW_CATEGORIES
from tests.core import grow_tree, left_categories
from tests.reference.naive_criteria import NaiveCriterion

NAN = np.nan


def stump(codes, y, n_categories, criterion="squared_error", **options):
    """The root of a tree of one categorical feature, and the categories that it sends left."""
    X = np.array(codes, np.float32)[:, np.newaxis]
    tree = grow_tree(X, y, criterion, n_categories=[n_categories], max_depth=1, **options)
    is_split = tree.nodes["feature"][0] != UNDEFINED
    return tree.nodes[0], left_categories(tree, 0, n_categories) if is_split else None


def best_of_all_subsets(codes, targets, criterion):
    """The greatest gain of any two sets of categories."""
    categories = np.unique(codes)
    return max(
        criterion.gain(targets, np.ones(len(codes)), np.isin(codes, left))
        for size in range(1, len(categories))
        for left in combinations(categories, size)
    )


@pytest.mark.parametrize(
    ("criterion", "n_classes"), [("squared_error", ()), ("gini", (2,)), ("entropy", (2,)), ("poisson", ())]
)
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), n_present=st.integers(2, FEW_CATEGORIES + 1))
def test_the_cut_is_the_best_of_all_subsets(criterion, n_classes, seed, n_present):
    """For one mean per category (Fisher 1958); here each has as many rows, so that smoothing keeps their order."""
    random = np.random.default_rng(seed)
    codes = np.repeat(random.permutation(FEW_CATEGORIES + 1)[:n_present], 10)
    targets = random.integers(0, 2, (len(codes), 1)) * (1.0 if n_classes else random.uniform(0.5, 1.5))
    targets[::5] = 1.0  # a Poisson mean is not 0

    node, _ = stump(
        np.where(codes == FEW_CATEGORIES, NAN, codes), targets, FEW_CATEGORIES, criterion, n_classes=n_classes
    )

    best = best_of_all_subsets(codes, targets, NaiveCriterion(criterion, n_classes))
    assert node["gain"] == pytest.approx(best, rel=1e-10, abs=1e-12)


def test_a_cut_between_categories_has_no_threshold():
    node, left = stump([0, 1, 2, 0, 1, 2], [0, 9, 0, 1, 8, 1], 3)

    assert left == {0, 2, 3}  # missing values, of which the node has none, go with more rows
    assert np.isnan(node["threshold"])
    assert node["category_offset"] == 0
    assert node["missing_go_to_left"]


def test_missing_values_are_one_category_more():
    node, left = stump([0, 1, NAN, 0, 1, NAN], [5, 0, 5, 5, 0, 5], 2)

    assert left == {1}
    assert not node["missing_go_to_left"]


@pytest.mark.parametrize(("y", "expected"), [([0, 0, 0, 1], {0, 1, 3}), ([0, 1, 1, 1], {0}), ([0, 0, 1, 1], {0})])
def test_absent_categories_go_with_more_rows(y, expected):
    """A tie sends them to the right."""
    codes = np.array(y) * 2
    codes[: y.count(0)] = 0

    assert stump(codes, y, 3)[1] == expected


def with_rare_categories(deviation):
    """Two categories of many rows and three of few, two of one row, with means far below and above all others."""
    codes = np.repeat([0, 1, 2, 3, 4], [40, 40, 2, 1, 1])
    means = np.array([0.0, 2.0, 2.0, -3.0, 5.0])
    return codes, means[codes] + deviation * np.where(np.arange(84) % 2, 1.0, -1.0)


def test_rare_categories_are_one_and_absent_ones_are_rare_too():
    codes, y = with_rare_categories(deviation=2.0)
    rare = {3, 4, 5, 6, 7}

    for sign in (1, -1):
        _, left = stump(codes, sign * y, 7)
        assert len(left & {0, 1}) == 1
        assert rare <= left or not rare & left


def test_no_category_is_rare_where_the_means_differ_much():
    codes, y = with_rare_categories(deviation=0.5)

    assert stump(codes, y, 7)[1] & {0, 1, 2, 3, 4} == {0, 3}


def test_no_category_is_rare_where_a_feature_has_few():
    _, left = stump([0, 1, 2, 3], [0, 4, 9, 1], FEW_CATEGORIES)

    assert left == {0, 1, 3, FEW_CATEGORIES}


def test_rare_categories_are_cut_at_the_root_if_nothing_else_can_be():
    """So that there is a tree; nodes below it are leaves."""
    codes, y = np.arange(9), np.array([0.0, 4, 9, 1, 7, 2, 6, 8, 3])
    tree = grow_tree(codes[:, np.newaxis], y, "squared_error", n_categories=[9])

    assert tree.nodes["feature"].tolist() == [0, UNDEFINED, UNDEFINED]


def test_any_number_of_categories():
    """Their sets take several words; the effect of a category is its parity."""
    n_categories = 300
    codes = np.tile(np.arange(n_categories), 4)

    assert stump(codes, codes % 2, n_categories)[1] == set(range(0, n_categories, 2))


@pytest.mark.nojit
@pytest.mark.parametrize("n_categories", [3, 4, 8, 70])
def test_a_node_may_have_every_category_and_missing_values(n_categories):
    """Where most of them have one row, more rows of statistics are needed than there are samples."""
    codes = np.append(np.arange(n_categories), NAN)
    for n_more in (0, 1, 2):
        stump(np.append(codes, [0.0] * n_more), np.arange(len(codes) + n_more), n_categories)


@pytest.mark.parametrize("step", [1, 1000])
def test_codes_far_apart_and_close_together_are_cut_alike(step):
    """Few codes are counted, many are sorted."""
    codes = np.repeat([5, 3, 9, 0], 10)
    node, left = stump(codes * step, np.repeat([0.0, 1.0, 5.0, 6.0], 10), 10 * step)

    assert {code // step for code in left if code % step == 0} & {0, 3, 5, 9} == {3, 5}
    assert node["gain"] == 40 * 6.5 - 20 * 0.25 - 20 * 0.25


@settings(max_examples=15)
@given(seed=st.integers(0, 2**31 - 2))
def test_a_random_cut_keeps_the_order_of_the_means(seed):
    codes = np.tile([0, 1, 2, 3], 5)
    y = np.array([3.0, 0.0, 2.0, 1.0])[codes]

    _, left = stump(codes, y, 4, random_splits=True, seed=seed)

    assert left & {0, 1, 2, 3} in ({1}, {1, 3}, {1, 3, 2})
