"""From a plan to the trees of a booster: gathers what the kernel needs."""

from typing import NamedTuple

import numpy as np

from skensemble._team import run_team
from skensemble._threads import StopFlag
from skensemble.boosting.rounds import Ensemble, Training, boost
from skensemble.criteria.second_order import SecondOrder
from skensemble.growing.leaf_wise import OPEN_LEAF, PROPOSAL, Field, Limits
from skensemble.records import NODE

SMALL_WORK = 100_000  # values below which one thread is faster than a team
_LINE = 8  # float64 in a cache line


class BoostingPlan(NamedTuple):
    """How to grow the trees of a booster."""

    loss: NamedTuple  # see `skensemble.objectives`
    criterion: SecondOrder
    limits: Limits
    learning_rate: float


class Booster:
    """The state of a fit, which goes on for as many rounds as it is asked to.

    Parameters
    ----------
    plan : BoostingPlan
    data : BinnedFeatures
    target : (n_samples,) float64
    raw : (n_samples,) float64
        The raw predictions so far; changed in place.
    sample_weight : (n_samples,) float64, default=None
        Greater than 0.
    n_threads : int, default=1
        Changes no bit of the trees.
    """

    def __init__(self, plan, data, target, raw, sample_weight=None, *, n_threads=1):
        n_samples, n_features = data.codes.shape
        self.plan, self.data = plan, data
        self.n_threads = 1 if data.codes.size < SMALL_WORK else n_threads
        weight = np.zeros(0) if sample_weight is None else sample_weight
        self.training = Training(target, weight, raw, np.zeros((self.n_threads, _LINE)))
        n_leaves = plan.limits.max_leaf_nodes
        self.field = Field(
            pairs=np.empty((n_samples, 2), np.int64),
            rows=np.empty(n_samples, np.uint32),
            right_rows=np.empty(n_samples, np.uint32),
            pool=np.empty((n_leaves + self.n_threads - 1, n_features * (data.missing_code + 1) * 2), np.int64),
            leaves=np.zeros((self.n_threads, n_leaves), OPEN_LEAF),
            proposals=np.zeros((self.n_threads, 2), PROPOSAL),
        )

    def boost(self, n_rounds, stop=None):
        """Grow a tree for each of some rounds.

        Parameters
        ----------
        n_rounds : int
        stop : StopFlag, default=None
            When it is set the rounds end early, and the booster is of no more use.

        Returns
        -------
        ensemble : Ensemble
            Thresholds are numbers of bins.
        """
        plan = self.plan
        n_nodes = 2 * plan.limits.max_leaf_nodes - 1
        ensemble = Ensemble(
            np.zeros((n_rounds, n_nodes), NODE), np.zeros((n_rounds, n_nodes)), np.zeros(n_rounds, np.int64)
        )
        run_team(
            boost,
            self.n_threads,
            StopFlag() if stop is None else stop,
            self.data,
            self.training,
            plan.loss,
            plan.criterion,
            plan.limits,
            self.field,
            ensemble,
            plan.learning_rate,
        )
        return ensemble
