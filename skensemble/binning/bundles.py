"""Exclusive feature bundling (Ke et al. 2017, "LightGBM", section 4): features that exclude each other share a column.

Of features that are rarely off their most frequent bin, such as indicators, no two of a bundle are off it in one
row, so that one code tells all of them::

    code     0                     every feature is in its most frequent bin
             1 .. 3                feature 4: bins 0 and 1, missing values
             4 .. 8                feature 9: bins 0 to 3, missing values

A histogram sums up one column instead of many; what lies in the most frequent bin of a feature is what its other bins
leave of the node.  No row is an exception, so trees are the same with and without bundles.
"""

import numpy as np

from skensemble._compile import kernel

MOST_OFF = 0.5  # share of the rows that a feature of a bundle is off its most frequent bin, at most
SAMPLE_SIZE = 4096  # rows that tell which features of a dense matrix to look at
MOST_OPEN = 512  # bundles that a feature is compared with: a bit for each is a cache line a row


def find_bundles(columns, n_bins):
    """Return the features of each column, and the most frequent bin of each feature that shares one.

    Parameters
    ----------
    columns : (n_features, n_samples) uint8 or uint16
        The bin of each value, n_bins for a missing one.
    n_bins : (n_features,) int64

    Returns
    -------
    groups : list of list of int
        In the order of the first feature of each.
    frequent_bins : (n_features,) int64
        -1 for a feature that has a column to itself.
    """
    n_features, n_samples = columns.shape
    frequent_bins = np.full(n_features, -1)
    most_codes = np.iinfo(columns.dtype).max + 1
    shares_off = np.ones(n_features)
    sample = columns[:, :: max(1, n_samples // SAMPLE_SIZE)]
    for feature in np.flatnonzero(n_bins < most_codes // 2):
        counts = np.bincount(sample[feature])
        frequent_bins[feature] = counts.argmax()
        shares_off[feature] = 1.0 - counts.max() / sample.shape[1]

    def rows_off(feature):
        return np.flatnonzero(columns[feature] != frequent_bins[feature])

    groups = exclusive_groups(rows_off, shares_off, n_bins, n_samples, most_codes)
    return groups, only_of_shared(frequent_bins, groups)


def exclusive_groups(rows_off, shares_off, n_bins, n_samples, most_codes):
    """Return features in groups that exclude each other, each with the first group that takes it, frequent ones first.

    The work for a feature is in proportion to its rows, whatever the number of features.

    Parameters
    ----------
    rows_off : callable
        The rows, (n_off,) of integers, in which a feature is off its most frequent bin.
    shares_off : (n_features,) float64
        About how large a share of all rows these are.
    n_bins : (n_features,) int64
    n_samples : int
    most_codes : int
        How many codes a column may have.

    Returns
    -------
    groups : list of list of int
        Of all features, in the order of the first feature of each.
    """
    order = np.argsort(-shares_off, kind="stable")
    order = order[(shares_off[order] <= MOST_OFF) & (n_bins[order] < most_codes // 2)]
    bundles: list[list[int]] = []
    opened = OpenBundles(n_samples, min(len(order), MOST_OPEN), most_codes)
    for feature in order.tolist():
        rows, n_codes = rows_off(feature), int(n_bins[feature]) + 1
        number = opened.put(rows, n_codes)
        if number == len(bundles):
            bundles.append([])
        bundles[number].append(feature)
    groups = [sorted(bundle) for bundle in bundles]
    bundled = {feature for group in groups for feature in group}
    return sorted(groups + [[feature] for feature in range(len(n_bins)) if feature not in bundled])


class OpenBundles:
    """The bundles that were begun last, and which rows each of them takes.

    Parameters
    ----------
    n_samples : int
    n_open : int
        How many there are at once, at most: a new one then closes the 64 oldest, full of the frequent features.
    most_codes : int
        How many codes a column may have.
    """

    def __init__(self, n_samples, n_open, most_codes):
        self.most_codes, self.n_begun = most_codes, 0
        self.taken = np.zeros((n_samples, -(-n_open // 64)), np.uint64)  # a bit for each bundle
        self.rooms = np.zeros(64 * self.taken.shape[1], np.int64)  # codes that are left to each
        self._words = np.zeros(self.taken.shape[1], np.uint64)

    def put(self, rows, n_codes):
        """Give rows and codes to the first bundle with room and none of the rows, or a new one; returns its number."""
        place = put_into(self.taken, self.rooms, rows, n_codes, self._words)
        if place < 0:
            self._begin()
            place = put_into(self.taken, self.rooms, rows, n_codes, self._words)
        # Numbers go around: the bundle at a place is the last one that began there.
        last = self.n_begun - 1
        return last - (last - place) % len(self.rooms)

    def _begin(self):
        place = self.n_begun % len(self.rooms)
        if place % 64 == 0:
            self.taken[:, place // 64] = 0
            self.rooms[place : place + 64] = 0
        self.rooms[place] = self.most_codes - 1  # without that of rows that it does not take
        self.n_begun += 1


@kernel
def put_into(taken, rooms, rows, n_codes, words):
    """Give rows and codes to the first bundle with room and none of the rows; returns its place, -1: there is none.

    Parameters
    ----------
    taken : (n_samples, n_words) uint64
        A bit for each bundle.
    rooms : (64 * n_words,) int64
        Codes that are left to each.
    rows : (n_rows,) integers
    n_codes : int
    words : (n_words,) uint64
        Work space.
    """
    words[:] = 0
    for row in rows:
        for k in range(words.size):
            words[k] |= taken[row, k]
    one = np.uint64(1)
    for place in range(rooms.size):
        bit = one << np.uint64(place % 64)
        if rooms[place] >= n_codes and not words[place // 64] & bit:
            for row in rows:
                taken[row, place // 64] |= bit
            rooms[place] -= n_codes
            return place
    return -1


def only_of_shared(frequent_bins, groups):
    """Return the most frequent bins with -1 for features that have a column to themselves."""
    frequent_bins = frequent_bins.copy()
    frequent_bins[[group[0] for group in groups if len(group) == 1]] = -1
    return frequent_bins


def bundled_columns(columns, groups, starts, frequent_bins):
    """Return the codes of groups of features, (n_groups, n_samples), each of which has its bins from `starts` on."""
    bundled = np.zeros((len(groups), columns.shape[1]), columns.dtype)
    for codes, group in zip(bundled, groups, strict=True):
        if len(group) == 1:
            codes[:] = columns[group[0]]
            continue
        for feature in group:
            is_off = columns[feature] != columns.dtype.type(frequent_bins[feature])
            np.add(columns[feature], columns.dtype.type(starts[feature]), out=codes, where=is_off)
    return bundled
