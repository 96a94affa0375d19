"""The regularised second-order objective (Chen and Guestrin 2016, "XGBoost", equations 5 to 7)."""

import math
from typing import NamedTuple

import numpy as np

from skensemble._compile import record


@record
class SecondOrder(NamedTuple):
    """What a leaf and a cut are worth.

    With the sums G of the gradients and H of the hessians of a leaf, its best value is w = -T(G) / (H + l2) and its
    loss -1/2 T(G)**2 / (H + l2) (equations 5 and 6), where T(G) = sign(G) max(|G| - l1, 0).  A cut gains half of what
    the scores T(G)**2 / (H + l2) of both children exceed that of the node (equation 7).  Where monotonic constraints or
    `max_delta_step` bound the value, or path smoothing mixes it with that of the parent, (n w + s parent) / (n + s)
    with n rows, the loss is that of the value that comes out.
    """

    l1: float
    l2: float
    min_child_weight: float  # least sum of hessians of a child
    min_samples_leaf: int
    max_delta_step: float  # greatest absolute value of a leaf; +inf: no limit
    categorical_smoothing: float  # added to the hessians of a category; of fewer samples it is rare
    path_smoothing: float  # rows of a leaf's parent that are mixed into the leaf's value; 0: none
    dispersion: float = 0.0  # what the square of a sum of gradients is by chance, for each unit of their hessians

    def shrunk(self, gradient):
        return math.copysign(max(abs(gradient) - self.l1, 0.0), gradient)

    def dispersed(self, dispersion):
        """The same criterion for gradients of a dispersion."""
        return SecondOrder(
            self.l1,
            self.l2,
            self.min_child_weight,
            self.min_samples_leaf,
            self.max_delta_step,
            self.categorical_smoothing,
            self.path_smoothing,
            dispersion,
        )

    def is_fenced(self):
        """Whether the values of leaves are not those of equation 5, even where no constraint bounds them."""
        return np.isfinite(self.max_delta_step) or self.path_smoothing > 0.0

    def free_value(self, gradient, hessian):
        """The value of a leaf that neither its parent nor a constraint has a say in."""
        if hessian + self.l2 <= 0.0:
            return 0.0
        value = -self.shrunk(gradient) / (hessian + self.l2)
        return min(max(value, -self.max_delta_step), self.max_delta_step)

    def value(self, sums, units, fence):
        """The value of a leaf."""
        value = self.free_value(units.gradient(sums), units.hessian(sums))
        if self.path_smoothing > 0.0:
            n = units.count(sums)
            value = (value * n + fence.origin * self.path_smoothing) / (n + self.path_smoothing)
        return min(max(value, fence.lower), fence.upper)

    def score(self, gradient, hessian):
        """Twice what a leaf lowers the loss by, if nothing bounds its value."""
        shrunk, total = self.shrunk(gradient), hessian + self.l2
        return shrunk * shrunk / total if total > 0.0 else 0.0

    def score_of(self, value, gradient, hessian):
        """Twice what a leaf of some value lowers the loss by."""
        return -(2.0 * gradient * value + (hessian + self.l2) * value * value + 2.0 * self.l1 * abs(value))

    def score_of_leaf(self, sums, units, fence):
        """The score of a node that is not cut, whose value is the fence's origin."""
        gradient, hessian = units.gradient(sums), units.hessian(sums)
        if fence.is_fenced and hessian + self.l2 > 0.0:
            return self.score_of(fence.origin, gradient, hessian)
        return self.score(gradient, hessian)

    def is_enough(self, sums, units):
        """Whether a child is large enough."""
        hessian = units.hessian(sums)
        is_heavy = hessian >= self.min_child_weight and hessian + self.l2 > 0.0
        return units.count(sums) >= self.min_samples_leaf and is_heavy

    def score_of_cut(self, left, right, units, fence):
        """The score of both children, -inf if one of them is too small or their values break a constraint."""
        if self.is_enough(left, units) and self.is_enough(right, units):
            return self.score_of_children(left, right, units, fence)
        return -np.inf

    def score_of_children(self, left, right, units, fence):
        """The score of two children that are large enough, -inf if their values break a constraint."""
        if fence.is_fenced:
            return self.fenced_score_of_children(left, right, units, fence)
        return self.free_score_of_children(left, right, units)

    def free_score_of_children(self, left, right, units):
        """The score of two children that are large enough and whose values nothing bounds."""
        left_score = self.score(units.gradient(left), units.hessian(left))
        return left_score + self.score(units.gradient(right), units.hessian(right))

    def fenced_score_of_children(self, left, right, units, fence):
        """The score of two children that are large enough, -inf if their values break a constraint."""
        left_value, right_value = self.value(left, units, fence), self.value(right, units, fence)
        if (left_value - right_value) * fence.sign > 0.0:
            return -np.inf
        left_score = self.score_of(left_value, units.gradient(left), units.hessian(left))
        return left_score + self.score_of(right_value, units.gradient(right), units.hessian(right))
