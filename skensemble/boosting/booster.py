"""From a plan to the trees of a booster: rounds of boosting by a team of threads."""

from typing import NamedTuple

import numpy as np

from skensemble._random import key_of_tree
from skensemble._team import CHUNK, arrive, one_of, run_team
from skensemble._threads import StopFlag, run_in_threads
from skensemble.binning.bins import Bins
from skensemble.boosting.additions import Turns
from skensemble.boosting.dropout import Dropout
from skensemble.boosting.gradients import Training, start_round, sum_losses
from skensemble.boosting.grower import Grower
from skensemble.boosting.linear_leaves import LinearLeaves
from skensemble.boosting.sampling import RowSampler, RowSampling
from skensemble.boosting.updates import finish_trees
from skensemble.criteria.second_order import SecondOrder
from skensemble.growing.growth import Growth
from skensemble.growing.leaf_models import models_between
from skensemble.growing.leaves import item_words, n_slots_of, new_field, new_own, new_trees
from skensemble.growing.plan import GrownTree
from skensemble.objectives.objectives import Objective
from skensemble.records import NODE

SMALL_WORK = 150_000  # values below which one thread is faster than a team
MOST_SINGLE_WORK = 1 << 20  # values for each thread, up to which trees of their own beat a team's meetings by far
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

    @property
    def has_independent_trees(self):
        """Whether no tree of a round depends on another one, so that threads may grow one each at a time."""
        return self.trees_per_round > 1 and not self.growth.first_use_penalties.size and not self.is_linear


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
        work = data.columns.size * (plan.trees_per_round if plan.has_independent_trees else 1)
        self.n_threads = 1 if work < SMALL_WORK else n_threads
        self.training = new_training(target, raw, sample_weight, self.n_threads)
        n_slots = n_slots_of(plan.growth, len(target))
        n_item_words = item_words(
            plan.outputs_per_tree,
            is_wide=needs_wide_bins(sample_weight),
            has_unit_hessians=sample_weight is None and plan.has_unit_hessians,
        )
        field = new_field(
            data, n_slots, self.n_threads, samples_rows=plan.sampling is not None, n_item_words=n_item_words
        )
        own = [self._new_own(n_slots, n_item_words, used) for _ in range(self.n_threads)]
        linear = LinearLeaves(X, data.is_categorical, 2 * plan.growth.max_leaf_nodes - 1) if plan.is_linear else None
        self.team = Grower(data, field, own, linear)
        self.single = []  # of each thread, where all have trees of their own: the first one shares the team's field
        is_small = data.columns.size <= MOST_SINGLE_WORK * self.n_threads
        if plan.has_independent_trees and is_small and plan.trees_per_round >= self.n_threads > 1:
            fields = [new_field(data, n_slots, 1, n_item_words=n_item_words) for _ in own[1:]]
            fields = [field, *(each._replace(kept=field.kept) for each in fields)]
            self.single = [Grower(data, *each) for each in zip(fields, ([each] for each in own), strict=True)]
        self.sampler = plan.sampling and RowSampler(plan.sampling, self.training, plan.objective.loss, field.kept)
        self.grown: list[GrownTree] = []  # with dropout
        self.dropout = Dropout(plan.dropout_rate, plan.growth.learning_rate, data, raw) if plan.dropout_rate else None

    def _new_own(self, n_slots, n_item_words, used):
        plan = self.plan
        own = new_own(
            self.data,
            plan.constraints[0],
            plan.growth.max_leaf_nodes,
            n_slots,
            n_item_words=n_item_words,
            n_outputs=plan.outputs_per_tree,
            is_intermediate=plan.is_intermediate and plan.constraints[0].monotonic.size > 0,
        )
        own.is_used[list(used)] = 1
        return own

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
        turns = Turns(0, len(trees.nodes), 1, self.n_rounds * n_trees, plan.seed, False)
        # Nothing else happens between the trees:
        is_plain = plan.objective.loss.n_outputs == 1 and not (self.sampler or self.dropout)

        def play(team):
            if is_plain:
                self.team.add(team, plan, self.training, turns, trees)
                return
            for first in range(0, turns.stop, n_trees):
                if not stop.is_set:
                    self._play_round(team, turns._replace(first=first, stop=first + n_trees), trees)

        try:
            run_team(play, self.n_threads, stop)
        except BaseException:
            if self.dropout:
                self.dropout.undo()
            raise
        self.n_rounds += n_rounds
        if self.dropout:
            self.dropout.before.clear()
        grown = self._as_grown(trees)
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

    def _play_round(self, team, turns, trees):
        """Grow the trees of a round and move the raw predictions: what each thread does.

        Parameters
        ----------
        team : Team
        turns : Turns
            Those of the round.
        trees : BoostedTrees
        """
        plan, training, scale, dropped = self.plan, self.training, None, ()
        numbers = range(turns.first, turns.stop)
        key = np.uint64(key_of_tree(plan.seed, turns.n_before + turns.first))
        if self.dropout:
            dropped = self.dropout.leave_out(team, key)
            scale = self.dropout.scale_of_new(len(dropped))
        if plan.objective.loss.n_outputs > 1:
            start_round(team, training)
        if self.sampler:
            training = self.sampler.draw(team, key)
        if self.single:
            n_single = (turns.stop - turns.first) // team.size * team.size
            own_turns = turns._replace(first=turns.first + team.number, stop=turns.first + n_single, step=team.size)
            turns = turns._replace(first=turns.first + n_single)
            arrive(team)  # what is written above is of all rows
            grower, own_training = self.single[team.number], training_of_one(training, team.number)
            grower.add(one_of(team), plan, own_training, own_turns, trees, scale)
            arrive(team)
        self.team.add(team, plan, training, turns, trees, scale)
        if self.dropout:
            self.dropout.put_back(team, dropped)
            if team.number == 0:
                self.dropout.rounds.append([trees.tree(number) for number in numbers])
            arrive(team)

    def _as_grown(self, trees):
        """Cut trees to their size, and replace the numbers of bins by thresholds."""
        models = [None] * len(trees.nodes)
        if self.team.linear:
            models, self.team.linear.of_trees = self.team.linear.of_trees, []
        n_nodes = np.maximum(2 * trees.n_leaves - 1, 1)
        starts, set_starts = np.append(0, np.cumsum(n_nodes)), np.empty(len(models) + 1, np.int64)
        nodes, values = np.empty(starts[-1], NODE), np.empty((starts[-1], 1, trees.values.shape[1]))
        sets = np.empty((int(trees.n_leaves.sum()), trees.words.shape[2]), np.uint64)
        finish_trees(trees, self.bins.thresholds, starts, nodes, values, sets, set_starts)
        grown = []
        for number, (start, stop, of_tree) in enumerate(
            zip(starts[:-1].tolist(), starts[1:].tolist(), models, strict=True)
        ):
            own_values = values[start:stop]
            if self.dropout:  # which goes on to change those that it has itself
                own_values = trees.values[number, :, np.newaxis, : stop - start].T
            categories = sets[set_starts[number] : set_starts[number + 1]].ravel()
            grown.append(GrownTree(nodes[start:stop], own_values, categories, models_between(of_tree, 0, stop - start)))
        return grown

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


def training_of_one(training, number):
    """Return the `Training` of a team of one thread of another team."""
    here = slice(number, number + 1)
    return training._replace(extremes=training.extremes[here], words=training.words[here])


def mean_loss(training, loss, n_threads=1):
    """Return the weighted mean of the losses; stretches are added in one order, whatever the threads."""
    n_samples = len(training.target)
    tasks = [
        lambda first=first: sum_losses(training, loss, first, min(first + STRETCH, n_samples))
        for first in range(0, n_samples, STRETCH)
    ]
    total = float(np.sum(run_in_threads(tasks, n_threads)))
    return total / (float(training.weight.sum()) if training.weight.size else n_samples)
