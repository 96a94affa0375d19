"""From the parameters of an estimator to the plan that its trees grow by."""

import warnings
from itertools import combinations
from math import ceil
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from skensemble.growing.plan import TreePlan
from skensemble.records import Constraints, Settings

NO_LIMIT = np.iinfo(np.int64).max
TREE_PARAMETERS = (  # that an ensemble hands on to its trees, whatever their criterion
    "max_depth",
    "min_samples_split",
    "min_samples_leaf",
    "min_weight_fraction_leaf",
    "max_features",
    "max_leaf_nodes",
    "min_impurity_decrease",
    "ccp_alpha",
    "monotonic_cst",
    "categorical_features",
    "interaction_cst",
)


def as_seed(random_state):
    """Return an integer below 2**31 - 1: itself, or a draw from the generator."""
    if isinstance(random_state, Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def resolve_max_features(max_features, n_features):
    """Return how many features a node draws."""
    if max_features is None:
        return n_features
    if isinstance(max_features, Integral):
        return int(max_features)
    if max_features == "sqrt":
        return max(1, int(np.sqrt(n_features)))
    if max_features == "log2":
        return max(1, int(np.log2(n_features)))
    return max(1, int(max_features * n_features))


def without_deprecated(criterion):
    """Return the lasting name of a criterion of regression; of a deprecated one with scikit-learn's warning."""
    if not (isinstance(criterion, str) and criterion == "friedman_mse"):
        return criterion
    warnings.warn(
        'Value `"friedman_mse"` for `criterion` is deprecated and will be removed in 1.11. It maps to '
        '`"squared_error"` as both were always equivalent. Use `criterion="squared_error"` to remove this warning.',
        FutureWarning,
        stacklevel=3,
    )
    return "squared_error"


def make_plan(estimator, n_samples, n_features, n_classes, *, splitter="best", criterion=None):
    """Return the `TreePlan` of an estimator.

    Parameters
    ----------
    estimator : estimator with the parameters of a tree
    n_samples, n_features : int
        Of the training data.
    n_classes : tuple of int
        Classes of each output, () for regression.
    splitter : {"best", "random"}
    criterion : str, default=that of the estimator

    Raises
    ------
    ValueError
        A constraint does not fit the data.
    """
    min_samples_leaf, min_samples_split = estimator.min_samples_leaf, estimator.min_samples_split
    if not isinstance(min_samples_leaf, Integral):
        min_samples_leaf = ceil(min_samples_leaf * n_samples)
    if not isinstance(min_samples_split, Integral):
        min_samples_split = max(2, ceil(min_samples_split * n_samples))
    monotonic = _monotonic_constraints(estimator, n_features, n_classes)
    draws_none = estimator.max_features is None
    settings = Settings(
        max_depth=NO_LIMIT if estimator.max_depth is None else int(estimator.max_depth),
        min_samples_split=int(max(min_samples_split, 2 * min_samples_leaf)),
        min_samples_leaf=int(min_samples_leaf),
        min_weight_leaf=float(estimator.min_weight_fraction_leaf),
        min_impurity_decrease=float(estimator.min_impurity_decrease),
        max_features=NO_LIMIT if draws_none else resolve_max_features(estimator.max_features, n_features),
        max_leaf_nodes=0 if estimator.max_leaf_nodes is None else int(estimator.max_leaf_nodes),
        random_splits=splitter == "random",
        is_bounded=len(monotonic) > 0,
    )
    groups = interaction_groups(getattr(estimator, "interaction_cst", None), n_features)
    criterion = without_deprecated(estimator.criterion) if criterion is None else criterion
    criterion = "entropy" if criterion == "log_loss" else criterion
    return TreePlan(criterion, n_classes, settings, Constraints(monotonic, groups))


def _monotonic_constraints(estimator, n_features, n_classes):
    """Return the sign of each feature, (n_features,) int8, or nothing."""
    if getattr(estimator, "monotonic_cst", None) is None:
        return np.zeros(0, np.int8)
    if getattr(estimator, "n_outputs_", 1) > 1:
        raise ValueError("Monotonicity constraints are not supported with multiple outputs.")
    signs = np.asarray(estimator.monotonic_cst)
    if signs.shape != (n_features,):
        shape = signs.shape[0] if signs.ndim == 1 else signs.shape
        raise ValueError(f"monotonic_cst has shape {shape} but the input data X has {n_features} features.")
    if not np.all(np.isin(signs, (-1, 0, 1))):
        raise ValueError(f"monotonic_cst must be None or an array-like of -1, 0 or 1, but got {np.unique(signs)}")
    if n_classes and n_classes[0] > 2:
        raise ValueError("Monotonicity constraints are not supported with multiclass classification")
    return signs.astype(np.int8)


def interaction_groups(interaction_cst, n_features):
    """Return the groups that each feature is in, as bits: (n_features, n_words) uint64, without words for None.

    Raises
    ------
    ValueError
        A group is no collection of feature indices.
    """
    if interaction_cst is None:
        return np.zeros((n_features, 0), np.uint64)
    if interaction_cst == "no_interactions":
        groups = [{feature} for feature in range(n_features)]
    elif interaction_cst == "pairwise":
        groups = [set(pair) for pair in combinations(range(n_features), 2)] or [set(range(n_features))]
    else:
        groups = _checked_groups(interaction_cst, n_features)
    rest = set(range(n_features)).difference(*groups)
    groups += [rest] if rest else []
    bits = np.zeros((n_features, (len(groups) + 63) // 64), np.uint64)
    for number, group in enumerate(groups):
        bits[sorted(group), number // 64] |= np.uint64(1) << np.uint64(number % 64)
    return bits


def _checked_groups(interaction_cst, n_features):
    try:
        groups = [set(group) for group in interaction_cst]
    except TypeError:
        raise ValueError(
            f"Interaction constraints must be a sequence of tuples or lists, got: {interaction_cst!r}."
        ) from None
    for group in groups:
        for feature in group:
            if not (isinstance(feature, Integral) and 0 <= int(feature) < n_features):
                raise ValueError(
                    "Interaction constraints must consist of integer indices in [0, n_features - 1] = "
                    f"[0, {n_features - 1}], specifying the position of features, got invalid indices: {group!r}"
                )
    return groups
