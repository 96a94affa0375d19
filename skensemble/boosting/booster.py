"""From a plan to the trees of a booster: rounds of boosting by a team of threads."""

from typing import NamedTuple

import numpy as np

from skensemble._random import key_of_tree
from skensemble._team import CHUNK, arrive, run_team
from skensemble._threads import StopFlag, run_in_threads
from skensemble.binning.bins import Bins
from skensemble.boosting.dropout import Dropout
from skensemble.boosting.gradients import Training, start_round, sum_losses, write_pairs
from skensemble.boosting.linear_leaves import LinearLeaves, move_by_models, walk_by_models
from skensemble.boosting.sampling import RowSampler, RowSampling
from skensemble.boosting.updates import finish_nodes, move_predictions, walk_rows
from skensemble.criteria.second_order import SecondOrder
from skensemble.growing.growth import Growth
from skensemble.growing.leaf_models import models_between
from skensemble.growing.leaf_wise import grow_tree
from skensemble.growing.leaves import item_words, n_slots_of, new_field, new_own, new_trees
from skensemble.growing.monotonic import bounds_halfway
from skensemble.growing.plan import GrownTree
from skensemble.growing.symmetric import grow_symmetric_tree
from skensemble.objectives.objectives import Objective
from skensemble.records import copy_nodes

SMALL_WORK = 150_000  # values below which one thread is faster than a team
WIDE_RANGE = 1e4  # of the weights
LINE = 8  # float64 in a cache line
STRETCH = 1 << 16  # rows whose losses are summed up at once


class BoostingPlan(NamedTuple):
    """How to grow the trees of a booster."""

    objective: Objective
    criterion: SecondOrder
    growth: Growth
    constraints: tuple  # of Constraints, for each output
    seed: int
    is_symmetric: bool = False
    sampling: RowSampling | None = None  # None: all rows
    dropout_rate: float = 0.0
    is_intermediate: bool = False  # the method of monotonic constraints, see `growing.monotonic`
    is_linear: bool = False  # whether leaves have linear models
    has_vectors: bool = False  # whether a round is one tree, with a value for each output in a leaf

    @property
    def outputs_per_tree(self):
        """The number of outputs that a tree has values for."""
        return self.objective.loss.n_outputs if self.has_vectors else 1

    @property
    def has_unit_hessians(self):
        """Whether the hessian of a row, unless it has another weight, is 1."""
        is_weighted = self.sampling is not None and self.sampling.is_weighted
        return self.objective.has_unit_hessians and not is_weighted

    @property
    def trees_per_round(self):
        """The number of trees of a round."""
        return self.objective.loss.n_outputs // self.outputs_per_tree


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
    used : sequence of int, default=()
        Features that their trees are cut by.
    X : (n_samples, n_features) float64, default=None
        The values of the data, for linear leaves.
    """

    def __init__(
        self, plan, bins: Bins, data, target, raw, sample_weight=None, *, n_threads=1, n_rounds=0, used=(), X=None
    ):
        if sample_weight is not None and np.all(sample_weight == 1.0):
            sample_weight = None
        self.plan, self.bins, self.data, self.n_rounds = plan, bins, data, n_rounds
        self.n_threads = 1 if data.columns.size < SMALL_WORK else n_threads
        self.training = new_training(target, raw, sample_weight, self.n_threads)
        max_leaf_nodes, loss = plan.growth.max_leaf_nodes, plan.objective.loss
        n_slots = n_slots_of(plan.growth, len(target))
        n_item_words = item_words(
            plan.outputs_per_tree,
            is_wide=needs_wide_bins(sample_weight),
            has_unit_hessians=sample_weight is None and plan.has_unit_hessians,
        )
        self.field = new_field(
            data, n_slots, self.n_threads, samples_rows=plan.sampling is not None, n_item_words=n_item_words
        )
        self.own = [
            new_own(
                data,
                plan.constraints[0],
                max_leaf_nodes,
                n_slots,
                n_item_words=n_item_words,
                n_outputs=plan.outputs_per_tree,
                is_intermediate=plan.is_intermediate and plan.constraints[0].monotonic.size > 0,
            )
            for _ in range(self.n_threads)
        ]
        for own in self.own:
            own.is_used[list(used)] = 1
        self.sampler = plan.sampling and RowSampler(plan.sampling, self.training, loss, self.field.kept)
        self.linear = LinearLeaves(X, data.is_categorical, 2 * max_leaf_nodes - 1) if plan.is_linear else None
        self.grown: list[GrownTree] = []  # with dropout
        self.dropout = Dropout(plan.dropout_rate, plan.growth.learning_rate, data, raw) if plan.dropout_rate else None

    def boost(self, n_rounds, stop=None):
        """Grow the trees of some rounds.

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
        plan, n_trees = self.plan, self.plan.trees_per_round
        trees = new_trees(n_rounds * n_trees, self.data, plan.growth.max_leaf_nodes, plan.outputs_per_tree)
        n_leaves, models = np.zeros(len(trees), np.int64), [None] * len(trees)

        def play(team):
            for first in range(0, len(trees), n_trees):
                if not stop.is_set:
                    grown = self._play_round(team, first, trees[first : first + n_trees])
                    if team.number == 0:
                        round_of_trees = slice(first, first + n_trees)
                        n_leaves[round_of_trees], models[round_of_trees] = zip(*grown, strict=True)

        try:
            run_team(play, self.n_threads, stop)
        except BaseException:
            if self.dropout:
                self.dropout.undo()
            raise
        self.n_rounds += n_rounds
        if self.dropout:
            self.dropout.before.clear()
        grown = [self._as_grown(*each) for each in zip(trees, n_leaves, models, strict=True)]
        if self.dropout:
            self.grown += grown
        return grown

    def set_learning_rate(self, learning_rate):
        """Change the shrinkage of the rounds to come."""
        self.plan = self.plan._replace(growth=self.plan.growth._replace(learning_rate=learning_rate))
        if self.dropout:
            self.dropout.learning_rate = learning_rate

    def changed_trees(self):
        """Return what dropout has added to the trees of earlier rounds since the last call, as trees.

        They take turns at the outputs, as those of rounds do.
        """
        if not self.dropout or not self.dropout.rescaled:
            return []
        rescaled, self.dropout.rescaled = self.dropout.rescaled, []
        n_trees = self.plan.trees_per_round
        return [
            tree._replace(values=tree.values * (1.0 - 1.0 / factor))
            for number, factor in rescaled
            for tree in self.grown[number * n_trees : (number + 1) * n_trees]
        ]

    def _play_round(self, team, first, trees):
        """Grow the trees of a round and move the raw predictions: what each thread does.

        Returns
        -------
        grown : list of (int, LeafModels or None)
            Of each tree, how many leaves it has, and their models.
        """
        plan, training, dropped, grown = self.plan, self.training, (), []
        key = np.uint64(key_of_tree(self.plan.seed, self.n_rounds * len(trees) + first))
        if self.dropout:
            dropped = self.dropout.leave_out(team, key)
        if plan.objective.loss.n_outputs > 1:
            start_round(team, training)
        if self.sampler:
            training = self.sampler.draw(team, key)
        for number, tree in enumerate(trees):
            of_tree = plan.objective.loss, number, plan.outputs_per_tree  # a tree of several outputs is the only one
            units = write_pairs(team, training, *of_tree, self.field.pairs)
            key = np.uint64(key_of_tree(plan.seed, self.n_rounds * len(trees) + first + number))
            n_leaves = self._grow(team, training, number, units, key, tree)
            grown.append((n_leaves, self.linear and self.linear.models))
            if self.dropout and team.number == 0:
                tree.values[:] *= self.dropout.scale_of_new(len(dropped))
            for output, values in enumerate(tree.values, start=number):
                self._move(team, output, n_leaves, tree, values)
        if self.dropout:
            self.dropout.put_back(team, dropped)
            if team.number == 0:
                self.dropout.rounds.append(trees)
            arrive(team)
        return grown

    def _grow(self, team, training, output, units, key, tree):
        """Grow one tree; returns the number of leaves."""
        plan, own = self.plan, self.own[team.number]
        grow = grow_symmetric_tree if plan.is_symmetric else grow_tree
        constraints = plan.constraints[output % len(plan.constraints)]
        n_leaves = grow(team, self.data, self.field, own, plan.criterion, plan.growth, constraints, units, key, tree)
        if plan.objective.is_refined:
            arrive(team)
            self._refine(team, training, n_leaves, tree.values[0])
            arrive(team)
        if self.linear:
            self.linear.fit(team, plan, training, output, tree, own.leaves[:n_leaves], self._rows_of)
        return n_leaves

    def _move(self, team, output, n_leaves, tree, values):
        """Move the raw predictions of an output: those of the rows that a tree is grown on, and of the others."""
        raw, kept, words = self.training.raw[output], self.field.kept, tree.words.reshape(-1)
        inside = raw, self.field.rows, self.own[team.number].leaves, n_leaves, values
        outside = raw, self.data, kept, tree.nodes, words, values
        if self.linear:
            move_by_models(team, *inside, self.linear.models, self.linear.X)
            if kept.size:
                walk_by_models(team, *outside, self.linear.models, self.linear.X)
            return
        move_predictions(team, *inside)
        if kept.size:
            walk_rows(team, *outside, 1.0)

    def _rows_of(self, leaf):
        """Return the rows of a leaf, (n_rows,) uint32, in an order that does not depend on the threads."""
        parts = [self.field.rows[own.leaves[leaf]["start"] : own.leaves[leaf]["stop"]] for own in self.own]
        return np.sort(np.concatenate(parts))

    def _refine(self, team, training, n_leaves, values):
        """Give the leaves that are this thread's turn the best values for the residuals of their rows."""
        leaves = self.own[team.number].leaves
        for i in range(team.number, n_leaves, team.size):
            rows = self._rows_of(i)
            if not len(rows):  # none was drawn
                continue
            weight = training.weight[rows] if training.weight.size else None
            value = self.plan.objective.refined_value(training.target[rows] - training.raw[0, rows], weight)
            most = self.plan.criterion.max_delta_step
            bounds = leaves[i]["lower"], leaves[i]["upper"]
            if self.plan.is_intermediate:
                bounds = bounds_halfway(leaves[i], self.own[team.number].values[i, 0])
            value = np.clip(np.clip(value, -most, most), *bounds)
            values[leaves[i]["number"]] = self.plan.growth.learning_rate * value

    def _as_grown(self, tree, n_leaves, models):
        """Cut a tree to its size, and replace the numbers of bins by thresholds."""
        n_nodes = max(2 * n_leaves - 1, 1)
        nodes = copy_nodes(tree.nodes[:n_nodes])  # dropout still needs the bins
        sets = np.empty(n_leaves, np.int64)
        n_sets = finish_nodes(nodes, self.bins.thresholds, tree.words.shape[1], sets)
        words = tree.words[sets[:n_sets]].ravel()
        return GrownTree(nodes, tree.values[:, np.newaxis, :n_nodes].T, words, models_between(models, 0, n_nodes))

    def loss(self):
        """Return the mean loss of the training samples."""
        return mean_loss(self.training, self.plan.objective.loss, self.n_threads)


def needs_wide_bins(sample_weight):
    """Whether weights, (n_samples,) float64 above 0 or None, are so different that packed bins round the least to 0."""
    return sample_weight is not None and sample_weight.max() > WIDE_RANGE * sample_weight.min()


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
