"""The best cut between the categories of a feature, from its histogram (Fisher 1958).

Categories are ordered by -G / (H + smoothing), their best value, and cut like numbers, so that 2**(k - 1) subsets need
not be tried.  Those of fewer samples than the smoothing are rare: they stay on the right.  Missing values are one more
category.  The more categories there are, the more the best of the cuts owes to chance: beyond MANY the smoothing grows
with their number.
"""

from typing import NamedTuple

import numpy as np

from skensemble._compile import part, record
from skensemble.arrays.bitset import insert
from skensemble.arrays.sorting import sort_by_score
from skensemble.splitting.histogram import ANY, Cut, no_cut, no_sums, sums_at

MANY = 256  # codes of a feature
LEAST = 1e-300  # stands for a hessian of 0


@record
class CategoryDesk(NamedTuple):
    """What a thread writes on; all (n_codes,), of no length where there are no categories."""

    scores: np.ndarray  # float64: what categories are ordered by
    order: np.ndarray  # int64
    spare_scores: np.ndarray  # float64
    spare_order: np.ndarray  # int64
    words: np.ndarray  # (n_words,) uint64: the codes that the best cut of a feature sends left


def category_desk(n_codes, n_words):
    """Return the `CategoryDesk` of a thread for features of up to n_codes categories, missing values among them."""
    scores, spare_scores = np.empty(n_codes), np.empty(n_codes)
    order, spare_order = np.empty(n_codes, np.int64), np.empty(n_codes, np.int64)
    return CategoryDesk(scores, order, spare_scores, spare_order, np.zeros(n_words, np.uint64))


@part
def best_category_cut(histogram, data, feature, node, units, criterion, fence, desk):
    """The best cut of a categorical feature; the codes that go left are in `desk.words`."""
    best, first = no_cut(), data.offsets[feature]
    n_common = order_categories(histogram, data, feature, units, criterion, desk)
    n_tried, from_end = (n_common + 1) // 2, False
    for is_backwards in range(2):
        left = no_sums()
        for i in range(n_tried):
            code = desk.order[n_common - 1 - i if is_backwards else i]
            left = left.plus(sums_at(histogram, first + code, units))
            if fence.only != ANY and fence.only % (2 * n_tried) != is_backwards * n_tried + i:
                continue
            score = criterion.score_of_children(left, node.minus(left), units, fence)
            if score > best.score:
                best = Cut(score, feature, i + 1, False, left)
                from_end = is_backwards == 1
    if best.feature < 0:
        return best
    missing_left = 2 * units.count(best.left) > units.count(node)
    missing_left &= units.count(sums_at(histogram, first + data.n_bins[feature], units)) == 0
    missing_left = write_left(data, feature, n_common, best.bin, from_end, missing_left, desk)
    return Cut(best.score, feature, best.bin, missing_left, best.left)


@part
def order_categories(histogram, data, feature, units, criterion, desk):
    """Write the common categories of a feature in the order of their values into `desk.order`; returns their number."""
    first, n_codes, n_common = data.offsets[feature], data.n_bins[feature] + 1, 0
    smoothing = criterion.categorical_smoothing * max(1.0, n_codes / MANY)
    for code in range(n_codes):
        sums = sums_at(histogram, first + code, units)
        if units.count(sums) > 0 and units.count(sums) >= smoothing:
            desk.scores[n_common] = units.gradient(sums) / max(units.hessian(sums) + smoothing, LEAST)
            desk.order[n_common] = code
            n_common += 1
    sort_by_score(desk.scores, desk.order, n_common, desk.spare_scores, desk.spare_order)
    return n_common


@part
def write_left(data, feature, n_common, n_left, from_end, missing_left, desk):
    """Write the first or the last n_left categories, and missing ones if they go left, into `desk.words`.

    Returns
    -------
    missing_left : bool
        Whether missing ones do: they may be among those categories.
    """
    missing_code = data.n_bins[feature]
    desk.words[:] = np.uint64(0)
    for i in range(n_left):
        code = desk.order[n_common - 1 - i if from_end else i]
        insert(desk.words, 0, code)
        missing_left |= code == missing_code
    if missing_left:
        insert(desk.words, 0, missing_code)
    return missing_left
