"""Trees that grow depth first."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skensemble.records import LEAF, UNDEFINED
from tests.core import grow_tree, preorder, rows_of_nodes


def data(n_samples, n_features, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, n_features)).astype(np.float32)
    return X, X[:, 0] + np.sin(3 * X[:, -1]) + 0.1 * random.standard_normal(n_samples)


def test_nodes_are_numbered_in_preorder():
    X, y = data(100, 3)
    tree = grow_tree(X, y, "squared_error")

    assert_array_equal(preorder(tree)[0], tree.nodes)


def test_a_tree_without_limits_fits_the_data():
    X, y = data(1000, 3)
    tree = grow_tree(X, y, "squared_error")
    leaves = tree.nodes["left"] == LEAF

    assert len(tree.nodes) == 2 * 1000 - 1
    assert_array_equal(tree.nodes["impurity"][leaves], 0.0)
    assert_array_equal(tree.nodes["n_node_samples"][leaves], 1)


def test_the_table_leads_the_rows_to_the_nodes_that_they_were_counted_in():
    X, y = data(500, 4)
    X[np.random.default_rng(1).random(X.shape) < 0.2] = np.nan
    X[:, 3] = np.arange(500) % 40
    y = y + 10.0 * np.random.default_rng(2).normal(size=40)[np.arange(500) % 40]
    n_categories = [0, 0, 0, 40]
    tree = grow_tree(X, y, "squared_error", n_categories=n_categories)
    rows = rows_of_nodes(tree, X, n_categories)

    assert_array_equal([len(each) for each in rows], tree.nodes["n_node_samples"])
    np.testing.assert_allclose([y[each].mean() for each in rows], tree.values[:, 0, 0])
    assert np.count_nonzero(tree.nodes["category_offset"] >= 0) > 5


@pytest.mark.parametrize(("n_samples", "n_features"), [(4000, 64), (700, 1)])
def test_blocks_of_codes_do_not_matter(n_samples, n_features):
    """Depth first the codes of a subtree are copied once it is small; best first they are not."""
    X, y = data(n_samples, n_features)
    X[::3, 0] = np.nan

    with_blocks = grow_tree(X, y, "squared_error", min_samples_leaf=5)
    without = grow_tree(X, y, "squared_error", min_samples_leaf=5, max_leaf_nodes=10**6)

    assert_array_equal(with_blocks.nodes, preorder(without)[0])
    assert_array_equal(with_blocks.values, preorder(without)[1])


@pytest.mark.parametrize(("max_depth", "n_nodes"), [(0, 1), (1, 3), (4, 31)])
def test_the_depth_is_limited(max_depth, n_nodes):
    X, y = data(1000, 3)

    assert len(grow_tree(X, y, "squared_error", max_depth=max_depth).nodes) == n_nodes


def test_small_nodes_are_not_split():
    X, y = data(300, 3)
    nodes = grow_tree(X, y, "squared_error", min_samples_split=20).nodes

    assert nodes["n_node_samples"][nodes["left"] != LEAF].min() >= 20
    assert nodes["n_node_samples"][nodes["left"] == LEAF].max() < 20


def test_a_node_of_equal_responses_is_a_leaf():
    X = np.arange(6, dtype=np.float32)[:, np.newaxis]
    nodes = grow_tree(X, [0.1] * 3 + [0.3] * 3, "squared_error").nodes

    assert nodes["feature"].tolist() == [0, UNDEFINED, UNDEFINED]


def test_more_codes_than_16_bits_hold():
    n = 70_000
    X = np.random.default_rng(0).permutation(n).astype(np.float32)[:, np.newaxis]
    y = np.searchsorted([5_000.5, 66_000.5], X[:, 0]).astype(float)

    tree = grow_tree(X, y, "squared_error")

    assert_array_equal(np.sort(tree.nodes["threshold"][tree.nodes["left"] != LEAF]), [5_000.5, 66_000.5])
