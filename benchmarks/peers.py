"""The contenders: our classes and each peer's, built with equal parameters.

A contender is a library and, for data with categories, the encoding that stands before its estimator.
Parameters are given once, in scikit-learn's words; LightGBM's and XGBoost's random forests get the nearest
of their own. scikit-learn-intelex is taken by its classes, never by patching: scikit-learn itself stays
what it is.
"""

import importlib
import importlib.util
from typing import NamedTuple

OURS = "skensemble"
MODULES = {
    OURS: "skensemble",
    "scikit-learn": "sklearn",
    "scikit-learn-intelex": "sklearnex",
    "LightGBM": "lightgbm",
    "LightGBM by column": "lightgbm",
    "LightGBM quantised": "lightgbm",
    "XGBoost": "xgboost",
    "XGBoost by depth": "xgboost",
    "CatBoost": "catboost",
}
BOOTSTRAP_SHARE = 0.632  # distinct rows of a bootstrap, for libraries that only draw without replacement
_FOREST_WORDS = {
    "LightGBM": {
        "class": "LGBM",
        "n_estimators": "n_estimators",
        "max_features": "feature_fraction_bynode",
        "max_leaf_nodes": "num_leaves",
    },
    "XGBoost": {
        "class": "XGBRF",
        "n_estimators": "n_estimators",
        "max_features": "colsample_bynode",
        "max_leaf_nodes": "max_leaves",
    },
}
MOST_ONE_HOT_COLUMNS = 256  # of one category; its rarer levels share the last


class Contender(NamedTuple):
    """A library by its usual name, and how it gets categories: "" (as they are), "ordinal" or "one-hot"."""

    library: str
    encoding: str = ""

    @property
    def label(self):
        """The name in tables."""
        return f"{self.library} ({self.encoding})" if self.encoding else self.library

    @property
    def is_installed(self):
        """Whether the library can be imported here."""
        return importlib.util.find_spec(MODULES[self.library]) is not None

    def build(self, estimator, parameters, *, n_threads=None, random_state=0, X=None):
        """Build an unfitted estimator.

        Parameters
        ----------
        estimator : str
            scikit-learn's name of the class, such as ``"RandomForestRegressor"``.
        parameters : mapping
            In scikit-learn's words.
        n_threads : int, default=None
            Given as ``n_jobs`` to whatever takes it; None leaves the library's default.
        random_state : int, default=0
            The seed.
        X : DataFrame, default=None
            The training data, whose categories an encoding needs; unused without one.

        Returns
        -------
        estimator
            The library's estimator, behind an encoder if there is an encoding.

        Raises
        ------
        ValueError
            If the library has no counterpart of the class or of a parameter.
        """
        if estimator.startswith("HistGradientBoosting"):
            cls, arguments = _booster(self.library, estimator, parameters)
        elif self.library == "LightGBM":
            cls, arguments = _lightgbm(estimator, parameters)
        elif self.library == "XGBoost":
            cls, arguments = _xgboost(estimator, parameters)
        else:
            cls, arguments = _scikit_learn_class(self.library, estimator), dict(parameters)
        arguments["random_state"] = random_state
        if n_threads is not None and "n_jobs" in cls().get_params():
            arguments["n_jobs"] = n_threads
        model = cls(**arguments)
        return _encoded(model, self.encoding, X) if self.encoding else model


def falls_back(model):
    """Whether a fitted scikit-learn-intelex estimator handed its work to scikit-learn, and so is no peer."""
    return type(model).__module__.startswith("sklearnex.") and not hasattr(model, "_onedal_estimator")


def _scikit_learn_class(library, estimator):
    root = MODULES[library]
    if library == OURS:
        module = root
    else:
        is_single = estimator.startswith(("DecisionTree", "ExtraTreeC", "ExtraTreeR"))
        module = f"{root}.tree" if is_single else f"{root}.ensemble"
    try:
        return getattr(importlib.import_module(module), estimator)
    except (ImportError, AttributeError):
        raise ValueError(f"{library} has no {estimator}; leave it out of this case.") from None


def _forest_words(library, estimator, parameters):
    """Translate a random forest's class and parameters; refuse what the library cannot do alike."""
    if not estimator.startswith("RandomForest") or "max_leaf_nodes" not in parameters:
        raise ValueError(f"{library} has only random forests with max_leaf_nodes, no {estimator} without.")
    words = _FOREST_WORDS[library]
    unknown = sorted(set(parameters) - set(words))
    if unknown:
        raise ValueError(f"{library} has no counterpart of {', '.join(unknown)}; leave it out of this case.")
    if not isinstance(parameters.get("max_features", 1.0), float):
        raise ValueError(f"{library} takes max_features as a share of the features only; give a float.")
    cls = getattr(importlib.import_module(MODULES[library]), estimator.replace("RandomForest", words["class"]))
    return cls, {words[name]: value for name, value in parameters.items()}


def _lightgbm(estimator, parameters):
    cls, arguments = _forest_words("LightGBM", estimator, parameters)
    arguments |= {"boosting_type": "rf", "subsample": BOOTSTRAP_SHARE, "subsample_freq": 1, "verbose": -1}
    return cls, arguments | {"min_child_samples": 1, "min_child_weight": 0.0, "reg_lambda": 0.0}


def _xgboost(estimator, parameters):
    cls, arguments = _forest_words("XGBoost", estimator, parameters)
    arguments |= {"max_depth": 0, "grow_policy": "lossguide", "tree_method": "hist"}
    return cls, arguments | {"subsample": BOOTSTRAP_SHARE, "min_child_weight": 0.0, "reg_lambda": 0.0}


_BOOSTER_WORDS = {
    "LightGBM": {"n_estimators": "n_estimators", "max_leaf_nodes": "num_leaves"},
    "XGBoost": {"n_estimators": "n_estimators", "max_leaf_nodes": "max_leaves"},
    "CatBoost": {"n_estimators": "iterations", "max_leaf_nodes": "max_leaves"},
}
_LIGHTGBM = {"min_child_samples": 20, "reg_lambda": 0.0, "max_bin": 255, "verbose": -1}
_XGBOOST = {"max_depth": 0, "tree_method": "hist", "reg_lambda": 0.0, "max_bin": 256}
_BOOSTER_OPTIONS = {
    "LightGBM": _LIGHTGBM | {"force_row_wise": True},
    "LightGBM by column": _LIGHTGBM | {"force_col_wise": True},
    "LightGBM quantised": _LIGHTGBM | {"use_quantized_grad": True},
    "XGBoost": _XGBOOST | {"grow_policy": "lossguide"},
    "XGBoost by depth": _XGBOOST | {"grow_policy": "depthwise"},
    "CatBoost": {
        "grow_policy": "Lossguide",
        "min_data_in_leaf": 20,
        "l2_leaf_reg": 0.0,
        "border_count": 254,
        "verbose": 0,
    },
}


def _booster(library, estimator, parameters):
    """Translate a histogram booster: least samples of a leaf 20, 255 bins, learning rate 0.1, no early stopping.

    XGBoost has no least number of samples: a least sum of hessians stands for it, 20 for regression and 4 for classes.
    """
    is_classifier = estimator.endswith("Classifier")
    family = library.split()[0]
    if family not in _BOOSTER_WORDS:
        words = {"n_estimators": "max_iter"}
        arguments = {words.get(name, name): value for name, value in parameters.items()}
        return _scikit_learn_class(library, estimator), arguments | {"early_stopping": False}
    prefix = {"LightGBM": "LGBM", "XGBoost": "XGB", "CatBoost": "CatBoost"}[family]
    kind = "Classifier" if is_classifier else "Regressor"
    cls = getattr(importlib.import_module(MODULES[library]), prefix + kind)
    arguments = {_BOOSTER_WORDS[family][name]: value for name, value in parameters.items()}
    arguments |= {"learning_rate": 0.1} | _BOOSTER_OPTIONS[library]
    if family == "XGBoost":
        arguments["min_child_weight"] = 4.0 if is_classifier else 20.0
    return cls, arguments


def _encoded(model, encoding, X):
    """Put an encoder of the frame's category columns before a model; missing values stay NaN."""
    import numpy as np
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

    columns = list(X.select_dtypes("category").columns)
    levels = [X[column].cat.categories.tolist() for column in columns]  # ordered categories keep their order
    if encoding == "ordinal":
        encoder = OrdinalEncoder(
            categories=[[*known, np.nan] for known in levels],
            handle_unknown="use_encoded_value",
            unknown_value=-1,
            encoded_missing_value=np.nan,
        )
    elif encoding == "one-hot":
        encoder = OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            max_categories=MOST_ONE_HOT_COLUMNS,
            sparse_output=False,
            dtype=np.float32,
        )
    else:
        raise ValueError(f"encoding must be 'ordinal' or 'one-hot', not {encoding!r}.")
    return make_pipeline(make_column_transformer((encoder, columns), remainder="passthrough"), model)
