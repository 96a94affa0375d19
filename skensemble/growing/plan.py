"""From a plan and a seed to a tree: gathers what the kernel needs."""

import contextlib
from typing import NamedTuple

import numpy as np

from skensemble.criteria import new_criterion, sums_responses
from skensemble.growing.leaf_models import LeafModels
from skensemble.growing.nodes import IS_FINISHED, N_NODES, N_WORDS, longer, new_growth
from skensemble.growing.tree import grow_tree_best_first, grow_tree_depth_first
from skensemble.records import Constraints, Samples, Settings, Task, copy_nodes
from skensemble.splitting.desk import new_block, new_desk
from skensemble.splitting.features import feature_order

_FEW = 32  # a node that looks at one of more features looks at few
_EXTREME = 100  # binary exponent of a weight


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
    models: LeafModels | None = None  # of linear leaves; None: all leaves are constant

    def copied(self):
        """Return the same tree in arrays of its own, but for the models."""
        return GrownTree(copy_nodes(self.nodes), self.values.copy(), self.categories.copy(), self.models)


def no_constraints():
    """Return the constraints of a tree that has none."""
    return Constraints(np.zeros(0, np.int8), np.zeros((0, 0), np.uint64))


def class_order(plan, targets):
    """Return all rows, (n_samples,) int64, class after class: then nodes have long runs, whose sums stay in registers.

    None: a tree does not sum up the classes of one output, and takes the rows as they come.
    """
    if len(plan.n_classes) != 1 or sums_responses(plan.criterion, plan.n_classes):
        return None
    return np.argsort(targets[:, 0].astype(np.min_scalar_type(max(plan.n_classes))), kind="stable")


class Workspace:
    """What the trees of one thread are grown on, made once for all: fresh memory costs more than many a tree."""

    def __init__(self):
        self.capacity = 0  # rows

    def prepare(self, plan, data, targets, n):
        """Make room for a tree of n rows and forget the last one."""
        if self.capacity < n:
            self._make(plan, data, targets, min(len(targets), n + n // 16))
        self.task.desk.positions.fill(-1)
        self.growth.sizes.fill(0)

    def _make(self, plan, data, targets, n):
        settings, n_outputs = plan.settings, targets.shape[1]
        criterion = new_criterion(plan.criterion, targets, plan.n_classes, n)
        most_categories = np.diff(data.offsets)[data.is_categorical].max(initial=0)
        # Below a block nobody asks for the rows of samples; and who looks at few features had better not copy all.
        is_wide = settings.max_features * _FEW < len(data.is_categorical)
        uses_block = not (data.is_sparse or is_wide) and n_outputs == 1 and settings.max_leaf_nodes == 0
        self.capacity, self.order = n, class_order(plan, targets)
        self.task = Task(
            data=data,
            samples=Samples(np.empty(n, np.uint32), np.empty((n, 2))),
            spare=Samples(np.empty(n, np.uint32), np.empty((n, 2))),
            criterion=criterion,
            targets=targets,
            settings=settings,
            constraints=plan.constraints,
            desk=new_desk(
                n,
                len(targets),
                criterion.total.size,
                int(most_categories),
                data.is_sparse,
                data.codes.ranks.dtype,
                len(data.codes.words),
            ),
            features=feature_order(len(data.is_categorical)),
            block=new_block(data.codes, n, uses_block),
        )
        # The mean of an indicator is the share of the second of two classes.
        self.is_binary = len(plan.n_classes) > 0 and sums_responses(plan.criterion, plan.n_classes)
        n_values = n_outputs * (1 if self.is_binary else max(plan.n_classes, default=1))
        n_group_words, n_category_words = plan.constraints.groups.shape[1], self.task.desk.left_categories.size
        self.growth = new_growth(n_values, n_group_words, n_category_words)


class Workspaces:
    """Workspaces for trees of one plan and the same data, as many as grow at once; a copy begins with none."""

    def __init__(self):
        self._free = []

    @contextlib.contextmanager
    def lent(self):
        """Lend a workspace, which nobody else has meanwhile."""
        try:
            workspace = self._free.pop()
        except IndexError:
            workspace = Workspace()
        yield workspace
        self._free.append(workspace)

    def __reduce__(self):
        return Workspaces, ()


def grow(plan, data, targets, weights, seed, stop_flag, workspace=None):
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
    workspace : Workspace, default=None
        Used for this plan and these data only; None: a new one.

    Returns
    -------
    GrownTree
        Views of the workspace, which the next tree overwrites.
    """
    workspace = Workspace() if workspace is None else workspace
    n = len(targets) if weights is None else np.count_nonzero(weights)
    workspace.prepare(plan, data, targets, n)
    rows = _rows_of(weights, workspace.order, n)
    whole, growth, settings = workspace.task, workspace.growth, plan.settings
    unit = 1.0 if weights is None else _unit_of_weight(weights)
    samples = Samples(whole.samples.index[:n], whole.samples.pair[:n], weights is not None)
    samples.index[:] = rows
    samples.pair[:, 0] = 1.0 if weights is None else weights[rows] / unit
    samples.pair[:, 1] = targets[rows, 0]
    of_tree = settings._replace(
        min_weight_leaf=float(settings.min_weight_leaf * samples.pair[:, 0].sum()),
        has_categories=bool(data.is_categorical.any()),
    )
    task = whole._replace(samples=samples, settings=of_tree)
    grow_tree = grow_tree_best_first if settings.max_leaf_nodes else grow_tree_depth_first
    grow_tree(task, growth, np.uint64(seed), stop_flag)
    while not growth.sizes[IS_FINISHED]:
        growth = workspace.growth = longer(growth, task.desk.left_categories.size)
        grow_tree(task, growth, np.uint64(seed), stop_flag)
    n_nodes = growth.sizes[N_NODES]
    n_outputs = targets.shape[1]
    values = growth.values[:n_nodes].reshape(n_nodes, n_outputs, growth.values.shape[1] // n_outputs)
    if workspace.is_binary:
        values = np.concatenate([1.0 - values, values], axis=2)[:, :, : max(plan.n_classes)]
    nodes = growth.nodes[:n_nodes]
    if unit != 1.0:
        nodes["weighted_n_node_samples"] *= unit
        nodes["gain"] *= unit
    return GrownTree(nodes, values, growth.categories[: growth.sizes[N_WORDS]])


def _rows_of(weights, order, n):
    """Return the n rows of a tree that have a weight, (n,) int64, in the order of all of them, if there is one."""
    if weights is None:
        return np.arange(n) if order is None else order
    return np.flatnonzero(weights) if order is None else order[weights[order] != 0.0]


def _unit_of_weight(weights):
    """A power of two by which extreme weights are divided, so that products of their sums stay finite; mostly 1."""
    exponent = np.frexp(weights.max())[1]
    return 1.0 if abs(exponent) < _EXTREME else np.ldexp(1.0, exponent)
