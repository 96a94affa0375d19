"""Bootstrap samples: which rows a tree is drawn, as counts that multiply into the statistics."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import kernel
from skensemble._random import BOOTSTRAP, below, draw, unit


class Bootstrap(NamedTuple):
    """How the rows of a tree are drawn, with replacement, from its seed."""

    n_samples: int
    n_draws: int
    cumulative: np.ndarray  # (n_samples,) float64: sums of the weights that rows are drawn by; of no length: all alike

    def rows(self, seed):
        """Return the rows of the tree with this seed, (n_draws,) int32, in the order of the draws."""
        rows = np.empty(self.n_draws, np.int32)
        draw_rows(np.uint64(seed), self.n_samples, self.cumulative, rows)
        return rows

    def counts(self, seed):
        """Return how often each row is drawn, (n_samples,) int64."""
        return np.bincount(self.rows(seed), minlength=self.n_samples)


def new_bootstrap(n_samples, n_draws, sample_weight=None):
    """Return the `Bootstrap` that draws rows in proportion to sample_weight (n_samples,)."""
    return Bootstrap(n_samples, n_draws, np.zeros(0) if sample_weight is None else np.cumsum(sample_weight))


@kernel
def draw_rows(seed, n_samples, cumulative, rows):
    """Write random rows into `rows`."""
    for i in range(rows.size):
        bits = draw(seed, BOOTSTRAP, i)
        if cumulative.size == 0:
            rows[i] = below(bits, n_samples)
        else:
            aim = unit(bits) * cumulative[n_samples - 1]
            first, last = 0, n_samples - 1  # the first row whose cumulative weight exceeds the aim
            while first < last:
                middle = (first + last) >> 1
                if cumulative[middle] > aim:
                    last = middle
                else:
                    first = middle + 1
            rows[i] = first


def balanced_weights(targets, n_classes, counts):
    """Return weights (n_samples,) under which the classes of each output weigh the same among the drawn rows.

    Parameters
    ----------
    targets : (n_samples, n_outputs) float64
        Numbers of classes.
    n_classes : sequence of int
    counts : (n_samples,) int64
    """
    weights = np.ones(len(targets))
    for output, n in enumerate(n_classes):
        labels = targets[:, output].astype(np.int64)
        drawn = np.bincount(labels, weights=counts, minlength=n)
        n_present = np.count_nonzero(drawn)
        weights *= np.divide(counts.sum(), n_present * drawn, out=np.zeros(n), where=drawn > 0)[labels]
    return weights
