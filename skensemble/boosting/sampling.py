"""The rows that the trees of a round are grown on.

========  =============================================================================================================
uniform   each row, or each group of rows, with the same probability
goss      gradient-based one-side sampling (Ke et al. 2017, algorithm 2): the rows of largest gradients, and of the
          others some, which count for all
mvs       minimal variance sampling (Ibragimov and Gusev 2019): in proportion to sqrt(g**2 + lambda h**2), up to 1
========  =============================================================================================================

A row that is drawn with probability p counts 1 / p times, in goss and mvs, so that sums have the expectations that they
had.  A draw is a hash of the row and the round: threads change nothing.
"""

from typing import NamedTuple

import numpy as np

from skensemble._compile import kernel
from skensemble._random import ROWS, draw, unit
from skensemble._team import CHUNK, arrive
from skensemble.boosting.gradients import write_gradients

N_STEPS = 50  # to the threshold of mvs, which are far fewer


class RowSampling(NamedTuple):
    """How rows are drawn."""

    method: str  # "uniform", "goss" or "mvs"
    share: float  # of the rows, for uniform and mvs
    top_rate: float = 0.2  # share of the rows of largest gradients, for goss
    other_rate: float = 0.1  # share of all rows that is drawn from the others
    groups: np.ndarray | None = None  # (n_samples,) int64: rows of a group are drawn together

    @property
    def is_weighted(self):
        """Whether the rows that are drawn count more than others."""
        return self.method != "uniform"


class RowSampler:
    """Draws the rows of each round.

    Parameters
    ----------
    sampling : RowSampling
    training : Training
    loss : record
    kept : (n_samples,) uint8
        Where it writes which rows are drawn.
    """

    def __init__(self, sampling, training, loss, kept):
        self.sampling, self.training, self.loss, self.kept = sampling, training, loss, kept
        n_samples, is_weighted = len(kept), sampling.is_weighted
        self.groups = np.zeros(0, np.int64) if sampling.groups is None else sampling.groups
        self.weight = np.empty(n_samples if is_weighted else 0)
        self.probabilities = np.empty(n_samples) if is_weighted else np.full(1, sampling.share)
        # Sums over the outputs; work space of one output.
        self.squares, self.gradients = np.empty((2, n_samples if is_weighted else 0)), np.empty((2, len(self.weight)))

    def draw(self, team, key):
        """Draw the rows of a round; what each thread of a team does.

        Returns
        -------
        training : Training
            With the weights of the round.
        """
        if self.weight.size:
            arrive(team)  # the shares below are not the rows whose raw predictions the thread has moved
            self._write_squares(team)
            arrive(team)
            if team.number == 0:
                self._write_probabilities()
            arrive(team)
        draw_rows(team, key, self.probabilities, self.groups, self.training.weight, self.kept, self.weight)
        if not self.weight.size:
            return self.training
        return self.training._replace(weight=self.weight, greatest_weight=np.inf)  # which asks for a look at all rows

    def _write_squares(self, team):
        """Sum up the squares of gradients and hessians over the outputs."""
        first, stop = team.share(len(self.kept))
        squares, gradients = self.squares[:, first:stop], self.gradients[:, first:stop]
        squares[:] = 0.0
        for output in range(self.loss.n_outputs):
            write_gradients(self.training, self.loss, output, first, stop, *self.gradients)
            squares += gradients * gradients

    def _write_probabilities(self):
        squares, sampling = self.squares, self.sampling
        if sampling.method == "goss":
            magnitude = np.sqrt(squares[0])
            self.probabilities[:] = one_sided_probabilities(magnitude, sampling.top_rate, sampling.other_rate)
        else:
            self.probabilities[:] = minimal_variance_probabilities(squares[0], squares[1], sampling.share)


def one_sided_probabilities(magnitude, top_rate, other_rate):
    """Return with which probability each row is drawn by goss, (n_samples,) float64.

    Of rows whose magnitude is just that of the last one on the top, so many are on the top, in the mean, as have room.
    """
    n = len(magnitude)
    n_top = min(int(np.ceil(top_rate * n)), n)
    if n_top == n:
        return np.ones(n)
    last = np.partition(magnitude, n - n_top)[n - n_top] if n_top else np.inf
    is_above, is_equal = magnitude > last, magnitude == last
    of_others = min(1.0, other_rate / (1.0 - top_rate))
    of_equal = (n_top - is_above.sum()) / max(is_equal.sum(), 1)
    return np.where(is_above, 1.0, np.where(is_equal, of_equal + (1.0 - of_equal) * of_others, of_others))


def minimal_variance_probabilities(squared_gradients, squared_hessians, share):
    """Return with which probability each row is drawn by mvs, (n_samples,) float64; their sum is `share` of the rows.

    Lambda is the square of the mean |gradient| over the mean hessian: of what a leaf is worth.
    """
    hessian = np.sqrt(squared_hessians).sum()
    scale = (np.sqrt(squared_gradients).sum() / hessian) ** 2 if hessian > 0.0 else 0.0
    magnitude = np.sqrt(squared_gradients + scale * squared_hessians)
    total = magnitude.sum()
    if not total > 0.0:
        return np.full(len(magnitude), share)
    wanted = share * len(magnitude)
    threshold = total / wanted  # from above: with it as the threshold too few rows are drawn
    for _ in range(N_STEPS):
        is_above = magnitude >= threshold
        n_above = int(is_above.sum())
        if n_above >= wanted:
            break
        following = magnitude[~is_above].sum() / (wanted - n_above)
        if following >= threshold:
            break
        threshold = following
    return np.minimum(1.0, magnitude / threshold)


@kernel
def draw_rows(team, key, probabilities, groups, weight, kept, drawn_weight):
    """Write which of the thread's rows are kept, and for how many each of them counts, if that is asked for.

    Parameters
    ----------
    probabilities : (n_samples,) or (1,) float64
    groups : (n_samples,) int64
        No length: each row is a group.
    weight : (n_samples,) float64
        Of the rows; no length: all are 1.
    kept : (n_samples,) uint8
    drawn_weight : (n_samples,) float64
        No length: it is not asked for.
    """
    for first in range(team.number * CHUNK, kept.size, team.size * CHUNK):
        for row in range(first, min(first + CHUNK, kept.size)):
            probability = probabilities[row if probabilities.size > 1 else 0]
            number = groups[row] if groups.size else row
            kept[row] = unit(draw(key, ROWS, number)) < probability
            if drawn_weight.size:
                own = weight[row] if weight.size else 1.0
                drawn_weight[row] = own / probability if kept[row] else 0.0
