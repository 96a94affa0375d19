"""Cuts between the categories of one feature.

For one mean per category (regression, two classes) the best of all subsets is a cut in the order of the means (Fisher
1958; Breiman et al. 1984, theorem 4.5).  For several classes or outputs the categories are ordered along the first
principal component of their means (Coppersmith, Hong and Hosking 1999).  Missing values are one category more;
categories that are rare in the node are pooled.  Those that it does not have go with the rare ones, or else with the
larger child.
"""

import math

import numpy as np

from skensemble._compile import part
from skensemble._random import THRESHOLD, draw, unit
from skensemble.arrays.bitset import contains, insert, remove
from skensemble.arrays.sorting import POSITION_BITS, POSITION_MASK, sort_keys
from skensemble.records import Boundary, Split
from skensemble.splitting.numeric import no_split
from skensemble.splitting.ordering import order_categories
from skensemble.splitting.sweeps import collect_buckets, sweep_buckets, sweep_samples

PRIOR_FREEDOM = 2.0  # weight of the variance of the node in the variance within the categories
N_DEVIATIONS = 3.0  # by which the variance between categories must exceed what chance brings
FEW_CATEGORIES = 4  # of a feature, which are never pooled
MOST_SMOOTHING = 1e6  # as good as infinite, and finite


@part
def split_categories(task, n_categories, span, place, node, gate, feature, bar):
    """Return the best cut between the categories of a feature, or a random one; the left ones are on the desk.

    Parameters
    ----------
    n_categories : int
        Of the feature; also the code of missing values.
    span : (lowest, highest)
        The codes in the node, with that of missing values.
    """
    lowest, highest = span
    criterion, samples, desk, n = task.criterion, task.samples, task.desk, gate.n_samples
    buckets, keys, n_statistics = desk.buckets, desk.keys, criterion.total.size
    n_buckets = number_categories(desk, n, lowest, highest, n_statistics)
    collect_buckets(criterion, samples, place.start, keys, n, 0, n_buckets, buckets.rows, n_statistics, node)
    pools_rare = place.pools_rare and n_categories > FEW_CATEGORIES
    n_present, rest, smoothing = find_present(
        buckets, n_buckets, n_statistics, criterion.total, criterion.spread(node), pools_rare
    )
    order_categories(buckets, n_statistics, n_present, criterion.total, smoothing)
    if task.settings.random_splits:
        boundary = cut_randomly(task, place, node, gate, feature, n_present, (n_buckets, rest), bar)
    elif criterion.needs_order():
        relabel(keys, n, buckets, n_present, n_present - 1, (n_buckets, rest))
        sort_keys(keys, desk.spare_keys, desk.counts, n, 0, n_present - 1)
        found = sweep_samples(criterion, samples, place.start, keys, n, 0, True, buckets.rows, node, gate, bar)
        last = keys[found.at] >> POSITION_BITS if found.at >= 0 else -1
        boundary = Boundary(found.gain, last, found.n_left, False, found.middle)
    else:
        boundary = sweep_buckets(
            criterion, buckets.rows, n_statistics, buckets.order, n_present, 0, True, node, gate, bar
        )
    if boundary.at < 0:
        return no_split()
    send_left(desk, n_present, boundary.at, rest, 2 * boundary.n_left > n)
    missing_left = contains(desk.left_categories, 0, n_categories)
    return Split(boundary.gain, feature, 0, np.nan, missing_left, boundary.n_left, boundary.middle)


@part
def number_categories(desk, n, lowest, highest, n_statistics):
    """Replace the codes in the keys by numbers of buckets; returns how many buckets there are."""
    keys, codes = desk.keys, desk.buckets.codes
    n_codes = highest - lowest + 1
    if n_codes * n_statistics <= 2 * n or n_codes <= 2:
        for i in range(n):
            keys[i] -= lowest << POSITION_BITS
        for bucket in range(n_codes):
            codes[bucket] = lowest + bucket
        return n_codes
    sort_keys(keys, desk.spare_keys, desk.counts, n, lowest, highest)
    bucket, last = -1, -1
    for i in range(n):
        code = keys[i] >> POSITION_BITS
        if code != last:
            bucket, last = bucket + 1, code
            codes[bucket] = code
        keys[i] = (bucket << POSITION_BITS) | (keys[i] & POSITION_MASK)
    return bucket + 1


@part
def find_present(buckets, n_buckets, n_statistics, total, spread, pools_rare):
    """List the categories that a node has, the rare ones as one.

    A category of few rows has their mean, which is mostly noise, not its own.  With the variances of the means
    between the categories and of the responses within them, estimated by the moments of one-way analysis of
    variance, the best guess of a category's mean gives its n rows the weight n / (n + ratio of the variances) (Efron
    and Morris 1975).  The ratio is the smoothing of the means, and a category of fewer rows is rare.  Distinct rows
    count: that a bootstrap has drawn a row twice is no evidence.

    Parameters
    ----------
    total : (n_statistics,) float64
        The node's statistics row.
    spread : float
        Weighted sum of squares of the responses about their mean.
    pools_rare : bool

    Returns
    -------
    n_present, rest, smoothing
        How many categories there are, the one that stands for the rare ones (-1: there are none), and the weight of the
        node's mean in theirs.
    """
    rows = buckets.rows
    n_present, between, squares = 0, 0.0, 0.0
    for bucket in range(n_buckets):
        at = bucket * n_statistics
        if rows[at] != 0.0:
            n_present += 1
            squares += rows[at] * rows[at]
            for k in range(2, n_statistics):
                between += (rows[at + k] - rows[at + 1] * total[k] / total[1]) ** 2 / rows[at + 1]
    smoothing, n, weight_of_row = np.inf, total[0], total[1] / total[0]
    if n > n_present:
        freedom = n - n_present + PRIOR_FREEDOM
        within = (max(spread - between, 0.0) + PRIOR_FREEDOM * spread / n) / freedom
        deviation = math.sqrt(2.0 / max(n_present - 1, 1) + 2.0 / freedom)  # of the ratio F, relative
        chance = (n_present - 1) * within * (1.0 + N_DEVIATIONS * deviation)
        excess = (between - chance) / max(n - squares / n, 1e-300)
        smoothing = within / excess if excess > 0.0 else np.inf
    least = smoothing if pools_rare else 0.0
    n_present, rest = 0, -1
    for bucket in range(n_buckets):
        at = bucket * n_statistics
        if rows[at] == 0.0:
            continue
        if rows[at] >= least or rest < 0:
            if rows[at] < least:
                rest = bucket
            buckets.present[n_present] = bucket
            n_present += 1
        else:
            for k in range(n_statistics):
                rows[rest * n_statistics + k] += rows[at + k]
                rows[at + k] = 0.0
    return n_present, rest, min(smoothing, MOST_SMOOTHING) * weight_of_row


@part
def relabel(keys, n, buckets, n_present, last, pooled):
    """Replace the numbers of buckets in the keys: by places in the order, or, before the last place, by 0 and 1.

    Parameters
    ----------
    last : int
        n_present - 1: places; less: 0 for the places up to it, 1 for those behind it.
    pooled : (n_buckets, rest)
        How many buckets there are, and the one that stands for those which are not in the order, or -1.
    """
    labels, (n_buckets, rest) = buckets.labels, pooled
    label_of_rest = 0
    for i in range(n_present):
        label = i if last == n_present - 1 else np.int64(i > last)
        if buckets.order[i] == rest:
            label_of_rest = label
    for bucket in range(n_buckets):
        labels[bucket] = label_of_rest
    for i in range(n_present):
        labels[buckets.order[i]] = i if last == n_present - 1 else np.int64(i > last)
    for i in range(n):
        keys[i] = (labels[keys[i] >> POSITION_BITS] << POSITION_BITS) | (keys[i] & POSITION_MASK)


@part
def cut_randomly(task, place, node, gate, feature, n_present, pooled, bar):
    """Cut the ordered categories at a score drawn uniformly between the least and the greatest."""
    buckets = task.desk.buckets
    low, high = buckets.scores[0], buckets.scores[n_present - 1]
    threshold = low + unit(draw(place.key, THRESHOLD, feature)) * (high - low)
    last = 0
    while last < n_present - 2 and buckets.scores[last + 1] <= threshold:
        last += 1
    criterion, samples, desk, n = task.criterion, task.samples, task.desk, gate.n_samples
    rows, n_statistics = buckets.rows, criterion.total.size
    relabel(desk.keys, n, buckets, n_present, last, pooled)
    if criterion.needs_order():
        sort_keys(desk.keys, desk.spare_keys, desk.counts, n, 0, 1)
        found = sweep_samples(criterion, samples, place.start, desk.keys, n, 0, True, rows, node, gate, bar)
    else:
        collect_buckets(criterion, samples, place.start, desk.keys, n, 0, 2, rows, n_statistics, node)
        found = sweep_buckets(criterion, rows, n_statistics, buckets.identity, 2, 0, True, node, gate, bar)
    return Boundary(found.gain, last if found.at >= 0 else -1, found.n_left, False, found.middle)


@part
def send_left(desk, n_present, last, rest, larger_left):
    """Write the set of the categories that go left, the first ones of the order up to `last`.

    Those that are not in the order go with the rare ones, or, if there are none, with the larger child.
    """
    buckets, left_categories = desk.buckets, desk.left_categories
    others_left = larger_left
    for i in range(n_present):
        if buckets.order[i] == rest:
            others_left = i <= last
    for word in range(left_categories.size):
        left_categories[word] = ~np.uint64(0) if others_left else np.uint64(0)
    for i in range(n_present):
        code = buckets.codes[buckets.order[i]]
        if i <= last:
            insert(left_categories, 0, code)
        else:
            remove(left_categories, 0, code)
