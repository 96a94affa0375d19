"""Samples reach the leaves that the node table says, however many walk at once."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array

from skensemble.trees.trees import Trees
from skensemble.trees.walking import by_rows
from tests.core import grow_tree, rows_of_nodes

NAN = np.nan


def trees_of(X, y, n_categories, **options):
    grown = grow_tree(X, y, "squared_error", n_categories=n_categories, **options)
    return grown, Trees.from_grown([grown], n_categories, (1,))


@pytest.mark.parametrize("n", [1, 3, 4, 5, 203])
def test_every_sample_finds_its_leaf(n):
    """With missing values and categories, and also where samples are no multiple of those that go in step."""
    random = np.random.default_rng(0)
    X = random.standard_normal((203, 4)).astype(np.float32)
    X[:, 1] = random.integers(0, 9, 203)
    X[random.random(X.shape) < 0.1] = NAN
    n_categories = np.array([0, 9, 0, 0])
    grown, trees = trees_of(X, random.standard_normal(203) + np.nan_to_num(X[:, 1]) % 3, n_categories)
    leaf_of_row = np.empty(203, np.int64)
    for number, rows in enumerate(rows_of_nodes(grown, X, n_categories)):
        if grown.nodes["left"][number] < 0:
            leaf_of_row[rows] = number

    assert_array_equal(trees.leaves(X[:n])[:, 0], leaf_of_row[:n])
    assert_array_equal(trees.sum_values(X[:n])[:, 0], grown.values[leaf_of_row[:n], 0, 0])


@pytest.mark.parametrize("value", [1.0, 16777216.0, 3e38, -1e-40])
def test_a_threshold_between_two_floats_separates_them(value):
    """Thresholds are float64 midpoints; the walk compares with the float32 just below."""
    below, above = np.float32(value), np.nextafter(np.float32(value), np.float32(np.inf))
    X = np.array([[below], [above], [np.float32(0.5)]])
    _, trees = trees_of(X, [0.0, 1.0, 2.0], np.zeros(1, np.int64))

    assert trees.sum_values(X)[:, 0].tolist() == [0.0, 1.0, 2.0]


def test_blocks_of_rows_are_walked_by_threads():
    X = np.random.default_rng(0).standard_normal((70_000, 2)).astype(np.float32)
    out = by_rows(lambda rows, part: part.__setitem__(slice(None), rows[:, 0]), X, np.empty(70_000), 10, 3)

    assert_array_equal(out, X[:, 0].astype(np.float64))


@pytest.mark.parametrize("n_features", [3, 70_000])
def test_a_sparse_matrix_is_walked_as_a_dense_one_is(n_features):
    """A few rows at a time, with entries that are stored twice, and without a trace of the rows before."""
    random = np.random.default_rng(0)
    dense = np.zeros((9, n_features), np.float32)
    dense[:, [0, -1]] = random.integers(0, 3, (9, 2))
    stored = csr_array(dense)
    twice = csr_array((np.repeat(stored.data / 2, 2), np.repeat(stored.indices, 2), 2 * stored.indptr), stored.shape)
    _, trees = trees_of(dense, random.standard_normal(9), np.zeros(n_features, np.int64))

    for X in (stored, twice):
        assert_array_equal(trees.leaves(X), trees.leaves(dense))
        assert_array_equal(trees.sum_values(X), trees.sum_values(dense))
