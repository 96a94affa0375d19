"""Squared error: the impurity is the variance of the responses (Breiman et al. 1984, section 8.3)."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import record
from skensemble._lanes import all_lanes, take_pairs
from skensemble.criteria.lanes import sweep_lanes
from skensemble.criteria.responses import (
    collect_responses,
    response,
    sum_responses,
    sum_responses_below,
)
from skensemble.records import Left, NodeStatistics

NEARLY = 1.0 - 1e-12  # products are not wrong by more


@record
class SquaredError(NamedTuple):
    """Variance, averaged over the outputs.

    With responses centred at the node's mean the sums of both sides are opposite, and the gain of one output is
    `S_left**2 * W / (W_left * W_right)`: one division, and no difference of large numbers.

    The Gini index of two classes is twice the variance of the indicator of one of them, so this criterion serves there
    too.
    """

    targets: np.ndarray  # (n_samples, n_outputs) float64; of one output only the shape is used
    scale: float  # 1 / n_outputs; 2 for the Gini index of two classes
    total: np.ndarray  # (2 + n_outputs,) float64: the node's statistics row; centred sums are 0
    mean: np.ndarray  # (n_outputs,) float64: of the node
    left: np.ndarray  # (n_outputs,) float64: centred sums on the left

    def needs_order(self):
        return False

    def open(self, samples, start, stop):
        weight = sum_responses(samples, start, stop, self.targets, self.mean)
        squares = 0.0
        for output in range(self.mean.size):
            self.mean[output] /= weight
            for position in range(start, stop):
                deviation = response(samples, position, self.targets, output) - self.mean[output]
                squares += samples.pair[position, 0] * deviation * deviation
        self.total[0] = stop - start
        self.total[1] = weight
        return NodeStatistics(weight, self.mean[0], 0.0, self.scale * squares / weight, self.scale * squares)

    def write_value(self, node, values, number):
        for output in range(self.mean.size):
            values[number, output] = self.mean[output]

    def begin(self, node):
        if self.left.size > 1:
            for output in range(self.left.size):
                self.left[output] = 0.0
        return Left(0.0, 0.0, 0.0)

    def prepare(self, samples, start, keys, n):
        pass

    def move(self, left, node, samples, position):
        weight = samples.pair[position, 0]
        if self.left.size == 1:
            return Left(left.weight + weight, left.first + weight * (samples.pair[position, 1] - node.center), 0.0)
        for output in range(self.left.size):
            deviation = self.targets[samples.index[position], output] - self.mean[output]
            self.left[output] += weight * deviation
        return Left(left.weight + weight, 0.0, 0.0)

    def move_row(self, left, node, rows, at):
        if self.left.size == 1:
            return Left(left.weight + rows[at + 1], left.first + rows[at + 2], 0.0)
        for output in range(self.left.size):
            self.left[output] += rows[at + 2 + output]
        return Left(left.weight + rows[at + 1], 0.0, 0.0)

    def collect(self, rows, at, node, samples, position):
        if self.left.size == 1:
            weight = samples.pair[position, 0]
            rows[at] += 1.0
            rows[at + 1] += weight
            rows[at + 2] += weight * (samples.pair[position, 1] - node.center)
        else:
            collect_responses(rows, at, samples, position, self.targets, self.mean)

    def sum_below(self, panel, samples, place):
        sum_responses_below(panel, samples, place, self.targets, self.mean)

    def evaluate(self, left, node, n_moved):
        squares = left.first * left.first
        if self.left.size > 1:
            squares = 0.0
            for output in range(self.left.size):
                squares += self.left[output] * self.left[output]
        return self.gain(squares, left, node)

    def gain(self, squares, left, node):
        return self.scale * squares * node.weight / (left.weight * (node.weight - left.weight))

    def may_exceed(self, left, node, bar):
        if self.left.size > 1:
            return True
        squares, products = left.first * left.first, left.weight * (node.weight - left.weight)
        return self.scale * squares * node.weight >= NEARLY * bar * products

    def bound_gains(self, keys, gains, node, samples, place, mask):
        if self.left.size == 1:
            sweep_lanes(self, keys, gains, node, samples, place, mask)
        else:
            gains[:] = np.inf

    def begin_lanes(self, node):
        return Left(all_lanes(0.0), all_lanes(0.0), all_lanes(0.0))

    def move_lanes(self, left, node, samples, start, at):
        weights, responses = take_pairs(samples.pair, start, *at)
        return Left(left.weight + weights, left.first + weights * (responses - node.center), left.second)

    def evaluate_lanes(self, left, node):
        return self.gain(left.first * left.first, left, node)

    def spread(self, node):
        return node.impurity * node.weight / self.scale

    def child_values(self, left, node, n_moved):
        return node.center + left.first / left.weight, node.center - left.first / (node.weight - left.weight)
