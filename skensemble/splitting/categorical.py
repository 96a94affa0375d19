"""Cuts between the categories of one feature.

For one mean per category (regression, two classes) the best of all subsets is a cut in the order of the means (Fisher 1958;
Breiman et al. 1984, theorem 4.5).  For several classes or outputs the categories are ordered along the first principal
component of their means (Coppersmith, Hong and Hosking 1999).  Missing values are one category more; categories that the
node does not have go with the larger child.
"""

import numpy as np

from skensemble._compile import inlined, part
from skensemble._random import THRESHOLD, draw, unit
from skensemble.arrays.bitset import contains, insert, remove
from skensemble.arrays.sorting import POSITION_BITS, POSITION_MASK, sort_keys
from skensemble.records import Boundary, Split
from skensemble.splitting.numeric import cut, no_split, sweep_sides
from skensemble.splitting.ordering import order_categories
from skensemble.splitting.sweeps import collect_buckets, sweep_buckets, sweep_samples


@inlined
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
    n_present = 0
    for bucket in range(n_buckets):
        if buckets.rows[bucket * n_statistics] != 0.0:
            buckets.present[n_present] = bucket
            n_present += 1
    order_categories(buckets, n_statistics, n_present, criterion.total)
    if task.settings.random_splits:
        boundary = cut_randomly(task, place, node, gate, feature, n_present, bar)
    elif criterion.needs_order():
        for i in range(n_present):
            buckets.labels[buckets.order[i]] = i
        relabel(keys, n, buckets.labels)
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
    send_left(desk, n_present, boundary.at, 2 * boundary.n_left > n)
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
def relabel(keys, n, labels):
    """Replace the codes in the keys."""
    for i in range(n):
        keys[i] = (labels[keys[i] >> POSITION_BITS] << POSITION_BITS) | (keys[i] & POSITION_MASK)


@inlined
def cut_randomly(task, place, node, gate, feature, n_present, bar):
    """Cut the ordered categories at a score drawn uniformly between the least and the greatest."""
    buckets = task.desk.buckets
    low, high = buckets.scores[0], buckets.scores[n_present - 1]
    threshold = low + unit(draw(place.key, THRESHOLD, feature)) * (high - low)
    last = 0
    while last < n_present - 2 and buckets.scores[last + 1] <= threshold:
        last += 1
    for i in range(n_present):
        buckets.labels[buckets.order[i]] = np.int64(i > last)
    relabel(task.desk.keys, gate.n_samples, buckets.labels)
    if task.criterion.needs_order():
        found = sweep_sides(task, place, node, gate, 0, True, bar)
    else:
        found = cut(task, place, node, gate, 0, 1, 0, bar)
    return Boundary(found.gain, last if found.at >= 0 else -1, found.n_left, False, found.middle)


@inlined
def send_left(desk, n_present, last, absent_left):
    """Write the set of the categories that go left, the first ones of the order up to `last`."""
    buckets, left_categories = desk.buckets, desk.left_categories
    for word in range(left_categories.size):
        left_categories[word] = ~np.uint64(0) if absent_left else np.uint64(0)
    for i in range(n_present):
        code = buckets.codes[buckets.order[i]]
        if i <= last:
            insert(left_categories, 0, code)
        else:
            remove(left_categories, 0, code)
