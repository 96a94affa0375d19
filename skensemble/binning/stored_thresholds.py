"""Thresholds of the features of a sparse matrix, many at once.

There may be more features than a feature has values: what Python does for each would take longer than the work itself.
"""

import numpy as np

from skensemble._compile import kernel, part
from skensemble.arrays.sorting import sort_by_score
from skensemble.binning.encoding import GREATEST
from skensemble.binning.thresholds import thresholds_of

MANY = -1  # more distinct values than bins, or so many values that Python does the work as well
_MOST = 1 << 12


def thresholds_of_stored(X, starts, features, max_bins, sample_weight=None):
    """Return the thresholds of some features of a CSC matrix, as `thresholds_of` has them.

    What is not stored is 0, and has one value of the weight of all these rows; weights are whole.

    Parameters
    ----------
    X : (n_samples, n_features) CSC of float64
    starts : (n_features + 1,) int64
        Its indptr.
    features : (n,) int64
    max_bins : int
    sample_weight : (n_samples,) float64, default=None

    Returns
    -------
    list of n arrays of float64
    """
    weight = np.zeros(0) if sample_weight is None else sample_weight
    total = float(X.shape[0] if sample_weight is None else weight.sum())
    most = int(np.diff(starts)[features].max(initial=0)) + 1
    thresholds, sizes = np.empty((len(features), min(max_bins, most))), np.empty(len(features), np.int64)
    scores, orders = np.empty((2, most)), np.empty((2, most), np.int64)
    list_thresholds(X.data, X.indices, starts, features, weight, total, max_bins, thresholds, sizes, scores, orders)
    return [
        few[:size].copy() if size != MANY else thresholds_of_one(X, feature, max_bins, weight, total)
        for feature, few, size in zip(features, thresholds, sizes, strict=True)
    ]


def thresholds_of_one(X, feature, max_bins, weight, total):
    """Return the same of one feature."""
    entries = slice(X.indptr[feature], X.indptr[feature + 1])
    values, rows = X.data[entries], X.indices[entries]
    weights = weight[rows] if weight.size else np.ones(len(values))
    return thresholds_of(np.append(values, 0.0), max_bins, np.append(weights, total - weights.sum()))


@kernel
def list_thresholds(values, rows, starts, features, weight, total, max_bins, thresholds, sizes, scores, orders):
    """Write the middles between the distinct values of some features, and how many these are, or MANY.

    Work space are scores, (2, n) float64, and orders, (2, n) int64, for features of up to n values.
    """
    distinct = scores[0]
    for k in range(features.size):
        first, stop = starts[features[k]], starts[features[k] + 1]
        sizes[k] = MANY
        if stop - first > _MOST:
            continue
        n, of_stored = 0, 0.0
        for i in range(first, stop):
            of_row = weight[rows[i]] if weight.size else 1.0
            of_stored += of_row
            if of_row > 0.0 and not np.isnan(values[i]):
                distinct[n] = values[i]
                n += 1
        if total > of_stored:
            distinct[n] = 0.0
            n += 1
        sort_by_score(distinct, orders[0], n, scores[1], orders[1])
        n = without_repeats(distinct, n)
        if n <= max_bins:
            sizes[k] = max(n - 1, 0)
            write_middles(distinct, sizes[k], thresholds[k])


@part
def without_repeats(values, n):
    """Move the distinct ones of n sorted values to the front; returns how many these are."""
    n_distinct = 0
    for i in range(n):
        if n_distinct == 0 or values[i] != values[n_distinct - 1]:
            values[n_distinct] = values[i]
            n_distinct += 1
    return n_distinct


@part
def write_middles(distinct, n, thresholds):
    """Write the middles between n + 1 values; where one is the upper value, the lower one separates the two."""
    for i in range(n):
        middle = distinct[i] / 2 + distinct[i + 1] / 2
        thresholds[i] = min(max(middle if middle < distinct[i + 1] else distinct[i], -GREATEST), GREATEST)
