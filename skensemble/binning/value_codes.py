"""Codes for random splits, which look at no order of values: the values' own bits, so that nothing has to be sorted."""

import numpy as np

from skensemble._compile import kernel
from skensemble._threads import run_in_threads
from skensemble.arrays.float_codes import MISSING, encode
from skensemble.binning.ranks import SMALL, is_almost_constant, rank_categories
from skensemble.records import RankedFeatures

_ZERO = 1 << 31  # the code of 0.0


def encode_features(X, n_categories, n_threads=1):
    """Return the `RankedFeatures` of float32 X (n_samples, n_features) with the values' bits for ranks.

    Parameters
    ----------
    X, n_categories, n_threads
        As for `rank_features`.
    """
    codes = np.empty(X.shape[::-1], np.uint32)

    def encode_feature(feature):
        if n_categories[feature]:
            rank_categories(X[:, feature], n_categories[feature], codes[feature])
        else:
            column = np.ascontiguousarray(X[:, feature])
            low = np.fmin.reduce(column)
            encode_column(column, bool(is_almost_constant(low, np.fmax.reduce(column))), low, codes[feature])

    tasks = [lambda feature=feature: encode_feature(feature) for feature in range(X.shape[1])]
    run_in_threads(tasks, n_threads if X.size > SMALL else 1)
    nothing = np.zeros(0, np.int64)
    return _value_coded(codes, n_categories, is_sparse=False, indptr=nothing, rows=np.zeros(0, np.int32))


def encode_sparse_features(X):
    """Return the same for a CSC matrix of float32 with sorted indices, which holds no missing values."""
    codes = np.empty((1, X.nnz), np.uint32)
    for feature in range(X.shape[1]):
        entries = slice(X.indptr[feature], X.indptr[feature + 1])
        column = X.data[entries]
        low, high = column.min(initial=0.0), column.max(initial=0.0)
        encode_column(column, bool(is_almost_constant(low, high)), np.float32(0.0), codes[0, entries])
    return _value_coded(
        codes,
        np.zeros(X.shape[1], np.int64),
        is_sparse=True,
        indptr=X.indptr.astype(np.int64),
        rows=X.indices.astype(np.int32),
    )


def _value_coded(codes, n_categories, *, is_sparse, indptr, rows):
    return RankedFeatures(
        ranks=codes,
        values=np.zeros(1, np.float32),
        offsets=np.concatenate([[0], np.cumsum(n_categories)]).astype(np.int64),
        is_categorical=n_categories > 0,
        are_values=True,
        is_sparse=is_sparse,
        indptr=indptr,
        rows=rows,
        zero_ranks=np.full(len(n_categories) if is_sparse else 0, _ZERO),
    )


@kernel
def encode_column(column, is_constant, low, codes):
    """Write the codes of float32 values; all that are not missing get that of `low` if they count as one."""
    for i in range(column.size):
        if np.isnan(column[i]):
            codes[i] = MISSING
        else:
            codes[i] = encode(low if is_constant else column[i])
