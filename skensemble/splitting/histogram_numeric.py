"""The best cut of a numeric feature, from its histogram.

Most bins of a small node are empty, and a cut there parts the node like the one before: only bins that have rows are
listed, and the first one, which may leave all values on the right and missing ones alone on the left.  Children grow and shrink along the list, so that it is trimmed at both ends until they are large enough, and
what is left is a loop without a branch that scores several cuts by one instruction.
"""

from typing import NamedTuple

import numpy as np

from skensemble._compile import inlined, part, record
from skensemble.splitting.histogram import ANY, PACKED, WIDE, Cut, Sums, no_cut, no_sums, sums_at


@record
class NumericDesk(NamedTuple):
    """What a thread writes on; all (n_bins,): the cuts of a feature, and what each has on its left."""

    bins: np.ndarray  # int64: the last one on the left
    gradients: np.ndarray  # int64, in steps, as are the hessians
    hessians: np.ndarray  # int64
    counts: np.ndarray  # int64
    scores: np.ndarray  # float64

    def left(self, cut):
        """What lies on the left of a cut."""
        return Sums(self.gradients[cut], self.hessians[cut], self.counts[cut])

    def put(self, cut, bin, left):
        """Write a cut."""
        self.bins[cut], self.gradients[cut] = bin, left.gradient
        self.hessians[cut], self.counts[cut] = left.hessian, left.count


def numeric_desk(n_bins):
    """Return the `NumericDesk` of a thread for features of up to n_bins bins."""
    return NumericDesk(*(np.empty(n_bins, np.int64) for _ in range(4)), np.empty(n_bins))


@part
def best_cut(histogram, data, feature, node, units, criterion, fence, desk):
    """The best cut of a numeric feature; of equal ones the lowest bin.

    Missing values, if the node has any, are tried on both sides, right first; else they go with more samples.

    Parameters
    ----------
    histogram : (n_bins * n_words,) int64
    node : Sums
    criterion : SecondOrder
    fence : Fence
    desk : NumericDesk
    """
    best = no_cut()
    missing = sums_at(histogram, data.offsets[feature] + data.n_bins[feature], units)
    n_missing = units.count(missing)
    n_cuts = list_cuts(histogram, data, feature, units, fence, desk)
    for missing_left in range(2 if n_missing else 1):
        # With missing values on the right there is one cut more: all values against the missing ones.
        more = missing if missing_left else no_sums()
        start, stop = trim(node, more, units, criterion, desk, n_cuts)
        score_cuts(node, more, units, criterion, fence, desk, start, stop)
        cut = start + first_largest(desk.scores[start:stop], best.score)
        if cut < stop:
            left = desk.left(cut).plus(more)
            goes_left = missing_left == 1 if n_missing else 2 * units.count(left) > units.count(node)
            best = Cut(desk.scores[cut], feature, desk.bins[cut], goes_left, left)
    return best


@inlined
def list_cuts(histogram, data, feature, units, fence, desk):
    """Write the cuts that differ, or the only one that is tried, and what is on their left; returns their number."""
    first, n_bins = data.offsets[feature], data.n_bins[feature]
    if units.is_wide:
        n_cuts = list_filled(histogram[WIDE * first : WIDE * (first + n_bins)], n_bins, units.wide(), desk)
    else:
        n_cuts = list_filled(histogram[PACKED * first : PACKED * (first + n_bins)], n_bins, units.packed(), desk)
    if fence.only == ANY:
        return n_cuts
    at = 0
    while at + 1 < n_cuts and desk.bins[at + 1] <= fence.only:
        at += 1
    desk.put(0, fence.only, desk.left(at))
    return 1


@inlined
def list_filled(histogram, n_bins, units, desk):
    """Write the first bin and those that have rows, and what lies up to each; returns how many there are."""
    left, n_filled = sums_at(histogram, 0, units), np.uint64(1)
    desk.put(np.uint64(0), 0, left)
    for bin in range(1, n_bins):
        here = sums_at(histogram, bin, units)
        left = left.plus(here)
        desk.put(n_filled, bin, left)  # whatever the bin holds: no branch to mispredict
        n_filled += np.uint64(here.count > 0)
    return np.int64(n_filled)


@inlined
def trim(node, more, units, criterion, desk, n_cuts):
    """The stretch of the cuts of which both children are large enough if some sums are on the left anyway."""
    start, stop = 0, n_cuts
    while start < stop and not criterion.is_enough(desk.left(start).plus(more), units):
        start += 1
    while start < stop and not criterion.is_enough(node.minus(desk.left(stop - 1).plus(more)), units):
        stop -= 1
    return start, stop


@inlined
def score_cuts(node, more, units, criterion, fence, desk, start, stop):
    """Write the scores of a stretch of the cuts, whose children are large enough."""
    gradients, hessians, scores = desk.gradients[start:stop], desk.hessians[start:stop], desk.scores[start:stop]
    if fence.is_fenced:
        for cut in range(start, stop):
            left = desk.left(cut).plus(more)
            desk.scores[cut] = criterion.fenced_score_of_children(left, node.minus(left), units, fence)
        return
    for i in range(scores.size):
        left = Sums(gradients[i], hessians[i], 0).plus(more)
        scores[i] = criterion.free_score_of_children(left, node.minus(left), units)


@inlined
def first_largest(scores, least):
    """Where the first of the largest scores is; behind the end if none exceeds the least."""
    largest, found = least, scores.size
    for i in range(scores.size):
        if scores[i] > largest:
            largest, found = scores[i], i
    return found
