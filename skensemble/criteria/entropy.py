"""Entropy of the classes, in bits; `log_loss` is another name for it (Quinlan 1986)."""

import math
from typing import NamedTuple

import numpy as np

from skensemble._compile import part, record
from skensemble.criteria.classes import (
    class_column,
    class_spread,
    collect_classes,
    sum_classes,
    sum_classes_below,
    write_shares,
)
from skensemble.records import Left, NodeStatistics


@part
def _weight_log(weight):
    """`w * log2(w)`, 0 where w is 0."""
    return weight * math.log2(weight) if weight > 0.0 else 0.0


@record
class Entropy(NamedTuple):
    """Shannon entropy, averaged over the outputs.

    With f(w) = w log2(w), the entropy of a part times its weight is f(W) - sum f(class weights).  A move changes f of
    one class on each side, so all others are kept; their sum is taken anew at each boundary, since differences would
    add up.
    """

    targets: np.ndarray  # (n_samples, n_outputs) float64: classes as numbers; of one output only the shape is used
    offsets: np.ndarray  # (n_outputs + 1,) int64: where the classes of an output start
    total: np.ndarray  # (2 + n_classes,) float64: the node's statistics row
    left: np.ndarray  # (n_classes,) float64: weights of the classes on the left
    logs: np.ndarray  # (3, n_classes) float64: f of the class weights on the left, on the right, of the node

    def needs_order(self):
        return False

    def open(self, samples, start, stop):
        weight = sum_classes(samples, start, stop, self.targets, self.offsets, self.total)
        n_outputs = self.offsets.size - 1
        score = -n_outputs * _weight_log(weight)
        for column in range(self.left.size):
            self.logs[2, column] = _weight_log(self.total[2 + column])
            score += self.logs[2, column]
        impurity = max(0.0, -score / weight / n_outputs)
        return NodeStatistics(weight, 0.0, score, impurity, weight + abs(_weight_log(weight)))

    def write_value(self, node, values, number):
        write_shares(self.total, self.offsets, values, number)

    def begin(self, node):
        for column in range(self.left.size):
            self.left[column] = 0.0
            self.logs[0, column] = 0.0
            self.logs[1, column] = self.logs[2, column]
        return Left(0.0, 0.0, 0.0)

    def prepare(self, samples, start, keys, n):
        pass

    def move(self, left, node, samples, position):
        weight = samples.pair[position, 0]
        for output in range(self.offsets.size - 1):
            column = class_column(samples, position, self.targets, self.offsets, output)
            self.left[column] += weight
            self.logs[0, column] = _weight_log(self.left[column])
            self.logs[1, column] = _weight_log(self.total[2 + column] - self.left[column])
        return Left(left.weight + weight, 0.0, 0.0)

    def move_row(self, left, node, rows, at):
        for column in range(self.left.size):
            if rows[at + 2 + column] != 0.0:
                self.left[column] += rows[at + 2 + column]
                self.logs[0, column] = _weight_log(self.left[column])
                self.logs[1, column] = _weight_log(self.total[2 + column] - self.left[column])
        return Left(left.weight + rows[at + 1], 0.0, 0.0)

    def collect(self, rows, at, node, samples, position):
        collect_classes(rows, at, samples, position, self.targets, self.offsets)

    def sum_below(self, panel, samples, place):
        sum_classes_below(panel, samples, place, self.targets, self.offsets)

    def evaluate(self, left, node, n_moved):
        n_outputs = self.offsets.size - 1
        score = 0.0
        for column in range(self.left.size):
            score += self.logs[0, column] + self.logs[1, column]
        sides = _weight_log(left.weight) + _weight_log(node.weight - left.weight)
        return (score - n_outputs * sides - node.score) / n_outputs

    def may_exceed(self, left, node, bar):
        return True

    def bound_gains(self, keys, gains, node, samples, place, mask):
        gains[:] = np.inf

    def spread(self, node):
        return class_spread(self.total)

    def child_values(self, left, node, n_moved):
        return self.left[1] / left.weight, (self.total[3] - self.left[1]) / (node.weight - left.weight)
