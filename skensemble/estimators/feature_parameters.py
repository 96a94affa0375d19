"""Parameters that say something of each feature: by its place, or by the name that a data frame gives it."""

from collections.abc import Mapping
from numbers import Integral

import numpy as np

from skensemble.growing.growth import FORCED, NOTHING
from skensemble.records import FLAT

_PARTS = {"feature", "threshold", "left", "right"}


def feature_number(estimator, key, parameter):
    """Return the place of a feature that is named by its place or its name.

    Raises
    ------
    ValueError
        There is none; the parameter is named.
    """
    if isinstance(key, Integral) and not isinstance(key, bool):
        if 0 <= int(key) < estimator.n_features_in_:
            return int(key)
    else:
        names = list(getattr(estimator, "feature_names_in_", []))
        if key in names:
            return names.index(key)
    raise ValueError(f"{parameter} names the feature {key!r}, which X with {estimator.n_features_in_} features lacks.")


def as_numbers(given, parameter):
    """Return what a parameter holds as float64.

    Raises
    ------
    ValueError
        It holds something else; the parameter is named.
    """
    try:
        return np.asarray(given, np.float64)
    except (OverflowError, TypeError, ValueError):
        raise ValueError(f"{parameter} has to hold numbers, but holds {given!r}.") from None


def by_feature(estimator, parameter, default):
    """Return a parameter of not negative numbers as (n_features,) float64, of no length where it is None.

    Parameters
    ----------
    parameter : str
        Its value is an array-like of shape (n_features,), or a dict of some features' numbers.
    default : float
        For the features that a dict does not name.
    """
    given, n_features = getattr(estimator, parameter), estimator.n_features_in_
    if given is None:
        return np.zeros(0)
    if isinstance(given, Mapping):
        numbers = np.full(n_features, default)
        for key, number in given.items():
            number = as_numbers(number, parameter)
            if number.ndim:
                raise ValueError(f"{parameter} has to hold one number for the feature {key!r}, but holds {number}.")
            numbers[feature_number(estimator, key, parameter)] = number
    else:
        numbers = as_numbers(given, parameter)
    if numbers.shape != (n_features,):
        raise ValueError(f"{parameter} has shape {numbers.shape}, but X has {n_features} features: give each a number.")
    if not (np.all(np.isfinite(numbers)) and np.all(numbers >= 0.0)):
        raise ValueError(f"{parameter} has to hold finite numbers that are not negative.")
    return numbers


def feature_weights_of(estimator):
    """Return `feature_weights` as `by_feature` does.

    Raises
    ------
    ValueError
        No feature can be drawn, or none is ever drawn.
    """
    weights = by_feature(estimator, "feature_weights", 1.0)
    if len(weights) == 0:
        return weights
    if not weights.any():
        raise ValueError("feature_weights are all 0: no feature could be drawn.")
    if min(estimator.max_features, estimator.max_features_by_level, estimator.max_features_by_tree) == 1.0:
        raise ValueError(
            "feature_weights are for drawing features, and all are looked at: set max_features, max_features_by_level "
            "or max_features_by_tree below 1."
        )
    return weights


def own_thresholds(estimator, is_categorical):
    """Return `bin_thresholds` as a dict from the places of features to ascending float64 thresholds."""
    given, parameter = estimator.bin_thresholds, "bin_thresholds"
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        if len(given) != len(is_categorical):
            raise ValueError(f"bin_thresholds has {len(given)} items, but X has {len(is_categorical)} features.")
        given = {feature: borders for feature, borders in enumerate(given) if borders is not None}
    thresholds = {}
    for key, borders in given.items():
        feature, borders = feature_number(estimator, key, parameter), as_numbers(borders, parameter)
        if is_categorical[feature]:
            raise ValueError(f"bin_thresholds names the feature {key!r}, which is categorical and has no thresholds.")
        if borders.ndim != 1 or not np.all(np.isfinite(borders)) or np.any(np.diff(borders) <= 0.0):
            raise ValueError(f"bin_thresholds of the feature {key!r} have to be finite and ascending numbers.")
        thresholds[feature] = borders
    return thresholds


class ForcedSplits:
    """The parameter `forced_splits`: nested dicts of a feature, a threshold and, if wanted, `left` and `right`."""

    def __init__(self, estimator, is_categorical):
        self.cuts, self.is_categorical = [], is_categorical  # [feature, threshold, left, right]
        if estimator.forced_splits is not None:
            self._add(estimator, estimator.forced_splits)

    def _add(self, estimator, split):
        if not isinstance(split, Mapping) or not {"feature", "threshold"} <= set(split) <= _PARTS:
            raise ValueError(
                f"forced_splits has to be a dict with 'feature', 'threshold' and perhaps 'left' and 'right', but holds "
                f"{split!r}."
            )
        feature = feature_number(estimator, split["feature"], "forced_splits")
        if self.is_categorical[feature]:
            raise ValueError(f"forced_splits names the feature {split['feature']!r}, which is categorical.")
        threshold = as_numbers(split["threshold"], "forced_splits")
        if threshold.ndim or not np.isfinite(threshold):
            raise ValueError(f"forced_splits has the threshold {split['threshold']!r}, which is not a finite number.")
        number = len(self.cuts)
        self.cuts.append([feature, float(threshold), NOTHING, NOTHING])
        for side, child in ((2, split.get("left")), (3, split.get("right"))):
            if child is not None:
                self.cuts[number][side] = self._add(estimator, child)
        return number

    def thresholds(self):
        """Return the thresholds of each feature, a dict, so that bins have borders there."""
        wanted: dict[int, set[float]] = {}
        for feature, threshold, _, _ in self.cuts:
            wanted.setdefault(feature, set()).add(threshold)
        return wanted

    def table(self, bins):
        """Return the cuts as FORCED, with the numbers of bins for thresholds."""
        rows = [
            (feature, np.searchsorted(bins.thresholds[feature, : bins.n_bins[feature] - 1], threshold), left, right)
            for feature, threshold, left, right in self.cuts
        ]
        return np.array(rows, FORCED)


def signs_of_classes(estimator, n_features):
    """Return the monotonic constraints of each class's trees, (n_classes, n_features) int8.

    `monotonic_cst` is a dict from labels to the constraints of their probabilities.  The probability of a class grows
    with a feature where its own raw prediction does not fall and those of the others do not rise, so that a constraint
    of one class is the opposite one of all others; a class that is asked for both is never cut by the feature.

    Raises
    ------
    ValueError
        A label is unknown, or a sign is none.
    """
    labels = list(estimator.classes_)
    wanted = np.zeros((len(labels), n_features))
    for label, signs in estimator.monotonic_cst.items():
        if label not in labels:
            raise ValueError(f"monotonic_cst names the class {label!r}, which y lacks: it has {labels}.")
        row = wanted[labels.index(label)]
        if isinstance(signs, Mapping):
            for key, sign in signs.items():
                row[feature_number(estimator, key, "monotonic_cst")] = as_numbers(sign, "monotonic_cst")
        else:
            if np.shape(signs) != (n_features,):
                raise ValueError(
                    f"monotonic_cst has shape {np.shape(signs)} but the input data X has {n_features} features."
                )
            row[:] = as_numbers(signs, "monotonic_cst")
    if not np.all(np.isin(wanted, (-1, 0, 1))):
        raise ValueError("monotonic_cst must be None or an array-like of -1, 0 or 1 for each class.")
    rises, falls = wanted > 0, wanted < 0
    others_rise, others_fall = rises.sum(axis=0) - rises > 0, falls.sum(axis=0) - falls > 0
    up, down = rises | others_fall, falls | others_rise
    return np.where(up & down, FLAT, up.astype(np.int8) - down.astype(np.int8)).astype(np.int8)
