"""The work space of one tree."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import record
from skensemble._intrinsics import LANES
from skensemble.arrays.bitset import n_words
from skensemble.arrays.sorting import N_COUNTS
from skensemble.records import Codes
from skensemble.splitting.flags import WORD

MOST_SORTED = 256  # samples of a node up to which the lanes of a panel are sorted side by side


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
class Panel(NamedTuple):
    """The codes of a node's samples of up to LANES features, and what is known of each; see `panel`."""

    codes: np.ndarray  # (n, LANES), of the data's dtype
    features: np.ndarray  # (LANES,) int64
    visits: np.ndarray  # (LANES,) int64: how many features of the node count up to this one
    lowest: np.ndarray  # (LANES,), of the data's dtype: the lowest code in the node
    highest: np.ndarray  # (LANES,): the highest one, without the missing values if there are others
    n_missing: np.ndarray  # (LANES,) int64
    missing_left: np.ndarray  # (LANES,) bool: of random cuts
    is_cut: np.ndarray  # (LANES,) bool: whether there is but one cut to try
    bounds: np.ndarray  # (LANES,), of the data's dtype: the last code before that cut
    thresholds: np.ndarray  # (LANES,) float64: of random cuts
    sums: np.ndarray  # (n_statistics * LANES,) float64: the statistics row of what is before the cut, lane by lane
    most_gains: np.ndarray  # (LANES,) float64: no boundary gains more
    most_gains_left: np.ndarray  # (LANES,) float64: nor one with the missing values on the left
    sources: np.ndarray  # (LANES,) int64: the columns of the table of ranks that are copied
    keys: np.ndarray  # (MOST_SORTED, LANES) uint32: code and position, lane by lane in order, of a small node
    keys_left: np.ndarray  # (MOST_SORTED, LANES) uint32: the same keys with the missing values before all others
    words: np.ndarray  # (n_words, n) uint64: the flags of the node's samples
    varying: np.ndarray  # (n_words,) uint64: those that are not constant in the node
    is_summed: np.ndarray  # (LANES,) bool: whether a lane has no codes, only flags
    lane_of_bit: np.ndarray  # (WORD,) int64: which lane asks for a flag of a word


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
    panel: Panel


def new_desk(n, n_samples, n_statistics, n_categories, is_sparse, dtype, n_flag_words=0):
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
    dtype : dtype
        Of the codes.
    n_flag_words : int, default=0
    """
    # Values come in buckets where there are at most 2 n / n_statistics of them, and categories always, missing values
    # among them, of which a node has no more than samples.  One bucket more is for the missing ones of the values.
    n_buckets = max(2 * n // n_statistics, min(n, n_categories + 1) if n_categories else 0, LANES) + 1
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
    panel = Panel(
        codes=np.empty((n, LANES), dtype),
        features=np.zeros(LANES, np.int64),
        visits=np.zeros(LANES, np.int64),
        lowest=np.zeros(LANES, dtype),
        highest=np.zeros(LANES, dtype),
        n_missing=np.zeros(LANES, np.int64),
        missing_left=np.zeros(LANES, np.bool_),
        is_cut=np.zeros(LANES, np.bool_),
        bounds=np.zeros(LANES, dtype),
        thresholds=np.zeros(LANES),
        sums=np.zeros(n_statistics * LANES),
        most_gains=np.zeros(LANES),
        most_gains_left=np.zeros(LANES),
        sources=np.zeros(LANES, np.int64),
        keys=_new_keys(),
        keys_left=_new_keys(),
        words=np.empty((n_flag_words, n), np.uint64),
        varying=np.zeros(n_flag_words, np.uint64),
        is_summed=np.zeros(LANES, np.bool_),
        lane_of_bit=np.zeros(WORD, np.int64),
    )
    return Desk(
        keys=np.empty(n + 1, np.int64),
        spare_keys=np.empty(n + 1, np.int64),
        counts=np.empty(N_COUNTS, np.int64),
        sides=np.empty(n, np.uint8),
        left_categories=np.zeros(n_words(n_categories + 1), np.uint64),
        positions=np.full(n_samples if is_sparse else 0, -1, np.int64),
        buckets=buckets,
        panel=panel,
    )


def _new_keys():
    """Return room for the keys of a panel, each row in one cache line: rows that straddle two take twice as long."""
    n_items = MOST_SORTED * LANES
    padded = np.empty(n_items + _LINE_ITEMS, np.uint32)
    first = -padded.ctypes.data % (_LINE_ITEMS * padded.itemsize) // padded.itemsize
    return padded[first : first + n_items].reshape(MOST_SORTED, LANES)


def new_block(codes, n, is_used):
    """Return room for the `Codes` of a small subtree's samples, for a tree of n rows.

    Deep nodes would otherwise fetch a cache line from far away for each value that they look at.  The samples of a
    block are numbered from 0; below its root nobody asks for their rows.

    Parameters
    ----------
    codes : Codes
        Those of the data.
    n : int
    is_used : bool
        Whether the grower may use it.
    """
    (_, n_features), dtype = codes.ranks.shape, codes.ranks.dtype
    size = min(n, _BLOCK_BYTES // max(1, n_features * dtype.itemsize)) if is_used else 0
    return Codes(np.empty((size, n_features), dtype), np.empty((len(codes.words), size), np.uint64))


_LINE_ITEMS = 16  # of 4 bytes in a cache line
_BLOCK_BYTES = 1 << 18  # half of a small second level cache
