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
    the scores T(G)**2 / (H + l2) of both children exceed that of the node (equation 7).
    """

    l1: float
    l2: float
    min_child_weight: float  # least sum of hessians of a child
    min_samples_leaf: int
    max_delta_step: float  # greatest absolute value of a leaf; 0: no limit

    def shrunk(self, gradient):
        return math.copysign(max(abs(gradient) - self.l1, 0.0), gradient)

    def value(self, gradient, hessian):
        """The value of a leaf."""
        if hessian + self.l2 <= 0.0:
            return 0.0
        value = -self.shrunk(gradient) / (hessian + self.l2)
        if self.max_delta_step > 0.0:
            value = min(max(value, -self.max_delta_step), self.max_delta_step)
        return value

    def score(self, gradient, hessian):
        """Twice what a leaf lowers the loss by."""
        if self.max_delta_step > 0.0:
            value = self.value(gradient, hessian)
            return -(2.0 * gradient * value + (hessian + self.l2) * value * value + 2.0 * self.l1 * abs(value))
        shrunk = self.shrunk(gradient)
        return shrunk * shrunk / (hessian + self.l2)

    def score_of_children(self, left, right, units):
        """The score of both children, -inf if one of them is too small."""
        if min(units.count(left), units.count(right)) < self.min_samples_leaf:
            return -np.inf
        left_hessian, right_hessian = units.hessian(left), units.hessian(right)
        least = min(left_hessian, right_hessian)
        if least < self.min_child_weight or least + self.l2 <= 0.0:
            return -np.inf
        return self.score(units.gradient(left), left_hessian) + self.score(units.gradient(right), right_hessian)
