"""Categories as numbers: ordered statistics of the targets of their rows.

What is decided here is which features are encoded so, and their values; the trees then split them by thresholds as any
other number.
"""

import numpy as np

# The weight of the prior. A large one draws the first rows of a category among the values of other categories.
SMOOTHING = 1.0
MOST_SPLIT_CATEGORIES = 255  # for categorical_encoding="auto": of fewer, subsets are mostly the better splits


class TargetStatistics:
    r"""The smoothed mean target of each category of some features; of several classes the share of each class.

    The value of a category is :math:`(\sum_i w_i y_i + a p) / (\sum_i w_i + a)` over its rows, with the mean target
    :math:`p` and :math:`a` = SMOOTHING. Were it the value of a training row, the row's own target would be part of it,
    and trees would trust it too much. A training row sees only the rows that are earlier in a random order.

    Of more than two classes each has a value of its own, with 1 for a row of the class as :math:`y_i` and 0 for others.
    The value of the first class takes the place of the category; columns for the others follow behind all features.

    Parameters
    ----------
    features : (n_encoded,) int64
        Columns of X, whose values are numbers of categories, or NaN.
    n_classes : int, default=0
        0 for regression.
    smoothing : float, default=SMOOTHING
        :math:`a`, above 0.

    Attributes
    ----------
    prior : (n_values,) float64
        :math:`p`, the weighted mean of the targets, or the share of each class; 0 where no feature is encoded.
    values : list of (n_categories, n_values) float64
        For each encoded feature the values of its categories: NaN for one without training rows.

    References
    ----------
    Prokhorenkova et al. 2018, "CatBoost: unbiased boosting with categorical features", equation 5 and section 3.2.
    """

    def __init__(self, features, n_classes=0, smoothing=SMOOTHING):
        self.features, self.smoothing = features, smoothing
        self.n_values = n_classes if n_classes > 2 else 1

    def fit(self, X, target, sample_weight=None):
        """Learn the values of the categories.

        Parameters
        ----------
        X : (n_samples, n_features) float64 or float32
        target : (n_samples,) float64
            Responses, or numbers of classes.
        sample_weight : (n_samples,) float64, default=None

        Returns
        -------
        self : TargetStatistics
        """
        self.prior, self.values = np.zeros(self.n_values), []
        if not len(self.features):
            return self
        targets, weight = self._targets(target), _as_weights(sample_weight, target)
        self.prior = np.average(targets, weights=weight, axis=0)
        for feature in self.features:
            known, numbers = _known(X[:, feature])
            weights = np.bincount(numbers, weight[known])
            values = np.full((len(weights), self.n_values), np.nan)
            seen = weights > 0.0
            for k in range(self.n_values):
                sums = np.bincount(numbers, weight[known] * targets[known, k])
                values[seen, k] = self._smoothed(sums[seen], weights[seen], k)
            self.values.append(values)
        return self

    def encode(self, X):
        """Replace the categories of new rows by their values.

        Parameters
        ----------
        X : (n_samples, n_features) float64 or float32

        Returns
        -------
        encoded : (n_samples, n_columns) float64
            NaN where a category is missing or has no training rows. X itself where no feature is encoded.
        """
        if not len(self.features):
            return X
        encoded = self._with_columns(X)
        for number, values in enumerate(self.values):
            known, numbers = _known(X[:, self.features[number]])
            # One more for categories beyond those that were seen.
            values = np.append(values, np.full((1, self.n_values), np.nan), axis=0)[np.minimum(numbers, len(values))]
            for k, column in enumerate(self._columns_of(number, X.shape[1])):
                encoded[known, column] = values[:, k]
        return encoded

    def encode_in_order(self, X, target, sample_weight=None, *, seed):
        """Replace the categories of the training rows by values of the rows that come earlier in a random order.

        Parameters
        ----------
        X : (n_samples, n_features) float64 or float32
        target : (n_samples,) float64
        sample_weight : (n_samples,) float64, default=None
        seed : int
            Of the order, which is the same for all features.

        Returns
        -------
        encoded : (n_samples, n_columns) float64
            NaN where a category is missing. X itself where no feature is encoded.
        """
        if not len(self.features):
            return X
        encoded = self._with_columns(X)
        targets, weight = self._targets(target), _as_weights(sample_weight, target)
        order = row_order(len(X), seed)
        for number, feature in enumerate(self.features):
            known, numbers = _known(X[order, feature])
            by_category = np.argsort(numbers, kind="stable")  # a category's rows stay in the order
            rows, numbers = order[known][by_category], numbers[by_category]
            weights = _sums_before(weight[rows], numbers)
            for k, column in enumerate(self._columns_of(number, X.shape[1])):
                sums = _sums_before(weight[rows] * targets[rows, k], numbers)
                encoded[rows, column] = self._smoothed(sums, weights, k)
        return encoded

    def sources(self, n_features):
        """Return the feature that each column comes from, (n_columns,) int64."""
        return np.concatenate([np.arange(n_features), np.repeat(self.features, self.n_values - 1)]).astype(np.int64)

    def class_numbers(self, n_features):
        """Return the class whose shares a column holds, (n_columns,) int64; -1: it does not hold shares."""
        numbers = np.full(len(self.sources(n_features)), -1)
        if self.n_values > 1:
            for number in range(len(self.features)):
                numbers[self._columns_of(number, n_features)] = np.arange(self.n_values)
        return numbers

    def as_trees_see(self, n_categories):
        """Return the numbers of categories of the columns, (n_columns,) int64, from those of the features."""
        sources = self.sources(len(n_categories))
        return np.where(np.isin(sources, self.features), 0, n_categories[sources])

    def _targets(self, target):
        """Return what is averaged, (n_samples, n_values) float64."""
        return (
            target[:, np.newaxis] if self.n_values == 1 else (target[:, np.newaxis] == np.arange(self.n_values)) + 0.0
        )

    def _columns_of(self, number, n_features):
        """Return the columns of the n-th encoded feature, (n_values,) int64."""
        first = n_features + number * (self.n_values - 1)
        return np.append(self.features[number], np.arange(first, first + self.n_values - 1))

    def _with_columns(self, X):
        """Return a copy of X with a column, of NaN, for each value that has no place yet."""
        n_more = len(self.features) * (self.n_values - 1)
        if n_more == 0:
            return X.astype(np.float64, order="K")
        return np.column_stack([X, np.full((len(X), n_more), np.nan)])

    def _smoothed(self, sums, weights, k):
        return (sums + self.smoothing * self.prior[k]) / (weights + self.smoothing)


def encoded_features(encoding, n_categories):
    """Return the features that target statistics encode, (n_encoded,) int64.

    Parameters
    ----------
    encoding : {"auto", "split", "ordered_target"}
    n_categories : (n_features,) int64
        0 for a feature that is not categorical.
    """
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
