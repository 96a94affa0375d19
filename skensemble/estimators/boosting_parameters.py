"""The parameters of the histogram booster, each said once, and the plan that its trees grow by."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval, RealNotInt, StrOptions
from sklearn.utils.validation import _check_monotonic_cst

from skensemble.boosting.booster import BoostingPlan
from skensemble.criteria.second_order import SecondOrder
from skensemble.estimators.feature_parameters import by_feature, feature_weights_of, signs_of_classes
from skensemble.estimators.growth_parameters import NO_LIMIT, interaction_groups
from skensemble.estimators.parameters import (
    AT_LEAST_TWO,
    CLASS_WEIGHT,
    FOREST,
    NOT_NEGATIVE,
    POSITIVE,
    SHARE,
    TREE,
    Parameter,
)
from skensemble.estimators.row_sampling import row_sampling_of
from skensemble.growing.growth import FORCED, Growth
from skensemble.objectives.objectives import ObjectiveParameters, new_objective
from skensemble.records import Constraints

ABOVE_ZERO = Interval(Real, 0.0, None, closed="neither")
ZERO_TO_ONE = Interval(Real, 0.0, 1.0, closed="left")

CLASSIFICATION_LOSSES = ("log_loss",)
REGRESSION_LOSSES = (
    "squared_error",
    "absolute_error",
    "gamma",
    "poisson",
    "quantile",
    "tweedie",
    "huber",
)
# Losses of scikit-learn that are objects, by the name of their class.
LOSS_OBJECTS = {
    "HalfSquaredError": "squared_error",
    "AbsoluteError": "absolute_error",
    "HalfPoissonLoss": "poisson",
    "HalfGammaLoss": "gamma",
    "HalfBinomialLoss": "log_loss",
    "HalfMultinomialLoss": "log_loss",
}


def _loss(names, text):
    kind = "{" + ", ".join(f'"{name}"' for name in names) + "}"
    return Parameter([StrOptions(set(names)), HasMethods("gradient_hessian")], kind, text)


CLASSIFICATION_LOSS = _loss(
    CLASSIFICATION_LOSSES,
    "The negative log-likelihood: of two classes with one tree a round, of more with one tree a class.",
)
REGRESSION_LOSS = _loss(
    REGRESSION_LOSSES,
    'What the trees descend. "gamma", "poisson" and "tweedie" predict positive means by a logarithmic link; leaves '
    'of "absolute_error", "quantile" and "huber" take the best values for the residuals of their rows.',
)

BOOSTER = {
    "quantile": Parameter(
        [Interval(Real, 0, 1, closed="both"), None], "float or None", 'Which quantile loss="quantile" predicts.'
    ),
    "tweedie_power": Parameter(
        [Interval(Real, 1.0, 2.0, closed="neither")],
        "float",
        'The power of the mean that loss="tweedie" takes the variance to be in proportion to.',
    ),
    "huber_delta": Parameter(
        [ABOVE_ZERO], "float", 'The distance from the prediction beyond which loss="huber" grows linearly.'
    ),
    "learning_rate": Parameter([ABOVE_ZERO], "float", "Shrinkage: what the values of the leaves are multiplied by."),
    "max_iter": Parameter([POSITIVE], "int", "The most rounds: trees, or with several classes trees of each class."),
    "max_leaf_nodes": Parameter([AT_LEAST_TWO, None], "int or None", "The most leaves of a tree; None: no limit."),
    "max_depth": Parameter([POSITIVE, None], "int or None", "The most splits from the root to a leaf; None: no limit."),
    "min_samples_leaf": Parameter([POSITIVE], "int", "The least samples of a leaf, counted exactly."),
    "l2_regularization": Parameter([NOT_NEGATIVE], "float", "What the squares of the leaves' values cost (lambda)."),
    "l1_regularization": Parameter([NOT_NEGATIVE], "float", "What the leaves' absolute values cost (alpha)."),
    "min_split_gain": Parameter([NOT_NEGATIVE], "float", "The least decrease of the objective by a split (gamma)."),
    "min_child_weight": Parameter([NOT_NEGATIVE], "float", "The least sum of the hessians of a leaf."),
    "max_delta_step": Parameter(
        [NOT_NEGATIVE], "float", "The greatest absolute value of a leaf before shrinkage; 0: no limit."
    ),
    "growth": Parameter(
        [StrOptions({"leaf", "depth", "symmetric"})],
        '{"leaf", "depth", "symmetric"}',
        "Whether the leaf that gains most is split next, or one of those nearest to the root, or all leaves of a level "
        "by one split (but for those that it would leave with too small children).",
    ),
    "subsample": Parameter([SHARE], "float", "Share of the rows that the trees of each round are grown on."),
    "subsample_groups": Parameter(
        ["array-like", str, Integral, None],
        "array-like of shape (n_samples,), str, int or None",
        "Groups of rows that `subsample` draws as a whole: for each row, or the column of X that tells them.",
    ),
    "row_sampling": Parameter(
        [StrOptions({"uniform", "goss", "mvs"})],
        '{"uniform", "goss", "mvs"}',
        'How rows are drawn: alike; "goss": the `top_rate` of largest gradients and an `other_rate` of the others; '
        '"mvs": a share `subsample`, with probabilities in proportion to their gradients.',
    ),
    "top_rate": Parameter([ZERO_TO_ONE], "float", "Share of the rows of largest gradients that are kept, for goss."),
    "other_rate": Parameter([ZERO_TO_ONE], "float", "Share of the rows that is drawn from the others, for goss."),
    "multi_strategy": Parameter(
        [StrOptions({"tree_per_output", "vector_leaf"})],
        '{"tree_per_output", "vector_leaf"}',
        "Of more than two classes, whether a round grows a tree for each, or one whose leaves have a value for each.",
    ),
    "dropout_rate": Parameter(
        [ZERO_TO_ONE],
        "float",
        "With which probability each earlier round is left out while a new one is grown (DART); 0: never.",
    ),
    "random_thresholds": Parameter(
        ["boolean"], "bool", "Whether a node tries one threshold of each feature, drawn at random."
    ),
    "path_smoothing": Parameter(
        [NOT_NEGATIVE], "float", "For how many samples the value of a leaf's parent counts in its own."
    ),
    "leaf_model": Parameter(
        [StrOptions({"constant", "linear"})],
        '{"constant", "linear"}',
        'What a leaf adds: a constant, or with "linear" a linear function of the numeric features that the cuts on the '
        "way to it use, fitted to the gradients and hessians of its samples. Where one of these is missing or infinite "
        "it is the constant, and so in leaves of too few samples.",
    ),
    "max_features": Parameter([SHARE], "float", "Share of the features that each node draws to look at."),
    "max_features_by_level": Parameter([SHARE], "float", "Share of the features that each level of a tree draws."),
    "max_features_by_tree": Parameter([SHARE], "float", "Share of the features that each tree draws."),
    "feature_weights": Parameter(
        ["array-like", dict, None],
        "array-like of shape (n_features,), dict or None",
        "In proportion to which features are drawn, where the shares above are below 1. A dict names features by place "
        "or name, the others weigh 1.",
    ),
    "feature_penalties": Parameter(
        ["array-like", dict, None],
        "array-like of shape (n_features,), dict or None",
        "What each split by a feature costs, in the objective.",
    ),
    "first_use_penalties": Parameter(
        ["array-like", dict, None],
        "array-like of shape (n_features,), dict or None",
        "What a split by a feature costs as long as no split of the fit is by it.",
    ),
    "max_bins": Parameter(
        [Interval(Integral, 2, 65_535, closed="both")],
        "int",
        "The most bins of a numeric feature, besides that of missing values. Up to 255 take a byte a value, more two.",
    ),
    "bin_thresholds": Parameter(
        ["array-like", dict, None],
        "dict, list or None",
        "Thresholds of features instead of those that are chosen: a dict by place or name, or a list with None for "
        "features that have none.",
    ),
    "forced_splits": Parameter(
        [dict, None],
        "dict or None",
        'The first splits of each tree: a dict with "feature", "threshold" and, if wanted, "left" and "right", which '
        "are such dicts. A split that would leave too few samples on a side is not made, nor those below.",
    ),
    "categorical_features": TREE["categorical_features"],
    "categorical_encoding": Parameter(
        [StrOptions({"auto", "split", "ordered_target"})],
        '{"auto", "split", "ordered_target"}',
        'How trees see a category. "split": splits choose subsets of the categories; "ordered_target": a number takes '
        "its place, the mean target of its rows, for a training row of those that are earlier in a random order (for "
        "every loss the target itself; of more than two classes the share of each, in a column of its own); "
        '"auto": "ordered_target" for features with more than 255 categories, else "split".',
    ),
    "categorical_smoothing": Parameter(
        [NOT_NEGATIVE],
        "float",
        "Added to the hessians of a category when categories are ordered; of fewer samples one is rare. Of a feature "
        "with more than 255 categories it grows with their number. Above 0, what the best subset gains by chance is "
        "taken off its gain.",
    ),
    "monotonic_cst": Parameter(
        ["array-like", dict, None],
        "array-like of int of shape (n_features,), dict or None",
        "1: the prediction (of the positive class) never falls as the feature grows; -1: it never rises; 0: free. A "
        "dict names features of a data frame. For several classes a dict from labels to such arrays or dicts, about "
        "the probabilities of the classes.",
    ),
    "monotonic_method": Parameter(
        [StrOptions({"basic", "intermediate"})],
        '{"basic", "intermediate"}',
        "How `monotonic_cst` is kept where a split is by a constrained feature: the middle between the values of both "
        'sides bounds them for good, or each side is bounded by the values of the other ("intermediate": fits closer, '
        'takes longer; not for growth="symmetric").',
    ),
    "interaction_cst": TREE["interaction_cst"],
    "warm_start": Parameter(
        ["boolean"], "bool", "Whether `fit` keeps the rounds that there are and goes on up to `max_iter`."
    ),
    "early_stopping": Parameter(
        [StrOptions({"auto"}), "boolean"],
        '"auto" or bool',
        'Whether rounds end when the score no longer improves; "auto": with more than 10,000 samples.',
    ),
    "scoring": Parameter(
        [str, callable, None],
        'str, callable or None, default="loss"',
        'What early stopping looks at: a scorer, its name, None for `score`, or "loss".',
    ),
    "validation_fraction": Parameter(
        [Interval(RealNotInt, 0, 1, closed="neither"), POSITIVE, None],
        "int, float or None",
        "Samples, or their share, that early stopping holds out; None: it looks at the training samples.",
    ),
    "validation_split": Parameter(
        ["cv_object", None],
        "splitter, iterable or None",
        "Chooses the samples that early stopping holds out, instead of `validation_fraction`: the last of the splits, "
        "such as the latest of a TimeSeriesSplit. Groups are those of `subsample_groups`.",
    ),
    "n_iter_no_change": Parameter([POSITIVE], "int", "Rounds without improvement after which to stop."),
    "tol": Parameter([NOT_NEGATIVE], "float", "By how much a score has to grow to be an improvement."),
    "max_time": Parameter([ABOVE_ZERO, None], "float or None", "Seconds after which no further round begins."),
    "on_interrupt": Parameter(
        [StrOptions({"raise", "keep"})],
        '{"raise", "keep"}',
        "Whether Ctrl-C leaves the estimator as it was before, or with the rounds so far and a warning.",
    ),
    "callbacks": Parameter(
        [list, tuple, None],
        "list of callables or None",
        "What sees each round before and after it, and may end the fit; see `skensemble.callbacks`.",
    ),
    "importance": Parameter(
        [StrOptions({"gain", "split", "cover"})],
        '{"gain", "split", "cover"}',
        "What `feature_importances_` reports: the decrease of the objective, the number of splits, or the hessians "
        "that pass them.",
    ),
    "n_jobs": FOREST["n_jobs"],
    "verbose": Parameter(["verbose"], "int", "Whether progress is printed: 1: now and then; 2: every round."),
    "random_state": TREE["random_state"],
    "class_weight": CLASS_WEIGHT,
}


def objective_of(estimator, n_classes):
    """Return the `Objective` of an estimator.

    Raises
    ------
    ValueError
        The loss needs a parameter that is missing, or is an object that is not known.
    """
    name = estimator.loss
    if not isinstance(name, str):
        known = CLASSIFICATION_LOSSES if n_classes else REGRESSION_LOSSES
        name = LOSS_OBJECTS.get(type(estimator.loss).__name__)
        if name not in known:
            raise ValueError(f"loss={estimator.loss!r} is not supported: name one of {', '.join(known)}.")
    quantile = getattr(estimator, "quantile", None)
    if name == "quantile" and quantile is None:
        raise ValueError('loss="quantile" needs the parameter quantile: a number between 0 and 1.')
    if name != "quantile" and quantile is not None:
        raise ValueError(f'quantile={quantile!r} needs loss="quantile", but the loss is {name!r}.')
    parameters = ObjectiveParameters(
        quantile, getattr(estimator, "huber_delta", 1.0), getattr(estimator, "tweedie_power", 1.5)
    )
    return new_objective(name, n_classes, parameters)


def make_boosting_plan(estimator, objective, n_samples, is_categorical, seed):
    """Return the `BoostingPlan` of an estimator.

    Parameters
    ----------
    estimator : estimator with the parameters of a booster
    objective : Objective
    n_samples : int
        Of the training data.
    is_categorical : (n_features,) bool
    seed : int

    Raises
    ------
    ValueError
        A constraint does not fit the data.
    """
    criterion = SecondOrder(
        l1=float(estimator.l1_regularization),
        l2=float(estimator.l2_regularization),
        min_child_weight=float(estimator.min_child_weight),
        min_samples_leaf=int(estimator.min_samples_leaf),
        max_delta_step=float(estimator.max_delta_step) or np.inf,
        categorical_smoothing=float(estimator.categorical_smoothing),
        path_smoothing=float(estimator.path_smoothing),
    )
    growth = Growth(
        max_leaf_nodes=_most_leaves(estimator, n_samples),
        max_depth=NO_LIMIT if estimator.max_depth is None else int(estimator.max_depth),
        min_gain=float(estimator.min_split_gain),
        by_depth=estimator.growth == "depth",
        is_unlimited=estimator.max_leaf_nodes is None
        and estimator.growth != "symmetric"
        and estimator.monotonic_method == "basic",
        learning_rate=float(estimator.learning_rate),
        max_features=float(estimator.max_features),
        max_features_by_level=float(estimator.max_features_by_level),
        max_features_by_tree=float(estimator.max_features_by_tree),
        random_thresholds=bool(estimator.random_thresholds),
        feature_weights=feature_weights_of(estimator),
        penalties=by_feature(estimator, "feature_penalties", 0.0),
        first_use_penalties=by_feature(estimator, "first_use_penalties", 0.0),
        forced=np.zeros(0, FORCED),
    )
    groups = interaction_groups(estimator.interaction_cst, len(is_categorical))
    constraints = tuple(Constraints(signs, groups) for signs in _signs(estimator, objective, is_categorical))
    if objective.is_refined and estimator.path_smoothing > 0.0:
        raise ValueError(
            f"path_smoothing does not go with loss={estimator.loss!r}, whose leaves are refined: set it to 0."
        )
    _check_growth(estimator)
    _check_leaf_model(estimator, objective, constraints)
    has_vectors = getattr(estimator, "multi_strategy", None) == "vector_leaf" and objective.loss.n_outputs > 1
    if has_vectors:
        _check_vectors(estimator, constraints)
    return BoostingPlan(
        objective,
        criterion,
        growth,
        constraints,
        seed,
        is_symmetric=estimator.growth == "symmetric",
        sampling=row_sampling_of(estimator),
        dropout_rate=float(estimator.dropout_rate),
        is_intermediate=estimator.monotonic_method == "intermediate",
        is_linear=estimator.leaf_model == "linear",
        has_vectors=has_vectors,
    )


def _check_growth(estimator):
    """Raise a ValueError for what symmetric trees and the intermediate method do not go with."""
    if estimator.growth == "symmetric" and estimator.max_leaf_nodes is None and estimator.max_depth is None:
        raise ValueError('growth="symmetric" needs a limit: set max_leaf_nodes or max_depth.')
    if estimator.growth == "symmetric" and estimator.forced_splits is not None:
        raise ValueError('forced_splits are of single leaves: they need growth="leaf" or "depth", not "symmetric".')
    if estimator.monotonic_method == "intermediate" and estimator.monotonic_cst is None:
        raise ValueError(
            'monotonic_method="intermediate" is not used without monotonic_cst: give constraints, or "basic".'
        )
    if estimator.growth == "symmetric" and estimator.monotonic_method == "intermediate":
        raise ValueError(
            'monotonic_method="intermediate" is for single leaves: it needs growth="leaf" or "depth", not "symmetric".'
        )


def _check_leaf_model(estimator, objective, constraints):
    """Raise a ValueError for what linear leaves do not go with."""
    if estimator.leaf_model != "linear":
        return
    if any(each.monotonic.size for each in constraints):
        raise ValueError('monotonic_cst does not go with leaf_model="linear": leaves would not be monotonic.')
    if objective.is_refined:
        raise ValueError(f'leaf_model="linear" does not go with loss={estimator.loss!r}, whose leaves are refined.')
    if estimator.dropout_rate > 0.0:
        raise ValueError('dropout_rate > 0 does not go with leaf_model="linear": set it to 0.')


def _check_vectors(estimator, constraints):
    """Raise a ValueError for what vectors in leaves do not go with."""
    for name, value, refused in (
        ("growth", estimator.growth, "symmetric"),
        ("leaf_model", estimator.leaf_model, "linear"),
    ):
        if value == refused:
            raise ValueError(f'{name}={value!r} does not go with multi_strategy="vector_leaf".')
    if any(each.monotonic.size for each in constraints):
        raise ValueError(
            'monotonic_cst is for a tree per class: it does not go with multi_strategy="vector_leaf", a tree for all.'
        )


def with_columns(plan, sources):
    """Return a plan for the columns that come from some features, (n_columns,) int64, in the place of the features.

    Raises
    ------
    ValueError
        The first use of a feature has a price, and it has several columns.
    """
    growth = plan.growth
    if len(growth.first_use_penalties) not in (0, len(sources)):
        raise ValueError(
            "first_use_penalties do not go with ordered target statistics of several classes, which are several "
            'columns: set categorical_encoding="split".'
        )

    def by_column(array):
        return array[sources] if array.size else array

    growth = growth._replace(feature_weights=by_column(growth.feature_weights), penalties=by_column(growth.penalties))
    constraints = tuple(Constraints(*map(by_column, each)) for each in plan.constraints)
    return plan._replace(growth=growth, constraints=constraints)


def with_rows(plan, forced, groups):
    """Return a plan with what the training rows decide: the table of forced cuts, and the groups of rows."""
    sampling = plan.sampling and plan.sampling._replace(groups=groups)
    return plan._replace(growth=plan.growth._replace(forced=forced), sampling=sampling)


def _most_leaves(estimator, n_samples):
    """The most leaves that a tree can have: what memory is kept for."""
    most = max(2, n_samples // estimator.min_samples_leaf)
    if estimator.max_leaf_nodes is not None:
        most = min(most, int(estimator.max_leaf_nodes))
    if estimator.max_depth is not None and estimator.max_depth < 31:
        most = min(most, 1 << int(estimator.max_depth))
    return most


def _signs(estimator, objective, is_categorical):
    """Return the monotonic constraints of the trees of each output, or of all: arrays of (n_features,) int8.

    They have no length where no feature is constrained.
    """
    given = estimator.monotonic_cst
    if given is None:
        return [np.zeros(0, np.int8)]
    if objective.loss.n_outputs > 1:
        if not isinstance(given, dict) or any(
            np.ndim(signs) == 0 and not isinstance(signs, dict) for signs in given.values()
        ):
            raise ValueError("monotonic constraints are not supported for multiclass classification.")
        signs = signs_of_classes(estimator, len(is_categorical))
    else:
        if not isinstance(given, dict) and np.ndim(given) != 1:
            raise ValueError(f"monotonic_cst has shape {np.shape(given)}: give a sign for each feature.")
        signs = np.asarray(_check_monotonic_cst(estimator, given), np.int8)[np.newaxis]
    if np.any(signs[:, is_categorical]):
        raise ValueError("Categorical features cannot have monotonic constraints.")
    return list(signs) if signs.any() else [np.zeros(0, np.int8)]
