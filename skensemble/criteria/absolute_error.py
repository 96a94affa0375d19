"""Absolute error: the impurity is the mean distance from the weighted median."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import part, record
from skensemble.arrays.sorting import POSITION_MASK, sort_by_score
from skensemble.criteria.responses import collect_responses, response, sum_responses_below
from skensemble.records import Left, NodeStatistics


@record
class AbsoluteError(NamedTuple):
    """Mean absolute deviation from the weighted median, averaged over the outputs.

    The median of a growing part is kept in a Fenwick tree (Fenwick 1994) over the node's samples sorted by response: a
    sample enters, and the median and the sum of distances from it are found, in O(log n).  The losses of the right side
    are found before a sweep, by one in the other direction.  Responses are centred at the node's median.
    """

    targets: np.ndarray  # (n_samples, n_outputs) float64; of one output only the shape is used
    total: np.ndarray  # (2 + n_outputs,) float64: the node's statistics row
    median: np.ndarray  # (n_outputs,) float64: of the node
    places: np.ndarray  # (n_outputs, n) int64: place of the node's samples in the order of the responses, from 1
    ordered: np.ndarray  # (n_outputs, n + 1) float64: the node's centred responses in that order, from 1
    sums: np.ndarray  # (n_outputs, n + 1, 2) float64: Fenwick trees of weights and of weights times responses
    right_loss: np.ndarray  # (n + 1,) float64: loss of the keys from the k-th on, summed over the outputs
    right_median: np.ndarray  # (n + 1,) float64: their median, first output
    extent: np.ndarray  # (2,) int64: start and size of the node
    floats: np.ndarray  # (3, n) float64: work space
    integers: np.ndarray  # (2, n) int64: work space

    def needs_order(self):
        return True

    def open(self, samples, start, stop):
        n = stop - start
        self.extent[0] = start
        self.extent[1] = n
        weight, loss = 0.0, 0.0
        responses, in_order, order = self.floats[0], self.floats[1], self.integers[0]
        for k in range(self.total.size):
            self.total[k] = 0.0
        for output in range(self.median.size):
            for i in range(n):
                responses[i] = response(samples, start + i, self.targets, output)
                in_order[i] = responses[i]
                order[i] = i
            sort_by_score(in_order, order, n, self.floats[2], self.integers[1])
            middle = responses[order[n // 2]]
            for place in range(n):
                self.places[output, order[place]] = place + 1
                self.ordered[output, place + 1] = responses[order[place]] - middle
            clear(self.sums[output], n)
            weight = 0.0
            for i in range(n):
                sample_weight = samples.pair[start + i, 0]
                weight += sample_weight
                enter(self.sums[output], n, self.places[output, i], sample_weight, responses[i] - middle)
            output_loss, median = median_loss(self.sums[output], self.ordered[output], n, weight)
            loss += output_loss
            self.median[output] = middle + median
            for place in range(n):
                self.ordered[output, place + 1] = responses[order[place]] - self.median[output]
            for i in range(n):
                self.total[2 + output] += samples.pair[start + i, 0] * (responses[i] - self.median[output])
        self.total[0] = n
        self.total[1] = weight
        n_outputs = self.median.size
        return NodeStatistics(weight, self.median[0], loss, loss / weight / n_outputs, loss / n_outputs)

    def write_value(self, node, values, number):
        for output in range(self.median.size):
            values[number, output] = self.median[output]

    def begin(self, node):
        for output in range(self.median.size):
            clear(self.sums[output], self.extent[1])
        return Left(0.0, 0.0, 0.0)

    def prepare(self, samples, start, keys, n):
        """Find the loss and the median of what is on the right, for every boundary before the n-th key."""
        for i in range(n + 1):
            self.right_loss[i] = 0.0
        for output in range(self.median.size):
            clear(self.sums[output], self.extent[1])
            weight = 0.0
            for i in range(n - 1, -1, -1):
                position = keys[i] & POSITION_MASK
                place = self.places[output, position]
                sample_weight = samples.pair[start + position, 0]
                weight += sample_weight
                enter(self.sums[output], self.extent[1], place, sample_weight, self.ordered[output, place])
                loss, median = median_loss(self.sums[output], self.ordered[output], self.extent[1], weight)
                self.right_loss[i] += loss
                if output == 0:
                    self.right_median[i] = median
            clear(self.sums[output], self.extent[1])

    def move(self, left, node, samples, position):
        weight = samples.pair[position, 0]
        for output in range(self.median.size):
            place = self.places[output, position - self.extent[0]]
            enter(self.sums[output], self.extent[1], place, weight, self.ordered[output, place])
        return Left(left.weight + weight, 0.0, 0.0)

    def move_row(self, left, node, rows, at):
        return left  # never asked for: sums do not tell a median

    def collect(self, rows, at, node, samples, position):
        collect_responses(rows, at, samples, position, self.targets, self.median)

    def sum_below(self, panel, samples, place):
        sum_responses_below(panel, samples, place, self.targets, self.median)

    def evaluate(self, left, node, n_moved):
        left_loss = 0.0
        for output in range(self.median.size):
            left_loss += median_loss(self.sums[output], self.ordered[output], self.extent[1], left.weight)[0]
        return (node.score - left_loss - self.right_loss[n_moved]) / self.median.size

    def may_exceed(self, left, node, bar):
        return True

    def bound_gains(self, keys, gains, node, samples, place, mask):
        gains[:] = np.inf

    def spread(self, node):
        deviation = 1.2533 * node.impurity  # of a normal distribution: sqrt(pi / 2) times its mean deviation
        return deviation * deviation * node.weight * self.median.size

    def child_values(self, left, node, n_moved):
        median = median_loss(self.sums[0], self.ordered[0], self.extent[1], left.weight)[1]
        return node.center + median, node.center + self.right_median[n_moved]


@part
def clear(sums, n):
    """Empty a Fenwick tree of n places."""
    for i in range(n + 1):
        sums[i, 0] = 0.0
        sums[i, 1] = 0.0


@part
def enter(sums, n, place, weight, value):
    """Add a weight, and a weight times a value, at a place from 1 to n."""
    while place <= n:
        sums[place, 0] += weight
        sums[place, 1] += weight * value
        place += place & -place


@part
def median_loss(sums, ordered, n, weight):
    """The sum of the weighted distances from the median of what has entered, and that median.

    The median is the least value up to which at least half of the weight lies; where it is just half, the middle
    between it and the next value.
    """
    step = 1
    while step * 2 <= n:
        step *= 2
    half = 0.5 * weight
    slack = 1e-14 * weight  # halves are met up to rounding
    place, weight_below, sum_below = 0, 0.0, 0.0
    total = 0.0
    end = n
    while end > 0:
        total += sums[end, 1]
        end -= end & -end
    while step:
        if place + step <= n and weight_below + sums[place + step, 0] < half - slack:
            place += step
            weight_below += sums[place, 0]
            sum_below += sums[place, 1]
        step //= 2
    median = ordered[place + 1]
    loss = (total - sum_below - median * (weight - weight_below)) + (median * weight_below - sum_below)
    upper = next_entered(sums, n, place + 1, half, slack)
    if upper > 0:
        median = 0.5 * (median + ordered[upper])
    return loss, median


@part
def next_entered(sums, n, place, half, slack):
    """The place after `place` where the weight next grows, if just half of it lies up to `place`; else 0."""
    below = 0.0
    end = place
    while end > 0:
        below += sums[end, 0]
        end -= end & -end
    if below > half + slack:
        return 0
    step = 1
    while step * 2 <= n:
        step *= 2
    at, so_far = 0, 0.0
    while step:
        if at + step <= n and so_far + sums[at + step, 0] <= half + slack:
            at += step
            so_far += sums[at, 0]
        step //= 2
    return at + 1 if at + 1 <= n else 0
