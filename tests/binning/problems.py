"""Sparse matrices as some programs write them."""

import numpy as np
from scipy.sparse import csc_array


def with_stored_zeros(X):
    """Store every other 0 of an array, some of them as -0."""
    stored = csc_array(np.where(X == 0.0, 7.0, X))
    stored.data[stored.data == 7.0] = 0.0
    stored.data[(stored.data == 0.0) & (np.arange(stored.nnz) % 3 == 0)] = -0.0
    is_kept = (stored.data != 0.0) | (np.arange(stored.nnz) % 2 == 0)
    indptr = np.concatenate([[0], np.cumsum(is_kept)])[stored.indptr]
    return csc_array((stored.data[is_kept], stored.indices[is_kept], indptr), X.shape)
