"""Isolation trees (Liu, Ting and Zhou 2008): how they are grown, and how long the paths to their leaves are."""

from math import ceil, log2
from typing import NamedTuple

import numpy as np

from skensemble._random import FEATURE, RESPONSE, draw_units
from skensemble._threads import run_in_threads
from skensemble.forests.bootstrap import Bootstrap
from skensemble.forests.subsample import Subsample, draw_subset
from skensemble.growing.plan import TreePlan, grow, no_constraints
from skensemble.records import Settings
from skensemble.trees.trees import Trees

SMALL_WORK = 1 << 17  # rows times trees that one thread does sooner than two


class IsolationPlan(NamedTuple):
    """How to grow isolation trees."""

    sample: Bootstrap | Subsample  # the rows of a tree
    n_features: int
    n_drawn_features: int

    @property
    def max_depth(self):
        """The most splits to a leaf: the mean depth of a tree of as many rows, rounded up."""
        return ceil(log2(max(self.sample.n_draws, 2)))

    def features(self, seed):
        """Return the features of the tree with this seed, (n_drawn_features,) int32, ascending."""
        return draw_subset(seed, FEATURE, self.n_features, self.n_drawn_features)

    def of_tree(self, seed):
        """Return the `TreePlan` of the tree with this seed: a feature and a threshold are drawn for each node."""
        settings = Settings(
            max_depth=self.max_depth,
            min_samples_split=2,
            min_samples_leaf=1,
            min_weight_leaf=0.0,
            min_impurity_decrease=0.0,
            max_features=1,
            max_leaf_nodes=0,
            random_splits=True,
            is_bounded=False,
        )
        constraints = no_constraints()
        if self.n_drawn_features < self.n_features:  # they are the one group of features that may interact
            groups = np.zeros((self.n_features, 1), np.uint64)
            groups[self.features(seed)] = 1
            constraints = constraints._replace(groups=groups)
        return TreePlan("squared_error", (), settings, constraints)


def grow_isolation_trees(plan, rank_rows, seeds, *, n_threads, stop, progress=None):
    """Grow isolation trees.

    What they are grown towards is noise: it tells on which side of a split missing values and rare categories go.

    Parameters
    ----------
    plan : IsolationPlan
    rank_rows : callable
        From ascending rows to their `RankedFeatures`; called once, with the rows that trees are drawn.
    seeds : (n_trees,) int64
    n_threads : int
    stop : StopFlag
        Trees end early when it is set, and what then is returned is not to be used.
    progress : callable, default=None
        Called with the number of trees that are ready and that of all trees.

    Returns
    -------
    list of GrownTree
    """
    rows, places = _rows_in_use(plan.sample, seeds)
    data = rank_rows(rows)

    def grow_one(index):
        seed = int(seeds[index])
        drawn = plan.sample.rows(seed) if places is None else places[index]
        counts = np.bincount(drawn, minlength=len(rows))
        distinct = np.flatnonzero(counts)
        responses = np.empty(len(distinct))
        draw_units(np.uint64(seed), RESPONSE, responses)
        targets = np.zeros((len(rows), 1))
        targets[distinct, 0] = responses
        return grow(plan.of_tree(seed), data, targets, counts.astype(np.float64), seed, stop.array)

    tasks = [lambda index=index: grow_one(index) for index in range(len(seeds))]
    is_small = plan.sample.n_draws * len(seeds) < SMALL_WORK
    return run_in_threads(tasks, 1 if is_small else n_threads, stop, interruptible=not is_small, progress=progress)


def _rows_in_use(sample, seeds):
    """Return the rows that trees are drawn, ascending, and each tree's as places among them (None: they are all)."""
    if sample.n_draws * len(seeds) >= sample.n_samples:
        return np.arange(sample.n_samples), None
    rows, places = np.unique([sample.rows(seed) for seed in seeds], return_inverse=True)
    return rows, places.reshape(len(seeds), -1)


def average_path_length(n):
    """Return the mean depth at which n rows are isolated, float64 of the shape of n.

    It is that of an unsuccessful search in a binary search tree (Liu, Ting and Zhou 2008, equation 1), with their
    approximation of harmonic numbers by a logarithm from three rows on.
    """
    n = np.asarray(n, np.float64)
    several = np.maximum(n, 3.0)
    length = 2.0 * (np.log(several - 1.0) + np.euler_gamma) - 2.0 * (several - 1.0) / several
    return np.where(n > 2, length, (n == 2).astype(np.float64))


def path_lengths(trees, n_samples):
    """Return what each leaf says of a row: its depth, and what its own rows would add, in units of the mean depth.

    Parameters
    ----------
    trees : Trees
    n_samples : (n_trees,) int
        How many rows each tree was drawn.

    Returns
    -------
    (n_nodes of all trees, 1) float64
        Leaves of trees of one row, whose depth says nothing, have 1.
    """
    depths = np.concatenate([trees[index].depths for index in range(len(trees))])
    lengths = depths + average_path_length(trees.nodes["n_node_samples"])
    scale = np.repeat(average_path_length(n_samples), np.diff(trees.node_starts))
    return np.divide(lengths, scale, out=np.ones_like(lengths), where=scale > 0.0)[:, np.newaxis]


def within_features(trees, features):
    """Return trees that split on `features` alone, ascending, as trees of a matrix that has no other columns."""
    nodes = trees.nodes.copy()
    is_split = nodes["feature"] >= 0
    nodes["feature"][is_split] = np.searchsorted(features, nodes["feature"][is_split])
    ends = trees.node_starts, trees.category_starts
    return Trees(nodes, trees.values, trees.categories, *ends, trees.n_categories[features], trees.n_classes)
