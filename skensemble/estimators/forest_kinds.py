"""Forests of classes and forests of numbers: targets, predictions, out-of-bag estimates."""

import warnings

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin

from skensemble._threads import resolve_n_jobs
from skensemble.estimators.forest import default_score
from skensemble.estimators.predictions import by_output, logarithms, most_probable
from skensemble.estimators.supervised_forest import SupervisedForest
from skensemble.estimators.targets import (
    check_goes_on,
    check_poisson,
    class_weights,
    encode_classes,
    weights_with_classes,
)
from skensemble.forests.bootstrap import balanced_weights


class ForestClassifier(ClassifierMixin, SupervisedForest):
    """A forest of classification trees: the mean of their probabilities."""

    n_classes_: np.integer | np.ndarray

    def _encode_targets(self, y, sample_weight):
        """Return y as numbers of classes, how many there are, and weights by class and sample."""
        classes, targets = encode_classes(y)
        n_classes = np.array([len(known) for known in classes])
        check_goes_on(self, "classes_", classes)
        self.classes_, self.n_classes_ = (classes[0], n_classes[0]) if len(classes) == 1 else (classes, n_classes)
        if self.warm_start and isinstance(self.class_weight, str):
            warnings.warn(
                'class_weight presets "balanced" or "balanced_subsample" are not recommended for warm_start if the '
                'fitted data differs from the full dataset. In order to use "balanced" weights, use '
                'compute_class_weight("balanced", classes, y). In place of y you can use a large enough sample of the '
                "full training set target to properly estimate the class frequency distributions. Pass the resulting "
                "weights as the class_weight parameter.",
                stacklevel=5,
            )
        class_weight = self.class_weight
        if isinstance(class_weight, str) and class_weight == "balanced_subsample":
            class_weight = None if self.bootstrap else "balanced"
        by_class = class_weights(class_weight, y, classes, sample_weight)
        return targets, tuple(n_classes), weights_with_classes(by_class, sample_weight)

    def _tree_weights(self, seed, targets, n_classes, sample_weight):
        weights = super()._tree_weights(seed, targets, n_classes, sample_weight)
        is_balanced = isinstance(self.class_weight, str) and self.class_weight == "balanced_subsample"
        if self._bootstrap is not None and is_balanced:
            weights = weights * balanced_weights(targets, n_classes, weights)
        return weights

    def _set_oob(self, predictions, y, targets):
        shares = np.moveaxis(predictions, 1, 2)
        self.oob_decision_function_ = shares[:, :, 0] if self.n_outputs_ == 1 else shares
        best = np.argmax(self.oob_decision_function_, axis=1)
        if self.n_outputs_ == 1:
            self.oob_score_ = default_score(self)(y[:, 0], self.classes_.take(best))
        else:
            labels = [known.take(best[:, k]) for k, known in enumerate(self.classes_)]
            self.oob_score_ = default_score(self)(y, np.column_stack(labels))

    def _loss_of_leaves(self, y):
        classes = [self.classes_] if self.n_outputs_ == 1 else self.classes_
        numbers = np.column_stack([np.searchsorted(known, y[:, k]) for k, known in enumerate(classes)])

        def error_rate(rows, values):
            return np.mean(values.argmax(axis=2) != numbers[rows])

        return error_rate

    def predict(self, X):
        """Return the class with the largest mean probability.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Of the type of `classes_`; of equally probable classes the first.
        """
        return most_probable(self.predict_proba(X), self.classes_)

    def predict_proba(self, X):
        """Return the probabilities of the classes: the mean over the trees of the shares in a sample's leaf.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), or a list of them, one for each output
            In the order of `classes_`.
        """
        X = self._validate_X_predict(X)
        sums = self._trees.sum_values(X, n_threads=resolve_n_jobs(self.n_jobs))
        return by_output(sums / len(self._trees), self.n_classes_)

    def predict_log_proba(self, X):
        """Return the logarithms of `predict_proba`.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes), or a list of them, one for each output
            In the order of `classes_`; -inf for a probability of 0.
        """
        return logarithms(self.predict_proba(X))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class ForestRegressor(RegressorMixin, SupervisedForest):
    """A forest of regression trees: the mean of their predictions."""

    def _encode_targets(self, y, sample_weight):
        if self.criterion == "poisson":
            check_poisson(y, "strictly positive")
        return np.ascontiguousarray(y, np.float64), (), sample_weight

    def _set_oob(self, predictions, y, targets):
        self.oob_prediction_ = predictions[:, 0, 0] if self.n_outputs_ == 1 else predictions[:, :, 0]
        self.oob_score_ = default_score(self)(y[:, 0] if self.n_outputs_ == 1 else y, self.oob_prediction_)

    def _loss_of_leaves(self, y):
        def squared_error(rows, values):
            return np.mean((values[:, :, 0] - y[rows]) ** 2)

        return squared_error

    def predict(self, X):
        """Return the mean of the trees' predictions.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs), float64
            Added up in the order of the trees, so that it is the same for any `n_jobs`.
        """
        X = self._validate_X_predict(X)
        values = self._trees.sum_values(X, n_threads=resolve_n_jobs(self.n_jobs)) / len(self._trees)
        return values[:, 0] if self.n_outputs_ == 1 else values
