"""Thresholds between the bins of one feature."""

import numpy as np

from skensemble.arrays.quantiles import weighted_quantiles
from skensemble.arrays.sorting import sorted_floats

FEW = 16  # quantiles are too few where they leave less than one in so many bins
LEAST_SHARE = 1 / 8  # of the weight of equal bins, about, that a bin beside frequent values has
_GREATEST = np.finfo(np.float64).max


def thresholds_of(column, max_bins, sample_weight=None):
    """Return the thresholds of one feature: the middles between distinct values if there are few, else quantiles.

    Where frequent values leave few quantiles, they have a bin each: see `thresholds_beside`.

    Parameters
    ----------
    column : (n_samples,) float64
        NaN is missing.
    max_bins : int
        At least 2.
    sample_weight : (n_samples,) float64, default=None

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
    is_first = are_first(values)
    distinct = values[is_first]
    if len(distinct) <= max_bins:
        with np.errstate(invalid="ignore"):
            middles = distinct[:-1] / 2 + distinct[1:] / 2
        # Where the middle of two neighbours is the upper one, the lower one separates them.
        return np.clip(np.where(middles < distinct[1:], middles, distinct[:-1]), -_GREATEST, _GREATEST)
    thresholds = distinct_below(weighted_quantiles(values, inner_shares(max_bins), weights, is_sorted=True), distinct)
    if len(thresholds) + 1 < max_bins // FEW:
        of_distinct = weights_of_runs(is_first, weights)
        thresholds = thresholds_beside(distinct, of_distinct, weight_of_other_bins(of_distinct, max_bins))
        thresholds = distinct_below(thresholds, distinct)
    return thresholds


def distinct_below(thresholds, values):
    """Return the distinct ones of ascending thresholds, finite and below the last one of ascending values."""
    thresholds = np.clip(thresholds, -_GREATEST, _GREATEST)
    return thresholds[are_first(thresholds) & (thresholds < values[-1])]


def weight_of_other_bins(weights, max_bins):
    """Return the weight of a bin where each distinct value that is heavier has a bin to itself."""
    total, heaviest = weights.sum(), np.sort(weights)[::-1][:max_bins]
    of_others = total - np.cumsum(heaviest) + heaviest  # of a value and those that are not heavier
    of_bins = of_others / (max_bins - np.arange(max_bins))
    return max(of_bins[np.argmax(heaviest <= of_bins)], LEAST_SHARE * of_bins[0])


def thresholds_beside(values, weights, weight_of_bin):
    """Return thresholds around those distinct values that are heavier than a bin, and quantiles of the others.

    Quantiles of all would spend nearly every bin on the zeros of a feature that is seldom something else.  A frequent
    value takes the place of the quantile next to it: then it takes one bin more, not two.
    """
    is_frequent = weights > weight_of_bin
    others, weights_of_others = values[~is_frequent], weights[~is_frequent]
    n_bins = max(round(weights_of_others.sum() / weight_of_bin), 1)
    below = np.cumsum(np.where(is_frequent, 0.0, weights))[is_frequent]  # the weight of others
    nearest = np.rint(below / weights_of_others.sum() * n_bins).astype(np.int64)
    shares = inner_shares(n_bins)[~np.isin(np.arange(1, n_bins), nearest)]
    quantiles = weighted_quantiles(others, shares, weights_of_others, is_sorted=True)
    # Other values between two of the same quantile stay with the upper one, those near an end with the one there.
    frequent = values[is_frequent]
    before = values[np.flatnonzero(is_frequent)[nearest > np.append(0, nearest[:-1])] - 1]
    after = frequent[:-1] if nearest[-1] == n_bins else frequent
    return np.unique(np.concatenate([quantiles, before, after]))


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


def inner_shares(n_bins):
    """Return the shares of all rows that lie below the thresholds of bins of equal weight, (n_bins - 1,)."""
    return np.linspace(0, 100, n_bins + 1)[1:-1] / 100


def are_first(values):
    """Return which of some sorted values are not equal to the one before."""
    is_first = np.ones(len(values), bool)
    is_first[1:] = values[1:] != values[:-1]
    return is_first


def weights_of_runs(is_first, sample_weight=None):
    """Return the weight of each distinct one of sorted values, or its number of rows."""
    starts = np.flatnonzero(is_first)
    if sample_weight is None:
        return np.diff(starts, append=len(is_first)).astype(np.float64)
    return np.add.reduceat(sample_weight, starts)
