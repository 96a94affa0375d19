"""The parameters of the estimators, each said once: what it may be, and what it means.

`with_parameters` makes of them a class's `_parameter_constraints` and the Parameters section of its docstring.
"""

import inspect
from numbers import Integral, Real
from typing import NamedTuple

from sklearn.utils._param_validation import Interval, RealNotInt, StrOptions

POSITIVE = Interval(Integral, 1, None, closed="left")
AT_LEAST_TWO = Interval(Integral, 2, None, closed="left")
NOT_NEGATIVE = Interval(Real, 0.0, None, closed="left")
SHARE = Interval(RealNotInt, 0.0, 1.0, closed="right")


class Parameter(NamedTuple):
    """What a parameter may be, for scikit-learn's validation and in words, and what it means."""

    constraints: list
    kind: str
    text: str


def _criterion(*names):
    return Parameter(
        [StrOptions(set(names))],
        "{" + ", ".join(f'"{name}"' for name in names) + "}",
        "What a split is worth: the impurity that it removes.",
    )


CLASSIFICATION_CRITERION = _criterion("gini", "entropy", "log_loss")._replace(
    text="The impurity that splits remove: the Gini index, or the entropy of the classes, of which "
    '"log_loss" is another name.'
)
REGRESSION_CRITERION = Parameter(
    [StrOptions({"squared_error", "absolute_error", "poisson", "friedman_mse"}, deprecated={"friedman_mse"})],
    '{"squared_error", "absolute_error", "poisson"}',
    "The impurity that splits remove: the variance, the mean distance from the median, or half the Poisson deviance. "
    '"friedman_mse" is a deprecated name for "squared_error".',
)

TREE = {
    "splitter": Parameter(
        [StrOptions({"best", "random"})],
        '{"best", "random"}',
        "Whether all thresholds of a feature are tried, or one that is drawn at random.",
    ),
    "max_depth": Parameter([POSITIVE, None], "int or None", "The most splits from the root to a leaf; None: no limit."),
    "min_samples_split": Parameter(
        [AT_LEAST_TWO, SHARE],
        "int or float",
        "The least samples of a node that is split; a float is a share of the training samples.",
    ),
    "min_samples_leaf": Parameter(
        [POSITIVE, Interval(RealNotInt, 0.0, 1.0, closed="neither")],
        "int or float",
        "The least samples of a leaf; a float is a share of the training samples.",
    ),
    "min_weight_fraction_leaf": Parameter(
        [Interval(Real, 0.0, 0.5, closed="both")],
        "float",
        "The least weight of a leaf, as a share of the weight of all samples.",
    ),
    "max_features": Parameter(
        [POSITIVE, SHARE, StrOptions({"sqrt", "log2"}), None],
        'int, float, {"sqrt", "log2"} or None',
        "How many features each node draws to look at (more, until one of them is not constant): a number, a share of "
        "them, the square root or the binary logarithm of their number; None: all.",
    ),
    "max_leaf_nodes": Parameter(
        [AT_LEAST_TWO, None],
        "int or None",
        "The most leaves. The node whose split gains most is then split first; None: no limit, depth first.",
    ),
    "min_impurity_decrease": Parameter(
        [NOT_NEGATIVE],
        "float",
        "The least decrease of impurity by a split, weighted by the node's share of the weight of all samples.",
    ),
    "random_state": Parameter(
        ["random_state"],
        "int, RandomState instance or None",
        "Seed of all draws: the same integer gives the same model, for any number of threads.",
    ),
    "ccp_alpha": Parameter(
        [NOT_NEGATIVE],
        "float",
        "Minimal cost-complexity pruning: branches that lower the impurity by less than this a leaf are cut.",
    ),
    "monotonic_cst": Parameter(
        ["array-like", None],
        "array-like of int of shape (n_features,) or None",
        "1: the prediction (of the positive class) never falls as the feature grows; -1: it never rises; 0: free. Not "
        "for several classes or outputs.",
    ),
    "categorical_features": Parameter(
        ["array-like", StrOptions({"from_dtype"}), None],
        '"from_dtype", array-like of bool, int or str, or None',
        'Features whose values are categories. "from_dtype": the columns of a data frame that hold strings, categories '
        "or other objects; otherwise a mask, indices or names; None: no feature.",
    ),
    "interaction_cst": Parameter(
        [list, tuple, StrOptions({"pairwise", "no_interactions"}), None],
        '{"pairwise", "no_interactions"}, sequence of lists/tuples/sets of int, or None',
        "Groups of features that may be split on along one path. Features that no group names form one more group.",
    ),
}
CLASS_WEIGHT = Parameter(
    [dict, list, StrOptions({"balanced"}), None],
    'dict, list of dict, "balanced" or None',
    'Weights of the classes, for each output; "balanced": in inverse proportion to their frequencies.',
)
FOREST_CLASS_WEIGHT = Parameter(
    [StrOptions({"balanced_subsample", "balanced"}), dict, list, None],
    '{"balanced", "balanced_subsample"}, dict, list of dict or None',
    'Weights of the classes, for each output; "balanced": in inverse proportion to their frequencies, '
    '"balanced_subsample": in those of each tree\'s rows.',
)
FOREST = {
    "n_estimators": Parameter([POSITIVE], "int", "Number of trees."),
    "bootstrap": Parameter(["boolean"], "bool", "Whether a tree grows on rows drawn with replacement, or on all rows."),
    "oob_score": Parameter(
        ["boolean", callable],
        "bool or callable",
        "Whether rows are predicted by the trees that were not drawn them; a callable `score(y_true, y_pred)` takes "
        "the place of accuracy or R2.",
    ),
    "n_jobs": Parameter(
        [Integral, None],
        "int or None",
        "Threads that fit and predict; -1: one for each core; None: 1, or what `joblib.parallel_config` says. The "
        "model and its predictions are the same for any number.",
    ),
    "verbose": Parameter(["verbose"], "int", "Whether progress is printed."),
    "warm_start": Parameter(
        ["boolean"],
        "bool",
        "Whether `fit` keeps the trees that there are and adds those up to `n_estimators`.",
    ),
    "max_samples": Parameter(
        [None, Interval(RealNotInt, 0.0, None, closed="neither"), POSITIVE],
        "int, float or None",
        "How many rows each tree is drawn: a number, a share of the rows (of their weight, if they have weights; it "
        "may exceed 1); None: as many as there are.",
    ),
    "importance": Parameter(
        [StrOptions({"impurity", "oob"})],
        '{"impurity", "oob"}',
        'What `feature_importances_` reports: the decrease of impurity on the rows that the trees grew on, or ("oob") '
        "its unbiased counterpart on out-of-bag rows, which needs `bootstrap=True`.",
    ),
}


def keep(estimator, arguments):
    """Set the parameters of an estimator: `keep(self, locals())` in a constructor."""
    vars(estimator).update({name: value for name, value in arguments.items() if name not in ("self", "__class__")})


def with_parameters(*tables, **own):
    """Decorate an estimator class: fill `{parameters}` in its docstring, and set `_parameter_constraints`.

    Parameters
    ----------
    *tables : dict of str to Parameter
    **own : Parameter
        Parameters of the class itself.
    """
    known = {name: parameter for table in (*tables, own) for name, parameter in table.items()}

    def decorate(cls):
        signature = inspect.signature(cls.__init__).parameters
        names = [name for name in signature if name != "self"]
        cls._parameter_constraints = {name: known[name].constraints for name in names}
        lines = []
        for name in names:
            default = signature[name].default
            shown = f'"{default}"' if isinstance(default, str) else repr(default)
            lines += [f"{name} : {known[name].kind}, default={shown}", f"    {known[name].text}", ""]
        section = "\n    ".join(line if line else "" for line in lines[:-1])
        cls.__doc__ = (cls.__doc__ or "").replace("{parameters}", section.replace("\n    \n", "\n\n"))
        return cls

    return decorate
