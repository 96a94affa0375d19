"""The best cut of a numeric feature, from its histogram.

Most bins of a small node are empty, and a cut there parts the node like the one before: only bins that have rows are
listed, and the first one, which may leave all values on the right and missing ones alone on the left.  Children grow
and shrink along the list, so that it is trimmed at both ends until they are large enough, and what is left is a loop
without a branch that scores several cuts by one instruction.
"""

from typing import NamedTuple

import numpy as np

from skensemble._compile import inlined, part, record
from skensemble.splitting.histogram import ANY, PACKED, SINGLE, Cut, Sums, no_cut, no_sums, sums_at, whole_at


@record
class NumericDesk(NamedTuple):
    """What a thread writes on: the cuts of a feature, each (n_bins,); a loop reads neighbours of one kind at once."""

    gradients: np.ndarray  # int64: of what is on the left, in steps
    hessians: np.ndarray  # int64: the same
    counts: np.ndarray  # int64
    bins: np.ndarray  # int64: the last one on the left
    scores: np.ndarray  # float64

    def left(self, at):
        """What lies on the left of a cut."""
        return Sums(self.gradients[at], self.hessians[at], self.counts[at])

    def put(self, at, bin, left):
        """Write a cut."""
        self.gradients[at], self.hessians[at], self.counts[at] = left.gradient, left.hessian, left.count
        self.bins[at] = bin


def numeric_desk(n_bins):
    """Return the `NumericDesk` of a thread for features of up to n_bins bins."""
    return NumericDesk(*(np.empty(n_bins, np.int64) for _ in range(4)), np.empty(n_bins))


@part
def best_cut(histogram, data, feature, node, values, units, criterion, fence, desk, several):
    """The best cut of a numeric feature; of equal ones the lowest bin.

    Missing values, if the node has any, are tried on both sides, right first; else they go with more samples.

    Parameters
    ----------
    histogram : (n_bins * n_words,) int64
    node : (n_words,) int64
        What lies in the whole node.
    values : (n_outputs,) float64
        Of the node.
    criterion : SecondOrder
    fence : Fence
    desk : NumericDesk
    several : Outputs or None
        None: the tree has one output.
    """
    best, missing_bin, whole = no_cut(), data.offsets[feature] + data.n_bins[feature], whole_at(node, 0, units)
    missing = whole_at(histogram, missing_bin, units)
    n_missing = units.count(missing)
    n_cuts = list_cuts(histogram, data, feature, units, fence, desk)
    # With missing values on the right there is one cut more: all values against the missing ones.
    start_right, stop_right = trim(whole, no_sums(), units, criterion, desk, n_cuts)
    start_left, stop_left = trim(whole, missing, units, criterion, desk, n_cuts) if n_missing else (0, 0)
    for missing_left in range(2 if n_missing else 1):
        start, stop = (start_left, stop_left) if missing_left else (start_right, stop_right)
        if several is None:
            more = missing if missing_left else no_sums()
            score_cuts(whole, more, units, criterion, fence.around(values[0]), desk, start, stop)
        else:
            first, more_bin = node.size * data.offsets[feature], data.n_bins[feature] if missing_left else ANY
            of_feature = histogram[first : first + node.size * (data.n_bins[feature] + 1)]
            score_outputs(of_feature, node, values, more_bin, units, criterion, fence, desk, several, start, stop)
        cut = start + first_largest(desk.scores[start:stop], best.score)
        if cut < stop:
            goes_left = missing_left == 1 if n_missing else 2 * desk.counts[cut] > units.count(whole)
            best = Cut(desk.scores[cut], feature, desk.bins[cut], goes_left)
    return best


@part
def list_cuts(histogram, data, feature, units, fence, desk):
    """Write the cuts that differ, or the only one that is tried, and what is on their left; returns their number."""
    first, n_bins, n_words = data.offsets[feature], data.n_bins[feature], units.n_words
    of_feature = histogram[n_words * first : n_words * (first + n_bins)]
    if n_words == SINGLE:
        n_cuts = list_filled(of_feature, n_bins, units.with_words(SINGLE), desk)
    elif n_words == PACKED:
        n_cuts = list_filled(of_feature, n_bins, units.with_words(PACKED), desk)
    else:
        n_cuts = list_filled(of_feature, n_bins, units, desk)
    if fence.only == ANY:
        return n_cuts
    at = 0
    while at + 1 < n_cuts and desk.bins[at + 1] <= fence.only:
        at += 1
    desk.put(0, fence.only, desk.left(at))
    return 1


@part
def list_filled(histogram, n_bins, units, desk):
    """Write the first bin and those that have rows, and what lies up to each; returns how many there are."""
    left, n_filled = whole_at(histogram, 0, units), np.uint64(1)
    desk.put(np.uint64(0), 0, left)
    for bin in range(1, n_bins):
        here = whole_at(histogram, bin, units)
        left = left.plus(here)
        desk.put(n_filled, bin, left)  # whatever the bin holds: no branch to mispredict
        n_filled += np.uint64(here.count > 0)
    return np.int64(n_filled)


@part
def trim(whole, more, units, criterion, desk, n_cuts):
    """The stretch of the cuts of which both children are large enough if some sums are on the left anyway."""
    start, stop = 0, n_cuts
    while start < stop and not criterion.is_enough(desk.left(start).plus(more), units):
        start += 1
    while start < stop and not criterion.is_enough(whole.minus(desk.left(stop - 1).plus(more)), units):
        stop -= 1
    return start, stop


@part
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


@part
def score_outputs(histogram, node, values, more_bin, units, criterion, fence, desk, several, start, stop):
    """Write the scores of a stretch of the cuts, each the sum over several outputs.

    The histogram is that of the feature alone; what is in `more_bin`, ANY: nothing, is left anyway.
    """
    n_words, left, terms, bin = node.size, several.left, several.terms, 0
    for word in range(n_words):
        left[word] = histogram[n_words * more_bin + word] if more_bin != ANY else 0
    for cut in range(stop):
        while bin <= desk.bins[cut]:
            here = histogram[n_words * bin : n_words * (bin + 1)]
            for word in range(n_words):
                left[word] += here[word]
            bin += 1
        if cut < start:
            continue
        for output in range(units.n_outputs):
            of_left = sums_at(left, 0, output, units)
            of_right = sums_at(node, 0, output, units).minus(of_left)
            if fence.is_fenced:
                own_fence = fence.around(values[output])
                terms[output] = criterion.fenced_score_of_children(of_left, of_right, units, own_fence)
            else:
                terms[output] = criterion.free_score_of_children(of_left, of_right, units)
        desk.scores[cut] = total_of(terms)


@inlined
def total_of(terms):
    """The sum of some numbers, which are lost; halves are added to each other, several numbers at once."""
    n = terms.size
    while n > 1:
        n_kept = (n + 1) // 2
        for i in range(n - n_kept):
            terms[i] += terms[n_kept + i]
        n = n_kept
    return terms[0]


@inlined
def first_largest(scores, least):
    """Where the first of the largest scores is; behind the end if none exceeds the least."""
    largest, found = least, scores.size
    for i in range(scores.size):
        if scores[i] > largest:
            largest, found = scores[i], i
    return found
