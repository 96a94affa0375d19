"""Gini index: how often two draws from a node differ in class (Breiman et al. 1984, section 4.3)."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import record
from skensemble._lanes import all_lanes, put_in_lanes, take, take_in_lanes, take_pairs
from skensemble.criteria.classes import (
    class_column,
    class_spread,
    collect_classes,
    sum_classes,
    sum_classes_below,
    write_shares,
)
from skensemble.criteria.lanes import sweep_lanes
from skensemble.records import Left, NodeStatistics


@record
class Gini(NamedTuple):
    """One minus the sum of the squared shares of the classes, averaged over the outputs.

    A sweep keeps the sums of squared class weights on both sides, `first` and `second`: a move changes one term of
    each.
    """

    targets: np.ndarray  # (n_samples, n_outputs) float64: classes as numbers; of one output only the shape is used
    offsets: np.ndarray  # (n_outputs + 1,) int64: where the classes of an output start
    total: np.ndarray  # (2 + n_classes,) float64: the node's statistics row
    left: np.ndarray  # (n_classes,) float64: weights of the classes on the left
    lanes: np.ndarray  # (n_classes * LANES,) float64: the same, lane by lane

    def needs_order(self):
        return False

    def open(self, samples, start, stop):
        weight = sum_classes(samples, start, stop, self.targets, self.offsets, self.total)
        squares = 0.0
        for column in range(self.left.size):
            squares += self.total[2 + column] ** 2
        n_outputs = self.offsets.size - 1
        impurity = max(0.0, 1.0 - squares / (weight * weight) / n_outputs)
        return NodeStatistics(weight, 0.0, squares, impurity, weight)

    def write_value(self, node, values, number):
        write_shares(self.total, self.offsets, values, number)

    def begin(self, node):
        for column in range(self.left.size):
            self.left[column] = 0.0
        return Left(0.0, 0.0, node.score)

    def prepare(self, samples, start, keys, n):
        pass

    def move(self, left, node, samples, position):
        weight = samples.pair[position, 0]
        first, second = left.first, left.second
        for output in range(self.offsets.size - 1):
            column = class_column(samples, position, self.targets, self.offsets, output)
            before = self.left[column]
            first += weight * (2.0 * before + weight)
            second -= weight * (2.0 * (self.total[2 + column] - before) - weight)
            self.left[column] = before + weight
        return Left(left.weight + weight, first, second)

    def move_row(self, left, node, rows, at):
        first, second = left.first, left.second
        for column in range(self.left.size):
            weight = rows[at + 2 + column]
            before = self.left[column]
            first += weight * (2.0 * before + weight)
            second -= weight * (2.0 * (self.total[2 + column] - before) - weight)
            self.left[column] = before + weight
        return Left(left.weight + rows[at + 1], first, second)

    def collect(self, rows, at, node, samples, position):
        collect_classes(rows, at, samples, position, self.targets, self.offsets)

    def sum_below(self, panel, samples, place):
        sum_classes_below(panel, samples, place, self.targets, self.offsets)

    def evaluate(self, left, node, n_moved):
        right, n_outputs = node.weight - left.weight, self.offsets.size - 1
        # Of a side of hardly any weight a difference of sums is but rounding: no side is purer than pure.
        first = min(left.first / left.weight, n_outputs * left.weight)
        second = min(left.second / right, n_outputs * right)
        return (first + second - node.score / node.weight) / n_outputs

    def may_exceed(self, left, node, bar):
        return True

    def bound_gains(self, keys, gains, node, samples, place, mask):
        if self.offsets.size == 2:
            sweep_lanes(self, keys, gains, node, samples, place, mask)
        else:
            gains[:] = np.inf

    def begin_lanes(self, node):
        for item in range(self.lanes.size):
            self.lanes[item] = 0.0
        return Left(all_lanes(0.0), all_lanes(0.0), all_lanes(node.score))

    def move_lanes(self, left, node, samples, start, at):
        weights, classes = take_pairs(samples.pair, start, *at)
        before, total = take_in_lanes(self.lanes, classes), take(self.total, 2, classes)
        put_in_lanes(self.lanes, classes, before + weights)
        first = left.first + weights * (2.0 * before + weights)
        second = left.second - weights * (2.0 * (total - before) - weights)
        return Left(left.weight + weights, first, second)

    def evaluate_lanes(self, left, node):
        parts = left.first / left.weight + left.second / (node.weight - left.weight)
        return (parts - node.score / node.weight) / (self.offsets.size - 1)

    def spread(self, node):
        return class_spread(self.total)

    def child_values(self, left, node, n_moved):
        return self.left[1] / left.weight, (self.total[3] - self.left[1]) / (node.weight - left.weight)
