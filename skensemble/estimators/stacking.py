"""Stacking: an estimator that learns from the out-of-sample predictions of others (Wolpert 1992)."""

import copy
from numbers import Integral
from typing import Any

import joblib
import numpy as np
from sklearn import ensemble
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.utils import _safe_indexing, get_tags
from sklearn.utils._param_validation import HasMethods, StrOptions
from sklearn.utils.validation import _num_samples

from skensemble.estimators.inputs import all_or_nothing
from skensemble.estimators.parameters import Parameter, with_parameters
from skensemble.estimators.voting import ESTIMATORS

STACKING = {
    "estimators": ESTIMATORS,
    "final_estimator": Parameter(
        [None, HasMethods("fit")],
        "estimator or None",
        "What learns from the predictions: a `GreedyEnsembleSelector`, say, or a stacking estimator for one more "
        "layer; None: logistic or ridge regression.",
    ),
    "cv": Parameter(
        ["cv_object", StrOptions({"prefit", "oob"})],
        'int, cross-validation generator, iterable, "prefit", "oob" or None',
        "Where the predictions that are learned from come from. A number of folds, or a splitter: from fits without "
        'the rows that are predicted; None: 5 folds. "oob": from the out-of-bag rows of estimators that have '
        "`oob_score`, such as forests, which are fitted once; rows that are in all bags of one are not learned from. "
        '"prefit": from estimators that are fitted already.',
    ),
    "n_jobs": Parameter(
        [None, Integral],
        "int or None",
        "How many fits run at once; -1: one for each core; None: 1, or what `joblib.parallel_config` says. Estimators "
        "that have threads of their own share the cores with the others.",
    ),
    "passthrough": Parameter(["boolean"], "bool", "Whether the features are learned from too."),
    "verbose": Parameter(["verbose"], "int", "What joblib prints of the progress."),
}


class OutOfBagPredictions(BaseEstimator):
    """A fitted estimator that predicts some of its training samples by its out-of-bag estimates."""

    def __init__(self, estimator, rows):
        self.estimator = estimator
        self.rows = rows

    def fit(self, X, y):
        """Do nothing: the estimator is fitted."""
        return self

    def predict(self, X):
        """Return the out-of-bag predictions of the rows."""
        if is_classifier(self.estimator):
            return self.estimator.classes_[self.predict_proba(X).argmax(axis=1)]
        return self.estimator.oob_prediction_[self.rows]

    def predict_proba(self, X):
        """Return the out-of-bag probabilities of the rows."""
        return self.estimator.oob_decision_function_[self.rows]

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        return get_tags(self.estimator)

    def __getattr__(self, name):
        if name in ("n_features_in_", "feature_names_in_", "classes_"):
            return getattr(self.estimator, name)
        raise AttributeError(name)


class StackingMixin:
    """What is ours in stacking: out-of-bag predictions in the place of folds."""

    cv: Any
    estimators: Any
    estimators_: Any
    n_jobs: Any
    named_estimators_: Any
    _validate_estimators: Any
    _validate_params: Any

    @all_or_nothing
    def fit(self, X, y, **fit_params):
        """Fit the estimators, and the final one to their predictions.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Classes of any type, or numbers.
        **fit_params : dict
            `sample_weight`, and with metadata routing what else the estimators take.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            With cv="oob": an estimator has no out-of-bag rows.
        """
        if not (isinstance(self.cv, str) and self.cv == "oob"):
            return super().fit(X, y, **fit_params)  # type: ignore[misc]
        self._validate_params()
        names, given = self._validate_estimators()
        bags = [(name, each) for name, each in zip(names, given, strict=True) if not isinstance(each, str)]
        for name, each in bags:
            parameters = each.get_params(deep=False)
            if "oob_score" not in parameters or not parameters.get("bootstrap", True):
                raise ValueError(
                    f'cv="oob" needs out-of-bag rows, which {name!r} ({type(each).__name__}) has not: use a forest or '
                    "bagging with bootstrap=True, or folds."
                )
        parallel = joblib.Parallel(n_jobs=self.n_jobs, prefer="threads")
        y_of_bags = self._y_of_estimators(y)
        weights = {"sample_weight": fit_params["sample_weight"]} if "sample_weight" in fit_params else {}
        fitted = parallel(joblib.delayed(_fit_with_out_of_bag)(clone(each), X, y_of_bags, weights) for _, each in bags)
        rows = _rows_out_of_bag(fitted, _num_samples(X))
        views = {name: OutOfBagPredictions(each, rows) for (name, _), each in zip(bags, fitted, strict=True)}
        stack = copy.copy(self)
        stack.estimators = [(name, views.get(name, "drop")) for name in names]
        stack.cv = "prefit"
        fit_params = {**fit_params, **{name: _safe_indexing(values, rows) for name, values in weights.items()}}
        stack.fit(_safe_indexing(X, rows), _safe_indexing(y, rows), **fit_params)
        self.__dict__.update({**vars(stack), "estimators": self.estimators, "cv": self.cv})
        self.estimators_ = [view.estimator for view in self.estimators_]
        for name, view in views.items():
            self.named_estimators_[name] = view.estimator
        return self

    def _y_of_estimators(self, y):
        """Return the targets as the estimators see them."""
        return y


def _fit_with_out_of_bag(estimator, X, y, weights):
    return estimator.set_params(oob_score=True).fit(X, y, **weights)


def _rows_out_of_bag(fitted, n_samples):
    """Return the rows that every estimator has out-of-bag predictions of."""
    are_known = np.ones(n_samples, bool)
    for estimator in fitted:
        n_bags, samples_of = np.zeros(n_samples, np.int64), estimator.estimators_samples_
        for samples in samples_of:
            n_bags[np.unique(samples)] += 1
        are_known &= n_bags < len(samples_of)
    if not are_known.any():
        raise ValueError('cv="oob" finds no row that is out of some bag of each estimator: raise n_estimators.')
    return np.flatnonzero(are_known)


@with_parameters(
    STACKING,
    stack_method=Parameter(
        [StrOptions({"auto", "predict_proba", "decision_function", "predict"})],
        '{"auto", "predict_proba", "decision_function", "predict"}',
        'What is learned from; "auto": the first of these that an estimator has.',
    ),
)
class StackingClassifier(StackingMixin, ensemble.StackingClassifier):
    """A classifier that learns from the out-of-sample predictions of others.

    All is as in scikit-learn's class of the same name, and forests need no second fit: `cv="oob"`.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,), or a list of them, one for each output
        The labels.
    estimators_ : list
        The estimators, fitted to all samples.
    named_estimators_ : Bunch
        The same by name.
    final_estimator_ : estimator
        What has learned from the predictions.
    stack_method_ : list of str
        What each estimator was asked for.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    GreedyEnsembleSelector : A final estimator that averages the best of many.

    References
    ----------
    Wolpert 1992, "Stacked generalization".

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skensemble import ExtraTreesClassifier, RandomForestClassifier, StackingClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> forests = [
    ...     ("forest", RandomForestClassifier(random_state=0)),
    ...     ("extra", ExtraTreesClassifier(bootstrap=True, random_state=0)),
    ... ]
    >>> StackingClassifier(forests, cv="oob").fit(X, y).score(X, y) > 0.95
    True
    """

    def _y_of_estimators(self, y):
        return y if np.ndim(y) != 1 else np.unique(y, return_inverse=True)[1]


@with_parameters(STACKING)
class StackingRegressor(StackingMixin, ensemble.StackingRegressor):
    """A regressor that learns from the out-of-sample predictions of others.

    All is as in scikit-learn's class of the same name, and forests need no second fit: `cv="oob"`.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    estimators_ : list
        The estimators, fitted to all samples.
    named_estimators_ : Bunch
        The same by name.
    final_estimator_ : estimator
        What has learned from the predictions.
    stack_method_ : list of str
        What each estimator was asked for.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    GreedyEnsembleSelector : A final estimator that averages the best of many.

    References
    ----------
    Wolpert 1992, "Stacked generalization".

    Breiman 1996, "Stacked regressions".

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skensemble import ExtraTreesRegressor, RandomForestRegressor, StackingRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> forests = [
    ...     ("forest", RandomForestRegressor(random_state=0)),
    ...     ("extra", ExtraTreesRegressor(bootstrap=True, random_state=0)),
    ... ]
    >>> StackingRegressor(forests, cv="oob").fit(X, y).score(X, y) > 0.8
    True
    """
