"""Bins: the codes of the histogram booster, by quantiles of the training values."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import kernel, record
from skensemble._threads import run_in_threads
from skensemble.arrays.quantiles import weighted_quantiles

SAMPLE_SIZE = 200_000  # rows that thresholds are chosen from
MOST_SHORT_BINS = 255  # with a code for missing values
_GREATEST = np.finfo(np.float64).max
_STRETCH = 1 << 14  # rows that a thread encodes at once
_SMALL = 1 << 17  # values that one thread encodes sooner than two


@record
class BinnedFeatures(NamedTuple):
    """The training data of a booster: a bin for each value, row after row.

    The code after a feature's last bin means "missing".  The code of a category is its number.
    """

    codes: np.ndarray  # (n_samples, n_features) uint8 | uint16
    n_bins: np.ndarray  # (n_features,) int64, without the one of missing values
    offsets: np.ndarray  # (n_features + 1,) int64: where a feature's bins start in a histogram
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

    def encode(self, X, n_threads=1):
        """Return the `BinnedFeatures` of float64 X (n_samples, n_features)."""
        most = int(self.n_bins.max(initial=0))
        codes = np.empty(X.shape, np.uint8 if most <= MOST_SHORT_BINS else np.uint16)

        def encode_stretch(start):
            stretch = slice(start, start + _STRETCH)
            values = np.ascontiguousarray(X[stretch])
            encode_values(values, self.thresholds, self.n_bins, self.is_categorical, codes[stretch])

        tasks = [lambda start=start: encode_stretch(start) for start in range(0, len(X), _STRETCH)]
        run_in_threads(tasks, n_threads if X.size > _SMALL else 1)
        offsets = np.concatenate([[0], np.cumsum(self.n_bins + 1)])
        return BinnedFeatures(codes, self.n_bins, offsets, self.is_categorical)


def find_bins(X, max_bins, n_categories=None, sample_weight=None, *, seed=0, n_threads=1):
    """Choose thresholds: the middles between distinct values if there are few, else quantiles.

    Parameters
    ----------
    X : (n_samples, n_features) float64
        NaN is missing.
    max_bins : int
        Of a feature, without the one for missing values; 2 to 65535.
    n_categories : (n_features,) int64, default=None
        Categories of each feature, which have a bin each; 0: it is numeric.
    sample_weight : (n_samples,) float64, default=None
        Each bin gets about the same weight.
    seed : int, default=0
        Of the draw of `SAMPLE_SIZE` rows where there are more.
    n_threads : int, default=1

    Returns
    -------
    Bins
    """
    if len(X) > SAMPLE_SIZE:
        rows = np.sort(np.random.default_rng(seed).choice(len(X), SAMPLE_SIZE, replace=False))
        X, sample_weight = X[rows], None if sample_weight is None else sample_weight[rows]
    n_bins = np.zeros(X.shape[1], np.int64) if n_categories is None else np.array(n_categories, np.int64)
    is_categorical = n_bins > 0
    found = [np.empty(0)] * X.shape[1]

    def find(feature):
        found[feature] = thresholds_of(X[:, feature], max_bins, sample_weight)
        n_bins[feature] = len(found[feature]) + 1

    tasks = [lambda feature=feature: find(feature) for feature in np.flatnonzero(~is_categorical)]
    run_in_threads(tasks, n_threads if X.size > _SMALL else 1)
    # A power of two, so that a search takes the same steps for every feature.
    n_codes = 1 << int(max(map(len, found), default=0)).bit_length()
    thresholds = np.full((X.shape[1], n_codes), np.inf)
    for feature, values in enumerate(found):
        thresholds[feature, : len(values)] = values
    return Bins(thresholds, n_bins, is_categorical)


def thresholds_of(column, max_bins, sample_weight=None):
    """Return the thresholds of one feature, (n_bins - 1,) float64, ascending and finite."""
    is_present = ~np.isnan(column)
    if sample_weight is not None:
        is_present &= sample_weight > 0
    values = column[is_present]
    distinct = distinct_values(values)
    if len(distinct) <= max_bins:
        with np.errstate(invalid="ignore"):
            middles = distinct[:-1] / 2 + distinct[1:] / 2
        # Where the middle of two neighbours is the upper one, the lower one separates them.
        return np.clip(np.where(middles < distinct[1:], middles, distinct[:-1]), -_GREATEST, _GREATEST)
    weights = None if sample_weight is None else sample_weight[is_present]
    wanted = np.linspace(0, 100, max_bins + 1)[1:-1] / 100
    quantiles = distinct_values(np.clip(weighted_quantiles(values, wanted, weights), -_GREATEST, _GREATEST))
    return quantiles[quantiles < distinct[-1]]


def distinct_values(values):
    """Return what `np.unique` does; it hashes, which takes several times as long as to sort."""
    values = np.sort(values)
    is_first = np.ones(len(values), bool)
    is_first[1:] = values[1:] != values[:-1]
    return values[is_first]


@kernel
def encode_values(X, thresholds, n_bins, is_categorical, codes):
    """Write the number of thresholds below each value, or the category, or the code of missing values for NaN.

    A binary search that takes the same steps for all values, so that those of neighbouring features overlap.
    """
    n_codes = thresholds.shape[1]
    for i in range(X.shape[0]):
        for feature in range(X.shape[1]):
            value = X[i, feature]
            code = np.uint64(0)
            step = np.uint64(n_codes >> 1)
            while step > 0:
                if thresholds[feature, code + step - np.uint64(1)] < value:
                    code += step
                step >>= np.uint64(1)
            if is_categorical[feature]:
                code = np.uint64(value)
            codes[i, feature] = n_bins[feature] if np.isnan(value) else code
