"""Rows that are not trained on: their raw predictions follow the trees, so that a score costs a tree a round."""

import numpy as np
from scipy.sparse import issparse

from skensemble.boosting.booster import mean_loss, new_training
from skensemble.trees.trees import Trees


class HeldOut:
    """Rows of a validation set.

    Parameters
    ----------
    X : (n_samples, n_features) float64 or float32, array or sparse matrix
    target : (n_samples,) float64
    raw : (n_outputs, n_samples) float64
        The raw predictions so far; changed in place.
    sample_weight : (n_samples,) float64, default=None
    n_threads : int, default=1
    """

    def __init__(self, X, target, raw, sample_weight=None, *, n_threads=1):
        self.X, self.n_threads = as_trees_read(X), n_threads
        self.training = new_training(target, raw, sample_weight)

    def add(self, grown, n_categories):
        """Add the values of new trees, a list of GrownTree."""
        raw = self.training.raw
        trees = Trees.from_grown(grown, n_categories, grown[0].values.shape[2:])
        raw[:] = raw_predictions(trees, self.X, raw.T, self.n_threads).T

    def loss(self, loss):
        """Return the weighted mean of a loss."""
        return mean_loss(self.training, loss, self.n_threads)


def as_trees_read(X):
    """Return float64 X, array or CSR, so that one kernel serves all."""
    return X.tocsr() if issparse(X) else np.asarray(X, np.float64)


def raw_predictions(trees, X, start, n_threads=1):
    """Return the raw predictions (n_samples, n_outputs) of a booster.

    Parameters
    ----------
    trees : Trees or None
    X : (n_samples, n_features) float64 or float32, array or sparse matrix
    start : (n_outputs,) or (n_samples, n_outputs) float64
        The raw predictions before the first tree.
    """
    n_outputs = start.shape[-1]
    if trees is None:
        return np.array(np.broadcast_to(start, (X.shape[0], n_outputs)), order="F")
    n_turns = n_outputs // trees.values.shape[2]
    return trees.sum_values(as_trees_read(X), n_threads=n_threads, n_turns=n_turns, start=start)
