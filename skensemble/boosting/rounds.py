"""Rounds of boosting, by a team of threads that stay in one kernel."""

import math
from typing import NamedTuple

import numpy as np

from skensemble._compile import inlined, kernel, part, record
from skensemble._intrinsics import prefetch
from skensemble._team import meet
from skensemble.arrays.sorting import bit_length
from skensemble.growing.leaf_wise import FAR_AHEAD, deal_rows, grow_leaf_wise
from skensemble.splitting.histogram import Sums, Units

GRADIENT_BITS = 62


@record
class Training(NamedTuple):
    """What a fit reads, and the raw predictions that it updates."""

    target: np.ndarray  # (n_samples,) float64
    weight: np.ndarray  # (n_samples,) float64; no length: each row counts once
    raw: np.ndarray  # (n_samples,) float64
    extremes: np.ndarray  # (team size, 8) float64: greatest |gradient| and hessian among each thread's rows


@record
class Ensemble(NamedTuple):
    """The trees to be."""

    nodes: np.ndarray  # (n_rounds, 2 * max_leaf_nodes - 1) NODE; thresholds are numbers of bins as yet
    values: np.ndarray  # (n_rounds, 2 * max_leaf_nodes - 1) float64, shrunk
    n_leaves: np.ndarray  # (n_rounds,) int64


@kernel
def boost(team, data, training, loss, criterion, limits, field, ensemble, learning_rate):
    """Grow the trees of some rounds, each towards the gradients of the loss at those before.

    Every thread of a team runs this; what it leaves behind is complete unless the team was stopped.
    """
    leaves = field.leaves[team.number]
    for number in range(ensemble.n_leaves.size):
        start, stop = deal_rows(team, field.rows)
        units = choose_units(team, training, loss, field.rows, start, stop)
        write_pairs(training, loss, field, units, start, stop)
        leaves[0]["start"], leaves[0]["stop"] = start, stop
        nodes, values = ensemble.nodes[number], ensemble.values[number]
        n_leaves = grow_leaf_wise(team, data, field, criterion, limits, units, nodes)
        if team.stop[0] != 0:
            return
        for i in range(n_leaves):
            leaf = leaves[i]
            sums = Sums(leaf["gradient"], leaf["hessian_and_count"])
            value = learning_rate * criterion.value(units.gradient(sums), units.hessian(sums))
            if team.number == 0:
                values[leaf["number"]] = value
            move_predictions(training.raw, field.rows, leaf["start"], leaf["stop"], value)
        if team.number == 0:
            ensemble.n_leaves[number] = n_leaves


@inlined
def choose_units(team, training, loss, rows, start, stop):
    """Steps of gradients and hessians as fine as sums over all rows allow; powers of two, from greatest values only."""
    greatest_gradient, greatest_hessian = 0.0, 0.0
    for i in range(start, stop):
        row = rows[i]
        weight = training.weight[row] if training.weight.size else 1.0
        target, raw = training.target[row], training.raw[row]
        greatest_gradient = max(greatest_gradient, weight * abs(loss.gradient(target, raw)))
        greatest_hessian = max(greatest_hessian, weight * loss.hessian(target, raw))
    extremes = training.extremes
    meet(team)
    extremes[team.number, 0], extremes[team.number, 1] = greatest_gradient, greatest_hessian
    meet(team)
    for thread in range(team.size):
        greatest_gradient = max(greatest_gradient, extremes[thread, 0])
        greatest_hessian = max(greatest_hessian, extremes[thread, 1])
    n = training.raw.size
    count_bits = bit_length(n)
    return Units(
        step_of(n * greatest_gradient, GRADIENT_BITS), step_of(n * greatest_hessian, 62 - count_bits), count_bits
    )


@part
def step_of(most, n_bits):
    """The least power of two of which `most` is fewer than 2**n_bits."""
    if not most > 0.0:
        return 1.0
    return math.ldexp(1.0, max(math.frexp(most)[1] - n_bits, -1000))


@inlined
def write_pairs(training, loss, field, units, start, stop):
    """Write the words of the thread's rows."""
    per_gradient, per_hessian = 1.0 / units.gradient_step, 1.0 / units.hessian_step
    for i in range(start, stop):
        row = field.rows[i]
        weight = training.weight[row] if training.weight.size else 1.0
        target, raw = training.target[row], training.raw[row]
        gradient = np.int64(np.rint(weight * loss.gradient(target, raw) * per_gradient))
        hessian = np.int64(np.rint(weight * loss.hessian(target, raw) * per_hessian))
        field.pairs[row, 0] = gradient
        field.pairs[row, 1] = (hessian << units.count_bits) + 1


@part
def move_predictions(raw, rows, start, stop, value):
    """Add the value of a leaf to the raw predictions of its rows."""
    for i in range(start, stop):
        prefetch(raw, np.int64(rows[min(i + FAR_AHEAD, stop - 1)]))
        raw[rows[i]] += value
