"""Thresholds of the features of a sparse matrix, many at once.

There may be more features than a feature has values: what Python does for each would take longer than the work itself.
"""

import numpy as np

from skensemble._compile import kernel
from skensemble.arrays.sorting import sort_by_score
from skensemble.binning.thresholds import choose_thresholds, room_for, thresholds_of

MANY = -1  # so many values that Python does the work as well
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
    room = room_for(min(most, _MOST + 1), max_bins)
    thresholds, sizes = np.empty((len(features), room)), np.empty(len(features), np.int64)
    work, orders = np.empty((5, most)), np.empty((2, most), np.int64)
    list_thresholds(X.data, X.indices, starts, features, weight, total, max_bins, thresholds, sizes, work, orders)
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
def list_thresholds(values, rows, starts, features, weight, total, max_bins, thresholds, sizes, work, orders):
    """Write the thresholds of some features, each (room,), and how many these are, or MANY.

    Work space are work, (5, n) float64, and orders, (2, n) int64, for features of up to n values.
    """
    own, weights = work[0], work[1]
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
                own[n], work[2, n], orders[0, n] = values[i], of_row, n
                n += 1
        if total > of_stored:
            own[n], work[2, n], orders[0, n] = 0.0, total - of_stored, n
            n += 1
        sort_by_score(own, orders[0], n, work[3], orders[1])
        for i in range(n):
            weights[i] = work[2, orders[0, i]]
        sizes[k] = choose_thresholds(own[:n], weights[:n], max_bins, thresholds[k], work[2:], orders)
