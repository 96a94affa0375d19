"""Leaves that are fitted to other rows: the cuts of the trees stay, and the values of their leaves move."""

import numpy as np

from skensemble._team import run_team
from skensemble._threads import StopFlag, run_in_threads
from skensemble.boosting.booster import STRETCH
from skensemble.boosting.gradients import start_round, write_gradients
from skensemble.records import FLAT, LEAF


def refitted_values(trees, plan, X, training, decay, n_threads=1):
    """Return the values of all nodes after their leaves have been fitted to some rows, tree by tree.

    A leaf moves from its value to a part 1 - `decay` of the way to that which boosting would give it for the rows that
    reach it, at the raw predictions of the trees before, which have moved already.  A leaf that no row reaches stays.

    Parameters
    ----------
    trees : Trees
    plan : BoostingPlan
    X : (n_samples, n_features) float64
    training : Training
        Of the rows; its raw predictions are those before the first tree, and change to those after the last one.
    decay : float
        Between 0 and 1.
    n_threads : int, default=1

    Returns
    -------
    values : (n_nodes of all trees, 1, n_outputs of a tree) float64
        A copy; those of inner nodes are the old ones.
    """
    values, n_outputs = trees.values.copy(), plan.objective.loss.n_outputs
    find = _refined_leaves if plan.objective.is_refined else _newton_leaves
    for number in range(len(trees)):
        first = number % plan.trees_per_round
        if n_outputs > 1 and first == 0:
            run_team(start_round, n_threads, StopFlag(), training)
        tree = trees.subset(number)
        leaves = tree.leaves(X, n_threads)[:, 0]
        for place, output in enumerate(range(first, first + plan.outputs_per_tree)):
            old = tree.values[:, 0, place]
            reached, best = find(plan, training, output, leaves, n_threads)
            lower, upper = value_bounds(tree.nodes, old, plan.constraints[output % len(plan.constraints)].monotonic)
            new = decay * old[reached] + (1.0 - decay) * plan.growth.learning_rate * best
            of_tree = values[trees.node_starts[number] : trees.node_starts[number + 1], 0, place]
            of_tree[reached] = np.clip(new, lower[reached], upper[reached])
            training.raw[output] += of_tree[leaves]
    return values


def _newton_leaves(plan, training, output, leaves, n_threads):
    """Return the leaves that rows reach, and their best values for the gradients and hessians of these."""
    gradients, hessians = gradients_of(training, plan.objective.loss, output, n_threads)
    reached = np.flatnonzero(np.bincount(leaves))
    gradients, hessians = np.bincount(leaves, gradients)[reached], np.bincount(leaves, hessians)[reached]
    sums = zip(gradients.tolist(), hessians.tolist(), strict=True)
    return reached, np.array([plan.criterion.free_value(*each) for each in sums])


def _refined_leaves(plan, training, output, leaves, n_threads):
    """Return the leaves that rows reach, and their best values for the residuals of these."""
    order = np.argsort(leaves, kind="stable")
    reached, starts = np.unique(leaves[order], return_index=True)
    residuals = training.target - training.raw[output]
    best = [
        plan.objective.refined_value(residuals[rows], training.weight[rows] if training.weight.size else None)
        for rows in np.split(order, starts[1:])
    ]
    most = plan.criterion.max_delta_step
    return reached, np.clip(best, -most, most)


def gradients_of(training, loss, output, n_threads=1):
    """Return the weighted gradients and hessians of all rows, each (n_samples,) float64."""
    n_samples = len(training.target)
    gradients, hessians = np.empty(n_samples), np.empty(n_samples)

    def write(first):
        write_gradients(training, loss, output, first, min(first + STRETCH, n_samples), gradients, hessians)

    run_in_threads([lambda first=first: write(first) for first in range(0, n_samples, STRETCH)], n_threads)
    return gradients, hessians


def value_bounds(nodes, values, signs):
    """Return bounds of the values of the nodes of one tree, within which its leaves may move and it stays monotonic.

    What lies between the leaves on both sides of a cut bounds them; all are within their bounds.

    Parameters
    ----------
    nodes : (n_nodes,) NODE
        Parents come before their children.
    values : (n_nodes,) float64
    signs : (n_features,) int8
        Monotonic constraints; of no length: there is none.

    Returns
    -------
    lower, upper : (n_nodes,) float64
    """
    lower, upper = np.full(len(nodes), -np.inf), np.full(len(nodes), np.inf)
    if not signs.size:
        return lower, upper
    least, greatest = values.copy(), values.copy()  # of the leaves below a node
    inner, signs = np.flatnonzero(nodes["left"] != LEAF), np.where(signs == FLAT, 0, signs)
    for node in inner[::-1]:
        children = nodes["left"][node], nodes["right"][node]
        least[node] = min(least[child] for child in children)
        greatest[node] = max(greatest[child] for child in children)
    for node in inner:
        below, above = nodes["left"][node], nodes["right"][node]
        for child in (below, above):
            lower[child], upper[child] = lower[node], upper[node]
        sign = signs[nodes["feature"][node]]
        if sign:
            if sign < 0:
                below, above = above, below
            upper[below] = lower[above] = 0.5 * (greatest[below] + least[above])
    return lower, upper
