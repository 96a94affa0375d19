"""The boosters: each library's class and its words for equal parameters.

Equal means the same rounds, learning rate, leaves, bins and threads, no bound of depth, no regularisation, no
sampling, and leaves of one Newton step. XGBoost and hessboost cannot count the rows of a leaf; there the least sum
of hessians stands for them, by ``hessian_of_sample``. A variant is a way of working that a library leaves to
the caller; where it has several, each is a contender, so that ours is held against the best of them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

PREFIX = "HistGradientBoosting"  # of scikit-learn's names of the classes, and so of what is asked for
HESSIAN_OF_SAMPLE = "hessian_of_sample"  # the parameter that is no library's


class Booster(NamedTuple):
    """A library's words.

    Attributes
    ----------
    cls : str
        Path of the class in the library; ``{}`` stands for Classifier or Regressor.
    words : mapping from str to str
        scikit-learn's parameters (and ``n_estimators`` for the rounds, ``n_jobs`` for the threads) -> its own.
    settings : mapping
        What makes it equal to the others, beside the parameters that are given.
    variants : mapping from str to mapping
        Name -> settings.
    classifier_settings : mapping
        Those of the classifier alone.
    """

    cls: str
    words: Mapping[str, str]
    settings: Mapping[str, Any]
    variants: Mapping[str, Mapping[str, Any]]
    classifier_settings: Mapping[str, Any] = {}


_SCIKIT_LEARN_WORDS = {
    "n_estimators": "max_iter",
    "learning_rate": "learning_rate",
    "max_leaf_nodes": "max_leaf_nodes",
    "min_samples_leaf": "min_samples_leaf",
    "max_bins": "max_bins",
}
_XGBOOST_WORDS = {
    "n_estimators": "n_estimators",
    "learning_rate": "learning_rate",
    "max_leaf_nodes": "max_leaves",
    "min_samples_leaf": "min_child_weight",
    "max_bins": "max_bin",
    "n_jobs": "n_jobs",
}
_XGBOOST_SETTINGS = {"max_depth": 0, "tree_method": "hist", "reg_lambda": 0.0}
_LOSSGUIDE = {"grow_policy": "lossguide"}
_XGBOOST_VARIANTS = {"lossguide": _LOSSGUIDE, "depthwise": {"grow_policy": "depthwise"}}

BOOSTERS = {
    "skensemble": Booster(
        f"{PREFIX}{{}}",
        _SCIKIT_LEARN_WORDS | {"n_jobs": "n_jobs"},
        {"early_stopping": False},
        {"": {}},
    ),
    # its threads are OpenMP's, see `benchmarks.peers.Contender.limited`
    "scikit-learn": Booster(f"ensemble.{PREFIX}{{}}", _SCIKIT_LEARN_WORDS, {"early_stopping": False}, {"": {}}),
    "LightGBM": Booster(
        "LGBM{}",
        {
            "n_estimators": "n_estimators",
            "learning_rate": "learning_rate",
            "max_leaf_nodes": "num_leaves",
            "min_samples_leaf": "min_child_samples",
            "max_bins": "max_bin",
            "n_jobs": "n_jobs",
        },
        {"verbose": -1},
        {
            "row-wise": {"force_row_wise": True},
            "column-wise": {"force_col_wise": True},
            "quantized": {"use_quantized_grad": True},
        },
    ),
    "XGBoost": Booster(
        "XGB{}", _XGBOOST_WORDS, _XGBOOST_SETTINGS | {"enable_categorical": True, "verbosity": 0}, _XGBOOST_VARIANTS
    ),
    # by depth its trees have no bound of leaves: 20 times as long a fit, of other models
    "hessboost": Booster("sklearn.Hessboost{}", _XGBOOST_WORDS, _XGBOOST_SETTINGS, {"lossguide": _LOSSGUIDE}),
    "CatBoost": Booster(
        "CatBoost{}",
        {
            "n_estimators": "iterations",
            "learning_rate": "learning_rate",
            "max_leaf_nodes": "max_leaves",
            "min_samples_leaf": "min_data_in_leaf",
            "max_bins": "border_count",
            "n_jobs": "thread_count",
        },
        {
            "grow_policy": "Lossguide",
            "depth": 16,  # the most that it takes
            "l2_leaf_reg": 0.0,
            "bootstrap_type": "No",
            "random_strength": 0.0,
            "boosting_type": "Plain",
            "leaf_estimation_iterations": 1,
            "verbose": False,
            "allow_writing_files": False,
        },
        {"": {}},
        {"leaf_estimation_method": "Newton"},
    ),
}


def translated(library, estimator, parameters, *, n_threads=None, variant=""):
    """Say a booster's class and parameters in a library's words.

    Parameters
    ----------
    library : str
    estimator : str
        scikit-learn's name of the class.
    parameters : mapping
        In scikit-learn's words, with ``n_estimators`` for the rounds; ``hessian_of_sample`` (default 1) is
        about what a row adds to the sum of hessians in the first rounds.
    n_threads : int, default=None
        None leaves the library's default.
    variant : str, default=""
        One of the library's; "" is its first.

    Returns
    -------
    path : str
        Of the class, within the library.
    arguments : dict
        Of the class.

    Raises
    ------
    ValueError
        If the library has no booster, no such variant, or no counterpart of a parameter.
    """
    if library not in BOOSTERS:
        raise ValueError(f"{library} has no {estimator}; leave it out of this case.")
    booster = BOOSTERS[library]
    variant = variant or next(iter(booster.variants))
    if variant not in booster.variants:
        raise ValueError(f"variant: {library} has no {variant!r}; there are {', '.join(booster.variants)}.")
    given = {name: value for name, value in parameters.items() if name != HESSIAN_OF_SAMPLE}
    unknown = sorted(set(given) - set(booster.words))
    if unknown:
        raise ValueError(f"{library} has no counterpart of {', '.join(unknown)}; leave it out of this case.")
    if booster.words["min_samples_leaf"] == "min_child_weight" and "min_samples_leaf" in given:
        given["min_samples_leaf"] *= parameters.get(HESSIAN_OF_SAMPLE, 1.0)
    if booster.words["max_bins"] == "border_count" and "max_bins" in given:
        given["max_bins"] -= 1  # borders are one fewer than bins
    if n_threads is not None and "n_jobs" in booster.words:
        given["n_jobs"] = n_threads
    kind = estimator.removeprefix(PREFIX)
    arguments = dict(booster.settings) | booster.variants[variant]
    if kind == "Classifier":
        arguments |= booster.classifier_settings
    return booster.cls.format(kind), arguments | {booster.words[name]: value for name, value in given.items()}
