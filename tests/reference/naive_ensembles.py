"""Boosting as the papers write it down, with loops, on trees of the naive twin."""

from typing import NamedTuple

import numpy as np

from tests.reference.naive_tree import NaiveTree

CLEARLY = 1e-9  # by which the best cut of a node has to be better than any that cuts the samples elsewhere


class Rounds(NamedTuple):
    """What the rounds come to."""

    raw: np.ndarray  # (n_rounds, n_samples, n_outputs): the sums so far
    alphas: list  # of the learners
    errors: list
    weights: list  # of the samples, before each round
    is_clear: bool  # whether at each node of each tree one cut is clearly better than all others


def leaves_of(tree, n_samples):
    """Return the leaf of each sample, (n_samples,) int."""
    leaves = np.zeros(n_samples, int)
    for number, node in enumerate(tree.nodes):
        if node.split is None:
            leaves[node.rows] = number
    return leaves


def is_clear(tree):
    """Whether at each node one cut of the samples is clearly better than all others."""
    for node in tree.nodes:
        if node.split is None:
            continue
        gains = {}  # of the cuts that leave the same samples together
        for feature in range(tree.X.shape[1]):
            values = tree.X[node.rows, feature]
            for value in np.unique(values)[:-1]:
                is_left = values <= value
                side = is_left if is_left[0] else ~is_left
                gains[side.tobytes()] = tree.criterion.gain(tree.targets[node.rows], tree.weights[node.rows], is_left)
        *_, second, best = sorted([-np.inf, *gains.values()])
        if second >= best - CLEARLY:
            return False
    return True


def samme(X, labels, n_classes, n_rounds, *, max_depth=1, learning_rate=1.0, weight=None):
    """Zhu et al. 2009, algorithm 2."""
    n = len(X)
    weight = np.full(n, 1.0 / n) if weight is None else weight / weight.sum()
    total, raw, alphas, errors, weights, clear = np.zeros((n, n_classes)), [], [], [], [], True
    for _ in range(n_rounds):
        weights.append(weight)
        tree = NaiveTree(X, labels[:, np.newaxis], "gini", n_classes=(n_classes,), weights=weight, max_depth=max_depth)
        clear &= is_clear(tree)
        answers = [int(np.argmax(tree.nodes[leaf].value[0])) for leaf in leaves_of(tree, n)]
        error = sum(w for w, answer, label in zip(weight, answers, labels, strict=True) if answer != label)
        alpha = learning_rate * (np.log((1 - error) / error) + np.log(n_classes - 1))
        weight = np.array(
            [
                w * np.exp(alpha) if answer != label else w
                for w, answer, label in zip(weight, answers, labels, strict=True)
            ]
        )
        weight = weight / weight.sum()
        for i, answer in enumerate(answers):
            for label in range(n_classes):
                total[i, label] += alpha if label == answer else -alpha / (n_classes - 1)
        raw.append(total.copy())
        alphas.append(alpha)
        errors.append(error)
    return Rounds(np.array(raw), alphas, errors, weights, clear)


def lower_quantile(values, weights, share):
    """The least value up to which there is a share of the weight."""
    order = np.argsort(values)
    reached = 0.0
    for i in order:
        reached += weights[i]
        if reached >= share * weights.sum() - 1e-12:
            return values[i]
    return values[order[-1]]


class Loss:
    """A loss of Friedman 2001: residuals, and the value of a leaf."""

    def __init__(self, name, share=0.9):
        self.name, self.share, self.delta = name, share, None

    def start(self, y, weights):
        """The best constant."""
        if self.name == "squared_error":
            return np.average(y, weights=weights)
        if self.name in ("absolute_error", "huber"):
            return lower_quantile(y, weights, 0.5)
        if self.name == "quantile":
            return lower_quantile(y, weights, self.share)
        odds = np.log(np.average(y, weights=weights) / (1 - np.average(y, weights=weights)))
        return odds if self.name == "log_loss" else odds / 2

    def residual(self, y, raw, weights):
        """The negative gradients."""
        distance = y - raw
        if self.name == "squared_error":
            return distance
        if self.name == "absolute_error":
            return np.sign(distance)
        if self.name == "quantile":
            return np.where(distance > 0, self.share, np.where(distance < 0, self.share - 1, 0.0))
        if self.name == "huber":
            self.delta = lower_quantile(np.abs(distance), weights, self.share)
            return np.clip(distance, -self.delta, self.delta)
        if self.name == "exponential":
            sign = 2 * y - 1
            return sign * np.exp(-sign * raw)
        return y - 1 / (1 + np.exp(-raw))

    def value(self, y, raw, residual, weights):
        """The best value of a leaf, for its samples."""
        distance = y - raw
        if self.name == "squared_error":
            return np.average(residual, weights=weights)
        if self.name == "absolute_error":
            return lower_quantile(distance, weights, 0.5)
        if self.name == "quantile":
            return lower_quantile(distance, weights, self.share)
        if self.name == "huber":
            median = lower_quantile(distance, weights, 0.5)
            rest = distance - median
            return median + np.average(np.sign(rest) * np.minimum(np.abs(rest), self.delta), weights=weights)
        if self.name == "exponential":
            return (weights * residual).sum() / (weights * np.abs(residual)).sum()
        return (weights * residual).sum() / (weights * np.abs(residual) * (1 - np.abs(residual))).sum()


def gradient_boosting(X, y, name, n_rounds, *, max_depth=3, learning_rate=0.1, weight=None):
    """Friedman 2001, algorithm 1, for one output."""
    weights = np.ones(len(X)) if weight is None else weight
    loss = Loss(name)
    raw, rounds, clear = np.full(len(X), loss.start(y, weights)), [], True
    for _ in range(n_rounds):
        residual = loss.residual(y, raw, weights)
        tree = NaiveTree(X, residual[:, np.newaxis], "squared_error", weights=weights, max_depth=max_depth)
        clear &= is_clear(tree)
        leaves = leaves_of(tree, len(X))
        moved = raw.copy()
        for leaf in np.unique(leaves):
            rows = leaves == leaf
            moved[rows] += learning_rate * loss.value(y[rows], raw[rows], residual[rows], weights[rows])
        raw = moved
        rounds.append(raw[:, np.newaxis])
    return Rounds(np.array(rounds), [], [], [], clear)


def multinomial_boosting(X, labels, n_classes, n_rounds, *, max_depth=3, learning_rate=0.1, weight=None):
    """Friedman 2001, algorithm 6."""
    weights = np.ones(len(X)) if weight is None else weight
    y = np.eye(n_classes)[labels]
    start = np.log(np.average(y, axis=0, weights=weights))
    raw, rounds, clear = np.tile(start - start.mean(), (len(X), 1)), [], True
    for _ in range(n_rounds):
        shares = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
        moved = raw.copy()
        for k in range(n_classes):
            residual = y[:, k] - shares[:, k]
            tree = NaiveTree(X, residual[:, np.newaxis], "squared_error", weights=weights, max_depth=max_depth)
            clear &= is_clear(tree)
            leaves = leaves_of(tree, len(X))
            for leaf in np.unique(leaves):
                rows, size = leaves == leaf, np.abs(residual)
                step = (weights * residual)[rows].sum() / (weights * size * (1 - size))[rows].sum()
                moved[rows, k] += learning_rate * (n_classes - 1) / n_classes * step
        raw = moved
        rounds.append(raw)
    return Rounds(np.array(rounds), [], [], [], clear)
