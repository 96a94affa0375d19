"""Trees of an ensemble on data that are checked and ranked once."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skensemble import DecisionTreeClassifier, DecisionTreeRegressor
from skensemble.estimators.shared_trees import SharedTrees


@pytest.mark.parametrize("criterion", ["gini", "entropy", "squared_error", "absolute_error"])
@pytest.mark.parametrize("max_leaf_nodes", [None, 6])
def test_trees_on_sorted_roots_are_those_that_sort_for_themselves(criterion, max_leaf_nodes):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4)).round(1).astype(np.float32)
    X[rng.random(X.shape) < 0.1] = np.nan
    X[:, 3] = X[:, 3] > 0
    y, weight = rng.integers(0, 3, 200), rng.random(200)
    kind = DecisionTreeClassifier if criterion in ("gini", "entropy") else DecisionTreeRegressor
    tree = kind(criterion=criterion, max_leaf_nodes=max_leaf_nodes)
    apart, sorted_once = (SharedTrees(tree, X, y, has_all_rows=has_all_rows) for has_all_rows in (False, True))

    assert sorted_once.prepared.data.sorted_keys.shape == (4, 200)
    for weights in (None, weight, np.where(np.arange(200) % 3, weight, 0.0)):  # the last root has not all samples
        one, other = apart.grow(weights, 0), sorted_once.grow(weights, 0)
        for name in one.nodes.dtype.names:
            assert_array_equal(one.nodes[name], other.nodes[name])
        assert_array_equal(one.values, other.values)
