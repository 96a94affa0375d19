"""What a node and its parts are worth, straight from the definitions: nothing is updated, all is computed anew.

Responses and classes come as targets (n_samples, n_outputs) float64 with weights (n_samples,) float64.
"""

import numpy as np
from scipy.special import xlogy


def class_shares(classes, weights, n_classes):
    """The share of each class in the weight, (n_classes,)."""
    return np.bincount(classes.astype(int), weights, minlength=n_classes) / weights.sum()


def weighted_median(y, weights):
    """The least value up to which half of the weight lies; the middle to the next one where it is just half."""
    order = np.argsort(y, kind="stable")
    share_up_to = np.cumsum(weights[order]) / weights.sum()
    at = np.flatnonzero(share_up_to >= 0.5 - 1e-13)[0]
    if share_up_to[at] <= 0.5 + 1e-13:
        return (y[order[at]] + y[order[at + 1]]) / 2
    return y[order[at]]


def gini(y, weights, n_classes):
    return 1.0 - np.sum(class_shares(y, weights, n_classes) ** 2)


def entropy(y, weights, n_classes):
    shares = class_shares(y, weights, n_classes)
    return -np.sum(xlogy(shares, shares)) / np.log(2)


def squared_error(y, weights, n_classes):
    return np.average((y - np.average(y, weights=weights)) ** 2, weights=weights)


def absolute_error(y, weights, n_classes):
    return np.average(np.abs(y - weighted_median(y, weights)), weights=weights)


def poisson(y, weights, n_classes):
    """Half the deviance y log(y / mean) - (y - mean), of which the second part averages to 0."""
    mean = np.average(y, weights=weights)
    return np.average(xlogy(y, y) - xlogy(y, mean), weights=weights)


IMPURITIES = {
    "gini": gini,
    "entropy": entropy,
    "squared_error": squared_error,
    "absolute_error": absolute_error,
    "poisson": poisson,
}


class NaiveCriterion:
    """A criterion for several outputs.

    Parameters
    ----------
    name : str
        A key of IMPURITIES.
    n_classes : tuple of int
        Classes of each output; empty for regression.
    """

    def __init__(self, name, n_classes=()):
        self.name = name
        self.n_classes = n_classes

    def impurity(self, targets, weights):
        """The mean of the outputs' impurities."""
        classes = self.n_classes or [0] * targets.shape[1]
        impurity = IMPURITIES[self.name]
        return np.mean([impurity(y, weights, n) for y, n in zip(targets.T, classes, strict=True)])

    def loss(self, targets, weights):
        """The impurity times the weight."""
        return weights.sum() * self.impurity(targets, weights)

    def gain(self, targets, weights, is_left):
        """The weighted decrease of impurity; -inf where a Poisson mean would be 0."""
        parts = [(targets[side], weights[side]) for side in (is_left, ~is_left)]
        if self.name == "poisson" and any(np.any(y.sum(axis=0) == 0.0) for y, _ in parts):
            return -np.inf
        return self.loss(targets, weights) - sum(self.loss(*part) for part in parts)

    def value(self, targets, weights):
        """The prediction, (n_outputs, most classes), or (n_outputs, 1) for regression."""
        if self.n_classes:
            value = np.zeros((targets.shape[1], max(self.n_classes)))
            for output, n in enumerate(self.n_classes):
                value[output, :n] = class_shares(targets[:, output], weights, n)
            return value
        if self.name == "absolute_error":
            return np.array([[weighted_median(y, weights)] for y in targets.T])
        return np.average(targets, axis=0, weights=weights)[:, np.newaxis]

    def single_value(self, targets, weights):
        """What monotonic constraints are about: the prediction of one output, or the share of the second class."""
        return self.value(targets, weights)[0, -1]

    def summands(self, targets):
        """What the means of categories are taken of, (n_samples, n_sums): responses, or indicators of classes."""
        if not self.n_classes:
            return targets
        if self.name == "gini" and max(self.n_classes) <= 2:
            return targets  # one indicator says it all
        columns = [targets[:, output] == k for output, n in enumerate(self.n_classes) for k in range(n)]
        return np.column_stack(columns).astype(float)

    def spread(self, targets, weights):
        """The weighted sum of squares of the summands about their mean, for some criteria by way of a distribution."""
        if self.name == "poisson":  # the variance of a count is its mean
            return float(np.sum(weights @ targets))
        if self.name == "absolute_error":  # the deviation of a normal distribution from its mean one
            deviation = 1.2533 * self.impurity(targets, weights)
            return deviation**2 * weights.sum() * targets.shape[1]
        summands = self.summands(targets)
        return float(np.sum(weights @ (summands - np.average(summands, axis=0, weights=weights)) ** 2))
