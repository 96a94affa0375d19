"""Cuts between the values of one feature."""

import numpy as np

from skensemble._compile import inlined
from skensemble._intrinsics import LANES
from skensemble.arrays.sorting import POSITION_BITS, sort_keys
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
def between(values, first, code, next_code):
    """The threshold midway between two codes' values, or the lower value where the middle is not between them."""
    below, above = np.float64(values[first + code]), np.float64(values[first + next_code])
    threshold = below / 2.0 + above / 2.0
    if threshold == above or not np.isfinite(threshold):
        return below
    return threshold


@inlined
def split_best(task, span, stored, place, node, gate, feature, bar):
    """Try every boundary between two values, and between the values and the missing ones.

    Parameters
    ----------
    span : (lowest, highest, n_missing)
        The codes of the node's values, and how many are missing.
    stored : (n_keys, zero_rank)
        How many samples have a key, and the code of those that have none.
    """
    lowest, highest, n_missing = span
    n_keys, zero_rank = stored
    criterion, samples, first = task.criterion, task.samples, task.data.offsets[feature]
    keys, rows, n_statistics = task.desk.keys, task.desk.buckets.rows, criterion.total.size
    n_ranks, n = highest - lowest + 1, gate.n_samples
    if n_keys == n and n_ranks * n_statistics <= 2 * n_keys and not criterion.needs_order():
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
    threshold = np.inf if next_code > highest else between(task.data.values, first, code, next_code)
    return as_split(boundary, feature, code, threshold, n_missing, n)


@inlined
def split_lane(task, lane, place, node, gate, feature, bar):
    """Try the one cut of a lane of the panel.

    Missing values go where the gain is greater; if all others are equal, they are what is split off.
    """
    panel, n = task.desk.panel, gate.n_samples
    lowest, highest = np.int64(panel.lowest[lane]), np.int64(panel.highest[lane])
    code, n_missing = np.int64(panel.bounds[lane]), panel.n_missing[lane]
    if task.criterion.needs_order():
        boundary = sweep_sides(task, lane, place, node, gate, bar)
    else:
        boundary = cut(task, lane, node, gate, place.start, bar)
    if boundary.at < 0:
        return no_split()
    threshold = panel.thresholds[lane]
    if not task.settings.random_splits:
        threshold = between(task.data.values, task.data.offsets[feature], lowest, highest)
    return as_split(boundary, feature, code, threshold, n_missing, n)


@inlined
def cut(task, lane, node, gate, start, bar):
    """Try the cut of a lane with what the panel has summed up, and with the missing values on either side."""
    criterion, panel, rows = task.criterion, task.desk.panel, task.desk.buckets.rows
    best = Boundary(bar, -1, 0, False, 0.0)
    for k in range(criterion.total.size):
        rows[k] = panel.sums[k * LANES + lane]
    left = criterion.move_row(criterion.begin(node), node, rows, 0)
    n_left = int(rows[0])
    gain = criterion.evaluate(left, node, 0)
    if gain > bar:
        best, bar = gate.consider(best, bar, gain, criterion, left, node, (0, n_left, 0, False))
    if panel.n_missing[lane] and panel.lowest[lane] < panel.highest[lane]:
        for k in range(criterion.total.size):
            rows[k] = 0.0
        for i in range(gate.n_samples):
            if panel.codes[i, lane] > panel.highest[lane]:
                criterion.collect(rows, 0, node, task.samples, start + i)
        left = criterion.move_row(left, node, rows, 0)
        gain = criterion.evaluate(left, node, 0)
        if gain > bar:
            place = (0, n_left + panel.n_missing[lane], 0, True)
            best, bar = gate.consider(best, bar, gain, criterion, left, node, place)
    return best


@inlined
def sweep_sides(task, lane, place, node, gate, bar):
    """Try the cut of a lane by a sweep over keys whose code is 0 up to the bound, 1 above it, and 2 if missing."""
    criterion, samples, desk, panel, n = task.criterion, task.samples, task.desk, task.desk.panel, gate.n_samples
    keys, missing_alone = desk.keys, panel.lowest[lane] == panel.highest[lane]
    for i in range(n):
        code = panel.codes[i, lane]
        side = np.int64(code > panel.bounds[lane]) + np.int64(code > panel.highest[lane])
        keys[i] = (side << POSITION_BITS) | i
    sort_keys(keys, desk.spare_keys, desk.counts, n, 0, 2)
    rows, n_missing = desk.buckets.rows, panel.n_missing[lane]
    return sweep_samples(criterion, samples, place.start, keys, n, n_missing, missing_alone, rows, node, gate, bar)
