"""Cuts between the values of one feature."""

import numpy as np

from skensemble._compile import inlined
from skensemble._random import THRESHOLD, draw, unit
from skensemble.arrays.float_codes import decode, encode_at_most
from skensemble.arrays.sorting import POSITION_BITS, POSITION_MASK, code_of, sort_keys
from skensemble.records import UNDEFINED, Boundary, Split
from skensemble.splitting.sweeps import (
    NOT_STORED,
    collect_buckets,
    sum_not_stored,
    sweep_buckets,
    sweep_samples,
)


@inlined
def no_split():
    """The split of a node or of a feature that has none."""
    return Split(-np.inf, UNDEFINED, 0, 0.0, False, 0, 0.0)


@inlined
def as_split(boundary, feature, code, threshold, n_missing, n):
    """A boundary as a split of a feature; later missing values go with more samples if the node has none itself."""
    missing_left = boundary.missing_left if n_missing else 2 * boundary.n_left > n
    return Split(boundary.gain, feature, code, threshold, missing_left, boundary.n_left, boundary.middle)


@inlined
def midpoint(below, above):
    """The threshold between two float32 values, or the lower one where the middle is not between them."""
    threshold = np.float64(below) / 2.0 + np.float64(above) / 2.0
    if threshold == np.float64(above) or not np.isfinite(threshold):
        return np.float64(below)
    return threshold


@inlined
def split_best(task, span, stored, place, node, gate, feature, bar):
    """Try every boundary between two values, and between the values and the missing ones.

    Parameters
    ----------
    span : (first, lowest, highest, n_missing)
        Where the feature's values start, the codes of the node's, and how many are missing.
    stored : (n_keys, zero_rank)
        How many samples have a key, and the code of those that have none.
    """
    first, lowest, highest, n_missing = span
    n_keys, zero_rank = stored
    criterion, samples, values = task.criterion, task.samples, task.data.values
    keys, rows, n_statistics = task.desk.keys, task.desk.buckets.rows, criterion.total.size
    n_ranks, n = highest - lowest + 1, gate.n_samples
    if n_keys == n and n_missing == 0 and (n_ranks == 2 or n == 2) and not criterion.needs_order():
        boundary = cut(task, place, node, gate, lowest, highest, 0, bar)
        if boundary.at < 0:
            return no_split()
        code, next_code = lowest, highest
    elif n_keys == n and n_ranks * n_statistics <= 2 * n_keys and not criterion.needs_order():
        collect_buckets(criterion, samples, place.start, keys, n_keys, lowest, n_ranks, rows, n_statistics, node)
        order = task.desk.buckets.identity
        boundary = sweep_buckets(criterion, rows, n_statistics, order, n_ranks, n_missing, True, node, gate, bar)
        if boundary.at < 0:
            return no_split()
        code, next_code = lowest + boundary.at, lowest + boundary.at + 1
        while next_code <= highest and rows[(next_code - lowest) * n_statistics] == 0.0:
            next_code += 1
    else:
        top = highest
        if n_keys < n:
            sum_not_stored(criterion, samples, place.start, keys, n_keys, rows, n_statistics, node)
            keys[n_keys] = (zero_rank << POSITION_BITS) | NOT_STORED
            n_keys += 1
        elif n_missing:
            top = task.data.missing_code(feature)
        sort_keys(keys, task.desk.spare_keys, task.desk.counts, n_keys, lowest, top)
        boundary = sweep_samples(criterion, samples, place.start, keys, n_keys, n_missing, True, rows, node, gate, bar)
        if boundary.at < 0:
            return no_split()
        code, next_code = keys[boundary.at] >> POSITION_BITS, keys[boundary.at + 1] >> POSITION_BITS
    threshold = np.inf if next_code > highest else midpoint(values[first + code], values[first + next_code])
    return as_split(boundary, feature, code, threshold, n_missing, n)


@inlined
def split_randomly(task, span, place, node, gate, feature, bar):
    """Cut at a threshold drawn uniformly between the least and the greatest value (Geurts et al. 2006, table 1).

    Missing values go where the gain is greater; if all others are equal, they are what is split off.
    """
    _, lowest, highest, n_missing = span
    keys = task.desk.keys
    low, high = np.float64(decode(lowest)), np.float64(decode(highest))
    threshold = low + unit(draw(place.key, THRESHOLD, feature)) * (high - low)
    if threshold >= high:
        threshold = low
    code = encode_at_most(threshold)
    if task.criterion.needs_order():
        for i in range(gate.n_samples):
            rank = code_of(keys[i])
            keys[i] = ((np.int64(rank > code) + np.int64(rank > highest)) << POSITION_BITS) | i
        boundary = sweep_sides(task, place, node, gate, n_missing, low == high, bar)
    else:
        boundary = cut(task, place, node, gate, code, highest, n_missing if low < high else 0, bar)
    if boundary.at < 0:
        return no_split()
    return as_split(boundary, feature, code, threshold, n_missing, gate.n_samples)


@inlined
def cut(task, place, node, gate, code, highest, n_missing, bar):
    """Try the one boundary after a code, with the missing values (codes above `highest`) on either side.

    Samples above `highest` stay on the right where n_missing is 0.
    """
    criterion, samples, keys = task.criterion, task.samples, task.desk.keys
    best = Boundary(bar, -1, 0, False, 0.0)
    for missing_left in range(2 if n_missing else 1):
        left, n_left = criterion.begin(node), 0
        for i in range(gate.n_samples):
            rank = code_of(keys[i])
            if rank <= code or (missing_left and rank > highest):
                left = criterion.move(left, node, samples, place.start + (keys[i] & POSITION_MASK))
                n_left += 1
        gain = criterion.evaluate(left, node, 0)
        if gain > bar:
            best, bar = gate.consider(best, bar, gain, criterion, left, node, (0, n_left, 0, missing_left == 1))
    return best


@inlined
def sweep_sides(task, place, node, gate, n_missing, missing_alone, bar):
    """Sort keys whose code is 0 or 1, or 2 if missing, and try the boundary between 0 and 1."""
    criterion, samples, keys, n = task.criterion, task.samples, task.desk.keys, gate.n_samples
    sort_keys(keys, task.desk.spare_keys, task.desk.counts, n, 0, 2)
    rows = task.desk.buckets.rows
    return sweep_samples(criterion, samples, place.start, keys, n, n_missing, missing_alone, rows, node, gate, bar)
