"""Predictions of trees whose leaves have linear models: samples walk to their leaves, whose models then speak."""

import numpy as np

from skensemble._compile import kernel
from skensemble.growing.leaf_models import value_in_leaf
from skensemble.trees.walking import find_leaves

TREES_AT_ONCE = 32  # whose leaves are kept in memory for a block of samples


def add_models(steps, categories, n_categories, roots, values, models, X, out):
    """Add what the leaves of every tree say of each sample, in the order of the trees.

    Parameters
    ----------
    roots : (n_trees,) int64
    values : (n_nodes of all trees,) float64
    models : LeafModels
        Of all trees.
    X : (n_samples, n_features) float64
    out : (n_samples, n_outputs) float64
        Trees take turns at the outputs.
    """
    leaves = np.empty((len(X), min(len(roots), TREES_AT_ONCE)), np.int64)
    for first in range(0, len(roots), TREES_AT_ONCE):
        some = roots[first : first + TREES_AT_ONCE]
        find_leaves(steps, categories, n_categories, some, X, leaves)
        add_of_leaves(leaves, some, first, values, models, X, out)


@kernel
def add_of_leaves(leaves, roots, first, values, models, X, out):
    """Add what the leaves that samples have reached in the trees from `first` on say of them."""
    for tree in range(roots.size):
        column = (first + tree) % out.shape[1]
        for row in range(X.shape[0]):
            out[row, column] += value_in_leaf(models, values, roots[tree] + leaves[row, tree], X, row)
