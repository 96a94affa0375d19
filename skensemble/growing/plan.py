"""From a plan and a seed to a tree: gathers what the kernel needs."""

from typing import NamedTuple

import numpy as np

from skensemble.criteria import new_criterion
from skensemble.growing.nodes import IS_FINISHED, N_NODES, N_WORDS, longer, new_growth
from skensemble.growing.tree import grow_tree_best_first, grow_tree_depth_first
from skensemble.records import Constraints, Samples, Settings, Task
from skensemble.splitting.desk import new_block, new_desk
from skensemble.splitting.features import feature_order


class TreePlan(NamedTuple):
    """How to grow the trees of an estimator, all from the same data."""

    criterion: str
    n_classes: tuple  # classes of each output; () for regression
    settings: Settings  # min_weight_leaf as a share of the tree's weight
    constraints: Constraints


class GrownTree(NamedTuple):
    """The arrays of one tree."""

    nodes: np.ndarray  # (n_nodes,) NODE
    values: np.ndarray  # (n_nodes, n_outputs, most classes) float64
    categories: np.ndarray  # (n_words,) uint64: sets of categories that go left


def no_constraints():
    """Return the constraints of a tree that has none."""
    return Constraints(np.zeros(0, np.int8), np.zeros((0, 0), np.uint64))


def grow(plan, data, targets, weights, seed, stop_flag):
    """Grow one tree.

    Parameters
    ----------
    plan : TreePlan
    data : RankedFeatures
    targets : (n_samples, n_outputs) float64
        Responses, or numbers of classes.
    weights : (n_samples,) float64 or None
        Rows of weight 0 are left out; None: each counts once.
    seed : int
        The tree's random state.
    stop_flag : (1,) int64

    Returns
    -------
    GrownTree
    """
    n_samples, n_outputs = targets.shape
    rows = np.arange(n_samples) if weights is None else np.flatnonzero(weights)
    n, pair = len(rows), np.ones((len(rows), 2))
    if weights is not None:
        pair[:, 0] = weights[rows]
    pair[:, 1] = targets[rows, 0]
    criterion = new_criterion(plan.criterion, targets, plan.n_classes, n)
    most_categories = np.diff(data.offsets)[data.is_categorical].max(initial=0)
    n_features = len(data.is_categorical)
    settings = plan.settings
    task = Task(
        data=data,
        samples=Samples(rows.astype(np.uint32), pair),
        spare=Samples(np.empty(n, np.uint32), np.empty((n, 2))),
        criterion=criterion,
        targets=targets,
        settings=settings._replace(min_weight_leaf=float(settings.min_weight_leaf * pair[:, 0].sum())),
        constraints=plan.constraints,
        desk=new_desk(n, n_samples, criterion.total.size, int(most_categories), data.is_sparse),
        features=feature_order(n_features),
        block=new_block(data.ranks, n, not data.is_sparse and n_outputs == 1 and settings.max_leaf_nodes == 0),
    )
    is_binary = len(plan.n_classes) > 0 and type(criterion).__name__.startswith("SquaredError")
    most_classes = max(plan.n_classes, default=1)
    n_values = n_outputs * (1 if is_binary else most_classes)
    growth = new_growth(n_values, plan.constraints.groups.shape[1], task.desk.left_categories.size)
    grow_tree = grow_tree_best_first if settings.max_leaf_nodes else grow_tree_depth_first
    grow_tree(task, growth, np.uint64(seed), stop_flag)
    while not growth.sizes[IS_FINISHED]:
        growth = longer(growth, task.desk.left_categories.size)
        grow_tree(task, growth, np.uint64(seed), stop_flag)
    n_nodes = growth.sizes[N_NODES]
    values = growth.values[:n_nodes].reshape(n_nodes, n_outputs, -1)
    if is_binary:  # the mean of an indicator is the share of the second class
        values = np.concatenate([1.0 - values, values], axis=2)[:, :, :most_classes]
    return GrownTree(growth.nodes[:n_nodes].copy(), values.copy(), growth.categories[: growth.sizes[N_WORDS]].copy())
