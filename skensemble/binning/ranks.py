"""Dense ranks: the code of a value is its place among the distinct values of its feature."""

import numpy as np

from skensemble._compile import kernel
from skensemble._threads import run_in_threads
from skensemble.arrays.sorting import N_COUNTS, POSITION_BITS, sort_keys
from skensemble.binning.flags import find_flags, no_flags
from skensemble.records import RankedFeatures

# Values of a feature that all lie within this are one, as in scikit-learn; others are split however close they are.
_ALMOST_CONSTANT = np.float32(1e-7)

SMALL = 1 << 17  # values that are ranked by one thread
_MOST_SORTED = 1 << 25  # keys of all features: 256 MiB
_MOST_SHORT_CODES = 1 << 16
_FEW = 256  # distinct values
_STRETCH = 512  # rows that are turned at once, in cache


def rank_features(X, n_categories, n_threads=1):
    """Rank the values of every feature.

    Parameters
    ----------
    X : (n_samples, n_features) float32
        NaN is missing; categories are their numbers.
    n_categories : (n_features,) int64
        How many categories a feature has; 0: it is numeric.
    n_threads : int

    Returns
    -------
    RankedFeatures
    """
    n_samples, n_features = X.shape
    ranks = np.empty((n_features, n_samples), np.uint32)

    def rank_feature(feature):
        if n_categories[feature]:
            return rank_categories(X[:, feature], n_categories[feature], ranks[feature])
        column = np.ascontiguousarray(X[:, feature])
        low = np.fmin.reduce(column)
        if is_almost_constant(low, np.fmax.reduce(column)):
            column = np.where(np.isnan(column), column, low)
        values = np.unique(column[~np.isnan(column)])
        if len(values) <= _FEW:  # a search among them is sooner done than to sort with a record of the places
            ranks[feature] = np.searchsorted(values, column)  # NaN is above all
        else:
            rank_column(column, np.argsort(column), ranks[feature])
        return values

    tasks = [lambda feature=feature: rank_feature(feature) for feature in range(n_features)]
    values = run_in_threads(tasks, n_threads if X.size > SMALL else 1)
    offsets = np.concatenate([[0], np.cumsum([len(distinct) for distinct in values])]).astype(np.int64)
    nothing, codes = np.zeros(0, np.int64), _by_row(ranks, offsets)
    return RankedFeatures(
        ranks=codes,
        values=np.concatenate([*values, np.zeros(1, np.float32)]),
        offsets=offsets,
        is_categorical=n_categories > 0,
        are_values=False,
        is_sparse=False,
        indptr=nothing,
        rows=np.zeros(0, np.int32),
        zero_ranks=nothing,
        flags=find_flags(codes, n_categories == 0, np.diff(offsets)),
        sorted_keys=np.zeros((0, 0), np.int64),
    )


def with_sorted_keys(data, n_threads=1):
    """Return the same features with their keys in order, for many trees whose roots hold all samples.

    Only of dense ranks, and where the keys do not take more memory than `_MOST_SORTED`.
    """
    n_samples, n_features = data.ranks.shape
    if data.is_sparse or data.are_values or data.ranks.size > _MOST_SORTED:
        return data
    keys = np.empty((n_features, n_samples), np.int64)

    def sort_feature(feature):
        spare, counts = np.empty(n_samples, np.int64), np.empty(N_COUNTS, np.int64)
        sort_column(data.ranks, feature, data.missing_code(feature), keys[feature], spare, counts)

    tasks = [lambda feature=feature: sort_feature(feature) for feature in range(n_features)]
    run_in_threads(tasks, n_threads if data.ranks.size > SMALL else 1)
    return data._replace(sorted_keys=keys)


@kernel
def sort_column(ranks, feature, highest, keys, spare, counts):
    """Write the keys of a feature, up to the highest rank, in order."""
    for i in range(keys.size):
        keys[i] = (np.int64(ranks[i, feature]) << POSITION_BITS) | i
    sort_keys(keys, spare, counts, keys.size, 0, highest)


def rank_sparse_features(X):
    """Rank the values of every feature of a CSC matrix (n_samples, n_features) of float32 with sorted indices.

    Only stored entries get codes, and 0 is one of the values of every feature.
    """
    n_features = X.shape[1]
    columns = np.repeat(np.arange(n_features), np.diff(X.indptr))
    every_column = np.arange(n_features)
    keyed_columns = np.concatenate([columns, every_column])
    entries = np.concatenate([X.data, np.zeros(n_features, np.float32)])
    low, high = np.zeros(n_features, np.float32), np.zeros(n_features, np.float32)
    np.minimum.at(low, columns, X.data)
    np.maximum.at(high, columns, X.data)
    entries[is_almost_constant(low, high)[keyed_columns]] = 0.0
    order = np.lexsort((entries, keyed_columns))
    sorted_entries, sorted_columns = entries[order], keyed_columns[order]
    is_new = np.ones(len(order), bool)
    is_new[1:] = (sorted_entries[1:] != sorted_entries[:-1]) | (sorted_columns[1:] != sorted_columns[:-1])
    offsets = np.concatenate([[0], np.cumsum(np.bincount(sorted_columns[is_new], minlength=n_features))])
    codes = np.empty(len(order), np.int64)
    codes[order] = np.cumsum(is_new) - 1 - offsets[sorted_columns]
    offsets, ranks = offsets.astype(np.int64), _by_row(codes[np.newaxis, : len(columns)], offsets)
    return RankedFeatures(
        ranks=ranks,
        values=np.concatenate([sorted_entries[is_new], np.zeros(1, np.float32)]),
        offsets=offsets,
        is_categorical=np.zeros(n_features, bool),
        are_values=False,
        is_sparse=True,
        indptr=X.indptr.astype(np.int64),
        rows=X.indices.astype(np.int32),
        zero_ranks=codes[len(columns) :],
        flags=no_flags(n_features, ranks.dtype),
        sorted_keys=np.zeros((0, 0), np.int64),
    )


def is_almost_constant(low, high):
    """Return whether all values of a feature, between low and high (float32), count as one."""
    with np.errstate(over="ignore"):  # the range of float32 is wider than its largest value
        return high - low <= _ALMOST_CONSTANT


def _by_row(ranks, offsets):
    """Turn (n_features, n) ranks, and give them 16 bits where these are enough, the code of missing values included."""
    most = np.diff(offsets).max(initial=0)
    turned = np.empty(ranks.shape[::-1], np.uint16 if most < _MOST_SHORT_CODES else np.uint32)
    for start in range(0, len(turned), _STRETCH):
        turned[start : start + _STRETCH] = ranks[:, start : start + _STRETCH].T
    return turned


@kernel
def rank_column(column, order, ranks):
    """Write the ranks of a column that `order` sorts, NaN last."""
    rank = 0
    for i in range(column.size):
        value = column[order[i]]
        if i > 0 and (value > column[order[i - 1]] or np.isnan(value) > np.isnan(column[order[i - 1]])):
            rank += 1
        ranks[order[i]] = rank


def rank_categories(column, n_categories, ranks):
    """Write the numbers of categories, n_categories for a missing one; returns all numbers."""
    ranks[:] = np.where(np.isnan(column), n_categories, column)
    return np.arange(n_categories, dtype=np.float32)
