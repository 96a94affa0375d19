"""What both children of a split must respect."""

import numpy as np
import pytest

from skensemble.records import UNDEFINED
from skensemble.splitting.gate import raised
from tests.core import grow_tree, plain, rows_of_nodes

X = np.arange(8, dtype=np.float32)[:, np.newaxis]
STEP = np.array([0.0, 5, 5, 5, 5, 5, 5, 9])  # best cut after the first sample, then before the last one


def root(y=STEP, **options):
    return grow_tree(X, y, "squared_error", max_depth=1, **options).nodes[0]


@pytest.mark.parametrize(("min_samples_leaf", "threshold"), [(1, 0.5), (2, 1.5), (4, 3.5)])
def test_a_child_has_enough_samples(min_samples_leaf, threshold):
    assert root(min_samples_leaf=min_samples_leaf)["threshold"] == threshold


def test_samples_are_rows_whatever_they_weigh():
    weights = np.array([100.0, 1, 1, 1, 1, 1, 1, 1])

    assert root(min_samples_leaf=2, weights=weights)["threshold"] > 1.0


def test_missing_values_are_samples_of_the_child_that_they_go_to():
    x = np.array([[0.0], [1.0], [np.nan], [np.nan]], np.float32)
    node = grow_tree(x, [0, 1, 0, 0], "squared_error", max_depth=1, min_samples_leaf=2).nodes[0]

    assert node["threshold"] == np.inf  # two rows on either side; a cut at 0.5 leaves 1 on the right


@pytest.mark.parametrize(("min_weight_leaf", "threshold"), [(0.0, 0.5), (0.13, 1.5), (0.5, 3.5)])
def test_a_child_has_enough_of_the_weight_of_the_tree(min_weight_leaf, threshold):
    assert root(min_weight_leaf=min_weight_leaf)["threshold"] == threshold


def test_weights_of_children_are_weighted():
    weights = np.array([3.0, 1, 1, 1, 1, 1, 1, 1])

    assert root(min_weight_leaf=0.3, weights=weights)["threshold"] == 0.5


@pytest.mark.parametrize(("minimum", "is_split"), [(0.0, True), (3.39, True), (3.4, False)])
def test_the_decrease_of_impurity_is_large_enough(minimum, is_split):
    """The gain is divided by the weight of the tree."""
    assert root()["gain"] / 8 == pytest.approx(3.3951, abs=1e-4)
    assert (root(min_impurity_decrease=minimum)["feature"] != UNDEFINED) == is_split


def test_values_follow_a_monotonic_constraint_in_all_the_tree():
    random = np.random.default_rng(0)
    X = random.uniform(-1, 1, (300, 2)).astype(np.float32)
    y = X[:, 0] + np.sin(5 * X[:, 0]) + X[:, 1] + 0.3 * random.standard_normal(300)
    grid = np.array([[a, b] for b in np.linspace(-1, 1, 9) for a in np.linspace(-1, 1, 33)], np.float32)

    for sign in (1, -1):
        tree = grow_tree(X, y, "squared_error", monotonic=[sign, 0])
        prediction = np.empty(len(grid))
        for node, rows in enumerate(rows_of_nodes(tree, grid)):
            if tree.nodes["feature"][node] == UNDEFINED:
                prediction[rows] = tree.values[node, 0, 0]
        assert np.all(sign * np.diff(prediction.reshape(9, 33), axis=1) >= 0)
        assert len(tree.nodes) > 20


@pytest.mark.parametrize(("sign", "is_split"), [(1, True), (0, True), (-1, False)])
def test_a_split_against_the_constraint_is_refused(sign, is_split):
    assert (root(y=np.arange(8.0), monotonic=[sign])["feature"] != UNDEFINED) == is_split


@pytest.mark.parametrize(("criterion", "n_classes"), [("gini", (2,)), ("entropy", (2,))])
def test_shares_of_classes_stay_shares_under_a_constraint(criterion, n_classes):
    random = np.random.default_rng(0)
    X = random.uniform(-1, 1, (200, 2)).astype(np.float32)
    y = (X[:, 0] + X[:, 1] + 0.5 * random.standard_normal(200) > 0).astype(float)
    tree = grow_tree(X, y, criterion, n_classes=n_classes, monotonic=[1, 0], min_samples_leaf=5)
    shares = [y[rows].mean() for rows in rows_of_nodes(tree, X)]

    np.testing.assert_allclose(tree.values[:, 0, 1], shares)
    np.testing.assert_allclose(tree.values[:, 0].sum(axis=1), 1.0)


def test_features_of_one_interaction_group_only_meet_on_a_path():
    random = np.random.default_rng(0)
    X = random.integers(0, 2, (200, 4)).astype(np.float32)
    y = X @ [8.0, 4.0, 2.0, 1.0]
    groups = [{0, 1}, {1, 2}]
    tree = grow_tree(X, y, "squared_error", groups=groups)
    paths = {0: frozenset()}
    for number, node in enumerate(tree.nodes):
        for child in (node["left"], node["right"]):
            paths[child] = paths[number] | {int(node["feature"])}

    used = {paths[number] for number, node in enumerate(tree.nodes) if node["feature"] == UNDEFINED}
    assert all(any(path <= group for group in groups) for path in used)
    assert used == {frozenset({0, 1})}  # 3 is in no group


def test_more_than_64_interaction_groups():
    X = np.eye(70, dtype=np.float32)
    tree = grow_tree(X, np.arange(70.0), "squared_error", groups=[{feature} for feature in range(70)])

    assert tree.nodes["feature"][tree.nodes["feature"] >= 0].tolist() == [0]  # below it only 0 itself, now constant


def test_a_bar_lies_above_equal_gains_of_later_features():
    for gain in (0.0, 1.0, -1e-3, 1e30):
        assert gain < plain(raised)(gain, 1e-18)
    assert plain(raised)(-np.inf, 1.0) == -np.inf
