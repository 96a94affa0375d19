"""Data sets of every kind that the core knows, made from a few numbers that Hypothesis chooses."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st


class Kind(NamedTuple):
    """A criterion and the outputs that it judges."""

    criterion: str
    n_classes: tuple = ()  # empty: regression
    n_outputs: int = 1

    def __str__(self):
        outputs = f"{self.n_classes} classes" if self.n_classes else f"{self.n_outputs} outputs"
        return f"{self.criterion}, {outputs}"


SINGLE_OUTPUT = [
    Kind("squared_error"),
    Kind("absolute_error"),
    Kind("poisson"),
    Kind("gini", (2,)),
    Kind("entropy", (2,)),
]
MANY_VALUES = [
    Kind("gini", (3,)),
    Kind("entropy", (4,)),
    Kind("squared_error", n_outputs=2),
    Kind("absolute_error", n_outputs=2),
    Kind("poisson", n_outputs=2),
    Kind("gini", (2, 2), 2),
    Kind("gini", (2, 3), 2),
    Kind("entropy", (3, 2), 2),
]
KINDS = SINGLE_OUTPUT + MANY_VALUES
FEW_KINDS = [Kind("squared_error"), Kind("gini", (3,))]  # where the criterion matters little, and compiling takes long


class Problem(NamedTuple):
    """The data of a tree."""

    X: np.ndarray  # (n_samples, n_features) float32
    targets: np.ndarray  # (n_samples, n_outputs) float64
    weights: np.ndarray | None  # (n_samples,) float64
    n_categories: np.ndarray  # (n_features,) int64; 0: numeric

    def of_positive_weight(self):
        """The data without the rows of weight 0; its weights are never None."""
        weights = np.ones(len(self.X)) if self.weights is None else self.weights
        kept = weights > 0
        return Problem(self.X[kept], self.targets[kept], weights[kept], self.n_categories)


class Recipe(NamedTuple):
    """How to make a data set; the first row has a positive weight and responses that are not 0."""

    seed: int
    n_samples: int
    n_features: int
    missing_share: float
    weighting: str  # "unit", "integer" or "real"
    is_categorical: tuple = ()  # for each of the first features

    def make(self, kind):
        """The data for a kind of outputs."""
        random = np.random.default_rng(self.seed)
        X = random.standard_normal((self.n_samples, self.n_features))
        decimals = random.choice([0, 1, 3], self.n_features)  # few distinct values, and many
        X = np.column_stack([np.round(x, d) for x, d in zip(X.T, decimals, strict=True)])
        n_categories = np.zeros(self.n_features, np.int64)
        for feature in np.flatnonzero(self.is_categorical[: self.n_features]):
            n_categories[feature] = random.choice([1, 3, 4, 5, 9, 70])
            X[:, feature] = random.integers(0, n_categories[feature], self.n_samples)
        X[random.random(X.shape) < self.missing_share] = np.nan
        targets = self._targets(random, kind)
        weights = self._weights(random)
        return Problem(X.astype(np.float32), targets, weights, n_categories)

    def _targets(self, random, kind):
        shape = (self.n_samples, kind.n_outputs)
        if kind.n_classes:
            return random.integers(0, kind.n_classes, shape).astype(np.float64)
        if kind.criterion == "poisson":
            targets = random.poisson(1.5, shape) * _multiples(random, 0.5, 1.5, shape)
            targets[0] = 1.25
            return targets
        return random.standard_normal(shape)

    def _weights(self, random):
        if self.weighting == "unit":
            return None
        if self.weighting == "integer":
            weights = random.integers(0, 4, self.n_samples).astype(np.float64)
        else:
            weights = _multiples(random, 0.5, 2.0, self.n_samples)
            weights[random.random(self.n_samples) < 0.1] = 0.0
        weights[0] = 1.0
        return weights


def _multiples(random, low, high, shape):
    """Multiples of 1 / 1024, whose sums are exact: what rounds is a response other than 0 to scikit-learn."""
    return random.integers(1024 * low, 1024 * high, shape) / 1024


def recipes(*, n_samples=(2, 40), missing=True, weightings=("unit", "integer", "real"), categorical=False):
    """Recipes for data sets."""
    return st.builds(
        Recipe,
        seed=st.integers(0, 2**32 - 1),
        n_samples=st.integers(*n_samples),
        n_features=st.integers(1, 5),
        missing_share=st.sampled_from([0.0, 0.1, 0.4] if missing else [0.0]),
        weighting=st.sampled_from(weightings),
        is_categorical=st.tuples(*[st.booleans()] * 5) if categorical else st.just(()),
    )
