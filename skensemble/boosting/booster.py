"""From a plan to the trees of a booster: rounds of boosting by a team of threads."""

from typing import NamedTuple

import numpy as np

from skensemble._random import key_of_tree
from skensemble._team import CHUNK, arrive, run_team
from skensemble._threads import StopFlag, run_in_threads
from skensemble.binning.bins import Bins
from skensemble.boosting.gradients import Training, start_round, sum_losses, write_pairs
from skensemble.boosting.updates import move_predictions
from skensemble.criteria.second_order import SecondOrder
from skensemble.growing.leaf_wise import Growth, grow_tree
from skensemble.growing.leaves import new_field, new_own, new_tree
from skensemble.growing.plan import GrownTree
from skensemble.objectives.objectives import Objective
from skensemble.records import LEAF, Constraints

SMALL_WORK = 100_000  # values below which one thread is faster than a team
LINE = 8  # float64 in a cache line
STRETCH = 1 << 16  # rows whose losses are summed up at once


class BoostingPlan(NamedTuple):
    """How to grow the trees of a booster."""

    objective: Objective
    criterion: SecondOrder
    growth: Growth
    constraints: Constraints
    seed: int


class Booster:
    """The state of a fit, which goes on for as many rounds as it is asked to.

    Parameters
    ----------
    plan : BoostingPlan
    bins : Bins
    data : BinnedFeatures
    target : (n_samples,) float64
    raw : (n_outputs, n_samples) float64
        The raw predictions so far; changed in place.
    sample_weight : (n_samples,) float64, default=None
        Greater than 0.
    n_threads : int, default=1
        Changes no bit of the trees.
    n_rounds : int, default=0
        Rounds that there were before.
    """

    def __init__(self, plan, bins: Bins, data, target, raw, sample_weight=None, *, n_threads=1, n_rounds=0):
        self.plan, self.bins, self.data, self.n_rounds = plan, bins, data, n_rounds
        self.n_threads = 1 if data.codes.size < SMALL_WORK else n_threads
        self.training = new_training(target, raw, sample_weight, self.n_threads)
        max_leaf_nodes = plan.growth.max_leaf_nodes
        self.field = new_field(data, max_leaf_nodes, self.n_threads)
        self.own = [new_own(data, plan.constraints, max_leaf_nodes) for _ in range(self.n_threads)]

    def boost(self, n_rounds, stop=None):
        """Grow the trees of some rounds, one for each output of a round.

        Parameters
        ----------
        n_rounds : int
        stop : StopFlag, default=None
            When it is set the rounds end early, and the booster is of no more use.

        Returns
        -------
        trees : list of GrownTree
        """
        stop = StopFlag() if stop is None else stop
        n_outputs = self.plan.objective.loss.n_outputs
        trees = [new_tree(self.data, self.plan.growth.max_leaf_nodes) for _ in range(n_rounds * n_outputs)]
        n_leaves = np.zeros(len(trees), np.int64)

        def play(team):
            for number in range(len(trees)):
                if not stop.is_set:
                    grown = self._grow(team, number, trees[number])
                    if team.number == 0:
                        n_leaves[number] = grown

        run_team(play, self.n_threads, stop)
        self.n_rounds += n_rounds
        return [self._as_grown(tree, n) for tree, n in zip(trees, n_leaves, strict=True)]

    def _grow(self, team, number, tree):
        """Grow one tree and move the raw predictions: what each thread does; returns the number of leaves."""
        plan, field, own, training = self.plan, self.field, self.own[team.number], self.training
        n_outputs = plan.objective.loss.n_outputs
        output = number % n_outputs
        if n_outputs > 1 and output == 0:
            start_round(team, training)
        units = write_pairs(team, training, plan.objective.loss, output, field.pairs)
        key = np.uint64(key_of_tree(plan.seed, self.n_rounds * n_outputs + number))
        n_leaves = grow_tree(
            team, self.data, field, own, plan.criterion, plan.growth, plan.constraints, units, key, tree
        )
        if plan.objective.is_refined:
            arrive(team)
            self._refine(team, n_leaves, tree.values)
        move_predictions(team, training.raw[output], field.rows, own.leaves, n_leaves, tree.values)
        return n_leaves

    def _refine(self, team, n_leaves, values):
        """Give the leaves that are this thread's turn the best values for the residuals of their rows."""
        training, leaves = self.training, self.own[team.number].leaves
        for i in range(team.number, n_leaves, team.size):
            parts = [self.field.rows[own.leaves[i]["start"] : own.leaves[i]["stop"]] for own in self.own]
            rows = np.sort(np.concatenate(parts))  # in an order that does not depend on the threads
            weight = training.weight[rows] if training.weight.size else None
            value = self.plan.objective.refined_value(training.target[rows] - training.raw[0, rows], weight)
            value = np.clip(value, leaves[i]["lower"], leaves[i]["upper"])
            values[leaves[i]["number"]] = self.plan.growth.learning_rate * value

    def _as_grown(self, tree, n_leaves):
        """Cut a tree to its size, and replace the numbers of bins by thresholds."""
        n_nodes = max(2 * n_leaves - 1, 1)
        nodes = tree.nodes[:n_nodes]
        is_inner = nodes["left"] != LEAF
        is_categorical = is_inner & (nodes["category_offset"] >= 0)
        is_numeric = is_inner & ~is_categorical
        bins = nodes["threshold"][is_numeric].astype(np.int64)
        nodes["threshold"][is_numeric] = self.bins.thresholds[nodes["feature"][is_numeric], bins]
        width = tree.words.shape[1]
        sets = nodes["category_offset"][is_categorical] // max(width, 1)
        nodes["category_offset"][is_categorical] = width * np.arange(len(sets))
        return GrownTree(nodes, tree.values[:n_nodes].reshape(-1, 1, 1), tree.words[sets].ravel())

    def loss(self):
        """Return the mean loss of the training samples."""
        return mean_loss(self.training, self.plan.objective.loss, self.n_threads)


def new_training(target, raw, sample_weight=None, n_threads=1):
    """Return the `Training` of some rows."""
    n_of_several = len(target) if len(raw) > 1 else 0
    weight = np.zeros(0) if sample_weight is None else sample_weight
    return Training(
        target=target,
        weight=weight,
        greatest_weight=float(weight.max(initial=0.0)) if weight.size else 1.0,
        raw=raw,
        peaks=np.zeros(n_of_several),
        scales=np.zeros(n_of_several),
        extremes=np.zeros((n_threads, LINE)),
        words=np.empty((n_threads, 2, CHUNK), np.int64),
    )


def mean_loss(training, loss, n_threads=1):
    """Return the weighted mean of the losses; stretches are added in one order, whatever the threads."""
    n_samples = len(training.target)
    tasks = [
        lambda first=first: sum_losses(training, loss, first, min(first + STRETCH, n_samples))
        for first in range(0, n_samples, STRETCH)
    ]
    total = float(np.sum(run_in_threads(tasks, n_threads)))
    return total / (float(training.weight.sum()) if training.weight.size else n_samples)
