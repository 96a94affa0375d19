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
from skensemble.splitting.histogram import Cut, Sums, no_cut, sums_at

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
    best, words = no_cut(), desk.words
    first, n_codes = data.offsets[feature], data.n_bins[feature] + 1
    n_common, smoothing = 0, criterion.categorical_smoothing * max(1.0, n_codes / MANY)
    for code in range(n_codes):
        sums = sums_at(histogram, first + code)
        if units.count(sums) > 0 and units.count(sums) >= smoothing:
            hessian = max(units.hessian(sums) + smoothing, LEAST)
            value = units.gradient(sums) / hessian
            desk.scores[n_common], desk.order[n_common] = value, code
            n_common += 1
    sort_by_score(desk.scores, desk.order, n_common, desk.spare_scores, desk.spare_order)
    from_end, n_left, is_better = False, 0, False
    for is_backwards in range(2):
        left = Sums(0, 0)
        for i in range((n_common + 1) // 2):
            code = desk.order[n_common - 1 - i if is_backwards else i]
            left = left.plus(sums_at(histogram, first + code))
            score = criterion.score_of_children(left, node.minus(left), units, fence)
            if score > best.score:
                best = Cut(score, feature, i + 1, False, left)
                from_end, n_left, is_better = is_backwards == 1, i + 1, True
    if is_better:
        words[:] = np.uint64(0)
        missing_left = 2 * units.count(best.left) > units.count(node)
        missing_left &= units.count(sums_at(histogram, first + n_codes - 1)) == 0
        for i in range(n_left):
            code = desk.order[n_common - 1 - i if from_end else i]
            insert(words, 0, code)
            missing_left |= code == n_codes - 1
        if missing_left:
            insert(words, 0, n_codes - 1)
        best = Cut(best.score, feature, n_left, missing_left, best.left)
    return best
