"""Greedy ensemble selection: an average of the models that are best together (Caruana et al. 2004)."""

from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils import ClassifierTags, RegressorTags, check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from skensemble.estimators.parameters import POSITIVE, TREE, Parameter, with_parameters

LEAST_PROBABILITY = 1e-15


@with_parameters(
    task=Parameter(
        [StrOptions({"classification", "regression"})],
        '{"classification", "regression"}',
        "Whether the columns of X are probabilities of classes, or numbers.",
    ),
    n_rounds=Parameter(
        [POSITIVE], "int", "How many times a model is added to the initial ones; one may be added again."
    ),
    n_initial=Parameter([POSITIVE], "int", "With how many of the single best models the selection begins."),
    n_bags=Parameter(
        [POSITIVE], "int", "How many selections are made, each from some models only; the weights are their mean."
    ),
    bag_fraction=Parameter(
        [Interval(Real, 0.0, 1.0, closed="right")],
        "float",
        "The share of the models that each selection chooses from, where there are several selections.",
    ),
    scoring=Parameter(
        [callable, None],
        "callable or None",
        "``scoring(y, predictions, sample_weight)``, of which more is better, with predictions (n_samples, n_classes) "
        "of probabilities, or (n_samples,); None: the negative log-loss, or squared error.",
    ),
    random_state=TREE["random_state"]._replace(text="Seed of the models that selections choose from."),
)
class GreedyEnsembleSelector(BaseEstimator):
    """An average of models, chosen one after the other so that their average is best.

    As the final estimator of stacking it hardly overfits, and says by its weights what each model is worth. From an
    empty ensemble on the model is added, again and again, with which the average scores best; the ensemble that was
    best of all is kept.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    weights_ : ndarray of shape (n_models,)
        Of the models, of sum 1.
    scores_ : list of ndarray
        Of each selection, the scores of its ensembles as they grew.
    classes_ : ndarray of shape (n_classes,)
        The labels. Only of a classification.
    n_features_in_ : int
        Number of columns.

    See Also
    --------
    StackingClassifier : Asks it for its `final_estimator`.

    References
    ----------
    Caruana, Niculescu-Mizil, Crew and Ksikes 2004, "Ensemble selection from libraries of models".

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Ridge
    >>> from skensemble import GreedyEnsembleSelector, RandomForestRegressor, StackingRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> models = [("line", Ridge(alpha=0.1)), ("forest", RandomForestRegressor(random_state=0))]
    >>> stack = StackingRegressor(models, GreedyEnsembleSelector(task="regression")).fit(X, y)
    >>> float(stack.final_estimator_.weights_.sum())
    1.0
    """

    def __init__(
        self,
        *,
        task="classification",
        n_rounds=50,
        n_initial=1,
        n_bags=1,
        bag_fraction=0.5,
        scoring=None,
        random_state=None,
    ):
        self.task = task
        self.n_rounds = n_rounds
        self.n_initial = n_initial
        self.n_bags = n_bags
        self.bag_fraction = bag_fraction
        self.scoring = scoring
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Choose the models.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_models) or (n_samples, n_models * n_classes)
            What the models predict: numbers, probabilities of the second of two classes, or of several classes one
            column each, those of a model side by side.
        y : array-like of shape (n_samples,)
            Classes or numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Not negative.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            X does not have a column for each class of each model.
        """
        is_classification = self.task == "classification"
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=not is_classification)
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        if is_classification:
            check_classification_targets(y)
            self.classes_, target = np.unique(y, return_inverse=True)
        else:
            target = np.asarray(y, np.float64)
        predictions = self._by_model(X)
        draws, n_models = check_random_state(self.random_state), len(predictions)
        counts, self.scores_ = np.zeros(n_models), []
        for _ in range(self.n_bags):
            models = np.arange(n_models)
            if self.n_bags > 1:
                models = np.sort(draws.choice(models, max(1, round(self.bag_fraction * n_models)), replace=False))
            chosen, scores = self._select(predictions[models], target, y, weight)
            counts[models] += chosen / chosen.sum()
            self.scores_.append(scores)
        self.weights_ = counts / counts.sum()
        return self

    def _by_model(self, X):
        """Return the predictions of the models, (n_models, n_samples, n_values)."""
        if self.task == "regression":
            return X.T[:, :, np.newaxis]
        n_classes = len(self.classes_)
        if n_classes <= 2:
            return np.stack([1.0 - X.T, X.T], axis=2)
        if X.shape[1] % n_classes:
            raise ValueError(
                f"X has {X.shape[1]} columns, which are no multiple of the {n_classes} classes: give the probabilities "
                "of all classes of each model, and set passthrough=False."
            )
        return X.reshape(len(X), -1, n_classes).transpose(1, 0, 2)

    def _select(self, predictions, target, y, weight):
        """Return how often each model is in the best ensemble, and the scores as the ensemble grew."""
        alone = np.array([self._score(each, target, y, weight) for each in predictions])
        first = np.argsort(-alone, kind="stable")[: self.n_initial]
        counts = np.bincount(first, minlength=len(predictions))
        total, scores, best = predictions[first].sum(axis=0), [], counts
        scores.append(self._score(total / len(first), target, y, weight))
        for size in range(len(first) + 1, len(first) + self.n_rounds + 1):
            found = [self._score((total + each) / size, target, y, weight) for each in predictions]
            added = int(np.argmax(found))
            total = total + predictions[added]
            counts = counts + np.bincount([added], minlength=len(counts))
            if found[added] > max(scores):
                best = counts
            scores.append(found[added])
        return best, np.array(scores)

    def _score(self, mean, target, y, weight):
        if self.scoring is not None:
            return self.scoring(y, mean if self.task == "classification" else mean[:, 0], weight)
        if self.task == "regression":
            return -np.average((mean[:, 0] - target) ** 2, weights=weight)
        own = mean[np.arange(len(target)), target]
        return np.average(np.log(np.clip(own, LEAST_PROBABILITY, None)), weights=weight)

    def _mean(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return np.tensordot(self.weights_, self._by_model(X), axes=1)

    def predict(self, X):
        """Predict the target by the weighted mean of the models.

        Parameters
        ----------
        X : array-like, as in `fit`
            What the models predict.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            The most probable labels, or numbers.
        """
        mean = self._mean(X)
        return self.classes_[mean.argmax(axis=1)] if self.task == "classification" else mean[:, 0]

    def predict_proba(self, X):
        """Predict the probabilities of the classes by the weighted mean of the models.

        Parameters
        ----------
        X : array-like, as in `fit`
            What the models predict.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of `classes_`.

        Raises
        ------
        AttributeError
            The task is regression.
        """
        if self.task == "regression":
            raise AttributeError('there are no probabilities: the task is "regression"')
        return self._mean(X)

    def score(self, X, y, sample_weight=None):
        """Return the score that models were chosen by; more is better.

        Parameters
        ----------
        X : array-like, as in `fit`
            What the models predict.
        y : array-like of shape (n_samples,)
            Classes or numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Not negative.

        Returns
        -------
        score : float
            The negative log-loss, the negative squared error, or what `scoring` returns.
        """
        mean, y = self._mean(X), np.asarray(y)
        target = np.searchsorted(self.classes_, y) if self.task == "classification" else y
        return self._score(mean, target, y, sample_weight)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        if self.task == "classification":
            tags.estimator_type, tags.classifier_tags = "classifier", ClassifierTags()
        else:
            tags.estimator_type, tags.regressor_tags = "regressor", RegressorTags()
        return tags
