"""Gradient boosting on histograms, for classification and regression."""

import numpy as np
from sklearn import ensemble

from skensemble.estimators.boosting import BaseHistGradientBoosting, class_numbers
from skensemble.estimators.boosting_parameters import (
    BOOSTER,
    CLASSIFICATION_LOSS,
    REGRESSION_LOSS,
    objective_of,
)
from skensemble.estimators.parameters import keep, with_parameters
from skensemble.estimators.raw_predictions import ClassificationBoosterMixin, RegressionBoosterMixin
from skensemble.estimators.targets import check_size, class_weights, learn_classes, weights_with_classes


@with_parameters(BOOSTER, loss=REGRESSION_LOSS)
class HistGradientBoostingRegressor(RegressionBoosterMixin, BaseHistGradientBoosting):
    """Regression by trees that are added one after the other along the gradient of a loss.

    Trees grow on histograms of at most `max_bins` bins a feature, towards a regularised second-order approximation of
    the loss (Chen and Guestrin 2016), at the leaf that gains most (Ke et al. 2017). Missing values learn their side at
    each split; categories are split by subsets, or numbers take their place (Prokhorenkova et al. 2018).

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    n_iter_ : int
        Number of rounds.
    best_iteration_ : int
        How many rounds predict: up to the best score of the samples that early stopping holds out, else all.
    n_trees_per_iteration_ : int
        1.
    train_score_ : ndarray of shape (n_rounds + 1,)
        Scores before the first round and after each, higher is better; empty without early stopping.
    validation_score_ : ndarray of shape (n_rounds + 1,)
        The same of the samples that are held out; empty without them.
    do_early_stopping_ : bool
        Whether rounds could be stopped early.
    is_categorical_ : ndarray of shape (n_features,), bool, or None
        Which features are categorical; None: no one is.
    feature_importances_ : ndarray of shape (n_features,)
        See `importance`.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, if X is a data frame with names that are strings.

    See Also
    --------
    HistGradientBoostingClassifier : The same for classes.

    References
    ----------
    Friedman 2001, "Greedy function approximation: a gradient boosting machine".

    Chen and Guestrin 2016, "XGBoost: a scalable tree boosting system".

    Ke et al. 2017, "LightGBM: a highly efficient gradient boosting decision tree".

    Prokhorenkova et al. 2018, "CatBoost: unbiased boosting with categorical features".

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skensemble import HistGradientBoostingRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> HistGradientBoostingRegressor(max_iter=20).fit(X, y).score(X, y) > 0.6
    True
    """

    def __init__(
        self,
        loss="squared_error",
        *,
        quantile=None,
        tweedie_power=1.5,
        huber_delta=1.0,
        learning_rate=0.1,
        max_iter=100,
        max_leaf_nodes=31,
        max_depth=None,
        min_samples_leaf=20,
        l2_regularization=0.0,
        l1_regularization=0.0,
        min_split_gain=0.0,
        min_child_weight=1e-3,
        max_delta_step=0.0,
        growth="leaf",
        subsample=1.0,
        subsample_groups=None,
        row_sampling="uniform",
        top_rate=0.2,
        other_rate=0.1,
        dropout_rate=0.0,
        random_thresholds=False,
        path_smoothing=0.0,
        leaf_model="constant",
        max_features=1.0,
        max_features_by_level=1.0,
        max_features_by_tree=1.0,
        feature_weights=None,
        feature_penalties=None,
        first_use_penalties=None,
        max_bins=255,
        bin_thresholds=None,
        forced_splits=None,
        categorical_features="from_dtype",
        categorical_encoding="auto",
        categorical_smoothing=10.0,
        monotonic_cst=None,
        monotonic_method="basic",
        interaction_cst=None,
        warm_start=False,
        early_stopping="auto",
        scoring="loss",
        validation_fraction=0.1,
        validation_split=None,
        n_iter_no_change=10,
        tol=1e-7,
        max_time=None,
        on_interrupt="raise",
        callbacks=None,
        importance="gain",
        n_jobs=None,
        verbose=0,
        random_state=None,
    ):
        keep(self, locals())

    def _encode_y(self, y, is_new=True):
        y = np.asarray(y)
        if y.dtype.kind not in "biuf":
            y = y.astype(np.float64)
        y = np.ascontiguousarray(y, np.float64)
        check_size(y)
        return y

    @property
    def _objective(self):
        return objective_of(self, 0)


@with_parameters(BOOSTER, loss=CLASSIFICATION_LOSS)
class HistGradientBoostingClassifier(ClassificationBoosterMixin, BaseHistGradientBoosting):
    """Classification by trees that are added one after the other along the gradient of the log-loss.

    Trees grow on histograms of at most `max_bins` bins a feature, towards a regularised second-order approximation of
    the loss (Chen and Guestrin 2016), at the leaf that gains most (Ke et al. 2017). Missing values learn their side at
    each split; categories are split by subsets, or numbers take their place (Prokhorenkova et al. 2018).

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    n_iter_ : int
        Number of rounds.
    best_iteration_ : int
        How many rounds predict: up to the best score of the samples that early stopping holds out, else all.
    n_trees_per_iteration_ : int
        1 for two classes and for vectors in leaves, else the number of classes.
    train_score_ : ndarray of shape (n_rounds + 1,)
        Scores before the first round and after each, higher is better; empty without early stopping.
    validation_score_ : ndarray of shape (n_rounds + 1,)
        The same of the samples that are held out; empty without them.
    do_early_stopping_ : bool
        Whether rounds could be stopped early.
    is_categorical_ : ndarray of shape (n_features,), bool, or None
        Which features are categorical; None: no one is.
    feature_importances_ : ndarray of shape (n_features,)
        See `importance`.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, if X is a data frame with names that are strings.

    See Also
    --------
    HistGradientBoostingRegressor : The same for numbers.

    References
    ----------
    Friedman 2001, "Greedy function approximation: a gradient boosting machine".

    Chen and Guestrin 2016, "XGBoost: a scalable tree boosting system".

    Ke et al. 2017, "LightGBM: a highly efficient gradient boosting decision tree".

    Prokhorenkova et al. 2018, "CatBoost: unbiased boosting with categorical features".

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skensemble import HistGradientBoostingClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> HistGradientBoostingClassifier(max_iter=20).fit(X, y).score(X, y) > 0.95
    True
    """

    def __init__(
        self,
        loss="log_loss",
        *,
        learning_rate=0.1,
        max_iter=100,
        max_leaf_nodes=31,
        max_depth=None,
        min_samples_leaf=20,
        l2_regularization=0.0,
        l1_regularization=0.0,
        min_split_gain=0.0,
        min_child_weight=1e-3,
        max_delta_step=0.0,
        growth="leaf",
        subsample=1.0,
        subsample_groups=None,
        row_sampling="uniform",
        top_rate=0.2,
        other_rate=0.1,
        dropout_rate=0.0,
        random_thresholds=False,
        path_smoothing=0.0,
        leaf_model="constant",
        multi_strategy="tree_per_output",
        max_features=1.0,
        max_features_by_level=1.0,
        max_features_by_tree=1.0,
        feature_weights=None,
        feature_penalties=None,
        first_use_penalties=None,
        max_bins=255,
        bin_thresholds=None,
        forced_splits=None,
        categorical_features="from_dtype",
        categorical_encoding="auto",
        categorical_smoothing=10.0,
        monotonic_cst=None,
        monotonic_method="basic",
        interaction_cst=None,
        warm_start=False,
        early_stopping="auto",
        scoring="loss",
        validation_fraction=0.1,
        validation_split=None,
        n_iter_no_change=10,
        tol=1e-7,
        max_time=None,
        on_interrupt="raise",
        callbacks=None,
        importance="gain",
        n_jobs=None,
        verbose=0,
        random_state=None,
        class_weight=None,
    ):
        keep(self, locals())

    def _encode_y(self, y, is_new=True):
        if not is_new:
            return class_numbers(y, self.classes_)
        numbers = learn_classes(self, y)
        if len(self.classes_) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        return numbers.astype(np.float64)

    @property
    def _n_classes(self):
        return len(self.classes_)

    def _weights(self, sample_weight, y):
        by_class = class_weights(self.class_weight, y[:, np.newaxis], [self.classes_], sample_weight)
        return weights_with_classes(by_class, sample_weight)

    @property
    def _objective(self):
        return objective_of(self, self._n_classes)


ensemble.HistGradientBoostingClassifier.register(HistGradientBoostingClassifier)
ensemble.HistGradientBoostingRegressor.register(HistGradientBoostingRegressor)
