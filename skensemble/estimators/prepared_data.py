"""The data of trees: checked and ranked, once for all trees that grow on them."""

from typing import Any, NamedTuple

import numpy as np

from skensemble.binning.ranks import rank_features, rank_sparse_features
from skensemble.binning.value_codes import encode_features, encode_sparse_features
from skensemble.growing.plan import TreePlan
from skensemble.trees.trees import Trees


def encode(X, n_categories, splitter, n_threads=1):
    """Return the `RankedFeatures` of validated X for a splitter, "best" or "random"."""
    is_dense = isinstance(X, np.ndarray)
    if splitter == "random":
        return encode_features(X, n_categories, n_threads) if is_dense else encode_sparse_features(X)
    return rank_features(X, n_categories, n_threads) if is_dense else rank_sparse_features(X)


class PreparedData(NamedTuple):
    """What a tree grows on, once the data are checked and ranked."""

    X: Any  # (n_samples, n_features) float32, array or CSC
    data: Any  # RankedFeatures
    targets: np.ndarray  # (n_samples, n_outputs) float64
    sample_weight: np.ndarray | None  # (n_samples,) float64
    by_class: np.ndarray | None  # (n_samples,) float64: weights by `class_weight`
    plan: TreePlan
    n_categories: np.ndarray  # (n_features,) int64
    n_classes: tuple  # of each output; 1 for regression

    def trees(self, grown):
        """Return `Trees` from what has grown."""
        return Trees.from_grown(grown, self.n_categories, self.n_classes)
