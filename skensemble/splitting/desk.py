"""The work space of one tree."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import record
from skensemble.arrays.bitset import n_words
from skensemble.arrays.sorting import N_COUNTS


@record
class Buckets(NamedTuple):
    """Samples of a node summed up by code, as statistics rows `[n_rows, weight, sums...]`."""

    rows: np.ndarray  # (n_buckets * n_statistics,) float64
    identity: np.ndarray  # (n_buckets,) int64: 0, 1, 2, ...
    present: np.ndarray  # (n_buckets,) int64: categories: the buckets that are not empty
    order: np.ndarray  # (n_buckets,) int64: the same in the order of the scores
    scores: np.ndarray  # (n_buckets,) float64: what categories are ordered by
    codes: np.ndarray  # (n_buckets,) int64: the category in a bucket
    labels: np.ndarray  # (n_buckets,) int64: new codes of the buckets
    spare_scores: np.ndarray  # (n_buckets,) float64
    directions: np.ndarray  # (2, n_sums) float64: work space of the power method


@record
class Desk(NamedTuple):
    """What a splitter writes on; nothing here outlives a node."""

    keys: np.ndarray  # (n + 1,) int64: code << 32 | position in the node
    spare_keys: np.ndarray  # (n + 1,) int64
    counts: np.ndarray  # (N_COUNTS,) int64: of the radix sort
    sides: np.ndarray  # (n,) uint8: whether a sample goes left
    left_categories: np.ndarray  # (n_words,) uint64: the categories that the best split sends left
    positions: np.ndarray  # (n_samples,) int64: sparse: where a row is in the tree's samples, or -1
    buckets: Buckets


@record
class Block(NamedTuple):
    """The codes of a small subtree's samples, side by side; a feature is copied when it is first asked for.

    Deep nodes would otherwise fetch a cache line from far away for each value that they look at.  The samples of a
    block are numbered from 0; below its root nobody asks for their rows.
    """

    ranks: np.ndarray  # (n_features, block_size), of the data's dtype
    rows: np.ndarray  # (block_size,) uint32: the row of a sample of the block
    owners: np.ndarray  # (n_features,) int64: the node whose block a feature was copied for
    current: np.ndarray  # (2,) int64: the node at which the block starts, and its size; 0: there is none


def new_desk(n, n_samples, n_statistics, n_categories, is_sparse):
    """Return the work space of a tree.

    Parameters
    ----------
    n : int
        Rows that the tree uses.
    n_samples : int
        Rows of the data.
    n_statistics : int
        Length of a statistics row.
    n_categories : int
        The most categories of a feature; 0: there are none.
    is_sparse : bool
    """
    # Values come in buckets where there are at most 2 n / n_statistics of them, and categories always, missing values
    # among them, of which a node has no more than samples.  One bucket more is for the missing ones of the values.
    n_buckets = max(2 * n // n_statistics, min(n, n_categories + 1) if n_categories else 0, 3) + 1
    buckets = Buckets(
        rows=np.zeros(n_buckets * n_statistics),
        identity=np.arange(n_buckets),
        present=np.empty(n_buckets, np.int64),
        order=np.empty(n_buckets, np.int64),
        scores=np.empty(n_buckets),
        codes=np.empty(n_buckets, np.int64),
        labels=np.empty(n_buckets, np.int64),
        spare_scores=np.empty(n_buckets),
        directions=np.zeros((2, n_statistics - 2)),
    )
    return Desk(
        keys=np.empty(n + 1, np.int64),
        spare_keys=np.empty(n + 1, np.int64),
        counts=np.empty(N_COUNTS, np.int64),
        sides=np.empty(n, np.uint8),
        left_categories=np.zeros(n_words(n_categories + 1), np.uint64),
        positions=np.full(n_samples if is_sparse else 0, -1, np.int64),
        buckets=buckets,
    )


def new_block(ranks, n, is_used):
    """Return an empty block for a tree of n rows; `is_used` tells whether the grower may use it."""
    n_features = ranks.shape[0]
    size = min(n, _BLOCK_BYTES // max(1, n_features * ranks.itemsize)) if is_used else 0
    return Block(
        ranks=np.empty((n_features, size), ranks.dtype),
        rows=np.empty(size, np.uint32),
        owners=np.full(n_features, -1, np.int64),
        current=np.zeros(2, np.int64),
    )


_BLOCK_BYTES = 1 << 18  # half of a small second level cache
