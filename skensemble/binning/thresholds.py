"""Thresholds between the bins of one feature."""

import numpy as np

from skensemble._compile import kernel, part
from skensemble.arrays.quantiles import weighted_quantiles
from skensemble.arrays.sorting import sort_by_score, sorted_floats
from skensemble.binning.encoding import GREATEST

FEW = 16  # quantiles are too few where they leave less than one in so many bins
LEAST_SHARE = 1 / 8  # of the weight of equal bins, about, that a bin beside frequent values has


def thresholds_of(column, max_bins, sample_weight=None):
    """Return the thresholds of one feature: the middles between distinct values if there are few, else quantiles.

    Where frequent values leave few quantiles, they have a bin each: see `put_beside`.

    Parameters
    ----------
    column : (n_samples,) float64
        NaN is missing.
    max_bins : int
        At least 2.
    sample_weight : (n_samples,) float64, default=None
        Whole.

    Returns
    -------
    thresholds : (n_bins - 1,) float64, ascending and finite
    """
    weights = None
    if sample_weight is None:
        values = sorted_floats(column)
    else:
        is_present = ~np.isnan(column) & (sample_weight > 0)
        values, weights = column[is_present], sample_weight[is_present]
        order = np.argsort(values)
        values, weights = values[order], weights[order]
    # What most features need takes NumPy no longer than the kernel, which takes a second to compile.
    is_first = np.append(True, values[1:] != values[:-1])[: len(values)]
    distinct = values[is_first]
    if len(distinct) <= max_bins:
        with np.errstate(invalid="ignore"):
            middles = distinct[:-1] / 2 + distinct[1:] / 2
        # Where the middle of two neighbours is the upper one, the lower one separates them.
        return np.clip(np.where(middles < distinct[1:], middles, distinct[:-1]), -GREATEST, GREATEST)
    shares = np.arange(1, max_bins) * (100.0 / max_bins) / 100.0
    thresholds = np.unique(np.clip(weighted_quantiles(values, shares, weights, is_sorted=True), -GREATEST, GREATEST))
    thresholds = thresholds[thresholds < values[-1]]
    if len(thresholds) + 1 >= max_bins // FEW:
        return thresholds
    n, weights = len(values), np.zeros(0) if weights is None else weights
    thresholds, work, orders = np.empty(room_for(n, max_bins)), np.empty((3, n)), np.empty((2, n), np.int64)
    return thresholds[: thresholds_of_sorted(values, weights, max_bins, thresholds, work, orders)].copy()


def room_for(n_values, max_bins):
    """Return how many thresholds `choose_thresholds` writes at most, with those that it leaves out again."""
    return 3 * min(n_values, max_bins)


@kernel
def thresholds_of_sorted(values, weights, max_bins, thresholds, work, orders):
    """`choose_thresholds`, for who is in Python."""
    return choose_thresholds(values, weights, max_bins, thresholds, work, orders)


@part
def choose_thresholds(values, weights, max_bins, thresholds, work, orders):
    """Write the thresholds of a feature; returns their number.

    Parameters
    ----------
    values : (n,) float64
        Ascending; those that are distinct come to the front.
    weights : (n,) float64
        Whole and positive; no length: all are 1.
    max_bins : int
    thresholds : (room_for(n, max_bins),) float64
    work : (3, >= n) float64
    orders : (2, >= n) int64
        Work space.
    """
    of_distinct, n = work[0], 0
    for i in range(values.size):
        if n == 0 or values[i] != values[n - 1]:
            values[n], of_distinct[n] = values[i], 0.0
            n += 1
        of_distinct[n - 1] += weights[i] if weights.size else 1.0
    if n <= max_bins:
        write_middles(values, n - 1, thresholds)
        return max(n - 1, 0)
    n_thresholds = write_quantiles(values[:n], of_distinct, np.inf, max_bins, thresholds, orders[0, :0])
    n_thresholds = keep_distinct(thresholds, n_thresholds, values[n - 1])
    if n_thresholds + 1 < max_bins // FEW:
        weight_of_bin = weight_of_other_bins(of_distinct, n, max_bins, work, orders)
        n_thresholds = put_beside(values[:n], of_distinct, weight_of_bin, thresholds, orders[0])
        sort_by_score(thresholds, orders[0], n_thresholds, work[1], orders[1])
        n_thresholds = keep_distinct(thresholds, n_thresholds, values[n - 1])
    return n_thresholds


@part
def write_middles(distinct, n, thresholds):
    """Write the middles between n + 1 values; where one is the upper value, the lower one separates the two."""
    for i in range(n):
        middle = distinct[i] / 2 + distinct[i + 1] / 2
        thresholds[i] = min(max(middle if middle < distinct[i + 1] else distinct[i], -GREATEST), GREATEST)


@part
def write_quantiles(values, weights, heaviest, n_bins, thresholds, left_out):
    """Write the inner quantiles of n_bins bins of equal weight, as `weighted_quantiles` has them; returns their number.

    Parameters
    ----------
    values : (n,) float64
        Ascending and distinct.
    weights : (>= n,) float64
    heaviest : float
        Values of more weight do not count.
    n_bins : int
    thresholds : (>= n_bins - 1,) float64
    left_out : (n_left_out,) int64
        Ascending numbers of quantiles that are not wanted, from 1 on.
    """
    total, step = 0.0, 100.0 / n_bins
    for i in range(values.size):
        total += weights[i] if weights[i] <= heaviest else 0.0
    at, end, n, out = -1, 0.0, 0, 0
    for k in range(1, n_bins):
        wanted = k * step / 100.0 * total
        while end < wanted:
            at = next_counted(weights, heaviest, at)
            end += weights[at]
        while out < left_out.size and left_out[out] < k:
            out += 1
        if out < left_out.size and left_out[out] == k:
            continue
        after = at
        if end == wanted:  # between two values
            after = next_counted(weights[: values.size], heaviest, at)
        thresholds[n] = values[at] / 2 + values[after] / 2
        n += 1
    return n


@part
def next_counted(weights, heaviest, at):
    """The next place of a weight that is not above the heaviest, or the last such place itself."""
    following = at + 1
    while following < weights.size and weights[following] > heaviest:
        following += 1
    return following if following < weights.size else at


@part
def keep_distinct(thresholds, n, last):
    """Keep the distinct ones of n ascending thresholds, finite and below the last value; returns their number."""
    n_kept = 0
    for i in range(n):
        threshold = min(max(thresholds[i], -GREATEST), GREATEST)
        if threshold < last and (n_kept == 0 or threshold != thresholds[n_kept - 1]):
            thresholds[n_kept] = threshold
            n_kept += 1
    return n_kept


@part
def weight_of_other_bins(weights, n, max_bins, work, orders):
    """The weight of a bin where each of n distinct values that is heavier has a bin to itself."""
    ascending, total, of_frequent = work[1], 0.0, 0.0
    for i in range(n):
        ascending[i] = weights[i]
        total += weights[i]
    sort_by_score(ascending, orders[0], n, work[2], orders[1])
    for k in range(max_bins):
        weight_of_bin = (total - of_frequent) / (max_bins - k)
        if ascending[n - 1 - k] <= weight_of_bin:
            return max(weight_of_bin, LEAST_SHARE * total / max_bins)
        of_frequent += ascending[n - 1 - k]
    return total / max_bins


@part
def put_beside(values, weights, weight_of_bin, thresholds, nearest):
    """Write thresholds around those distinct values that are heavier than a bin, and quantiles of the others.

    Quantiles of all would spend nearly every bin on the zeros of a feature that is seldom something else.  A frequent
    value takes the place of the quantile next to it: then it takes one bin more, not two.

    Returns
    -------
    n_thresholds : int
        They do not ascend.
    """
    total, below, n_frequent, last = 0.0, 0.0, 0, 0
    for i in range(values.size):
        total += weights[i] if weights[i] <= weight_of_bin else 0.0
    n_bins = max(np.int64(np.rint(total / weight_of_bin)), 1)
    for i in range(values.size):
        if weights[i] > weight_of_bin:
            nearest[n_frequent] = np.int64(np.rint(below / total * n_bins))
            n_frequent += 1
        else:
            below += weights[i]
    n = write_quantiles(values, weights, weight_of_bin, n_bins, thresholds, nearest[:n_frequent])
    # Other values between two of the same quantile stay with the upper one, those near an end with the one there.
    at = 0
    for i in range(values.size):
        if weights[i] > weight_of_bin:
            if nearest[at] > last:
                thresholds[n] = values[i - 1]
                n += 1
            last = nearest[at]
            at += 1
            if at < n_frequent or last < n_bins:
                thresholds[n] = values[i]
                n += 1
    return n


def with_thresholds(thresholds, wanted, max_bins):
    """Return thresholds with some others among them; where all bins are used, these take the places of the nearest."""
    for threshold in sorted(wanted):
        at = int(np.searchsorted(thresholds, threshold))
        if at < len(thresholds) and thresholds[at] == threshold:
            continue
        if len(thresholds) + 1 < max_bins:
            thresholds = np.insert(thresholds, at, threshold)
            continue
        nearest = min((abs(thresholds[k] - threshold), k) for k in (at - 1, at) if 0 <= k < len(thresholds))[1]
        thresholds = thresholds.copy()
        thresholds[nearest] = threshold
    return thresholds
