"""Weighted quantiles, in which a weight is what a row that is repeated is."""

import numpy as np


def weighted_quantiles(values, shares, sample_weight=None, *, is_lower=False, is_sorted=False):
    """Return inverses of the distribution function: where there are two, their mean.

    Parameters
    ----------
    values : (n_samples,) float64
        At least one.
    shares : float or array of float
        Between 0 and 1.
    sample_weight : (n_samples,) float64, default=None
        Not negative; one of them is positive.
    is_lower : bool, default=False
        Whether the lower of two inverses is taken instead.
    is_sorted : bool, default=False
        Whether the values ascend, and all weights are positive.

    Returns
    -------
    quantiles : float64 or array of float64
    """
    if sample_weight is None:
        values = values if is_sorted else np.sort(values)
        wanted = np.asarray(shares) * len(values)
        first = np.maximum(np.ceil(wanted).astype(np.int64) - 1, 0)
        second = np.minimum(np.floor(wanted).astype(np.int64), len(values) - 1)
    else:
        if not is_sorted:
            is_counted = sample_weight > 0.0
            values, sample_weight = values[is_counted], sample_weight[is_counted]
            order = np.argsort(values)
            values, sample_weight = values[order], sample_weight[order]
        ends = np.cumsum(sample_weight)
        first, second = (
            np.minimum(np.searchsorted(ends, shares * ends[-1], side), len(ends) - 1) for side in ("left", "right")
        )
    if is_lower:
        return values[first]
    with np.errstate(invalid="ignore"):  # between -inf and inf
        return values[first] / 2 + values[second] / 2
