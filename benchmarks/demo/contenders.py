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

OURS, REFERENCE, XGBOOST, LIGHTGBM = LIBRARIES = ("skensemble", "scikit-learn", "XGBoost", "LightGBM")
FOREST, EXTRA_TREES, TREE, BOOSTING = GROUPS = ("Random forest", "Extra-trees", "One tree", "Boosting")
TOO_MANY = ("tailnum",)  # has more categories than scikit-learn's booster takes: it gets their ordinals as numbers


class Settings(NamedTuple):
    """Parameters that every contender gets, in scikit-learn's words."""

    n_jobs: int
    late_share: float
    n_estimators: int = 40
    max_depth: int | None = None
    min_samples_leaf: int = 50
    max_features: int = math.isqrt(len(FEATURES))
    random_state: int = 0
    max_iter: int = 100
    learning_rate: float = 0.1
    max_leaf_nodes: int = 31
    l2_regularization: float = 1.0
    max_bins: int = 255

    @property
    def min_child_weight(self):
        """The sum of hessians that the least leaf has before the first tree: XGBoost has no least number of rows."""
        return self.min_samples_leaf * self.late_share * (1 - self.late_share)

    def of_tree(self):
        """Parameters of one tree, which may look at every feature."""
        names = ("max_depth", "min_samples_leaf", "random_state")
        return {name: getattr(self, name) for name in names}

    def of_forest(self):
        """Parameters of a forest: those of its trees, how many, and how many features a node may look at."""
        names = ("n_estimators", "max_features", "n_jobs")
        return self.of_tree() | {name: getattr(self, name) for name in names}

    def of_booster(self):
        """Parameters of a booster, which grows all of its trees."""
        names = ("max_iter", "learning_rate", "max_leaf_nodes", "l2_regularization", "max_bins")
        return self.of_tree() | {name: getattr(self, name) for name in names} | {"early_stopping": False}


class Contender(NamedTuple):
    """One row: its name and library, whom it is compared with, and a function that builds it."""

    name: str
    library: str
    group: str
    make: Callable[[Settings], Pipeline]


def native(model):
    """A pipeline for a model that takes strings and missing values as they are."""
    return Pipeline([("clock", FunctionTransformer(clock_to_minutes)), ("model", model)])


def encoded(model, *, as_frame=False):
    """A pipeline for a model that takes numbers and NaN: strings become ordinals, unseen ones are missing.

    As a frame, which says by its dtypes which columns are categories, or as an array.
    """
    ordinals = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    encoder = ColumnTransformer([("ordinals", ordinals, list(TEXT))], remainder="passthrough")
    clock = FunctionTransformer(clock_to_minutes)
    steps = [("clock", clock), ("encoder", encoder)]
    if as_frame:
        encoder.set_output(transform="pandas")
        steps.append(("categories", FunctionTransformer(with_categories)))
    return Pipeline([*steps, ("model", model)])


def with_categories(X):
    """A frame of the encoder with the ordinals as pandas categories."""
    return X.astype({name: "category" for name in X.columns if name.startswith("ordinals__")})


def _ours(group, estimator, parameters):
    return Contender(estimator.__name__, OURS, group, lambda settings: native(estimator(**parameters(settings))))


def _reference(group, estimator, parameters):
    return Contender(estimator.__name__, REFERENCE, group, lambda settings: encoded(estimator(**parameters(settings))))


def _xgboost_forest(settings):
    from xgboost import XGBRFClassifier

    model = XGBRFClassifier(
        n_estimators=settings.n_estimators,
        max_depth=settings.max_depth or 0,
        min_child_weight=settings.min_child_weight,
        base_score=settings.late_share,
        colsample_bynode=settings.max_features / len(FEATURES),
        subsample=BOOTSTRAP_SHARE,
        tree_method="hist",
        enable_categorical=True,
        feature_types=_feature_types(),
        n_jobs=settings.n_jobs,
        random_state=settings.random_state,
    )
    return encoded(model)


def _xgboost_booster(settings):
    from xgboost import XGBClassifier

    model = XGBClassifier(
        n_estimators=settings.max_iter,
        learning_rate=settings.learning_rate,
        max_leaves=settings.max_leaf_nodes,
        max_depth=settings.max_depth or 0,
        grow_policy="lossguide",
        min_child_weight=settings.min_child_weight,
        reg_lambda=settings.l2_regularization,
        max_bin=settings.max_bins,
        tree_method="hist",
        enable_categorical=True,
        feature_types=_feature_types(),
        n_jobs=settings.n_jobs,
        random_state=settings.random_state,
    )
    return encoded(model)


def _feature_types():
    """XGBoost's letters for the columns, in the order of the encoder."""
    return ["c"] * len(TEXT) + ["q"] * (len(FEATURES) - len(TEXT))


def _lightgbm_booster(settings):
    from lightgbm import LGBMClassifier

    model = LGBMClassifier(
        n_estimators=settings.max_iter,
        learning_rate=settings.learning_rate,
        num_leaves=settings.max_leaf_nodes,
        max_depth=settings.max_depth or -1,
        min_child_samples=settings.min_samples_leaf,
        reg_lambda=settings.l2_regularization,
        max_bin=settings.max_bins,
        n_jobs=settings.n_jobs,
        random_state=settings.random_state,
        verbose=-1,
    )
    return encoded(model, as_frame=True)


def _our_booster(settings):
    return native(skensemble.HistGradientBoostingClassifier(n_jobs=settings.n_jobs, **settings.of_booster()))


def _reference_booster(settings):
    columns = [number for number, name in enumerate(TEXT) if name not in TOO_MANY]  # in the order of the encoder
    booster = sklearn.ensemble.HistGradientBoostingClassifier  # takes all cores: it has no n_jobs
    return encoded(booster(categorical_features=columns, **settings.of_booster()))


CONTENDERS = (
    _ours(FOREST, skensemble.RandomForestClassifier, Settings.of_forest),
    _reference(FOREST, sklearn.ensemble.RandomForestClassifier, Settings.of_forest),
    Contender("XGBRFClassifier", XGBOOST, FOREST, _xgboost_forest),
    _ours(EXTRA_TREES, skensemble.ExtraTreesClassifier, Settings.of_forest),
    _reference(EXTRA_TREES, sklearn.ensemble.ExtraTreesClassifier, Settings.of_forest),
    _ours(TREE, skensemble.DecisionTreeClassifier, Settings.of_tree),
    _reference(TREE, sklearn.tree.DecisionTreeClassifier, Settings.of_tree),
    Contender("HistGradientBoostingClassifier", OURS, BOOSTING, _our_booster),
    Contender("HistGradientBoostingClassifier", REFERENCE, BOOSTING, _reference_booster),
    Contender("XGBClassifier", XGBOOST, BOOSTING, _xgboost_booster),
    Contender("LGBMClassifier", LIGHTGBM, BOOSTING, _lightgbm_booster),
)
