"""Bins of the values that a sparse matrix stores, and how they become columns of codes for all rows.

A feature's most frequent bin is nearly always that of 0, so what is off it is known without a look at the other rows:
bundles are found, and their columns filled, in a time in proportion to what is stored.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_array

from skensemble._compile import kernel
from skensemble._threads import run_in_threads
from skensemble.binning.bundles import exclusive_groups, only_of_shared

TOGETHER = 1 << 6  # features whose columns are written at once
MOST_LISTED = 0.5  # of the codes of shared columns: a list of more is no shorter work


class StoredCodes(NamedTuple):
    """A sparse matrix of bins: that of an entry which is not listed is the bin of 0.

    Attributes
    ----------
    codes : (n_off,) uint8 or uint16
        Feature after feature; n_bins for a missing value.
    rows : (n_off,) int32 or int64
    starts : (n_features + 1,) int64
        Where the entries of a feature start.
    zero_codes : (n_features,) uint8 or uint16
    n_samples : int
    """

    codes: np.ndarray
    rows: np.ndarray
    starts: np.ndarray
    zero_codes: np.ndarray
    n_samples: int

    @classmethod
    def off_zero(cls, codes, rows, starts, zero_codes, n_samples):
        """Return those entries of all, (n_stored,), that are not in the bin of 0."""
        is_off = codes != np.repeat(zero_codes, np.diff(starts))
        return cls(codes[is_off], rows[is_off], np.append(0, np.cumsum(is_off))[starts], zero_codes, n_samples)

    def of_feature(self, feature):
        """Return the rows and the codes of the entries of a feature."""
        entries = slice(self.starts[feature], self.starts[feature + 1])
        return self.rows[entries], self.codes[entries]

    def groups(self, n_bins, bundles=True):
        """Return the features of each column, their most frequent bins as of `find_bundles`, and the dtype of codes.

        More features can share a column of two bytes a row: the dtype is the one whose columns take less memory.
        """
        n_features = len(self.zero_codes)
        if not bundles:
            return [[feature] for feature in range(n_features)], np.full(n_features, -1), self.codes.dtype
        shares_off = np.diff(self.starts) / self.n_samples

        def groups_of(dtype):
            most_codes = np.iinfo(dtype).max + 1
            return exclusive_groups(
                lambda feature: self.of_feature(feature)[0], shares_off, n_bins, self.n_samples, most_codes
            )

        dtypes = dict.fromkeys([self.codes.dtype, np.dtype(np.uint16)])
        found = [(groups_of(dtype), dtype) for dtype in dtypes]
        groups, dtype = min(found, key=lambda each: len(each[0]) * each[1].itemsize)
        return groups, only_of_shared(self.zero_codes.astype(np.int64), groups), dtype

    def listed_last(self, groups):
        """Return the groups with those in the end whose codes are to be listed, and how many are not.

        At least one is not: its codes are those of all rows.  None is where lists would not be much shorter.
        """
        shared = [group for group in groups if len(group) > 1]
        whole = [group for group in groups if len(group) == 1]
        if not whole:
            whole, shared = shared[:1], shared[1:]
        n_listed = sum(len(self.of_feature(feature)[0]) for group in shared for feature in group)
        if n_listed > MOST_LISTED * len(shared) * self.n_samples:
            return groups, len(groups)
        return whole + shared, len(whole)

    def lists(self, layout, n_whole):
        """Return the codes of the columns from `n_whole` on that are not 0, row after row, and where each row starts.

        Returns
        -------
        places, features : (n_listed,) uint32
            Places in a histogram, ascending in each row, and whose they are.
        starts : (n_samples + 1,) int64
        """
        features = layout["column_features"][layout["column_firsts"][n_whole] :]
        stored = [self.of_feature(feature) for feature in features]
        if not stored:
            return np.zeros(0, np.uint32), np.zeros(0, np.uint32), np.zeros(1, np.int64)
        places = [
            codes.astype(np.uint32) + np.uint32(layout["offsets"][feature])
            for feature, (_, codes) in zip(features, stored, strict=True)
        ]
        ends = np.cumsum([0] + [len(rows) for rows, _ in stored])
        by_feature = csc_array(
            (np.concatenate(places), np.concatenate([rows for rows, _ in stored]), ends),
            shape=(self.n_samples, len(stored)),
        )
        by_row = by_feature.tocsr()
        return by_row.data, features.astype(np.uint32)[by_row.indices], by_row.indptr.astype(np.int64)

    def columns(self, layout, frequent_bins, dtype, n_threads=1):
        """Return the columns of codes, (n_columns, n_samples) of a dtype.

        Parameters
        ----------
        layout : dict
            Where the bins of features lie: fields of `BinnedFeatures`.
        frequent_bins : (n_features,) int64
            -1 for a feature that has a column to itself.
        dtype : dtype
        n_threads : int, default=1
        """
        column_of, n_features = layout["column_of"], len(self.zero_codes)
        firsts = layout["offsets"] - layout["column_offsets"][column_of]
        columns = np.zeros((len(layout["column_offsets"]) - 1, self.n_samples), dtype)
        of_all = self.codes, self.rows, self.starts, self.zero_codes, column_of, firsts, frequent_bins, columns
        tasks = [
            lambda first=first: write_columns(first, first + TOGETHER, *of_all)
            for first in range(0, n_features, TOGETHER)
        ]
        run_in_threads(tasks, n_threads)
        return columns


@kernel
def write_columns(first, stop, codes, rows, starts, zero_codes, column_of, firsts, frequent_bins, columns):
    """Write the codes of some features into their columns, which are 0 so far.

    Parameters
    ----------
    codes, rows, starts, zero_codes
        As in `StoredCodes`.
    column_of, frequent_bins : (n_features,) int64
        As in `BinnedFeatures`.
    firsts : (n_features,) int64
        The code of the first bin of a feature in its column.
    columns : (n_columns, n_samples) uint8 or uint16
    """
    for feature in range(first, min(stop, firsts.size)):
        column = columns[column_of[feature]]
        if frequent_bins[feature] < 0:
            column[:] = zero_codes[feature]
        for k in range(starts[feature], starts[feature + 1]):
            column[rows[k]] = codes[k] + firsts[feature]
