"""One grown tree: its values, its weights, its seed, and how it is stopped."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skensemble.growing.plan import TreePlan, Workspace, Workspaces, grow, no_constraints
from tests.core import GO_ON, NO_LIMITS, grow_tree, rank

random = np.random.default_rng(0)
X = random.standard_normal((60, 4)).astype(np.float32)
y = X[:, 0] + random.standard_normal(60)
classes = random.integers(0, 3, 60).astype(float)


def assert_equal_trees(tree, other):
    for array, other_array in zip(tree, other, strict=True):
        assert_array_equal(array, other_array)


@pytest.mark.parametrize(
    ("n_classes", "shape"), [((3,), (1, 3)), ((2,), (1, 2)), ((1,), (1, 1)), ((2, 2), (2, 2)), ((1, 3), (2, 3))]
)
def test_the_values_of_a_classifier_are_shares_of_the_classes_of_each_output(n_classes, shape):
    """Outputs with fewer classes than others are filled up with zeros."""
    targets = np.column_stack([classes % n for n in n_classes])
    tree = grow_tree(X, targets, "gini", n_classes=n_classes, max_depth=2)
    counts = [np.bincount(target.astype(int), minlength=shape[1]) for target in targets.T]

    assert tree.values.shape[1:] == shape
    assert_allclose(tree.values[0], np.array(counts) / 60)
    assert_allclose(tree.values.sum(axis=2), 1.0)


def test_the_values_of_a_regressor_are_means_of_each_output():
    tree = grow_tree(X, np.column_stack([y, -2 * y]), "squared_error", max_depth=2)

    assert tree.values.shape[1:] == (2, 1)
    assert_allclose(tree.values[0, :, 0], [y.mean(), -2 * y.mean()])


def test_rows_of_weight_zero_do_not_exist():
    weights = np.where(np.arange(60) % 3 == 0, 0.0, 1.0)
    kept = weights > 0

    assert_equal_trees(grow_tree(X, y, "squared_error", weights=weights), grow_tree(X[kept], y[kept], "squared_error"))


def test_no_weights_are_weights_of_one():
    assert_equal_trees(grow_tree(X, y, "squared_error"), grow_tree(X, y, "squared_error", weights=np.ones(60)))


def test_a_seed_decides_on_the_drawn_features():
    trees = [grow_tree(X, y, "squared_error", max_features=1, seed=seed) for seed in (0, 0, 1)]

    assert_equal_trees(trees[0], trees[1])
    assert not np.array_equal(trees[0].nodes["feature"], trees[2].nodes["feature"])


@pytest.mark.parametrize("random_splits", [False, True])
@pytest.mark.parametrize("weights", [None, np.arange(60) % 3 + 1.0, np.arange(60) % 3 + 0.0])
@pytest.mark.parametrize("n_classes", [(3,), (3, 2)])
def test_the_order_of_the_rows_does_not_matter(random_splits, weights, n_classes):
    """Samples of one output are put in the order of their classes."""
    order, options = random.permutation(60), {"random_splits": random_splits, "n_classes": n_classes}
    targets = np.column_stack([classes % n for n in n_classes])
    tree = grow_tree(X, targets, "gini", weights=weights, **options)
    shuffled = None if weights is None else weights[order]

    assert_equal_trees(tree, grow_tree(X[order], targets[order], "gini", weights=shuffled, **options))


def test_a_seed_does_not_matter_where_nothing_is_drawn():
    assert_equal_trees(grow_tree(X, y, "squared_error", seed=0), grow_tree(X, y, "squared_error", seed=1))


def test_features_that_are_constant_in_a_node_are_not_enough():
    """A node that draws only such features goes on drawing."""
    constants = np.column_stack([np.zeros((60, 3)), X[:, :1], np.ones((60, 3))]).astype(np.float32)
    nodes = grow_tree(constants, y, "squared_error", max_features=1, seed=3).nodes

    assert len(nodes) == 2 * 60 - 1
    assert_array_equal(np.unique(nodes["feature"]), [-2, 3])


@pytest.mark.parametrize("max_leaf_nodes", [0, 50])
def test_a_tree_ends_early_when_the_stop_flag_is_set(max_leaf_nodes):
    tree = grow_tree(X, y, "squared_error", max_leaf_nodes=max_leaf_nodes, stop_flag=np.ones(1, np.int64))

    assert len(tree.nodes) <= 1


def test_a_workspace_leaves_no_traces_in_the_next_tree():
    plan = TreePlan("squared_error", (), NO_LIMITS._replace(max_features=2), no_constraints())
    data, targets, workspace = rank(X), y[:, np.newaxis], Workspace()
    bootstraps = [random.poisson(1.0, 60).astype(np.float64) for _ in range(5)]

    for seed, weights in enumerate(bootstraps):
        alone = grow(plan, data, targets, weights, seed, GO_ON)
        assert_equal_trees(grow(plan, data, targets, weights, seed, GO_ON, workspace), alone)


def test_the_data_are_only_read():
    data, targets, weights = rank(X), y[:, np.newaxis].copy(), np.full(60, 2.0)
    before = [np.copy(array) for array in (data.codes.ranks, data.values, targets, weights)]

    grow(TreePlan("squared_error", (), NO_LIMITS, no_constraints()), data, targets, weights, 0, GO_ON)

    for array, copy in zip((data.codes.ranks, data.values, targets, weights), before, strict=True):
        assert_array_equal(array, copy)


def test_a_single_sample_is_a_leaf():
    tree = grow_tree(X[:1], y[:1], "squared_error")

    assert len(tree.nodes) == 1
    assert tree.values.item() == y[0]


def test_a_workspace_is_lent_to_one_at_a_time():
    workspaces = Workspaces()

    with workspaces.lent() as one, workspaces.lent() as other:
        assert one is not other
    with workspaces.lent() as again:
        assert again in (one, other)


def test_another_process_has_workspaces_of_its_own():
    workspaces = Workspaces()
    with workspaces.lent():
        pass

    assert pickle.loads(pickle.dumps(workspaces))._free == []
