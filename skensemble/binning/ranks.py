"""Dense ranks: the code of a value is its place among the distinct values of its feature."""

import numpy as np

from skensemble._compile import kernel, part
from skensemble._threads import run_in_threads
from skensemble.arrays.float_codes import MISSING, decode, encode
from skensemble.arrays.sorting import N_COUNTS, POSITION_BITS, POSITION_MASK, sort_keys
from skensemble.binning.flags import find_flags, without_flags
from skensemble.records import RankedFeatures

# Values of a feature that all lie within this are one, as in scikit-learn; others are split however close they are.
_ALMOST_CONSTANT = np.float32(1e-7)

SMALL = 1 << 17  # values that are ranked by one thread
_MOST_SORTED = 1 << 25  # keys of all features: 256 MiB
_MOST_SHORT_CODES = 1 << 16
_FEW = 8  # distinct values that are looked up sooner than sorted
_HALF = 1 << 31  # of the codes of floats
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
        values = np.empty(n_samples, np.float32)
        keys, spare, counts = np.empty(n_samples, np.int64), np.empty(n_samples, np.int64), np.empty(N_COUNTS, np.int64)
        n_distinct = rank_column(column, keys, spare, counts, ranks[feature], values)
        return values[:n_distinct].copy()

    tasks = [lambda feature=feature: rank_feature(feature) for feature in range(n_features)]
    values = run_in_threads(tasks, n_threads if X.size > SMALL else 1)
    offsets = np.concatenate([[0], np.cumsum([len(distinct) for distinct in values])]).astype(np.int64)
    codes, flags = find_flags(_by_row(ranks, offsets), n_categories == 0, np.diff(offsets))
    nothing = np.zeros(0, np.int64)
    return RankedFeatures(
        codes=codes,
        values=np.concatenate([*values, np.zeros(1, np.float32)]),
        offsets=offsets,
        is_categorical=n_categories > 0,
        are_values=False,
        is_sparse=False,
        indptr=nothing,
        rows=np.zeros(0, np.int32),
        zero_ranks=nothing,
        flags=flags,
        sorted_keys=np.zeros((0, 0), np.int64),
    )


def with_sorted_keys(data, n_threads=1, rows=None):
    """Return the same features with their keys in order, for many trees whose roots hold all samples.

    Samples are numbered in the order of `rows`, (n_samples,) int64; None: as they come.  Nothing is sorted where ranks
    are not dense, or their keys take more memory than `_MOST_SORTED`.
    """
    ranks = data.codes.ranks
    n_samples, n_features = ranks.shape
    if data.is_sparse or data.are_values or ranks.size > _MOST_SORTED:
        return data
    ranks = ranks if rows is None else ranks[rows]
    keys = np.empty((n_features, n_samples), np.int64)

    def sort_feature(feature):
        spare, counts = np.empty(n_samples, np.int64), np.empty(N_COUNTS, np.int64)
        sort_column(ranks, feature, data.missing_code(feature), keys[feature], spare, counts)

    tasks = [lambda feature=feature: sort_feature(feature) for feature in range(n_features)]
    run_in_threads(tasks, n_threads if ranks.size > SMALL else 1)
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
    stored, flags = without_flags(_by_row(codes[np.newaxis, : len(columns)], offsets), n_features)
    return RankedFeatures(
        codes=stored,
        values=np.concatenate([sorted_entries[is_new], np.zeros(1, np.float32)]),
        offsets=offsets.astype(np.int64),
        is_categorical=np.zeros(n_features, bool),
        are_values=False,
        is_sparse=True,
        indptr=X.indptr.astype(np.int64),
        rows=X.indices.astype(np.int32),
        zero_ranks=codes[len(columns) :],
        flags=flags,
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
def rank_column(column, keys, spare, counts, ranks, values):
    """Write the rank of each of n float32, NaN last, and the distinct values in order; returns how many these are.

    Parameters
    ----------
    column : (n,) float32
    keys, spare : (n,) int64
        Work space, as is `counts`, see `arrays.sorting`.
    ranks : (n,) uint32
    values : (n,) float32
    """
    n_distinct = find_few_codes(column, keys)
    if n_distinct >= 0:
        for i in range(column.size):
            code, rank = signed_code(column[i]), np.uint32(0)
            for k in range(n_distinct):
                rank += np.uint32(keys[k] < code)
            ranks[i] = rank
        return write_values(keys, n_distinct, values)
    lowest, highest = signed_code(np.float32(np.nan)), signed_code(np.float32(-np.inf))
    for i in range(column.size):
        code = signed_code(column[i])
        lowest, highest = min(lowest, code), max(highest, code)
        keys[i] = (code << POSITION_BITS) | i
    sort_keys(keys, spare, counts, column.size, lowest, highest)
    n_distinct = 0
    for i in range(column.size):
        code = keys[i] >> POSITION_BITS
        if i == 0 or code != spare[n_distinct - 1]:
            spare[n_distinct] = code
            n_distinct += 1
        ranks[keys[i] & POSITION_MASK] = n_distinct - 1
    return write_values(spare, n_distinct, values)


@part
def find_few_codes(column, codes):
    """Write the codes of a column's values in order; returns how many these are, or -1 if more than `_FEW`."""
    n = 0
    for i in range(column.size):
        code = signed_code(column[i])
        place = 0
        while place < n and codes[place] < code:
            place += 1
        if place < n and codes[place] == code:
            continue
        if n == min(_FEW, codes.size):
            return -1
        for k in range(n, place, -1):
            codes[k] = codes[k - 1]
        codes[place] = code
        n += 1
    return n


@part
def signed_code(value):
    """The code of a float32, MISSING of NaN, turned into 32 bits with a sign, as keys have one."""
    return (MISSING if np.isnan(value) else encode(value)) - _HALF


@part
def write_values(codes, n, values):
    """Write the values of n codes in order, without the missing one, if it is there; returns how many these are."""
    if n and codes[n - 1] == MISSING - _HALF:
        n -= 1
    for k in range(n):
        values[k] = decode(codes[k] + _HALF)
    return n


def rank_categories(column, n_categories, ranks):
    """Write the numbers of categories, n_categories for a missing one; returns all numbers."""
    ranks[:] = np.where(np.isnan(column), n_categories, column)
    return np.arange(n_categories, dtype=np.float32)
