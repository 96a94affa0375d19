"""Bins: the codes of the histogram booster, by quantiles of the training values."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse

from skensemble._compile import kernel, record
from skensemble._threads import run_in_threads
from skensemble.binning.bundles import bundled_columns, find_bundles
from skensemble.binning.encoding import copy_rows, encode_stored, encode_values
from skensemble.binning.stored_codes import StoredCodes
from skensemble.binning.stored_thresholds import thresholds_of_stored
from skensemble.binning.thresholds import thresholds_of, with_thresholds

SAMPLE_SIZE = 200_000  # rows that thresholds are chosen from
MOST_SHORT_BINS = 255  # with a code for missing values
_SUM_BITS = 51  # of a sum of whole weights: rounding them up adds less than 1 a row, and float64 has two bits more
_STRETCH_BYTES = 1 << 20  # of the values that a thread encodes at once: they stay in a second level cache
_LEAST_STRETCH = 1 << 8  # rows
_STORED_TOGETHER = 1 << 6  # features of a sparse matrix
_SMALL = 1 << 17  # values that one thread encodes sooner than two
_NEIGHBOURS, _MOST_BYTES = 8, 1 << 23  # columns that are read at once: a cache line, and what a thread keeps of them
# Codes of 16 bytes each: bins of like numbers in columns of such lengths would compete for the same few places of a
# cache, so that a line more is left empty behind them.
_ALIASED, _APART = 32, 4


@record
class Listed(NamedTuple):
    """The codes other than 0 of some columns, row after row."""

    places: np.ndarray  # (n_listed,) uint32: where they are in a histogram, ascending in each row
    features: np.ndarray  # (n_listed,) uint32: whose they are
    starts: np.ndarray  # (n_samples + 1,) int64: where those of a row start


@record
class BinnedFeatures(NamedTuple):
    """The training data of a booster: a bin for each value, twice.

    Histograms read all columns of a row, and a partition one column of many rows.  A feature has a column to itself,
    or shares it: see `bundles`.  After its last bin comes that of missing values.  A category is its own bin.

    Of sparse data most codes of shared columns are 0, and histograms need no sums of those: then the columns after
    the first few are listed, row by row, without them.
    """

    codes: np.ndarray  # (n_samples, n_columns, or those that are not listed) uint8 | uint16
    columns: np.ndarray  # (n_columns, n_samples), the same of all columns
    listed: Listed  # the codes of the others
    column_offsets: np.ndarray  # (n_columns + 1,) int64: where a column's codes start in a histogram
    column_features: np.ndarray  # (n_features,) int64: the features, column after column
    column_firsts: np.ndarray  # (n_columns + 1,) int64: where those of a column start
    column_of: np.ndarray  # (n_features,) int64
    n_bins: np.ndarray  # (n_features,) int64, without the one of missing values
    offsets: np.ndarray  # (n_features,) int64: where a feature's bins start in a histogram
    frequent_bins: np.ndarray  # (n_features,) int64: what code 0 of a shared column means; -1: it is not shared
    is_categorical: np.ndarray  # (n_features,) bool


class Bins(NamedTuple):
    """How values become bins: a value is in the first bin whose threshold is not below it.

    Attributes
    ----------
    thresholds : (n_features, n_codes) float64
        Of all bins but the last, then +inf.
    n_bins : (n_features,) int64
    is_categorical : (n_features,) bool
    """

    thresholds: np.ndarray
    n_bins: np.ndarray
    is_categorical: np.ndarray

    def encode(self, X, n_threads=1, *, bundles=True):
        """Return the `BinnedFeatures` of X (n_samples, n_features) as in `find_bins`, with or without bundles."""
        if issparse(X):
            stored = self._encode_stored(X, n_threads)
            groups, frequent_bins, dtype = stored.groups(self.n_bins, bundles)
            groups, n_whole = stored.listed_last(groups)
            layout = self._layout(groups)
            columns = stored.columns(layout, frequent_bins, dtype, n_threads if X.nnz > _SMALL else 1)
            lists = stored.lists(layout, n_whole)
            return self._binned(columns, by_row(columns[:n_whole], n_threads), layout, frequent_bins, lists)
        columns, groups = self._encode_dense(X, n_threads), [[feature] for feature in range(X.shape[1])]
        frequent_bins = np.full(X.shape[1], -1)
        if bundles:
            groups, frequent_bins = find_bundles(columns, self.n_bins)
        layout = self._layout(groups)
        if len(groups) < X.shape[1]:
            starts = layout["offsets"] - layout["column_offsets"][layout["column_of"]]
            columns = bundled_columns(columns, groups, starts, frequent_bins)
        return self._binned(columns, by_row(columns, n_threads), layout, frequent_bins)

    @property
    def _dtype(self):
        """The type of codes, as small as it can be."""
        return np.dtype(np.uint8 if self.n_bins.max(initial=0) <= MOST_SHORT_BINS else np.uint16)

    def _encode_dense(self, X, n_threads):
        """Return the codes of array X, (n_features, n_samples)."""
        columns = np.empty(X.shape[::-1], self._dtype)
        n_rows = rows_of_stretch(8 * X.shape[1])

        def encode_stretch(start):
            values = np.ascontiguousarray(X[start : start + n_rows], np.float64)
            encode_values(values, start, self.thresholds, self.n_bins, self.is_categorical, columns)

        tasks = [lambda start=start: encode_stretch(start) for start in range(0, len(X), n_rows)]
        run_in_threads(tasks, n_threads if X.size > _SMALL else 1)
        return columns

    def _encode_stored(self, X, n_threads):
        """Return the `StoredCodes` of CSC X."""
        codes, zero_codes = np.empty(X.nnz, self._dtype), self._encode_dense(np.zeros((1, X.shape[1])), 1)[:, 0]
        of_all = self.thresholds, self.n_bins, self.is_categorical
        starts = X.indptr.astype(np.int64)
        tasks = [
            lambda first=first: encode_stored(X.data, starts, first, first + _STORED_TOGETHER, *of_all, codes)
            for first in range(0, X.shape[1], _STORED_TOGETHER)
        ]
        run_in_threads(tasks, n_threads if X.nnz > _SMALL else 1)
        return StoredCodes.off_zero(codes, X.indices, starts, zero_codes, X.shape[0])

    def _binned(self, columns, codes, layout, frequent_bins, lists=None):
        listed = Listed(np.zeros(0, np.uint32), np.zeros(0, np.uint32), np.zeros(1, np.int64))
        return BinnedFeatures(
            codes=codes,
            columns=columns,
            listed=listed if lists is None else Listed(*lists),
            n_bins=self.n_bins,
            frequent_bins=frequent_bins,
            is_categorical=self.is_categorical,
            **layout,
        )

    def _layout(self, groups):
        """Return where the bins of features in some columns lie: fields of `BinnedFeatures`."""
        column_features = np.concatenate(groups)
        column_firsts = np.cumsum([0] + [len(group) for group in groups])
        column_of, offsets = np.empty(len(self.n_bins), np.int64), np.empty(len(self.n_bins), np.int64)
        column_offsets = [0]
        for column, group in enumerate(groups):
            at = column_offsets[-1] + (len(group) > 1)  # after the code of those that are all in their frequent bins
            for feature in group:
                column_of[feature], offsets[feature] = column, at
                at += self.n_bins[feature] + 1
            if (at - column_offsets[-1]) % _ALIASED == 0:
                at += _APART
            column_offsets.append(at)
        return {
            "column_features": column_features,
            "column_firsts": column_firsts,
            "column_of": column_of,
            "offsets": offsets,
            "column_offsets": np.array(column_offsets),
        }


def find_bins(X, max_bins, n_categories=None, sample_weight=None, *, seed=0, n_threads=1, own=None, wanted=None):
    """Choose thresholds: the middles between distinct values if there are few, else quantiles.

    Parameters
    ----------
    X : (n_samples, n_features), array of float64 or float32, or CSC of float64
        NaN is missing, and what a sparse matrix does not store is 0.
    max_bins : int
        Of a feature, without the one for missing values; 2 to 65535.
    n_categories : (n_features,) int64, default=None
        Categories of each feature, which have a bin each; 0: it is numeric.
    sample_weight : (n_samples,) float64, default=None
        Each bin gets about the same weight.
    seed : int, default=0
        Of the draw of `SAMPLE_SIZE` rows where there are more.
    n_threads : int, default=1
    own : dict, default=None
        From features to the thresholds that they have instead.
    wanted : dict, default=None
        From features to thresholds that have to be among theirs.

    Returns
    -------
    Bins
    """
    own, wanted = own or {}, wanted or {}
    n_samples, rows = X.shape[0], np.zeros(0, np.int64)
    if n_samples > SAMPLE_SIZE:
        rows = np.sort(np.random.default_rng(seed).choice(n_samples, SAMPLE_SIZE, replace=False))
        sample_weight = None if sample_weight is None else sample_weight[rows]
        X = X[rows] if issparse(X) else X
    sample_weight = None if sample_weight is None else whole_weights(sample_weight)
    n_bins = np.zeros(X.shape[1], np.int64) if n_categories is None else np.array(n_categories, np.int64)
    is_categorical = n_bins > 0
    found = [own.get(feature, np.empty(0)) for feature in range(X.shape[1])]

    def find(features):
        if issparse(X):
            all_thresholds = thresholds_of_stored(X, starts, features, max_bins, sample_weight)
        else:
            all_thresholds = [
                thresholds_of(column, max_bins, sample_weight) for column in columns_of(X, rows, features)
            ]
        for feature, thresholds in zip(features, all_thresholds, strict=True):
            found[feature] = thresholds

    features = np.array([feature for feature in np.flatnonzero(~is_categorical) if feature not in own], np.int64)
    n_rows = len(rows) if len(rows) else n_samples
    n_together = max(1, min(_NEIGHBOURS, len(features) // n_threads, _MOST_BYTES // (8 * n_rows)))
    if issparse(X):
        starts, n_together = X.indptr.astype(np.int64), _STORED_TOGETHER
    tasks = [lambda at=at: find(features[at : at + n_together]) for at in range(0, len(features), n_together)]
    run_in_threads(tasks, n_threads if X.size > _SMALL else 1)
    for feature in np.flatnonzero(~is_categorical):
        if feature in wanted:
            found[feature] = with_thresholds(found[feature], wanted[feature], max_bins)
        n_bins[feature] = len(found[feature]) + 1
    # A power of two, so that a search halves it to the end; it looks at as many as a feature needs.
    n_codes = 1 << int(max(map(len, found), default=0)).bit_length()
    thresholds = np.full((X.shape[1], n_codes), np.inf)
    for feature, values in enumerate(found):
        thresholds[feature, : len(values)] = values + 0.0  # not -0, whose difference to 0 has a sign; see `is_below`
    return Bins(thresholds, n_bins, is_categorical)


def rows_of_stretch(n_bytes):
    """Return how many rows of so many bytes a thread works on at once."""
    return max(_STRETCH_BYTES // max(n_bytes, 1), _LEAST_STRETCH)


def by_row(columns, n_threads):
    """Return codes (n_columns, n_samples) as (n_samples, n_columns)."""
    codes = np.empty(columns.shape[::-1], columns.dtype)
    n_rows = rows_of_stretch(columns.itemsize * len(columns))
    tasks = [
        lambda start=start: copy_rows(columns, start, start + n_rows, codes) for start in range(0, len(codes), n_rows)
    ]
    run_in_threads(tasks, n_threads if columns.size > _SMALL else 1)
    return codes


def whole_weights(sample_weight):
    """Return weights as whole multiples of a power of two so small that none of them becomes 0.

    Their sums are exact: thresholds depend neither on the order of the rows, nor on whether zeros are stored.
    """
    exponent = _SUM_BITS - int(np.frexp(sample_weight.sum())[1])
    return np.maximum(np.ceil(np.ldexp(sample_weight, exponent)), sample_weight > 0)


def columns_of(X, rows, features):
    """Yield the values of some features of an array, each (n_rows,) float64; no rows: all."""
    if X.flags.c_contiguous:
        columns = np.empty((len(features), len(rows) if len(rows) else len(X)), X.dtype)
        copy_columns(X, rows, features, columns)
    else:
        columns = (X[rows, feature] if len(rows) else X[:, feature] for feature in features)
    return (column.astype(np.float64, copy=False) for column in columns)


@kernel
def copy_columns(X, rows, features, columns):
    """Write the columns of some features: all at once, as neighbours are in one line of the cache."""
    for i in range(columns.shape[1]):
        row = rows[i] if rows.size else i
        for k in range(features.size):
            columns[k, i] = X[row, features[k]]
