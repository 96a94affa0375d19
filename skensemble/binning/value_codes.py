"""Codes for random splits, which look at no order of values: the values' own bits, so that nothing has to be sorted."""

import numpy as np

from skensemble._compile import kernel
from skensemble._threads import run_in_threads
from skensemble.arrays.float_codes import MISSING, encode
from skensemble.binning.flags import find_flags, without_flags
from skensemble.binning.ranks import SMALL, is_almost_constant
from skensemble.records import RankedFeatures

_ZERO = 1 << 31  # the code of 0.0
_STRETCH = 1 << 12  # rows that a thread encodes at once


def encode_features(X, n_categories, n_threads=1):
    """Return the `RankedFeatures` of float32 X (n_samples, n_features) with the values' bits for ranks.

    Parameters
    ----------
    X, n_categories, n_threads
        As for `rank_features`.
    """
    codes = np.empty(X.shape, np.uint32)
    low, high = np.fmin.reduce(X, axis=0), np.fmax.reduce(X, axis=0)
    is_constant = is_almost_constant(low, high)

    def encode_stretch(start):
        stretch = slice(start, start + _STRETCH)
        encode_rows(np.ascontiguousarray(X[stretch]), is_constant, low, n_categories, codes[stretch])

    tasks = [lambda start=start: encode_stretch(start) for start in range(0, len(X), _STRETCH)]
    run_in_threads(tasks, n_threads if X.size > SMALL else 1)
    nothing = np.zeros(0, np.int64)
    return _value_coded(codes, n_categories, is_sparse=False, indptr=nothing, rows=np.zeros(0, np.int32))


def encode_sparse_features(X):
    """Return the same for a CSC matrix of float32 with sorted indices, which holds no missing values."""
    codes = np.empty((X.nnz, 1), np.uint32)
    zero, numeric = np.zeros(1, np.float32), np.zeros(1, np.int64)
    for feature in range(X.shape[1]):
        entries = slice(X.indptr[feature], X.indptr[feature + 1])
        column = X.data[entries, np.newaxis]
        is_constant = is_almost_constant(column.min(axis=0, initial=0.0), column.max(axis=0, initial=0.0))
        encode_rows(column, is_constant, zero, numeric, codes[entries])
    return _value_coded(
        codes,
        np.zeros(X.shape[1], np.int64),
        is_sparse=True,
        indptr=X.indptr.astype(np.int64),
        rows=X.indices.astype(np.int32),
    )


def _value_coded(codes, n_categories, *, is_sparse, indptr, rows):
    if is_sparse:
        all_codes, flags = without_flags(codes, len(n_categories))
    else:
        all_codes, flags = find_flags(codes, n_categories == 0, np.full(len(n_categories), MISSING, np.int64))
    return RankedFeatures(
        codes=all_codes,
        values=np.zeros(1, np.float32),
        offsets=np.concatenate([[0], np.cumsum(n_categories)]).astype(np.int64),
        is_categorical=n_categories > 0,
        are_values=True,
        is_sparse=is_sparse,
        indptr=indptr,
        rows=rows,
        zero_ranks=np.full(len(n_categories) if is_sparse else 0, _ZERO),
        flags=flags,
        sorted_keys=np.zeros((0, 0), np.int64),
    )


@kernel
def encode_rows(X, is_constant, low, n_categories, codes):
    """Write the codes of a float32 matrix.

    Parameters
    ----------
    X : (n_rows, n_features) float32
    is_constant : (n_features,) bool
        Whether all values of a feature that are not missing count as one, `low`.
    low : (n_features,) float32
    n_categories : (n_features,) int64
        0: the feature is numeric.
    codes : (n_rows, n_features) uint32
    """
    for i in range(X.shape[0]):
        for feature in range(X.shape[1]):
            value = X[i, feature]
            if n_categories[feature]:
                codes[i, feature] = n_categories[feature] if np.isnan(value) else np.int64(value)
            elif np.isnan(value):
                codes[i, feature] = MISSING
            else:
                codes[i, feature] = encode(low[feature] if is_constant[feature] else value)
