"""Every way to cut a node, one after the other, each judged by looking at both children anew."""

from typing import NamedTuple

import numpy as np

from tests.reference.naive_random import MISSING_SIDE, THRESHOLD, circle_of_features, draw, shuffled_features, unit

N_ITERATIONS = 20  # of the power method
FEW_CATEGORIES = 4  # up to which no category of a feature is rare
PRIOR_FREEDOM = 2.0  # weight of the node's variance in that within the categories
N_DEVIATIONS = 3.0  # by which the variance between categories must exceed chance
MOST_SMOOTHING = 1e6
TIE = 1e-10  # of the node's loss: gains that differ by less are equal


class Candidate(NamedTuple):
    """A way to cut a node."""

    feature: int
    threshold: float  # NaN: between categories
    missing_left: bool
    categories: frozenset | None  # that go left; the number after the last stands for missing values
    is_left: np.ndarray  # (n_samples of the node,) bool
    gain: float
    middle: float  # between the children's values


class Node(NamedTuple):
    """A node as a splitter sees it: the rows of all arrays are its samples."""

    X: np.ndarray  # (n, n_features) float32
    targets: np.ndarray  # (n, n_outputs)
    weights: np.ndarray  # (n,)
    key: int  # of its draws
    features: frozenset  # that interaction constraints leave
    lower: float  # bounds of its value
    upper: float


class NaiveSplitter:
    """Finds the best split of a node.

    Parameters
    ----------
    criterion : NaiveCriterion
    n_categories : sequence of int
        Categories of each feature; 0: numeric.
    monotonic : sequence of int or None
        1, -1 or 0 for each feature.
    min_samples_leaf : int
    min_weight : float
        The least weight of a leaf.
    max_features : int
    random_splits : bool
    """

    def __init__(self, criterion, n_categories, monotonic, min_samples_leaf, min_weight, max_features, random_splits):
        self.criterion = criterion
        self.n_categories = n_categories
        self.monotonic = monotonic
        self.min_samples_leaf = min_samples_leaf
        self.min_weight = min_weight
        self.max_features = max_features
        self.random_splits = random_splits

    def best(self, node, pools_rare=True):
        """The first of the best candidates, or None; features before sides of missing values, these before cuts."""
        candidates = [
            candidate for feature in self.looked_at(node) for candidate in self.candidates(node, feature, pools_rare)
        ]
        if not candidates:
            return None
        tie = TIE * self.criterion.loss(node.targets, node.weights)
        greatest = max(candidate.gain for candidate in candidates)
        return next(candidate for candidate in candidates if candidate.gain >= greatest - tie)

    def looked_at(self, node):
        """The features of a node: `max_features` draws, and more until one is not constant."""
        n_features = node.X.shape[1]
        looked_at, has_variable = [], False
        if self.max_features > n_features and not self.random_splits:
            return [feature for feature in range(n_features) if feature in node.features]
        order = circle_of_features if self.max_features >= n_features else shuffled_features
        for feature in order(node.key, n_features):
            if len(looked_at) >= self.max_features and has_variable:
                break
            if feature in node.features:
                looked_at.append(feature)
                has_variable |= len(np.unique(node.X[:, feature])) > 1  # all missing values are one value
        return looked_at

    def candidates(self, node, feature, pools_rare=True):
        """Yield the permitted cuts of a feature."""
        if self.n_categories[feature]:
            cuts = self.cut_categories(node, feature, pools_rare)
        else:
            cuts = self.cut_values(node, feature)
        for threshold, missing_left, categories, is_left in cuts:
            if not self.is_large_enough(node, is_left):
                continue
            gain = self.criterion.gain(node.targets, node.weights, is_left)
            middle = self.middle(node, feature, is_left)
            if gain > -np.inf and middle is not None:
                yield Candidate(feature, threshold, missing_left, categories, is_left, gain, middle)

    def is_large_enough(self, node, is_left):
        """Whether both children have the samples and the weight that a leaf needs."""
        sides = (is_left, ~is_left)
        return (
            min(side.sum() for side in sides) >= self.min_samples_leaf
            and min(node.weights[side].sum() for side in sides) >= self.min_weight
        )

    def middle(self, node, feature, is_left):
        """The middle between the children's values, None where it would break a monotonic constraint."""
        if self.monotonic is None:
            return 0.0
        left, right = (
            self.criterion.single_value(node.targets[side], node.weights[side]) for side in (is_left, ~is_left)
        )
        is_permitted = (
            node.lower <= min(left, right)
            and max(left, right) <= node.upper
            and (right - left) * self.monotonic[feature] >= 0
        )
        return (left + right) / 2 if is_permitted else None

    def cut_values(self, node, feature):
        """Yield (threshold, missing_left, None, is_left) for each cut of a numeric feature."""
        values = node.X[:, feature].astype(float)
        is_missing = np.isnan(values)
        distinct = np.unique(values[~is_missing])
        if len(distinct) == 0:
            return
        if self.random_splits:
            low, high = distinct[0], distinct[-1]
            threshold = low + unit(draw(node.key, THRESHOLD, feature)) * (high - low)
            thresholds = [threshold if threshold < high else low]
        else:
            thresholds = list((distinct[:-1] + distinct[1:]) / 2)
        if not is_missing.any():
            for threshold in thresholds:
                is_left = values <= threshold
                yield threshold, is_left.sum() > (~is_left).sum(), None, is_left
            return
        missing_alone = [] if self.random_splits else [np.inf]
        sides = (False, True)
        if self.random_splits:
            sides = (draw(node.key, MISSING_SIDE, feature) & 1 == 0,)
        for missing_left in sides:
            for threshold in thresholds + missing_alone * (not missing_left):
                yield threshold, missing_left, None, (values <= threshold) | (is_missing & missing_left)

    def cut_categories(self, node, feature, pools_rare):
        """Yield (NaN, missing_left, categories, is_left) for each cut in the order of the categories' means."""
        n_categories = self.n_categories[feature]
        codes = np.where(np.isnan(node.X[:, feature]), n_categories, node.X[:, feature]).astype(int)
        smoothing = self.smoothing(node, codes)
        pools, rare = self.pool(codes, n_categories, smoothing if pools_rare else 0.0)
        weight_of_row = node.weights.mean()
        scores = self.scores(
            node, [np.isin(codes, list(pool)) for pool in pools], min(smoothing, MOST_SMOOTHING) * weight_of_row
        )
        order = np.argsort(scores, kind="stable")
        n_left = range(1, len(pools))
        if self.random_splits and len(pools) > 1:
            low, high = scores.min(), scores.max()
            threshold = low + unit(draw(node.key, THRESHOLD, feature)) * (high - low)
            n_left = [min(max(np.count_nonzero(scores <= threshold), 1), len(pools) - 1)]
        absent = frozenset(range(n_categories + 1)) - frozenset(codes.tolist())
        for n in n_left:
            left = frozenset().union(*(pools[i] for i in order[:n]))
            is_left = np.isin(codes, list(left))
            if rare <= left if rare else is_left.sum() > (~is_left).sum():
                left |= absent
            yield np.nan, n_categories in left, left, is_left

    def smoothing(self, node, codes):
        """The variance within the categories over that between their means, by moments of an analysis of variance."""
        summands = self.criterion.summands(node.targets)
        center = np.average(summands, axis=0, weights=node.weights)
        n, categories = len(codes), np.unique(codes)
        n_freedom = n - len(categories) + PRIOR_FREEDOM
        if n == len(categories):
            return np.inf
        spread, between, squares = self.criterion.spread(node.targets, node.weights), 0.0, 0.0
        for category in categories:
            is_in = codes == category
            total = node.weights[is_in] @ (summands[is_in] - center)
            between += total @ total / node.weights[is_in].sum()
            squares += is_in.sum() ** 2
        within = (max(spread - between, 0.0) + PRIOR_FREEDOM * spread / n) / n_freedom
        n_others = len(categories) - 1
        chance = n_others * within * (1 + N_DEVIATIONS * np.sqrt(2 / max(n_others, 1) + 2 / n_freedom))
        excess = (between - chance) / max(n - squares / n, 1e-300)
        return within / excess if excess > 0.0 else np.inf

    def pool(self, codes, n_categories, least):
        """The categories of a node as sets, of which the rare ones are one; and the rare ones, or an empty set."""
        present, counts = np.unique(codes, return_counts=True)
        is_rare = counts < least if n_categories > FEW_CATEGORIES else counts < 1
        rare = frozenset(present[is_rare].tolist())
        pools = [frozenset([code]) for code in present[~is_rare].tolist()]
        return sorted(pools + [rare] * bool(rare), key=min), rare

    def scores(self, node, pools, smoothing):
        """What categories are ordered by: their smoothed means, along the principal component of several sums.

        Parameters
        ----------
        node : Node
        pools : list of (n,) bool
            The samples of each.
        smoothing : float
            Weight of the node's mean in the mean of each.
        """
        summands = self.criterion.summands(node.targets)
        center = np.average(summands, axis=0, weights=node.weights)
        weights = np.array([node.weights[pool].sum() for pool in pools])
        sums = np.array([node.weights[pool] @ (summands[pool] - center) for pool in pools])
        deviations = sums / (weights + smoothing)[:, np.newaxis]
        if deviations.shape[1] == 1:
            return deviations[:, 0]
        covariance = (deviations.T * weights) @ deviations
        distances = np.sum(deviations**2, axis=1)
        direction = deviations[np.argmax(distances >= distances.max() * (1 - 1e-9))]  # gives the sign
        for _ in range(N_ITERATIONS):
            direction = covariance @ direction
            direction = direction / max(np.abs(direction).max(), 1e-300)
        return deviations @ direction
