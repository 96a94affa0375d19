"""Bagging: copies of one estimator, each fitted to rows, and maybe columns, that are drawn for it."""

import copy
import functools
from numbers import Integral

import joblib
import numpy as np
from sklearn import ensemble
from sklearn.ensemble._bagging import _generate_bagging_indices
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import HasMethods, Interval, RealNotInt
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from skensemble._threads import resolve_n_jobs
from skensemble.estimators.decision_tree import DecisionTreeClassifier, DecisionTreeRegressor
from skensemble.estimators.frames import FeatureEncoder
from skensemble.estimators.inputs import EncodedInputMixin, all_or_nothing
from skensemble.estimators.parameters import FOREST, POSITIVE, SHARE, TREE, Parameter, with_parameters
from skensemble.estimators.predictions import logarithms
from skensemble.estimators.shared_trees import SharedTrees, is_own_tree
from skensemble.estimators.targets import check_goes_on
from skensemble.trees.trees import Trees

BAGGING = {
    "estimator": Parameter(
        [HasMethods(["fit", "predict"]), None],
        "estimator or None",
        "What is fitted; None: one of our trees with `max_features=1.0`, which draws the order of the features: with "
        "`max_features=None` the first of them win the ties of small nodes in all trees, which makes them alike. Our "
        "trees grow on data that are ranked once for all.",
    ),
    "n_estimators": Parameter([POSITIVE], "int", "Number of estimators."),
    "max_samples": Parameter(
        [None, Interval(Integral, 1, None, closed="left"), Interval(RealNotInt, 0, 1, closed="right")],
        "int, float or None",
        "How many rows each estimator is drawn: a number, or a share of the rows (of their weight, if they have "
        "weights); None: as many as there are.",
    ),
    "max_features": Parameter(
        [POSITIVE, SHARE], "int or float", "How many columns each estimator is drawn: a number, or a share of them."
    ),
    "bootstrap": Parameter(["boolean"], "bool", "Whether rows are drawn with replacement."),
    "bootstrap_features": Parameter(["boolean"], "bool", "Whether columns are drawn with replacement."),
    "oob_score": Parameter(
        ["boolean"], "bool", "Whether rows are predicted by the estimators that were not drawn them."
    ),
    "warm_start": Parameter(
        ["boolean"], "bool", "Whether `fit` keeps the estimators that there are and adds those up to `n_estimators`."
    ),
    "n_jobs": FOREST["n_jobs"]._replace(
        text="How many estimators are fitted, or predict, at once: our trees on threads, others as joblib has it; -1: "
        "one for each core; None: 1, or what `joblib.parallel_config` says. Bits do not depend on it."
    ),
    "random_state": TREE["random_state"],
    "verbose": Parameter(["verbose"], "int", "What joblib prints of the progress."),
}


def _has_decision_function(bagging):
    estimators = vars(bagging).get("estimators_")
    return hasattr(estimators[0] if estimators else bagging._get_estimator(), "decision_function")


class BaggingMixin(EncodedInputMixin):
    """What is ours in bagging: trees on shared ranks, and sums in one order."""

    _shared = None  # SharedTrees, during a fit with one of our trees on all columns
    _is_own = False

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, **fit_params):
        """Fit the estimators.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            With one of our trees as the estimator: NaN is a missing value, and frames may have categories.
        y : array-like of shape (n_samples,); of numbers also (n_samples, n_outputs)
            Classes of any type, or numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Rows are drawn in proportion to it.
        **fit_params : dict
            For the estimators' `fit`, with metadata routing.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            Of wrong shapes, or of parameters that do not go together.
        """
        estimator = self._get_estimator()
        self._is_own = is_own_tree(estimator) and not fit_params
        if not self._is_own:
            self._packed = None
            return super().fit(X, y, sample_weight, **fit_params)
        self._validate_params()
        n_threads, encoder = resolve_n_jobs(self.n_jobs), self._encoder_to_keep(X)
        shared = SharedTrees(estimator, X, self._y_of_trees(y), n_threads, encoder=encoder)
        prototype = shared.prototype
        is_whole = self.max_features == (prototype.n_features_in_ if isinstance(self.max_features, Integral) else 1.0)
        self._shared = shared if is_whole and not self.bootstrap_features else None
        self._is_categorical = shared.prepared.n_categories > 0
        self._numeric = FeatureEncoder(None)  # out-of-bag rows are encoded already
        self._numeric.fit_transform(shared.rows)
        try:
            super().fit(shared.rows, y, sample_weight)
        finally:
            del self._shared, self._numeric
        of_frame = {
            name: vars(prototype)[name] for name in ("_encoder", "feature_names_in_") if name in vars(prototype)
        }
        for each in (self, *(self.estimators_ if is_whole and not self.bootstrap_features else ())):
            vars(each).update(of_frame)
        self._packed = self._joined()
        return self

    def _y_of_trees(self, y):
        """Return the targets as the estimators see them."""
        return y

    def _make_estimator(self, append=True, random_state=None):
        made = super()._make_estimator(append, random_state)
        if self._shared is None and self._is_own and self._is_categorical.any():
            drawn = _generate_bagging_indices(
                random_state,
                self.bootstrap_features,
                self.bootstrap,
                self.n_features_in_,
                self._n_samples,
                self._max_features,
                self._max_samples,
                self._sample_weight,
            )
            made.set_params(categorical_features=self._is_categorical[drawn[0]])
        if self._shared is not None:
            vars(made).update(self._shared.known(), _encoder=self._numeric)
            made.__dict__.pop("feature_names_in_", None)
        return made

    def _parallel_args(self):
        return {"prefer": "threads"} if self._is_own else super()._parallel_args()

    def _joined(self):
        """Put the trees of all estimators, if these are our trees on all columns, in one place; else return None."""
        columns = np.arange(self.n_features_in_)
        if not self._is_own or not all(np.array_equal(each, columns) for each in self.estimators_features_):
            return None
        trees = [tree._trees for tree in self.estimators_]
        packed = Trees.from_grown([each.grown(0) for each in trees], trees[0].n_categories, trees[0].n_classes)
        for index, tree in enumerate(self.estimators_):
            tree._set_trees(packed.subset(index))
        return packed

    def _trees_of_all(self):
        check_is_fitted(self)
        return self._packed

    def _mean(self, X, trees):
        """Return the mean of the values of the leaves, (n_samples, n_values)."""
        X = self._validate_X_predict(X)
        return trees.sum_values(X, n_threads=resolve_n_jobs(self.n_jobs)) / len(trees)

    def _combined(self, name, X, params, combine=np.add):
        """Combine what scikit-learn's method says of one estimator after the other, in their order."""
        check_is_fitted(self)
        X = self._encoded(X)

        def ask(i):
            single = copy.copy(self)
            single.estimators_, single.estimators_features_ = [self.estimators_[i]], [self.estimators_features_[i]]
            single.n_estimators = single.n_jobs = 1
            single.__dict__.pop("feature_names_in_", None)  # X may be encoded, and is checked
            return getattr(super(BaggingMixin, single), name)(X, **params)

        parallel = joblib.Parallel(n_jobs=self.n_jobs, verbose=self.verbose, prefer="threads")
        return functools.reduce(combine, parallel(joblib.delayed(ask)(i) for i in range(len(self.estimators_))))

    def _encoded(self, X):
        """Return X as the estimators were given it: without names, and for our trees encoded."""
        if self._is_own:
            return self._validate_X_predict(X)
        return validate_data(self, X, accept_sparse=["csr", "csc"], dtype=None, ensure_all_finite=False, reset=False)

    def __getstate__(self):
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_packed"}  # the estimators hold the arrays

    def __setstate__(self, state):
        super().__setstate__(state)
        if vars(self).get("estimators_"):
            self._packed = self._joined()


@with_parameters(BAGGING)
class BaggingClassifier(BaggingMixin, ensemble.BaggingClassifier):
    """Classifiers that are fitted to drawn rows, and maybe columns, and predict by the mean of their probabilities.

    All is as in scikit-learn's class of the same name. Our trees grow on ranks that are computed once, a tree to a
    thread, where each sees all columns; frames with categories and missing values then need no preparation.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    n_classes_ : int
        Their number.
    estimator_ : estimator
        What the estimators are copies of.
    estimators_ : list
        The fitted estimators.
    estimators_samples_ : list of ndarray
        The rows that each of them was drawn.
    estimators_features_ : list of ndarray
        The columns that each of them was drawn.
    oob_score_ : float
        The out-of-bag accuracy. Only if `oob_score`.
    oob_decision_function_ : ndarray of shape (n_samples, n_classes)
        The out-of-bag probabilities. Only if `oob_score`.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    RandomForestClassifier : Draws features anew at each node.

    References
    ----------
    Breiman 1996, "Bagging predictors".

    Breiman 1999, "Pasting small votes for classification in large databases and on-line".

    Ho 1998, "The random subspace method for constructing decision forests".

    Louppe and Geurts 2012, "Ensembles on random patches".

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skensemble import BaggingClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> BaggingClassifier(random_state=0).fit(X, y).score(X, y) > 0.95
    True
    """

    def _get_estimator(self):
        return DecisionTreeClassifier(max_features=1.0) if self.estimator is None else self.estimator

    def _y_of_trees(self, y):
        if y is None:
            return None
        y = column_or_1d(y)
        check_classification_targets(y)
        classes, numbers = np.unique(y, return_inverse=True)
        check_goes_on(self, "classes_", classes)
        return numbers

    def predict_proba(self, X, **params):
        """Predict the means of the probabilities that the estimators give the classes, or the shares of their votes.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        **params : dict
            For the estimators, with metadata routing.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of `classes_`.
        """
        trees = self._trees_of_all()
        if trees is not None and not params:
            return self._mean(X, trees)
        return self._combined("predict_proba", X, params) / len(self.estimators_)

    def predict_log_proba(self, X, **params):
        """Predict the logarithms of the means of the probabilities.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        **params : dict
            For the estimators, with metadata routing.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of `classes_`.
        """
        trees = self._trees_of_all()
        if trees is not None and not params:
            return logarithms(self._mean(X, trees))
        return self._combined("predict_log_proba", X, params, np.logaddexp) - np.log(len(self.estimators_))

    @available_if(_has_decision_function)
    def decision_function(self, X, **params):
        """Return the means of the estimators' decision functions.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        **params : dict
            For the estimators, with metadata routing.

        Returns
        -------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes), float64
            In the order of `classes_`.
        """
        return self._combined("decision_function", X, params) / len(self.estimators_)


@with_parameters(BAGGING)
class BaggingRegressor(BaggingMixin, ensemble.BaggingRegressor):
    """Regressors that are fitted to drawn rows, and maybe columns, and predict by their mean.

    All is as in scikit-learn's class of the same name. Our trees grow on ranks that are computed once, a tree to a
    thread, where each sees all columns; frames with categories and missing values then need no preparation.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    estimator_ : estimator
        What the estimators are copies of.
    estimators_ : list
        The fitted estimators.
    estimators_samples_ : list of ndarray
        The rows that each of them was drawn.
    estimators_features_ : list of ndarray
        The columns that each of them was drawn.
    oob_score_ : float
        The out-of-bag R2. Only if `oob_score`.
    oob_prediction_ : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        The out-of-bag predictions. Only if `oob_score`.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    RandomForestRegressor : Draws features anew at each node.

    References
    ----------
    Breiman 1996, "Bagging predictors".

    Breiman 1999, "Pasting small votes for classification in large databases and on-line".

    Ho 1998, "The random subspace method for constructing decision forests".

    Louppe and Geurts 2012, "Ensembles on random patches".

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skensemble import BaggingRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> BaggingRegressor(random_state=0).fit(X, y).score(X, y) > 0.8
    True
    """

    def _get_estimator(self):
        return DecisionTreeRegressor(max_features=1.0) if self.estimator is None else self.estimator

    def predict(self, X, **params):
        """Predict the mean of the estimators' predictions.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        **params : dict
            For the estimators, with metadata routing.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs), float64
            Predictions.
        """
        trees = self._trees_of_all()
        if trees is not None and not params:
            mean = self._mean(X, trees)
            return mean[:, 0] if mean.shape[1] == 1 else mean
        return self._combined("predict", X, params) / len(self.estimators_)
