"""The one gate that every candidate passes."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import part, record
from skensemble.records import Boundary

RELATIVE_TIE = 1e-12  # gains that differ by less are equal: sums in another order would differ as much
ABSOLUTE_TIE = 1e-15  # the same in proportion to the terms of the gain, for gains next to nothing


@record
class Gate(NamedTuple):
    """What the children of a node must respect when they are cut by one feature."""

    n_samples: int  # of the node
    min_samples_leaf: int
    min_weight_leaf: float
    is_bounded: bool  # whether there are monotonic constraints
    sign: int  # of the feature's constraint
    lower: float
    upper: float
    tie: float  # absolute tolerance of gains

    def consider(self, boundary, bar, gain, criterion, left, node, place):
        """Return the better of the best boundary so far and a candidate that beats the bar.

        Parameters
        ----------
        boundary : Boundary
        bar : float
            What a gain has to exceed.
        gain, left : float, Left
            Of the candidate.
        place : (at, n_left, n_moved, missing_left)
            Where the candidate is: see `Boundary`; n_moved counts the sorted keys that have moved.

        Returns
        -------
        boundary, bar
        """
        at, n_left, n_moved, missing_left = place
        if min(n_left, self.n_samples - n_left) < self.min_samples_leaf:
            return boundary, bar
        if min(left.weight, node.weight - left.weight) < self.min_weight_leaf:
            return boundary, bar
        middle = 0.0
        if self.is_bounded:
            left_value, right_value = criterion.child_values(left, node, n_moved)
            if min(left_value, right_value) < self.lower or max(left_value, right_value) > self.upper:
                return boundary, bar
            if (left_value - right_value) * self.sign > 0:
                return boundary, bar
            middle = 0.5 * (left_value + right_value)
        return Boundary(gain, at, n_left, missing_left, middle), raised(gain, self.tie)


@part
def raised(gain, tie):
    """The gain that a later candidate has to exceed."""
    return gain if gain == -np.inf else gain + RELATIVE_TIE * abs(gain) + tie
