"""All trees of an estimator, one after the other in common arrays."""

import numpy as np
from scipy.sparse import csr_array, hstack

from skensemble.growing.leaf_models import joined_models, models_between
from skensemble.growing.plan import GrownTree
from skensemble.trees.linear_leaves import add_models
from skensemble.trees.packing import packed, unpacked
from skensemble.trees.stack import TreeStack
from skensemble.trees.tree import Tree
from skensemble.trees.walking import add_values, by_rows, find_leaves, walking_table, write_paths


class Trees:
    """A sequence of trees.

    Parameters
    ----------
    nodes : (n_nodes of all trees,) NODE
        Children are numbered from the root of their tree.
    values : (n_nodes of all trees, n_outputs, most classes) float64
        Predictions: means, medians, or shares of the classes.
    categories : (n_words of all trees,) uint64
        Sets of the categories that go left.
    node_starts, category_starts : (n_trees + 1,) int64
        Where the nodes and the sets of each tree start.
    n_categories : (n_features,) int64
        How many categories each feature has; 0: it is numeric.
    n_classes : (n_outputs,) int64
        1 for regression.
    models : LeafModels, default=None
        Of the linear leaves of all trees, of boosters only; None: leaves are constant. The value of a linear leaf is
        for samples whose values are missing or infinite.
    """

    def __init__(self, nodes, values, categories, node_starts, category_starts, n_categories, n_classes, models=None):
        self.nodes, self.values, self.categories = nodes, values, categories
        self.node_starts, self.category_starts = node_starts, category_starts
        self.n_categories, self.n_classes, self.models = n_categories, n_classes, models
        self._walking_table = None

    @classmethod
    def from_grown(cls, grown, n_categories, n_classes):
        """Return the trees of a `TreeStack`, or of a list of `GrownTree`s."""
        stack = grown if isinstance(grown, TreeStack) else TreeStack.of(grown)
        n_nodes = stack.starts[-1]
        return cls(
            nodes=stack.nodes[:n_nodes],
            values=stack.values[:n_nodes],
            categories=np.concatenate(stack.sets),
            node_starts=np.array(stack.starts),
            category_starts=np.array(stack.category_starts),
            n_categories=np.asarray(n_categories),
            n_classes=np.asarray(n_classes),
            models=joined_models(stack.models, np.diff(stack.starts)),
        )

    def __len__(self):
        return len(self.node_starts) - 1

    def __add__(self, other):
        """Return the trees of both."""
        grown = [trees.grown(i) for trees in (self, other) for i in range(len(trees))]
        return Trees.from_grown(grown, self.n_categories, self.n_classes)

    def __getitem__(self, index):
        """Return one tree as a `Tree`, which shares the arrays."""
        if not 0 <= index < len(self):
            raise IndexError(f"tree {index} of {len(self)}")
        return Tree(self, index)

    def __getstate__(self):
        return packed(self)

    def __setstate__(self, state):
        self.__dict__.update(unpacked(state), _walking_table=None)

    def between(self, first, stop):
        """Return the trees first to stop - 1, as `Trees` of views."""
        nodes = slice(self.node_starts[first], self.node_starts[stop])
        words = slice(self.category_starts[first], self.category_starts[stop])
        return Trees(
            self.nodes[nodes],
            self.values[nodes],
            self.categories[words],
            self.node_starts[first : stop + 1] - self.node_starts[first],
            self.category_starts[first : stop + 1] - self.category_starts[first],
            self.n_categories,
            self.n_classes,
            models_between(self.models, self.node_starts[first], self.node_starts[stop]),
        )

    def with_values(self, values):
        """Return trees of other values, which share all the rest."""
        starts = self.node_starts, self.category_starts
        trees = Trees(self.nodes, values, self.categories, *starts, self.n_categories, self.n_classes, self.models)
        trees._walking_table = self._walking_table
        return trees

    def grown(self, index):
        """Return the arrays of one tree, a `GrownTree` of views."""
        nodes = slice(self.node_starts[index], self.node_starts[index + 1])
        words = slice(self.category_starts[index], self.category_starts[index + 1])
        models = models_between(self.models, nodes.start, nodes.stop)
        return GrownTree(self.nodes[nodes], self.values[nodes], self.categories[words], models)

    def subset(self, index):
        """Return one tree as `Trees` of views."""
        return self.between(index, index + 1)

    def steps(self, dtype, n_threads):
        """Return the table that samples of a dtype walk through, made at the first call."""
        if self._walking_table is None:
            starts = self.node_starts, self.category_starts
            self._walking_table = walking_table(self.nodes, *starts, dtype, n_threads)
        return self._walking_table

    def sum_values(self, X, values=None, n_threads=1, n_turns=1, start=0.0):
        """Add up the values of each sample's leaves, or what their models make of the sample.

        Parameters
        ----------
        X : (n_samples, n_features) float32 array or CSR matrix, float64 for a booster's trees
        values : (n_nodes of all trees, n_values) float64, default=the predictions of the nodes
            If they are given, leaves are constant.
        n_threads : int
        n_turns : int, default=1
            How many trees take turns, each at values of its own.
        start : float or array, default=0.0
            What the values are added to.

        Returns
        -------
        sums : (n_samples, n_turns * n_values) float64
            In the order of the trees, so that threads do not change a bit.
        """
        is_linear = values is None and self.models is not None
        values = self.values.reshape(len(self.nodes), -1) if values is None else values
        roots, steps = self.node_starts[:-1], self.steps(X.dtype, n_threads)

        def add(rows, out):
            if is_linear:
                add_models(steps, self.categories, self.n_categories, roots, values[:, 0], self.models, rows, out)
            else:
                add_values(steps, self.categories, self.n_categories, roots, values, rows, out)

        sums = np.empty((X.shape[0], n_turns * values.shape[1]))
        sums[:] = start
        return by_rows(add, X, sums, len(self), n_threads)

    def leaves(self, X, n_threads=1):
        """Return the number of each sample's leaf in each tree, (n_samples, n_trees) int64."""
        roots, steps = self.node_starts[:-1], self.steps(X.dtype, n_threads)

        def find(rows, out):
            find_leaves(steps, self.categories, self.n_categories, roots, rows, out)

        return by_rows(find, X, np.empty((X.shape[0], len(self)), np.int64), len(self), n_threads)

    def paths(self, X, index):
        """Return the nodes that each sample passes in one tree, CSR (n_samples, n_nodes) of ones."""
        tree = self[index]
        leaves = self.subset(index).leaves(X)[:, 0]
        indptr = np.concatenate([[0], np.cumsum(tree.depths[leaves] + 1)])
        indices = np.empty(indptr[-1], np.int64)
        root, steps = self.node_starts[index], self.steps(X.dtype, 1)

        def write(rows, ends):
            write_paths(steps, self.categories, self.n_categories, root, rows, ends, indices)

        by_rows(write, X, indptr, 1, 1)
        ones = np.ones(len(indices), np.int64)
        return csr_array((ones, indices, indptr), shape=(X.shape[0], tree.node_count))

    def all_paths(self, X):
        """Return the nodes that each sample passes in all trees, CSR (n_samples, n_nodes of all trees) of ones."""
        return hstack([self.paths(X, index) for index in range(len(self))]).tocsr()
