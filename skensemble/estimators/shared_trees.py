"""Trees of an ensemble whose base estimator is one of our trees: on data that are checked and ranked once for all."""

import copy

import numpy as np
from scipy.sparse import issparse
from sklearn.base import clone

from skensemble._threads import StopFlag
from skensemble.binning.ranks import with_sorted_keys
from skensemble.estimators.decision_tree import DecisionTreeClassifier, DecisionTreeRegressor
from skensemble.estimators.extra_tree import ExtraTreeClassifier, ExtraTreeRegressor
from skensemble.estimators.targets import weights_with_classes
from skensemble.growing.plan import Workspaces, class_order, grow
from skensemble.trees.pruning import pruned

OWN_TREES = (DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor)


def is_own_tree(estimator):
    """Whether an estimator is one of our trees; classes that are derived from them may do anything."""
    return type(estimator) in OWN_TREES


class SharedTrees:
    """Grows trees like one that is given, each with weights and a seed of its own.

    Parameters
    ----------
    tree : one of our trees
        Its parameters count.
    X, y : as in its `fit`
    n_threads : int, default=1
    has_all_rows : bool, default=False
        Whether most trees grow on all samples: then these are sorted once.
    encoder : FeatureEncoder or None, default=None
        Of the trees that these are added to.
    """

    def __init__(self, tree, X, y, n_threads=1, *, has_all_rows=False, encoder=None):
        self.prototype = clone(tree)
        self.prototype._validate_params()
        self.prepared = self.prototype._prepare(X, y, n_threads=n_threads, encoder=encoder)
        if has_all_rows:
            rows = class_order(self.prepared.plan, self.prepared.targets)
            self.prepared = self.prepared._replace(data=with_sorted_keys(self.prepared.data, n_threads, rows))
        self.workspaces, self.stop = Workspaces(), StopFlag()
        X = self.prepared.X
        self.rows = X.tocsr() if issparse(X) else np.ascontiguousarray(X)

    def grow(self, weight, seed):
        """Return a `GrownTree` from weights (n_samples,) float64, or None, and a seed."""
        prepared = self.prepared
        weight = weights_with_classes(prepared.by_class, weight)
        with self.workspaces.lent() as workspace:
            grown = grow(prepared.plan, prepared.data, prepared.targets, weight, seed, self.stop.array, workspace)
            if self.prototype.ccp_alpha > 0.0:
                grown = pruned(grown, self.prototype.ccp_alpha)
            return grown.copied()

    def known(self):
        """Return what a tree like the prototype knows before its `fit`, a dict: then it takes the data from here."""
        parameters = self.prototype.get_params()
        known = {name: value for name, value in vars(self.prototype).items() if name not in parameters}
        return {**known, "_prepared": self.prepared, "_workspaces": self.workspaces}


class PackedTrees:
    """The trees of a fitted ensemble: in common arrays, and as estimators once they are asked for.

    Parameters
    ----------
    prototypes : list of our trees
        Prepared, without a tree of their own: one for each fit of a warm start.
    trees : Trees
    seeds : (n_trees,) int64
        Their random states.
    counts : list of int
        How many trees are like each prototype.
    """

    def __init__(self, prototypes, trees, seeds, counts=None):
        self.prototypes, self.trees, self.seeds = prototypes, trees, np.asarray(seeds, np.int64)
        self.counts = [len(trees)] if counts is None else counts
        self._estimators = []

    def __len__(self):
        return len(self.trees)

    def __add__(self, other):
        seeds = np.concatenate([self.seeds, other.seeds])
        prototypes, counts = self.prototypes + other.prototypes, self.counts + other.counts
        return PackedTrees(prototypes, self.trees + other.trees, seeds, counts)

    def estimators(self):
        """Return the trees as estimators, a list: views on the common arrays."""
        ends = np.cumsum(self.counts)
        for index in range(len(self._estimators), len(self.trees)):
            tree = copy.copy(self.prototypes[np.searchsorted(ends, index, "right")])
            tree.random_state = int(self.seeds[index])
            tree._set_trees(self.trees.subset(index))
            self._estimators.append(tree)
        return list(self._estimators)

    def __getstate__(self):
        return {**vars(self), "_estimators": []}  # the views share arrays, which a pickle would repeat
