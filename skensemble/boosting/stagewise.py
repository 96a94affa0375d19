"""Gradient boosting as Friedman wrote it (2001, algorithm 1): learners that follow the gradient of a loss.

A round fits one learner an output to the negative gradients at the raw predictions so far, searches along it for the
step that lowers the loss most (for trees: one step a leaf), and moves the raw predictions by a part of it::

    r = -gradient(y, raw)                  first order:   h fitted to r
    z = -gradient / hessian                second order:  h fitted to z, where a sample weighs its hessian
    raw += learning_rate * step * h(X)

Learners are exact trees on features that are ranked once for all rounds, or whatever fits numbers to numbers.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar

from skensemble._team import run_team
from skensemble._threads import StopFlag, run_in_threads
from skensemble.boosting.booster import mean_loss, new_training
from skensemble.boosting.gradients import Training, start_round, write_gradients
from skensemble.growing.plan import Workspace, grow
from skensemble.objectives.losses import SquaredErrorLoss
from skensemble.objectives.objectives import Objective
from skensemble.records import LEAF
from skensemble.trees.pruning import pruned
from skensemble.trees.trees import Trees

LEAST_HESSIAN = 1e-6  # of a sample, in second order: what it is fitted to is a ratio
_NOTHING = 1e-150  # hessians below it say nothing of a step


class LineSearch(NamedTuple):
    """Finds the steps that lower the loss most, at one round and for one output."""

    objective: Objective
    output: int
    training: Training  # its weights are those of the round
    gradients: np.ndarray  # (n_samples,) float64
    hessians: np.ndarray  # (n_samples,) float64

    def values_of_leaves(self, leaves, n_nodes):
        """Return the best constant of each leaf, (n_nodes,) float64; 0 for nodes that no sample is in.

        Parameters
        ----------
        leaves : (n_samples,) int64
            The leaf of each sample.
        n_nodes : int
        """
        weight = self.training.weight
        if self.objective.is_refined:
            return self._refined_values(leaves, n_nodes, weight)
        gradients, hessians = self.gradients, self.hessians
        if weight.size:
            gradients, hessians = gradients * weight, hessians * weight
        numerators = np.bincount(leaves, gradients, n_nodes)
        denominators = np.bincount(leaves, hessians, n_nodes)
        is_known = np.abs(denominators) >= _NOTHING
        steps = np.divide(-numerators, denominators, out=np.zeros(n_nodes), where=is_known)
        return self.objective.step_scale * steps

    def _refined_values(self, leaves, n_nodes, weight):
        residuals, values = self.training.target - self.training.raw[self.output], np.zeros(n_nodes)
        order = np.argsort(leaves, kind="stable")
        ends = np.cumsum(np.bincount(leaves, minlength=n_nodes))
        for leaf in np.unique(leaves):
            rows = order[ends[leaf - 1] if leaf else 0 : ends[leaf]]
            of_rows = weight[rows] if weight.size else None
            if of_rows is None or of_rows.any():
                values[leaf] = self.objective.refined_value(residuals[rows], of_rows)
        return values

    def best_step(self, direction):
        """Return the multiple of a direction (n_samples,) that lowers the loss most, float."""
        raw = self.training.raw.copy()
        training, loss = self.training._replace(raw=raw), self.objective.loss

        def loss_at(step):
            raw[self.output] = self.training.raw[self.output] + step * direction
            return mean_loss(training, loss)

        return float(minimize_scalar(loss_at, bracket=(0.0, 1.0)).x) if direction.any() else 0.0


class TreeLearner:
    """Exact regression trees.

    Parameters
    ----------
    plan : TreePlan
        Its criterion is the squared error.
    data : RankedFeatures
        Of the training samples.
    X : (n_samples, n_features) float32, array or CSR
        Their values.
    n_categories : (n_features,) int64
    ccp_alpha : float
    n_outputs : int
        How many trees may grow at once.
    """

    def __init__(self, plan, data, X, n_categories, ccp_alpha=0.0, n_outputs=1):
        self.plan, self.data, self.X, self.n_categories, self.ccp_alpha = plan, data, X, n_categories, ccp_alpha
        self.responses = np.empty((n_outputs, X.shape[0], 1))
        self.workspaces = [Workspace() for _ in range(n_outputs)]

    def fit(self, output, response, weight, seed, search, stop):
        """Grow a tree.

        Parameters
        ----------
        output : int
        response : (n_samples,) float64
        weight : (n_samples,) float64 or None
        seed : int
        search : LineSearch or None
            None: the means of the responses are the best values.
        stop : StopFlag

        Returns
        -------
        grown : GrownTree
        change : (n_samples,) float64
            What it adds to the raw predictions, before shrinkage.
        """
        responses = self.responses[output]
        responses[:, 0] = response
        grown = grow(self.plan, self.data, responses, weight, seed, stop.array, self.workspaces[output])
        if self.ccp_alpha > 0.0:
            grown = pruned(grown, self.ccp_alpha)
        grown = grown.copied()
        leaves = Trees.from_grown([grown], self.n_categories, (1,)).leaves(self.X)[:, 0]
        if search is not None:
            self._replace_leaves(grown, search.values_of_leaves(leaves, len(grown.nodes)))
        return grown, grown.values[leaves, 0, 0]

    def _replace_leaves(self, grown, values):
        """Give the leaves of a tree other values, within what monotonic constraints allow."""
        nodes, is_leaf = grown.nodes, grown.nodes["left"] == LEAF
        monotonic = self.plan.constraints.monotonic
        if monotonic.size:
            values = bounded_values(nodes, values, monotonic)
        grown.values[is_leaf, 0, 0] = values[is_leaf]


def bounded_values(nodes, values, signs):
    """Return values of leaves that keep the order that monotonic constraints ask for, (n_nodes,) float64.

    A constrained cut puts a bound between its children, halfway between the means of their leaves.

    Parameters
    ----------
    nodes : (n_nodes,) NODE
        Parents come before their children.
    values : (n_nodes,) float64
        Those of leaves count.
    signs : (n_features,) int8
    """
    inner = np.flatnonzero(nodes["left"] != LEAF)
    weight, values = nodes["weighted_n_node_samples"], values.copy()
    for node in inner[::-1]:
        children = nodes["left"][node], nodes["right"][node]
        values[node] = np.average(values[[*children]], weights=weight[[*children]])
    lower, upper = np.full(len(nodes), -np.inf), np.full(len(nodes), np.inf)
    for node in inner:
        left, right = nodes["left"][node], nodes["right"][node]
        for child in (left, right):
            lower[child], upper[child] = lower[node], upper[node]
            values[child] = np.clip(values[child], lower[child], upper[child])
        sign, bound = signs[nodes["feature"][node]], (values[left] + values[right]) / 2
        if sign:
            low, high = (left, right) if sign > 0 else (right, left)
            upper[low], lower[high] = bound, bound
            values[low], values[high] = min(values[low], bound), max(values[high], bound)
    return values


class StagewiseBooster:
    """The state of a fit, which goes on for as many rounds as it is asked to.

    Parameters
    ----------
    objective : Objective
    learner : TreeLearner, or what has its method `fit`
    target : (n_samples,) float64
    raw : (n_outputs, n_samples) float64
        The raw predictions so far; changed in place.
    sample_weight : (n_samples,) float64, default=None
        Not negative.
    learning_rate : float, default=0.1
    is_second_order : bool, default=False
    n_threads : int, default=1
        Changes no bit.
    """

    def __init__(
        self,
        objective,
        learner,
        target,
        raw,
        sample_weight=None,
        *,
        learning_rate=0.1,
        is_second_order=False,
        n_threads=1,
    ):
        self.objective, self.learner, self.learning_rate = objective, learner, learning_rate
        self.is_second_order, self.n_threads = is_second_order, n_threads
        self.sample_weight = sample_weight
        self.training = new_training(target, raw, None, n_threads)
        self.gradients, self.hessians = np.empty(raw.shape), np.empty(raw.shape)
        self.stop = StopFlag()

    def play_round(self, seeds, rows=None):
        """Fit a learner an output, and move the raw predictions.

        Parameters
        ----------
        seeds : (n_outputs,) int64
        rows : (n_drawn,) int, default=None
            Those that the learners are fitted to; None: all.

        Returns
        -------
        fitted : list
            What the learner has made, an item an output.
        """
        training, raw = self.training, self.training.raw
        if len(raw) > 1:
            run_team(start_round, self.n_threads, self.stop, training)
        else:
            self.objective = self.objective.at(training.target - raw[0], self.sample_weight)
        for output in range(len(raw)):
            gradients, hessians = self.gradients[output], self.hessians[output]
            write_gradients(training, self.objective.loss, output, 0, len(gradients), gradients, hessians)
        weight = self.weight_of(rows)
        tasks = [lambda output=output: self._fit(output, int(seeds[output]), weight) for output in range(len(raw))]
        results = run_in_threads(tasks, self.n_threads, self.stop)
        for output, (_, change) in enumerate(results):
            raw[output] += self.learning_rate * change
        return [fitted for fitted, _ in results]

    def weight_of(self, rows):
        """Return the weights of the samples when only some rows count, (n_samples,) float64, or None."""
        if rows is None:
            return self.sample_weight
        weight = np.zeros(len(self.training.target))
        weight[rows] = 1.0 if self.sample_weight is None else self.sample_weight[rows]
        return weight

    def _fit(self, output, seed, weight):
        """Fit the learner of one output; other outputs may be fitted at the same time."""
        gradients, hessians, search = self.gradients[output], self.hessians[output], None
        if self.is_second_order:
            hessians = np.maximum(hessians, LEAST_HESSIAN)
            of_rows = hessians if weight is None else weight * hessians
            return self.learner.fit(output, -gradients / hessians, of_rows, seed, None, self.stop)
        if not isinstance(self.objective.loss, SquaredErrorLoss) or not isinstance(self.learner, TreeLearner):
            training = self.training._replace(weight=np.zeros(0) if weight is None else weight)
            search = LineSearch(self.objective, output, training, gradients, hessians)
        return self.learner.fit(output, -gradients, weight, seed, search, self.stop)

    def loss(self, rows=None):
        """Return the weighted mean loss of some rows; None: of all."""
        training, weight = self.training, self.sample_weight
        if rows is not None:
            raw = np.ascontiguousarray(training.raw[:, rows])
            training = new_training(training.target[rows], raw, None, self.n_threads)
            weight = None if weight is None else weight[rows]
        if weight is not None:
            training = training._replace(weight=weight)
        return mean_loss(training, self.objective.loss, self.n_threads)
