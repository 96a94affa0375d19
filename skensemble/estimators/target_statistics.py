"""Categories as numbers: ordered statistics of the targets of their rows.

What is decided here is which features are encoded so, and their values; the trees then split them by thresholds as any
other number.
"""

import numpy as np

# The weight of the prior. A large one draws the first rows of a category among the values of other categories.
SMOOTHING = 1.0
MOST_SPLIT_CATEGORIES = 255  # for categorical_encoding="auto": of fewer, subsets are mostly the better splits


class TargetStatistics:
    r"""The smoothed mean target of each category of some features.

    The value of a category is :math:`(\sum_i w_i y_i + a p) / (\sum_i w_i + a)` over its rows, with the mean target
    :math:`p` and :math:`a` = SMOOTHING. Were it the value of a training row, the row's own target would be part of it,
    and trees would trust it too much. A training row sees only the rows that are earlier in a random order.

    Parameters
    ----------
    features : (n_encoded,) int64
        Columns of X, whose values are numbers of categories, or NaN.
    smoothing : float, default=SMOOTHING
        :math:`a`, above 0.

    Attributes
    ----------
    prior : float
        :math:`p`, the weighted mean of the targets.
    values : list of (n_categories,) float64
        For each encoded feature the values of its categories: NaN for one without training rows.

    References
    ----------
    Prokhorenkova et al. 2018, "CatBoost: unbiased boosting with categorical features", equation 5 and section 3.2.
    """

    def __init__(self, features, smoothing=SMOOTHING):
        self.features, self.smoothing = features, smoothing

    def fit(self, X, target, sample_weight=None):
        """Learn the values of the categories.

        Parameters
        ----------
        X : (n_samples, n_features) float64
        target : (n_samples,) float64
        sample_weight : (n_samples,) float64, default=None

        Returns
        -------
        self : TargetStatistics
        """
        weight = _as_weights(sample_weight, target)
        self.prior = float(np.average(target, weights=weight))
        self.values = []
        for feature in self.features:
            known, numbers = _known(X[:, feature])
            weights = np.bincount(numbers, weight[known])
            values = np.full(len(weights), np.nan)
            seen = weights > 0.0
            sums = np.bincount(numbers, weight[known] * target[known])
            values[seen] = self._smoothed(sums[seen], weights[seen])
            self.values.append(values)
        return self

    def encode(self, X):
        """Replace the categories of new rows by their values.

        Parameters
        ----------
        X : (n_samples, n_features) float64

        Returns
        -------
        encoded : (n_samples, n_features) float64
            NaN where a category is missing or has no training rows. X itself where no feature is encoded.
        """
        if not len(self.features):
            return X
        encoded = X.copy(order="K")
        for feature, values in zip(self.features, self.values, strict=True):
            known, numbers = _known(X[:, feature])
            # One more for categories beyond those that were seen.
            encoded[known, feature] = np.append(values, np.nan)[np.minimum(numbers, len(values))]
        return encoded

    def encode_in_order(self, X, target, sample_weight=None, *, seed):
        """Replace the categories of the training rows by values of the rows that come earlier in a random order.

        Parameters
        ----------
        X : (n_samples, n_features) float64
        target : (n_samples,) float64
        sample_weight : (n_samples,) float64, default=None
        seed : int
            Of the order, which is the same for all features.

        Returns
        -------
        encoded : (n_samples, n_features) float64
            NaN where a category is missing. X itself where no feature is encoded.
        """
        if not len(self.features):
            return X
        encoded = X.copy(order="K")
        weight = _as_weights(sample_weight, target)
        order = row_order(len(X), seed)
        for feature in self.features:
            known, numbers = _known(X[order, feature])
            by_category = np.argsort(numbers, kind="stable")  # a category's rows stay in the order
            rows, numbers = order[known][by_category], numbers[by_category]
            sums = _sums_before(weight[rows] * target[rows], numbers)
            encoded[rows, feature] = self._smoothed(sums, _sums_before(weight[rows], numbers))
        return encoded

    def without_encoded(self, n_categories):
        """Return the numbers of categories, (n_features,) int64, of features as the trees see them."""
        n_categories = n_categories.copy()
        n_categories[self.features] = 0
        return n_categories

    def _smoothed(self, sums, weights):
        return (sums + self.smoothing * self.prior) / (weights + self.smoothing)


def encoded_features(encoding, n_categories, n_classes):
    """Return the features that target statistics encode, (n_encoded,) int64.

    Parameters
    ----------
    encoding : {"auto", "split", "ordered_target"}
    n_categories : (n_features,) int64
        0 for a feature that is not categorical.
    n_classes : int
        0 for regression.

    Raises
    ------
    ValueError
        The classes have no order that one number could stand for.
    """
    if n_classes > 2:
        if encoding == "ordered_target":
            raise ValueError(
                f'categorical_encoding="ordered_target" is for regression and two classes, but y has {n_classes} '
                'classes: use "auto" or "split".'
            )
        encoding = "split"
    least = {"split": np.inf, "ordered_target": 0, "auto": MOST_SPLIT_CATEGORIES}[encoding]
    return np.flatnonzero(n_categories > least)


def row_order(n_samples, seed):
    """Return the rows in the order in which they see each other, (n_samples,) int64."""
    return np.random.default_rng(seed).permutation(n_samples)


def _as_weights(sample_weight, target):
    return np.ones(len(target)) if sample_weight is None else sample_weight


def _known(codes):
    """Return where a category is not missing, (n_samples,) bool, and the numbers there, (n_known,) int64."""
    known = ~np.isnan(codes)
    return known, codes[known].astype(np.int64)


def _sums_before(values, numbers):
    """Return for each row the sum of the values of the rows before it that have its number.

    Parameters
    ----------
    values : (n_samples,) float64
    numbers : (n_samples,) int64
        Sorted.
    """
    before = np.zeros(len(values))
    np.cumsum(values[:-1], out=before[1:])
    return before - before[np.searchsorted(numbers, numbers)]
