"""Cuts between the values of one feature."""

import numpy as np

from skensemble._compile import inlined, part
from skensemble._intrinsics import LANES
from skensemble.arrays.sorting import POSITION_BITS, sort_keys
from skensemble.records import UNDEFINED, Boundary, Split
from skensemble.splitting.panel import UNSORTED, write_keys
from skensemble.splitting.sweeps import (
    NOT_STORED,
    collect_buckets,
    collect_lane,
    sum_not_stored,
    sweep_buckets,
    sweep_samples,
)


@part
def no_split():
    """The split of a node or of a feature that has none."""
    return Split(-np.inf, UNDEFINED, 0, 0.0, False, 0, 0.0)


@inlined
def is_sorted(data, place):
    """Whether the keys of a node are those that were sorted for all trees: it is the root, and has all samples."""
    return place.start == 0 and data.sorted_keys.shape[1] == place.stop and place.stop > 0


@part
def as_split(boundary, feature, code, threshold, n_missing, n):
    """A boundary as a split of a feature; later missing values go with more samples if the node has none itself."""
    missing_left = boundary.missing_left if n_missing else 2 * boundary.n_left > n
    return Split(boundary.gain, feature, code, threshold, missing_left, boundary.n_left, boundary.middle)


@part
def between(values, first, code, next_code):
    """The threshold midway between two codes' values, or the lower value where the middle is not between them."""
    below, above = np.float64(values[first + code]), np.float64(values[first + next_code])
    threshold = below / 2.0 + above / 2.0
    if threshold == above or not np.isfinite(threshold):
        return below
    return threshold


@part
def split_best(task, lane, panel_state, span, stored, place, node, gate, feature, bar):
    """Try every boundary between two values, and between the values and the missing ones.

    Parameters
    ----------
    panel_state : (reads_panel, position_bits)
        As in `splitter.split_feature`: without the panel the keys are on the desk.
    span : (lowest, highest, n_missing)
        The codes of the node's values, and how many are missing.
    stored : (n_keys, zero_rank)
        How many samples have a key, and the code of those that have none.
    """
    lowest, highest, n_missing = span
    n_keys, zero_rank = stored
    reads_panel, position_bits = panel_state
    criterion, samples, first = task.criterion, task.samples, task.data.offsets[feature]
    is_sorted_root = is_sorted(task.data, place)
    keys = task.data.sorted_keys[feature] if is_sorted_root else task.desk.keys
    rows, n_statistics = task.desk.buckets.rows, criterion.total.size
    n_ranks, n = highest - lowest + 1, gate.n_samples
    if n_keys == n and n_ranks * n_statistics <= 2 * n_keys and not criterion.needs_order():
        if reads_panel:
            codes = task.desk.panel.codes
            collect_lane(criterion, samples, place.start, codes, lane, n, lowest, n_ranks, rows, n_statistics, node)
        else:
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
        if reads_panel and not is_sorted_root:
            write_keys(task.desk.panel, lane, n, position_bits, keys)
        if position_bits == UNSORTED and not is_sorted_root:
            sort_keys(keys, task.desk.spare_keys, task.desk.counts, n_keys, lowest, top)
        boundary = sweep_samples(criterion, samples, place.start, keys, n_keys, n_missing, True, rows, node, gate, bar)
        if boundary.at < 0:
            return no_split()
        code, next_code = keys[boundary.at] >> POSITION_BITS, keys[boundary.at + 1] >> POSITION_BITS
    threshold = np.inf if next_code > highest else between(task.data.values, first, code, next_code)
    return as_split(boundary, feature, code, threshold, n_missing, n)


@inlined
def split_lane(task, lane, place, node, gate, feature, bar):
    """Try the one cut of a lane of the panel."""
    panel, n = task.desk.panel, gate.n_samples
    lowest, highest = np.int64(panel.lowest[lane]), np.int64(panel.highest[lane])
    code, n_missing = np.int64(panel.bounds[lane]), panel.n_missing[lane]
    if task.criterion.needs_order():
        boundary = sweep_sides(task, lane, place, node, gate, bar)
    else:
        boundary = cut(task, lane, node, gate, bar)
    if boundary.at < 0:
        return no_split()
    threshold = panel.thresholds[lane]
    if not task.settings.random_splits:
        threshold = between(task.data.values, task.data.offsets[feature], lowest, highest)
    return as_split(boundary, feature, code, threshold, n_missing, n)


@inlined
def cut(task, lane, node, gate, bar):
    """Try the cut of a lane with what the panel has summed up."""
    criterion, panel, rows = task.criterion, task.desk.panel, task.desk.buckets.rows
    best = Boundary(bar, -1, 0, False, 0.0)
    for k in range(criterion.total.size):
        rows[k] = panel.sums[k * LANES + lane]
    left = criterion.move_row(criterion.begin(node), node, rows, 0)
    n_left = int(rows[0])
    gain = criterion.evaluate(left, node, 0)
    if gain > bar:
        best, bar = gate.consider(best, bar, gain, criterion, left, node, (0, n_left, 0, panel.missing_left[lane]))
    return best


@inlined
def sweep_sides(task, lane, place, node, gate, bar):
    """Try the cut of a lane by a sweep over keys whose code is 0 up to the bound, and 1 above it."""
    criterion, samples, desk, panel, n = task.criterion, task.samples, task.desk, task.desk.panel, gate.n_samples
    keys = desk.keys
    for i in range(n):
        keys[i] = (np.int64(panel.codes[i, lane] > panel.bounds[lane]) << POSITION_BITS) | i
    sort_keys(keys, desk.spare_keys, desk.counts, n, 0, 1)
    boundary = sweep_samples(criterion, samples, place.start, keys, n, 0, True, desk.buckets.rows, node, gate, bar)
    return Boundary(boundary.gain, boundary.at, boundary.n_left, panel.missing_left[lane], boundary.middle)
