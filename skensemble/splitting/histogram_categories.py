"""The best cut between the categories of a feature, from its histogram (Fisher 1958).

Categories are ordered by -G / (H + smoothing), their best value, and cut like numbers, so that 2**(k - 1) subsets need
not be tried; where leaves are vectors, by the first principal component of these values.  Those of fewer samples than
the smoothing are rare: they stay on the right.  Missing values are one more category.  The more categories there are,
the more the best of the cuts owes to chance: beyond MANY the smoothing grows with their number, and what chance alone
would gain is taken off the score.
"""

import math
from typing import NamedTuple

import numpy as np

from skensemble._compile import inlined, part, record
from skensemble.arrays.bitset import insert
from skensemble.arrays.copying import copy_items
from skensemble.arrays.sorting import sort_by_score
from skensemble.splitting.histogram import ANY, Cut, no_cut, no_sums, sums_at, whole_at
from skensemble.splitting.ordering import order_categories as by_principal_component

MANY = 256  # codes of a feature
LEAST = 1e-300  # stands for a hessian of 0
# Expected scores of the best cut where a feature says nothing, for gradients of dispersion 1: each of k categories has
# a normal deviation, and the best of all cuts parts the positive ones from the negative ones; of numbers, the largest
# of the (dependent) squares at all thresholds (4.5 to 5.5 in simulations, and a little more is granted).
CHANCE_PER_CATEGORY, CHANCE_OF_NUMBERS = 2.0 / math.pi, 6.0


@record
class CategoryDesk(NamedTuple):
    """What a thread writes on; all (n_codes,) if nothing else is said, of no length where there are no categories."""

    scores: np.ndarray  # float64: what categories are ordered by
    order: np.ndarray  # int64
    spare_scores: np.ndarray  # float64; later the scores of the cuts
    labels: np.ndarray  # int64: work space of sorting
    words: np.ndarray  # (n_words,) uint64: the codes that the best cut of a feature sends left


def category_desk(n_codes, n_words):
    """Return the `CategoryDesk` of a thread for features of up to n_codes categories, missing values among them."""
    scores, spare_scores = np.empty(n_codes), np.empty(n_codes)
    order, labels = np.empty(n_codes, np.int64), np.empty(n_codes, np.int64)
    return CategoryDesk(scores, order, spare_scores, labels, np.zeros(n_words, np.uint64))


@part
def best_category_cut(histogram, data, feature, node, values, units, criterion, fence, desk, several):
    """The best cut of a categorical feature, as `histogram_numeric.best_cut`; the left codes are in `desk.words`."""
    best, first, whole = no_cut(), data.offsets[feature], whole_at(node, 0, units)
    n_common = list_common(histogram, data, feature, units, criterion, desk)
    order_categories(histogram, data, feature, node, n_common, units, criterion, desk, several)
    n_tried, from_end, scores = (n_common + 1) // 2, False, desk.spare_scores
    for is_backwards in range(2):
        left = no_sums()
        for i in range(n_tried):
            code = desk.order[n_common - 1 - i if is_backwards else i]
            left = left.plus(whole_at(histogram, first + code, units))
            is_cut = criterion.is_enough(left, units) and criterion.is_enough(whole.minus(left), units)
            scores[i] = 0.0 if is_cut else -np.inf
        for output in range(units.n_outputs):
            left, of_output, own_fence = no_sums(), sums_at(node, 0, output, units), fence.around(values[output])
            for i in range(n_tried):
                code = desk.order[n_common - 1 - i if is_backwards else i]
                left = left.plus(sums_at(histogram, first + code, output, units))
                if scores[i] > -np.inf:
                    scores[i] += criterion.score_of_children(left, of_output.minus(left), units, own_fence)
        for i in range(n_tried):
            if fence.only != ANY and fence.only % (2 * n_tried) != is_backwards * n_tried + i:
                continue
            if scores[i] > best.score:
                best, from_end = Cut(scores[i], feature, i + 1, False), is_backwards == 1
    if best.feature < 0:
        return best
    n_left = 0
    for i in range(best.bin):
        code = desk.order[n_common - 1 - i if from_end else i]
        n_left += sums_at(histogram, first + code, 0, units).count
    missing_left = 2 * n_left > units.count(whole)
    missing_left &= sums_at(histogram, first + data.n_bins[feature], 0, units).count == 0
    missing_left = write_left(data, feature, n_common, best.bin, from_end, missing_left, desk)
    return Cut(best.score, feature, best.bin, missing_left).costing(chance_of(n_common, criterion))


@inlined
def chance_of(n_common, criterion):
    """What the best cut between categories scores by chance, above what the best cut between numbers does."""
    return criterion.dispersion * max(0.0, CHANCE_PER_CATEGORY * (n_common - 1) - CHANCE_OF_NUMBERS)


@part
def list_common(histogram, data, feature, units, criterion, desk):
    """Write the categories of a feature that are not rare into `desk.order`; returns their number."""
    n_codes, n_common = data.n_bins[feature] + 1, 0
    smoothing = smoothing_of(data, feature, criterion)
    for code in range(n_codes):
        count = sums_at(histogram, data.offsets[feature] + code, 0, units).count
        if count > 0 and count >= smoothing:
            desk.order[n_common] = code
            n_common += 1
    return n_common


@inlined
def smoothing_of(data, feature, criterion):
    """What is added to the hessians of the categories of a feature."""
    return criterion.categorical_smoothing * max(1.0, (data.n_bins[feature] + 1) / MANY)


@part
def order_categories(histogram, data, feature, node, n_common, units, criterion, desk, several):
    """Order categories by their values, those of a tree of several outputs by their first principal component."""
    first, smoothing = data.offsets[feature], smoothing_of(data, feature, criterion)
    if several is None:
        for i in range(n_common):
            sums = sums_at(histogram, first + desk.order[i], 0, units)
            desk.scores[i] = units.gradient(sums) / max(units.hessian(sums) + smoothing, LEAST)
        sort_by_score(desk.scores, desk.order, n_common, desk.spare_scores, desk.labels)
    else:
        n_statistics = 2 + units.n_outputs
        last = several.rows.size // n_statistics - 1
        for i in range(n_common):
            several.present[i] = desk.order[i]
            write_row(histogram, first + desk.order[i], desk.order[i], units, several)
        write_row(node, 0, last, units, several)
        total = several.rows[last * n_statistics :]
        by_principal_component(several, n_statistics, n_common, total, smoothing)
        copy_items(several.order[:n_common], desk.order)


@part
def write_row(histogram, bin, at, units, several):
    """Write what lies in a bin as row `at`; its weight is the mean hessian of the outputs."""
    first, whole = at * (2 + units.n_outputs), whole_at(histogram, bin, units)
    several.rows[first] = whole.count
    several.rows[first + 1] = max(units.hessian(whole) / units.n_outputs, LEAST)
    for output in range(units.n_outputs):
        several.rows[first + 2 + output] = units.gradient(sums_at(histogram, bin, output, units))


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
