"""Poisson deviance, for counts and frequencies."""

import math
from typing import NamedTuple

import numpy as np

from skensemble._compile import part, record
from skensemble.criteria.responses import (
    collect_responses,
    response,
    sum_responses,
    sum_responses_below,
)
from skensemble.records import Left, NodeStatistics


@part
def _mean_log(total, weight):
    """`total * log(total / weight)`, 0 where the total is 0."""
    return total * math.log(total / weight) if total > 0.0 else 0.0


@record
class Poisson(NamedTuple):
    """Half the Poisson deviance about the mean, averaged over the outputs.

    A child of mean 0 would predict that nothing ever happens, at an infinite loss: such a split is worth -inf.
    """

    targets: np.ndarray  # (n_samples, n_outputs) float64, not negative
    scale: float  # 1 / n_outputs
    total: np.ndarray  # (2 + n_outputs,) float64: the node's statistics row
    zeros: np.ndarray  # (n_outputs,) float64: responses are not centred
    left: np.ndarray  # (n_outputs,) float64: sums of responses on the left

    def needs_order(self):
        return False

    def open(self, samples, start, stop):
        total = self.total[2:]
        weight = sum_responses(samples, start, stop, self.targets, total)
        self.total[0] = stop - start
        self.total[1] = weight
        loss, score, magnitude = 0.0, 0.0, 0.0
        for output in range(total.size):
            score += _mean_log(total[output], weight)
            magnitude += total[output] + abs(_mean_log(total[output], weight))
            mean = total[output] / weight
            for position in range(start, stop):
                loss += samples.pair[position, 0] * _mean_log(response(samples, position, self.targets, output), mean)
        impurity = self.scale * loss / weight
        return NodeStatistics(weight, total[0] / weight, score, impurity, self.scale * magnitude)

    def write_value(self, node, values, number):
        for output in range(self.left.size):
            values[number, output] = self.total[2 + output] / node.weight

    def begin(self, node):
        for output in range(self.left.size):
            self.left[output] = 0.0
        return Left(0.0, 0.0, 0.0)

    def prepare(self, samples, start, keys, n):
        pass

    def move(self, left, node, samples, position):
        weight = samples.pair[position, 0]
        for output in range(self.left.size):
            self.left[output] += weight * response(samples, position, self.targets, output)
        return Left(left.weight + weight, 0.0, 0.0)

    def move_row(self, left, node, rows, at):
        for output in range(self.left.size):
            self.left[output] += rows[at + 2 + output]
        return Left(left.weight + rows[at + 1], 0.0, 0.0)

    def collect(self, rows, at, node, samples, position):
        collect_responses(rows, at, samples, position, self.targets, self.zeros)

    def sum_below(self, panel, samples, place):
        sum_responses_below(panel, samples, place, self.targets, self.zeros)

    def evaluate(self, left, node, n_moved):
        right_weight = node.weight - left.weight
        score = 0.0
        for output in range(self.left.size):
            total = self.total[2 + output]
            # What remains of a sum after all but zeros have left it is rounding, not a response.
            if self.left[output] <= 1e-14 * total or total - self.left[output] <= 1e-14 * total:
                return -np.inf
            score += _mean_log(self.left[output], left.weight) + _mean_log(total - self.left[output], right_weight)
        return self.scale * (score - node.score)

    def may_exceed(self, left, node, bar):
        return True

    def bound_gains(self, keys, gains, node, samples, place, mask):
        gains[:] = np.inf

    def spread(self, node):
        spread = 0.0
        for output in range(self.left.size):
            spread += self.total[2 + output]  # the variance of a count is its mean
        return spread

    def child_values(self, left, node, n_moved):
        return self.left[0] / left.weight, (self.total[2] - self.left[0]) / (node.weight - left.weight)
