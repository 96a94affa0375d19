"""The contenders: a row of the table is a class behind the steps that it needs, all at equal parameters.

Add a `Contender` to `CONTENDERS` and it is warmed up, measured and drawn among those of its group.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import sklearn.ensemble
import sklearn.tree
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

import skensemble
from benchmarks.demo.flights import FEATURES, TEXT, clock_to_minutes
from benchmarks.peers import BOOTSTRAP_SHARE

OURS, REFERENCE, XGBOOST = LIBRARIES = ("skensemble", "scikit-learn", "XGBoost")
FOREST, EXTRA_TREES, TREE = GROUPS = ("Random forest", "Extra-trees", "One tree")


class Settings(NamedTuple):
    """Parameters that every contender gets, in scikit-learn's words."""

    n_jobs: int
    late_share: float
    n_estimators: int = 40
    max_depth: int | None = None
    min_samples_leaf: int = 50
    max_features: int = math.isqrt(len(FEATURES))
    random_state: int = 0

    def of_tree(self):
        """Parameters of one tree, which may look at every feature."""
        names = ("max_depth", "min_samples_leaf", "random_state")
        return {name: getattr(self, name) for name in names}

    def of_forest(self):
        """Parameters of a forest: those of its trees, how many, and how many features a node may look at."""
        names = ("n_estimators", "max_features", "n_jobs")
        return self.of_tree() | {name: getattr(self, name) for name in names}


class Contender(NamedTuple):
    """One row: its name and library, whom it is compared with, and a function that builds it."""

    name: str
    library: str
    group: str
    make: Callable[[Settings], Pipeline]


def native(model):
    """A pipeline for a model that takes strings and missing values as they are."""
    return Pipeline([("clock", FunctionTransformer(clock_to_minutes)), ("model", model)])


def encoded(model):
    """A pipeline for a model that takes numbers and NaN: strings become ordinals, unseen ones are missing."""
    ordinals = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    encoder = ColumnTransformer([("ordinals", ordinals, list(TEXT))], remainder="passthrough")
    clock = FunctionTransformer(clock_to_minutes)
    return Pipeline([("clock", clock), ("encoder", encoder), ("model", model)])


def _ours(group, estimator, parameters):
    return Contender(estimator.__name__, OURS, group, lambda settings: native(estimator(**parameters(settings))))


def _reference(group, estimator, parameters):
    return Contender(estimator.__name__, REFERENCE, group, lambda settings: encoded(estimator(**parameters(settings))))


def _xgboost_forest(settings):
    from xgboost import XGBRFClassifier

    share, n_features = settings.late_share, len(FEATURES)
    model = XGBRFClassifier(
        n_estimators=settings.n_estimators,
        max_depth=settings.max_depth or 0,
        # it bounds a leaf's sum of hessians, and before the first tree every row has share * (1 - share)
        min_child_weight=settings.min_samples_leaf * share * (1 - share),
        base_score=share,
        colsample_bynode=settings.max_features / n_features,
        subsample=BOOTSTRAP_SHARE,
        tree_method="hist",
        enable_categorical=True,
        feature_types=["c"] * len(TEXT) + ["q"] * (n_features - len(TEXT)),  # in the order of the encoder
        n_jobs=settings.n_jobs,
        random_state=settings.random_state,
    )
    return encoded(model)


CONTENDERS = (
    _ours(FOREST, skensemble.RandomForestClassifier, Settings.of_forest),
    _reference(FOREST, sklearn.ensemble.RandomForestClassifier, Settings.of_forest),
    Contender("XGBRFClassifier", XGBOOST, FOREST, _xgboost_forest),
    _ours(EXTRA_TREES, skensemble.ExtraTreesClassifier, Settings.of_forest),
    _reference(EXTRA_TREES, sklearn.ensemble.ExtraTreesClassifier, Settings.of_forest),
    _ours(TREE, skensemble.DecisionTreeClassifier, Settings.of_tree),
    _reference(TREE, sklearn.tree.DecisionTreeClassifier, Settings.of_tree),
)
