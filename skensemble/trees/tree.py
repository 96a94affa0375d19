"""One tree, with the attributes and methods of scikit-learn's low-level tree."""

from functools import cached_property

import numpy as np

from skensemble.records import LEAF
from skensemble.trees.partial_dependence import average_over_grid
from skensemble.trees.walking import find_depths


class Tree:
    """A view on one tree of `Trees`.

    Nodes are numbered so that parents come before their children; arrays have an entry a node, and a leaf has -1 for
    children and -2 for its feature and threshold.

    Parameters
    ----------
    trees : Trees
    index : int
    """

    def __init__(self, trees, index):
        self._trees, self._index = trees, index

    def __reduce__(self):
        return Tree, (self._trees if len(self._trees) == 1 else self._trees.subset(self._index), 0)

    @cached_property
    def _grown(self):
        return self._trees.grown(self._index)

    @property
    def node_count(self):
        """Number of nodes, int."""
        return len(self._grown.nodes)

    capacity = node_count

    @property
    def n_leaves(self):
        """Number of leaves, int."""
        return int(np.count_nonzero(self.children_left == LEAF))

    @property
    def max_depth(self):
        """Depth of the deepest leaf, int; 0 for a root alone."""
        return int(self.depths.max())

    @cached_property
    def depths(self):
        """Depth of each node, (node_count,) int64."""
        depths = np.empty(self.node_count, np.int64)
        find_depths(self._grown.nodes, depths)
        return depths

    def compute_node_depths(self):
        """Return the depth of each node, (node_count,) int64."""
        return self.depths.copy()

    @property
    def n_features(self):
        """Number of features, int."""
        return len(self._trees.n_categories)

    @property
    def n_outputs(self):
        """Number of outputs, int."""
        return self._grown.values.shape[1]

    @property
    def n_classes(self):
        """Number of classes of each output, (n_outputs,) int64; 1 for regression."""
        return self._trees.n_classes

    @property
    def max_n_classes(self):
        """The most classes of an output, int."""
        return self._grown.values.shape[2]

    @property
    def children_left(self):
        """Left child of each node, (node_count,) int32; -1 for a leaf."""
        return self._grown.nodes["left"]

    @property
    def children_right(self):
        """Right child of each node, (node_count,) int32; -1 for a leaf."""
        return self._grown.nodes["right"]

    @property
    def feature(self):
        """Feature that each node is split on, (node_count,) int32; -2 for a leaf."""
        return self._grown.nodes["feature"]

    @property
    def threshold(self):
        """Values up to it go left, (node_count,) float64; -2 for a leaf, NaN for a split between categories."""
        return self._grown.nodes["threshold"]

    @property
    def impurity(self):
        """Impurity of each node, (node_count,) float64."""
        return self._grown.nodes["impurity"]

    @property
    def n_node_samples(self):
        """Training samples of each node, (node_count,) int64."""
        return self._grown.nodes["n_node_samples"]

    @property
    def weighted_n_node_samples(self):
        """Sum of the weights of the training samples of each node, (node_count,) float64."""
        return self._grown.nodes["weighted_n_node_samples"]

    @property
    def missing_go_to_left(self):
        """Whether missing values go left, (node_count,) uint8."""
        return self._grown.nodes["missing_go_to_left"]

    @property
    def value(self):
        """Prediction of each node, (node_count, n_outputs, max_n_classes) float64: class shares, or the response."""
        return self._grown.values

    def left_categories(self, node):
        """Return the numbers of the categories that go left, int64 array; None where no categories split the node."""
        offset = self._grown.nodes["category_offset"][node]
        if offset < 0:
            return None
        n_categories = self._trees.n_categories[self.feature[node]]
        words = self._grown.categories[offset : offset + (n_categories + 64) // 64]
        is_left = np.unpackbits(words.astype("<u8").view(np.uint8), bitorder="little")[:n_categories]
        return np.flatnonzero(is_left)

    def apply(self, X):
        """Return the leaf of each sample of X (n_samples, n_features) float32, array or CSR: (n_samples,) int64."""
        return self._trees.subset(self._index).leaves(_as_rows(X))[:, 0]

    def predict(self, X):
        """Return the value of each sample's leaf: (n_samples[, n_outputs], max_n_classes) float64."""
        values = self.value.take(self.apply(X), axis=0)
        return values[:, 0] if self.n_outputs == 1 else values

    def decision_path(self, X):
        """Return the nodes that each sample passes, CSR (n_samples, node_count) of ones."""
        return self._trees.paths(_as_rows(X), self._index)

    def compute_feature_importances(self, normalize=True):
        """Return the decrease of impurity that each feature brings, (n_features,) float64, of sum 1 if normalised."""
        left, right = self.children_left, self.children_right
        inner = np.flatnonzero(left != LEAF)
        weighted = self.weighted_n_node_samples * self.impurity
        decrease = weighted[inner] - weighted[left[inner]] - weighted[right[inner]]
        importances = np.bincount(self.feature[inner], weights=decrease, minlength=self.n_features)
        importances = importances / self.weighted_n_node_samples[0]
        total = importances.sum()
        return importances / total if normalize and total > 0.0 else importances

    def compute_partial_dependence(self, X, target_features, out, *, output=0, dtype=np.float32, weights=None):
        """Add the average prediction with some features fixed to `out`.

        Friedman 2001, section 8.2: a sample follows the splits on fixed features, and takes both branches of the
        others, in proportion to their weights.

        Parameters
        ----------
        X : (n_points, n_target_features) float32
            The values of the fixed features.
        target_features : (n_target_features,) int
        out : (n_points,) float64
        output : int, default=0
            Which of the values of the leaves is averaged.
        dtype : dtype, default=float32
            Of the values that the tree has grown on.
        weights : (node_count,) float64, default=`weighted_n_node_samples`
            In proportion to which both branches are taken.
        """
        columns = np.full(self.n_features, -1, np.int64)
        columns[np.asarray(target_features)] = np.arange(len(target_features))
        average_over_grid(
            self._grown.nodes,
            self._grown.categories,
            self._trees.n_categories,
            np.ascontiguousarray(self.value[:, 0, output]),
            np.ascontiguousarray(self.weighted_n_node_samples if weights is None else weights, np.float64),
            np.ascontiguousarray(X, dtype),
            columns,
            np.empty(self.node_count),
            out,
        )


def _as_rows(X):
    return X.tocsr() if hasattr(X, "tocsr") else X
