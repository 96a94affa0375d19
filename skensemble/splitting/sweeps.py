"""Sweeps: a boundary passes over a feature of a node, from left to right, and the best place for it is kept.

One sweep moves sample after sample, the other a bucket of samples at a time.  Where the node has missing values, a
first sweep leaves them on the right, and its last boundary is "all values against the missing ones"; a second sweep has
them on the left.
"""

import numpy as np

from skensemble._compile import part
from skensemble.arrays.sorting import POSITION_BITS, POSITION_MASK
from skensemble.records import Boundary

NOT_STORED = POSITION_MASK  # instead of a position: all samples of the node whose value a sparse matrix leaves out


@part
def sweep_samples(criterion, samples, start, keys, n_keys, n_missing, missing_alone, rows, node, gate, bar):
    """Sweep over keys `(code << 32) | position` that are sorted by code, the missing ones last.

    Parameters
    ----------
    keys : (>= n_keys,) int64
        Positions count from the node's start; one of them may be NOT_STORED.
    missing_alone : bool
        Whether "all values against the missing ones" is a candidate.
    rows : (>= n_statistics,) float64
        The statistics row of the samples that are not stored.
    bar : float
        The gain to exceed.

    Returns
    -------
    Boundary
        `at` is a number of `keys`.
    """
    best = Boundary(bar, -1, 0, False, 0.0)
    for missing_left in range(2 if n_missing else 1):
        n_passing = n_keys - n_missing if missing_left else n_keys
        n_boundaries = n_passing - 1 if missing_left or missing_alone else n_passing - 1 - n_missing
        if criterion.needs_order():
            criterion.prepare(samples, start, keys, n_passing)
        left = criterion.begin(node)
        n_left = 0
        for i in range(n_passing, n_keys):
            left = criterion.move(left, node, samples, start + (keys[i] & POSITION_MASK))
            n_left += 1
        for i in range(n_boundaries):
            position = keys[i] & POSITION_MASK
            if position == NOT_STORED:
                left = criterion.move_row(left, node, rows, 0)
                n_left += int(rows[0])
            else:
                left = criterion.move(left, node, samples, start + position)
                n_left += 1
            if (keys[i] ^ keys[i + 1]) >> POSITION_BITS and criterion.may_exceed(left, node, bar):
                gain = criterion.evaluate(left, node, i + 1)
                if gain > bar:
                    place = (i, n_left, i + 1, missing_left == 1)
                    best, bar = gate.consider(best, bar, gain, criterion, left, node, place)
    return best


@part
def sweep_buckets(criterion, rows, n_statistics, order, n_buckets, n_missing, missing_alone, node, gate, bar):
    """Sweep over buckets, skipping the empty ones; the missing values are in row n_buckets.

    Parameters
    ----------
    rows : (>= n_buckets * n_statistics,) float64
        Statistics rows `[n_rows, weight, sums...]`.
    order : (>= n_buckets,) int64
        The rows in the order in which they pass.
    missing_alone, bar
        As in `sweep_samples`.

    Returns
    -------
    Boundary
        `at` is a number of `order`.
    """
    best = Boundary(bar, -1, 0, False, 0.0)
    for missing_left in range(2 if n_missing else 1):
        left = criterion.begin(node)
        n_left, n_last = 0, gate.n_samples
        if missing_left:
            left = criterion.move_row(left, node, rows, n_buckets * n_statistics)
            n_left += n_missing
        elif not missing_alone:
            n_last -= n_missing
        for i in range(n_buckets):
            at = order[i] * n_statistics
            if rows[at] == 0.0:
                continue
            left = criterion.move_row(left, node, rows, at)
            n_left += int(rows[at])
            if n_left == n_last:
                break
            gain = criterion.evaluate(left, node, 0)
            if gain > bar:
                place = (i, n_left, 0, missing_left == 1)
                best, bar = gate.consider(best, bar, gain, criterion, left, node, place)
    return best


@part
def collect_buckets(criterion, samples, start, keys, n_keys, lowest, n_buckets, rows, n_statistics, node):
    """Sum samples up by code: code c goes into row c - lowest, all from row n_buckets on into row n_buckets."""
    clear_buckets(rows, (n_buckets + 1) * n_statistics)
    for i in range(n_keys):
        bucket = min((keys[i] >> POSITION_BITS) - lowest, n_buckets)
        criterion.collect(rows, bucket * n_statistics, node, samples, start + (keys[i] & POSITION_MASK))


@part
def collect_lane(criterion, samples, start, codes, lane, n, lowest, n_buckets, rows, n_statistics, node):
    """`collect_buckets` from the codes (>= n, LANES) of a lane of a panel."""
    clear_buckets(rows, (n_buckets + 1) * n_statistics)
    for i in range(n):
        bucket = min(np.int64(codes[i, lane]) - lowest, n_buckets)
        criterion.collect(rows, bucket * n_statistics, node, samples, start + i)


@part
def clear_buckets(rows, n_items):
    """Make the first items of statistics rows 0."""
    for i in range(n_items):
        rows[i] = 0.0


@part
def sum_not_stored(criterion, samples, start, keys, n_keys, rows, n_statistics, node):
    """Write the statistics row of the node's samples that have no key into rows[0:n_statistics]."""
    clear_buckets(rows, n_statistics)
    for i in range(n_keys):
        criterion.collect(rows, 0, node, samples, start + (keys[i] & POSITION_MASK))
    for k in range(n_statistics):
        rows[k] = criterion.total[k] - rows[k]
