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
SAMPLE_SIZE = 4096  # rows that tell which features to look at
MOST_TRIED = 8  # bundles that a feature is compared with


def find_bundles(columns, n_bins):
    """Return the features of each column, a list of lists, and the most frequent bin of each feature that shares one.

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
    bundles: list[list[int]] = []
    taken, widths = [], []
    for feature in np.argsort(-shares_off, kind="stable"):
        if shares_off[feature] > MOST_OFF:
            continue
        is_off = columns[feature] != frequent_bins[feature]
        for bundle in range(max(0, len(bundles) - MOST_TRIED), len(bundles)):
            if widths[bundle] + n_bins[feature] + 1 <= most_codes and not np.any(taken[bundle] & is_off):
                bundles[bundle].append(int(feature))
                taken[bundle] |= is_off
                widths[bundle] += n_bins[feature] + 1
                break
        else:
            bundles.append([int(feature)])
            taken.append(is_off)
            widths.append(n_bins[feature] + 2)
    groups = [sorted(bundle) for bundle in bundles if len(bundle) > 1]
    bundled = {feature for group in groups for feature in group}
    groups += [[feature] for feature in range(n_features) if feature not in bundled]
    frequent_bins[[feature for feature in range(n_features) if feature not in bundled]] = -1
    return sorted(groups), frequent_bins


def bundled_column(columns, features, offsets, frequent_bins):
    """Return the common codes of some features, (n_samples,), which have their bins from `offsets` on."""
    codes = np.zeros(columns.shape[1], columns.dtype)
    for feature in features:
        is_off = columns[feature] != frequent_bins[feature]
        codes[is_off] = columns[feature, is_off] + columns.dtype.type(offsets[feature])
    return codes
