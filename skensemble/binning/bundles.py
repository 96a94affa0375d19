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
        number = opened.first_fitting(rows, n_codes)
        if number == len(bundles):
            bundles.append([])
            opened.begin(number)
        bundles[number].append(feature)
        opened.take(number, rows, n_codes)
    groups = [sorted(bundle) for bundle in bundles]
    bundled = {feature for group in groups for feature in group}
    return sorted(groups + [[feature] for feature in range(len(n_bins)) if feature not in bundled])


class OpenBundles:
    """The bundles that were begun last, and which rows each of them takes.

    Parameters
    ----------
    n_samples : int
    n_open : int
        How many there are at once, at most: a new one then closes the oldest, which is full of the frequent features.
    most_codes : int
        How many codes a column may have.
    """

    def __init__(self, n_samples, n_open, most_codes):
        self.most_codes, self.n_begun = most_codes, 0
        self.taken = np.zeros((n_samples, -(-n_open // 64)), np.uint64)  # a bit for each bundle
        self.rooms = np.zeros(64 * self.taken.shape[1], np.int64)  # codes that are left to each

    def first_fitting(self, rows, n_codes):
        """Return the number of a bundle that takes none of the rows and has room for some codes; a new one at worst."""
        words = np.bitwise_or.reduce(self.taken[rows], axis=0)
        are_taken = np.unpackbits(words.astype("<u8").view(np.uint8), bitorder="little")
        place = np.flatnonzero((self.rooms >= n_codes) & (are_taken == 0))[:1]
        if not place.size:
            return self.n_begun
        # Numbers go around: the bundle at a place is the last one that began there.
        last = self.n_begun - 1
        return last - (last - int(place[0])) % len(self.rooms)

    def begin(self, number):
        """Open a bundle."""
        word, bit = self._place(number)
        self.taken[:, word] &= ~bit
        self.rooms[number % len(self.rooms)] = self.most_codes - 1  # without that of rows that it does not take
        self.n_begun = number + 1

    def take(self, number, rows, n_codes):
        """Give rows and codes to a bundle."""
        word, bit = self._place(number)
        self.taken[rows, word] |= bit
        self.rooms[number % len(self.rooms)] -= n_codes

    def _place(self, number):
        place = number % len(self.rooms)
        return place // 64, np.uint64(1 << place % 64)


def only_of_shared(frequent_bins, groups):
    """Return the most frequent bins with -1 for features that have a column to themselves."""
    frequent_bins = frequent_bins.copy()
    frequent_bins[[group[0] for group in groups if len(group) == 1]] = -1
    return frequent_bins


def bundled_column(columns, features, offsets, frequent_bins):
    """Return the common codes of some features, (n_samples,), which have their bins from `offsets` on."""
    codes = np.zeros(columns.shape[1], columns.dtype)
    for feature in features:
        is_off = columns[feature] != columns.dtype.type(frequent_bins[feature])
        np.add(columns[feature], columns.dtype.type(offsets[feature]), out=codes, where=is_off)
    return codes
