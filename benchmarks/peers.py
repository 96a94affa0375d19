"""The contenders: our classes and each peer's, built with equal parameters.

A contender is a library and, for data with categories, the encoding that stands before its estimator; of a
library whose booster works in several ways, one of them. Parameters are given once, in scikit-learn's words;
LightGBM's and XGBoost's random forests get the nearest of their own, and `benchmarks.boosters` has the words of
the boosters. A `Part` among the parameters is an estimator of the same library. scikit-learn-intelex is taken by
its classes, never by patching: scikit-learn itself stays what it is.
"""

import contextlib
import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any, NamedTuple

from benchmarks import boosters

OURS = "skensemble"
MODULES = {
    OURS: "skensemble",
    "scikit-learn": "sklearn",
    "scikit-learn-intelex": "sklearnex",
    "LightGBM": "lightgbm",
    "XGBoost": "xgboost",
    "CatBoost": "catboost",
    "hessboost": "hessboost",
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
STACKING, STACKING_CV = "Stacking", {"5 folds": 5, "oob": "oob"}  # a variant of stacking -> its cv


class Part(NamedTuple):
    """An estimator within another: what is boosted or drawn for, or one of those that are stacked.

    Attributes
    ----------
    estimator : str
        scikit-learn's name of the class.
    parameters : mapping
        In scikit-learn's words.
    """

    estimator: str
    parameters: Mapping[str, Any] = {}


class Contender(NamedTuple):
    """A library by its usual name, and how it works.

    Attributes
    ----------
    library : str
    encoding : str
        How it gets categories: "" (as they are), "ordinal" or "one-hot".
    variant : str
        Of its booster, see `benchmarks.boosters.BOOSTERS`; of stacking, one of `STACKING_CV`.
    """

    library: str
    encoding: str = ""
    variant: str = ""

    @property
    def label(self):
        """The name in tables."""
        remarks = ", ".join(filter(None, (self.variant, self.encoding)))
        return f"{self.library} ({remarks})" if remarks else self.library

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
            In scikit-learn's words; ``n_estimators`` is the rounds of a booster too, and of stacking the trees of
            each part. An ``estimator`` is a `Part`, ``estimators`` are several.
        n_threads : int, default=None
            Given to whatever takes it, in stacking to the parts; None leaves the library's default.
        random_state : int, default=0
            The seed; in stacking that of the parts.
        X : DataFrame, default=None
            The training data, whose categories an encoding needs; unused without one.

        Returns
        -------
        estimator
            The library's estimator, behind an encoder if there is an encoding.

        Raises
        ------
        ValueError
            If the library has no counterpart of the class, of a parameter or of the variant.
        """
        if estimator.startswith(boosters.PREFIX):
            path, arguments = boosters.translated(
                self.library, estimator, parameters, n_threads=n_threads, variant=self.variant
            )
            cls, n_threads = _attribute(self.library, path), None
        elif self.library == "LightGBM":
            cls, arguments = _lightgbm(estimator, parameters)
        elif self.library == "XGBoost":
            cls, arguments = _xgboost(estimator, parameters)
        else:
            cls, arguments = _scikit_learn_class(self.library, estimator), dict(parameters)
        if estimator.startswith(STACKING):
            arguments = self._stacked(arguments, n_threads, random_state)
        else:
            arguments["random_state"] = random_state
            if isinstance(arguments.get("estimator"), Part):
                arguments["estimator"] = self._built(arguments["estimator"])
            if n_threads is not None and "n_jobs" in cls().get_params():
                arguments["n_jobs"] = n_threads
        model = cls(**arguments)
        return _encoded(model, self.encoding, X) if self.encoding else model

    def _built(self, part, n_threads=None, random_state=0, **parameters):
        """Build a part with some more parameters; an encoding stands before the whole."""
        parameters = {**part.parameters, **parameters}
        return Contender(self.library).build(part.estimator, parameters, n_threads=n_threads, random_state=random_state)

    def _stacked(self, parameters, n_threads, random_state):
        """Return the arguments of stacking; the parts, not the stack, have the trees, the threads and the seed."""
        if self.variant not in STACKING_CV:
            raise ValueError(f"variant: stacking has no {self.variant!r}; there are {', '.join(STACKING_CV)}.")
        own = {name: value for name, value in parameters.items() if name not in ("estimators", "n_estimators")}
        shared = {name: value for name, value in parameters.items() if name == "n_estimators"}
        parts = [
            (part.estimator, self._built(part, n_threads, random_state, **shared)) for part in parameters["estimators"]
        ]
        return {"estimators": parts, "cv": STACKING_CV[self.variant], **own}

    def limited(self, n_threads):
        """Keep scikit-learn, whose boosters have no parameter for it, to so many threads.

        Returns
        -------
        context manager
        """
        if self.library != "scikit-learn":
            return contextlib.nullcontext()
        from threadpoolctl import threadpool_limits

        return threadpool_limits(n_threads, "openmp")


def falls_back(model):
    """Whether a fitted scikit-learn-intelex estimator handed its work to scikit-learn, and so is no peer."""
    return type(model).__module__.startswith("sklearnex.") and not hasattr(model, "_onedal_estimator")


def _scikit_learn_class(library, estimator):
    if library == OURS:
        return _attribute(library, estimator)
    is_single = estimator.startswith(("DecisionTree", "ExtraTreeC", "ExtraTreeR"))
    return _attribute(library, f"tree.{estimator}" if is_single else f"ensemble.{estimator}")


def _attribute(library, path):
    """Import what a path within a library leads to."""
    *modules, name = path.split(".")
    try:
        return getattr(importlib.import_module(".".join([MODULES[library], *modules])), name)
    except (ImportError, AttributeError):
        raise ValueError(f"{library} has no {name}; leave it out of this case.") from None


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
