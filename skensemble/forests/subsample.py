"""Draws without replacement: which rows, or which columns, a tree is given."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import kernel
from skensemble._random import BOOTSTRAP, below, draw, draw_units
from skensemble.arrays.bitset import contains, insert, n_words


class Subsample(NamedTuple):
    """How the rows of a tree are drawn, without replacement, from its seed."""

    n_samples: int
    n_draws: int
    log_weights: np.ndarray  # (n_samples,) float64: of the weights that rows are drawn by; of no length: all alike

    def rows(self, seed):
        """Return the rows of the tree with this seed, (n_draws,) int32, ascending."""
        if not self.log_weights.size:
            return draw_subset(seed, BOOTSTRAP, self.n_samples, self.n_draws)
        # One draw after the other, each in proportion to the weights of the rows that are left, takes the rows in the
        # order of exponential variables whose rates are the weights (Efraimidis and Spirakis 2006, "Weighted random
        # sampling with a reservoir", algorithm A). Their logarithms do not overflow.
        units = np.empty(self.n_samples)
        draw_units(np.uint64(seed), BOOTSTRAP, units)
        with np.errstate(divide="ignore"):
            times = np.log(-np.log(1.0 - units)) - self.log_weights
        return np.sort(np.argpartition(times, self.n_draws - 1)[: self.n_draws]).astype(np.int32)


def new_subsample(n_samples, n_draws, sample_weight=None):
    """Return the `Subsample` that draws rows in proportion to sample_weight (n_samples,).

    No more rows are drawn than have a weight that is not 0.
    """
    with np.errstate(divide="ignore"):
        log_weights = np.zeros(0) if sample_weight is None else np.log(sample_weight)
    return Subsample(n_samples, n_draws, log_weights)


def draw_subset(seed, purpose, n, n_draws):
    """Return n_draws different numbers of 0 to n - 1, int32, ascending: each subset is equally likely."""
    if n_draws == n:
        return np.arange(n, dtype=np.int32)
    drawn = np.empty(n_draws, np.int32)
    draw_distinct(np.uint64(seed), purpose, n, np.zeros(n_words(n), np.uint64), drawn)
    return np.sort(drawn)


@kernel
def draw_distinct(seed, purpose, n, is_drawn, drawn):
    """Fill `drawn` with different numbers of 0 to n - 1.

    Algorithm F of Bentley and Floyd 1987, "A sample of brilliance": as many steps as draws, whatever n.

    Parameters
    ----------
    is_drawn : (n_words(n),) uint64
        The empty set; the numbers are put into it.
    drawn : (n_draws,) int32
    """
    first = n - drawn.size
    for i in range(drawn.size):
        number = below(draw(seed, purpose, i), first + i + 1)
        if contains(is_drawn, 0, number):
            number = first + i
        insert(is_drawn, 0, number)
        drawn[i] = number
