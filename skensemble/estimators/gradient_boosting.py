"""Friedman's gradient boosting: exact trees that are fitted to the gradients of a loss."""

from numbers import Integral, Real

import numpy as np
from sklearn import ensemble
from sklearn.utils._param_validation import HasMethods, Hidden, Interval, StrOptions

from skensemble.estimators.parameters import FOREST, NOT_NEGATIVE, POSITIVE, TREE, Parameter, keep, with_parameters
from skensemble.estimators.raw_predictions import ClassificationBoosterMixin, RegressionBoosterMixin
from skensemble.estimators.stagewise import BaseGradientBoosting
from skensemble.estimators.targets import check_size, learn_classes
from skensemble.objectives.objectives import ObjectiveParameters, new_objective

GRADIENT_BOOSTING = {
    **TREE,
    "learning_rate": Parameter(
        [NOT_NEGATIVE], "float", "Shrinkage: the part of its step that each round moves the raw predictions by."
    ),
    "n_estimators": Parameter([POSITIVE], "int", "Number of rounds."),
    "subsample": Parameter(
        [Interval(Real, 0.0, 1.0, closed="right")],
        "float",
        "The share of the samples that a round is fitted to, drawn without replacement (Friedman 2002). Below 1 the "
        "others measure the round: `oob_improvement_`.",
    ),
    "criterion": Parameter(
        [StrOptions({"squared_error"}), Hidden(StrOptions({"deprecated", "friedman_mse"}))],
        '{"squared_error", "deprecated"}',
        "Deprecated, as in scikit-learn 1.9, and without effect: trees are fitted to the squared error.",
    ),
    "verbose": Parameter(["verbose"], "int", "1: a table of some rounds is printed; more: of all."),
    "warm_start": Parameter(
        ["boolean"], "bool", "Whether `fit` keeps the rounds that there are and adds those up to `n_estimators`."
    ),
    "validation_fraction": Parameter(
        [Interval(Real, 0.0, 1.0, closed="neither")], "float", "The share of the samples that early stopping holds out."
    ),
    "n_iter_no_change": Parameter(
        [Interval(Integral, 1, None, closed="left"), None],
        "int or None",
        "Early stopping: the fit ends when the loss of the held-out samples is by less than `tol` lower than in any of "
        "so many rounds before; None: all rounds are played.",
    ),
    "tol": Parameter([NOT_NEGATIVE], "float", "What early stopping takes for an improvement of the loss."),
    "estimator": Parameter(
        [HasMethods(["fit", "predict"]), None],
        "regressor or None",
        "What is fitted in each round in the place of a tree: any regressor, with one step that is searched along its "
        "predictions. None: trees, with a step for each leaf.",
    ),
    "order": Parameter(
        [StrOptions({"first", "second"})],
        '{"first", "second"}',
        'What a round is fitted to. "first": the negative gradients, and the step is searched (Friedman 2001). '
        '"second": the Newton steps of the samples, weighted by their second derivatives (Friedman, Hastie and '
        "Tibshirani 2000), for losses that have them.",
    ),
    "n_jobs": FOREST["n_jobs"]._replace(
        text="Threads that fit the trees of several classes and predict; -1: one for each core; None: 1, or what "
        "`joblib.parallel_config` says. The model and its predictions are the same for any number."
    ),
}
REGRESSION_INIT = Parameter(
    [StrOptions({"zero"}), None, HasMethods(["fit", "predict"])],
    'estimator, "zero" or None',
    "What predicts before the first round; None: the best constant.",
)
CLASSIFICATION_INIT = REGRESSION_INIT._replace(
    constraints=[StrOptions({"zero"}), None, HasMethods(["fit", "predict_proba"])],
    text="What predicts the probabilities before the first round; None: the shares of the classes.",
)


@with_parameters(
    GRADIENT_BOOSTING,
    init=REGRESSION_INIT,
    loss=Parameter(
        [StrOptions({"squared_error", "absolute_error", "huber", "quantile"})],
        '{"squared_error", "absolute_error", "huber", "quantile"}',
        'The loss. "huber" is squared up to a distance that each round chooses, so that a share `alpha` of the '
        "residuals lies within it, and linear beyond.",
    ),
    alpha=Parameter(
        [Interval(Real, 0.0, 1.0, closed="neither")],
        "float",
        'The share of the residuals that loss="huber" squares, or the quantile that loss="quantile" predicts.',
    ),
)
class GradientBoostingRegressor(RegressionBoosterMixin, BaseGradientBoosting):
    """Regression by exact trees that are added one after the other along the gradient of a loss (Friedman 2001).

    Missing values, categories, monotonic and interaction constraints are those of the trees.
    `HistGradientBoostingRegressor` is the faster choice for many samples.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    estimators_ : ndarray of shape (n_rounds, 1)
        The trees, as views on the arrays of the ensemble, or what was fitted in their place.
    n_estimators_ : int
        Number of rounds.
    n_trees_per_iteration_ : int
        1.
    init_ : estimator or "zero"
        What predicts before the first round.
    train_score_ : ndarray of shape (n_rounds,)
        The loss of the samples that each round was fitted to, after it.
    oob_improvement_ : ndarray of shape (n_rounds,)
        By how much each round lowered the loss of the samples that it was not fitted to. Only if `subsample` < 1.
    oob_scores_ : ndarray of shape (n_rounds,)
        The loss of these samples. Only if `subsample` < 1.
    oob_score_ : float
        The last of them. Only if `subsample` < 1.
    feature_importances_ : ndarray of shape (n_features,)
        Decrease of the squared error to the gradients by each feature.
    max_features_ : int
        How many features a node draws.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    HistGradientBoostingRegressor : On histograms and in second order, faster.

    References
    ----------
    Friedman 2001, "Greedy function approximation: a gradient boosting machine".

    Friedman 2002, "Stochastic gradient boosting".

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skensemble import GradientBoostingRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> GradientBoostingRegressor(random_state=0).fit(X, y).score(X, y) > 0.7
    True
    """

    n_trees_per_iteration_ = 1

    def __init__(
        self,
        estimator=None,
        *,
        loss="squared_error",
        learning_rate=0.1,
        n_estimators=100,
        subsample=1.0,
        criterion="deprecated",
        min_samples_split=2,
        min_samples_leaf=1,
        min_weight_fraction_leaf=0.0,
        max_depth=3,
        min_impurity_decrease=0.0,
        init=None,
        random_state=None,
        max_features=None,
        alpha=0.9,
        verbose=0,
        max_leaf_nodes=None,
        warm_start=False,
        validation_fraction=0.1,
        n_iter_no_change=None,
        tol=1e-4,
        ccp_alpha=0.0,
        monotonic_cst=None,
        categorical_features="from_dtype",
        interaction_cst=None,
        order="first",
        n_jobs=None,
    ):
        keep(self, locals())

    def _encode_y(self, y, sample_weight):
        y = np.ascontiguousarray(y, np.float64)
        check_size(y)
        return y

    @property
    def _objective(self):
        parameters = ObjectiveParameters(quantile=self.alpha, huber_share=self.alpha, is_lower=True)
        return new_objective(self.loss, 0, parameters)


@with_parameters(
    GRADIENT_BOOSTING,
    init=CLASSIFICATION_INIT,
    loss=Parameter(
        [StrOptions({"log_loss", "exponential"})],
        '{"log_loss", "exponential"}',
        'The loss: "log_loss", or for two classes "exponential", which is that of AdaBoost.',
    ),
)
class GradientBoostingClassifier(ClassificationBoosterMixin, BaseGradientBoosting):
    """Classification by exact trees that are added one after the other along the gradient of a loss (Friedman 2001).

    Missing values, categories, monotonic and interaction constraints are those of the trees.
    `HistGradientBoostingClassifier` is the faster choice for many samples.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    n_classes_ : int
        Their number.
    estimators_ : ndarray of shape (n_rounds, n_outputs)
        The trees, as views on the arrays of the ensemble, or what was fitted in their place.
    n_estimators_ : int
        Number of rounds.
    n_trees_per_iteration_ : int
        1 for two classes, else the number of classes.
    init_ : estimator or "zero"
        What predicts before the first round.
    train_score_ : ndarray of shape (n_rounds,)
        The loss of the samples that each round was fitted to, after it.
    oob_improvement_ : ndarray of shape (n_rounds,)
        By how much each round lowered the loss of the samples that it was not fitted to. Only if `subsample` < 1.
    oob_scores_ : ndarray of shape (n_rounds,)
        The loss of these samples. Only if `subsample` < 1.
    oob_score_ : float
        The last of them. Only if `subsample` < 1.
    feature_importances_ : ndarray of shape (n_features,)
        Decrease of the squared error to the gradients by each feature.
    max_features_ : int
        How many features a node draws.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    HistGradientBoostingClassifier : On histograms and in second order, faster.

    References
    ----------
    Friedman 2001, "Greedy function approximation: a gradient boosting machine".

    Friedman 2002, "Stochastic gradient boosting".

    Friedman, Hastie and Tibshirani 2000, "Additive logistic regression: a statistical view of boosting".

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skensemble import GradientBoostingClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> GradientBoostingClassifier(n_estimators=20, random_state=0).fit(X, y).score(X, y) > 0.95
    True
    """

    _keeps_columns = True

    def __init__(
        self,
        estimator=None,
        *,
        loss="log_loss",
        learning_rate=0.1,
        n_estimators=100,
        subsample=1.0,
        criterion="deprecated",
        min_samples_split=2,
        min_samples_leaf=1,
        min_weight_fraction_leaf=0.0,
        max_depth=3,
        min_impurity_decrease=0.0,
        init=None,
        random_state=None,
        max_features=None,
        verbose=0,
        max_leaf_nodes=None,
        warm_start=False,
        validation_fraction=0.1,
        n_iter_no_change=None,
        tol=1e-4,
        ccp_alpha=0.0,
        monotonic_cst=None,
        categorical_features="from_dtype",
        interaction_cst=None,
        order="first",
        n_jobs=None,
    ):
        keep(self, locals())

    def _encode_y(self, y, sample_weight):
        numbers = learn_classes(self, y)
        self.n_classes_ = len(self.classes_)
        self.n_trees_per_iteration_ = 1 if self.n_classes_ <= 2 else self.n_classes_
        n_left = np.count_nonzero(np.bincount(numbers, sample_weight))
        if n_left < 2:
            raise ValueError(
                f"y contains {n_left} class after sample_weight trimmed classes with zero weights, while a minimum of "
                "2 classes are required."
            )
        if self.loss == "exponential" and self.n_classes_ > 2:
            raise ValueError(
                f"loss='{self.loss}' is only suitable for a binary classification problem, you have "
                f"n_classes={self.n_classes_}. Please use loss='log_loss' instead."
            )
        return numbers.astype(np.float64)

    @property
    def _objective(self):
        return new_objective(self.loss, self.n_classes_)


ensemble.GradientBoostingClassifier.register(GradientBoostingClassifier)
ensemble.GradientBoostingRegressor.register(GradientBoostingRegressor)
