"""Nodes look at more features than a panel has lanes, of which many are constant, as the naive twin does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from skensemble._intrinsics import LANES
from skensemble.records import UNDEFINED
from tests.core import grow_tree
from tests.reference.comparison import assert_is_twin
from tests.reference.naive_tree import NaiveTree


def wide_problem(seed, n_samples=40, n_features=3 * LANES + 1):
    """Indicators that are mostly 0, so constant in small nodes, between features of many values, some missing."""
    random = np.random.default_rng(seed)
    X = (random.random((n_samples, n_features)) < 0.1).astype(np.float32)
    X[:, ::5] = random.standard_normal((n_samples, len(range(0, n_features, 5))))
    X[:, 1] = 7.0
    X[random.random(X.shape) < 0.02] = np.nan
    return X, random.standard_normal((n_samples, 1)) + X[:, :1]


@pytest.mark.parametrize("random_splits", [False, True])
@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), max_features=st.sampled_from([1, 3, LANES, LANES + 1, 2 * LANES, 100]))
def test_wide_data(random_splits, seed, max_features):
    X, y = wide_problem(seed)
    y = np.nan_to_num(y)
    options = {"random_splits": random_splits, "max_features": max_features, "seed": seed}

    assert_is_twin(grow_tree(X, y, "squared_error", **options), NaiveTree(X, y, "squared_error", **options))


@pytest.mark.parametrize("random_splits", [False, True])
@pytest.mark.parametrize("max_features", [2, 100])
def test_sparse_data_are_cut_as_dense_data_are(random_splits, max_features):
    X, y = wide_problem(0)
    X, y = np.nan_to_num(X), np.nan_to_num(y)
    options = {"random_splits": random_splits, "max_features": max_features}

    dense, stored = (grow_tree(each, y, "squared_error", **options) for each in (X, sparse.csc_array(X)))

    for name in ("feature", "threshold", "left", "n_node_samples"):
        assert dense.nodes[name].tolist() == stored.nodes[name].tolist()


@pytest.mark.parametrize("random_splits", [False, True])
def test_a_node_goes_on_until_a_feature_is_not_constant(random_splits):
    """However many lanes that takes; a node in which all are is a leaf."""
    X = np.zeros((4, 5 * LANES), np.float32)
    X[2:, 4 * LANES] = 1.0

    for seed in range(20):
        tree = grow_tree(X, [0, 0, 1, 2], "squared_error", random_splits=random_splits, max_features=1, seed=seed)

        assert tree.nodes["feature"].tolist() == [4 * LANES, UNDEFINED, UNDEFINED]
