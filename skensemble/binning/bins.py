"""Bins: the codes of the histogram booster, by quantiles of the training values."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import kernel, record
from skensemble._threads import run_in_threads

SAMPLE_SIZE = 200_000  # rows that thresholds are chosen from
MOST_SHORT_BINS = 255  # with a code for missing values
_GREATEST = np.finfo(np.float64).max
_STRETCH = 1 << 14  # rows that a thread encodes at once
_SMALL = 1 << 17  # values that one thread encodes sooner than two


@record
class BinnedFeatures(NamedTuple):
    """The training data of a booster: a bin for each value, row after row."""

    codes: np.ndarray  # (n_samples, n_features) uint8 | uint16
    n_bins: np.ndarray  # (n_features,) int64, without the one of missing values
    missing_code: int  # the same for all features, above all bins


class Bins(NamedTuple):
    """How values become bins: a value is in the first bin whose threshold is not below it.

    Attributes
    ----------
    thresholds : (n_features, n_codes) float64
        Of all bins but the last, then +inf.
    n_bins : (n_features,) int64
    """

    thresholds: np.ndarray
    n_bins: np.ndarray

    @property
    def missing_code(self):
        """The code of missing values."""
        return self.thresholds.shape[1] - 1

    def encode(self, X, n_threads=1):
        """Return the `BinnedFeatures` of float64 X (n_samples, n_features)."""
        codes = np.empty(X.shape, np.uint8 if self.missing_code <= MOST_SHORT_BINS else np.uint16)

        def encode_stretch(start):
            stretch = slice(start, start + _STRETCH)
            encode_values(np.ascontiguousarray(X[stretch]), self.thresholds, codes[stretch])

        tasks = [lambda start=start: encode_stretch(start) for start in range(0, len(X), _STRETCH)]
        run_in_threads(tasks, n_threads if X.size > _SMALL else 1)
        return BinnedFeatures(codes, self.n_bins, self.missing_code)


def find_bins(X, max_bins, sample_weight=None, *, seed=0, n_threads=1):
    """Choose thresholds: the middles between distinct values if there are few, else quantiles.

    Parameters
    ----------
    X : (n_samples, n_features) float64
        NaN is missing.
    max_bins : int
        Of a feature, without the one for missing values; 2 to 65535.
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
    # A power of two, so that a search takes the same steps for every feature.
    n_codes = 1 << int(max_bins).bit_length() if max_bins > MOST_SHORT_BINS else MOST_SHORT_BINS + 1
    thresholds = np.full((X.shape[1], n_codes), np.inf)
    n_bins = np.empty(X.shape[1], np.int64)

    def find(feature):
        found = thresholds_of(X[:, feature], max_bins, sample_weight)
        thresholds[feature, : len(found)] = found
        n_bins[feature] = len(found) + 1

    tasks = [lambda feature=feature: find(feature) for feature in range(X.shape[1])]
    run_in_threads(tasks, n_threads if X.size > _SMALL else 1)
    return Bins(thresholds, n_bins)


def thresholds_of(column, max_bins, sample_weight=None):
    """Return the thresholds of one feature, (n_bins - 1,) float64, ascending and finite."""
    is_present = ~np.isnan(column)
    if sample_weight is not None:
        is_present &= sample_weight > 0
    values = column[is_present]
    distinct = np.unique(values)
    if len(distinct) <= max_bins:
        middles = distinct[:-1] / 2 + distinct[1:] / 2
        # Where the middle of two neighbours is the upper one, the lower one separates them.
        return np.minimum(np.where(middles < distinct[1:], middles, distinct[:-1]), _GREATEST)
    # Averaged inverses of the distribution function, as a weight that stands for a row that is repeated asks for.
    order = np.argsort(values)
    ends = np.arange(1.0, len(values) + 1) if sample_weight is None else np.cumsum(sample_weight[is_present][order])
    wanted = np.linspace(0, 100, max_bins + 1)[1:-1] / 100 * ends[-1]
    lower, upper = (values[order[np.searchsorted(ends, wanted, side)]] for side in ("left", "right"))
    quantiles = np.unique(np.minimum(lower / 2 + upper / 2, _GREATEST))
    return quantiles[quantiles < distinct[-1]]


@kernel
def encode_values(X, thresholds, codes):
    """Write the number of thresholds below each value, or the last code for NaN.

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
            codes[i, feature] = n_codes - 1 if np.isnan(value) else code
