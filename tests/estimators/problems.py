"""Small problems for every supervised estimator, and what is the same of two models."""

import numpy as np
from numpy.testing import assert_array_equal
from sklearn.base import is_classifier

import skensemble
from skensemble import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

TREES = [DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor]
FORESTS = [RandomForestClassifier, RandomForestRegressor, ExtraTreesClassifier, ExtraTreesRegressor]


def small(cls, **parameters):
    """Return an estimator with a seed, and few trees."""
    if cls in FORESTS:
        parameters = {"n_estimators": 4, **parameters}
    return cls(random_state=0, **parameters)


def small_of_all(name):
    """Return an estimator of any public class, with few members."""
    cls = getattr(skensemble, name)
    if "estimators" in cls._parameter_constraints:
        kind = "Classifier" if is_classifier(cls([])) else "Regressor"
        trees = [getattr(skensemble, f"DecisionTree{kind}")(max_depth=depth, random_state=0) for depth in (3, 6)]
        return cls([("shallow", trees[0]), ("deep", trees[1])])
    return cls(n_estimators=5) if "n_estimators" in cls._parameter_constraints else cls()


def problem(cls, n_samples=120, seed=0):
    """Return columns of float32 with missing values, ties and zeros, and three classes or a response without ties."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, 5)).round(1).astype(np.float32)
    X[rng.random(X.shape) < 0.1] = np.nan
    signal = np.nan_to_num(X[:, 0]) - np.nan_to_num(X[:, 1]) ** 2 + rng.normal(size=n_samples) / 4
    return X, np.digitize(signal, [-1.0, 0.5]) if is_classifier(cls()) else signal


def answer(estimator, X):
    """Return probabilities or numbers."""
    return estimator.predict_proba(X) if is_classifier(estimator) else estimator.predict(X)


def assert_same_nodes(estimator, other):
    """Every bit of every node is the same; the bytes between the fields mean nothing."""
    nodes, others = estimator._trees.nodes, other._trees.nodes
    for name in nodes.dtype.names:
        assert nodes[name].tobytes() == others[name].tobytes(), name
    assert estimator._trees.values.tobytes() == other._trees.values.tobytes()
    assert_array_equal(estimator._trees.categories, other._trees.categories)
    assert_array_equal(estimator._trees.node_starts, other._trees.node_starts)


def assert_same_splits(tree, other):
    """Trees are the same but for the numbers of rows, which repetitions change and weights do not."""
    for name in ("feature", "threshold", "children_left", "children_right", "value", "missing_go_to_left"):
        assert_array_equal(getattr(tree.tree_, name), getattr(other.tree_, name), name)
