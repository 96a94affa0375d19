"""What boosters make of raw predictions: numbers, probabilities, classes, after all rounds or after each."""

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from skensemble.estimators.predictions import logarithms


class RegressionBoosterMixin(RegressorMixin):
    """Predictions of a booster with an `_objective`, from its `_raw_predict` and `_staged_raw_predict`."""

    def predict(self, X):
        """Predict the target.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        y : ndarray of shape (n_samples,), float64
            Predictions.
        """
        check_is_fitted(self)
        return self._objective.predict(self._raw_predict(X))

    def staged_predict(self, X):
        """Predict the target after each round.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.

        Yields
        ------
        y : ndarray of shape (n_samples,), float64
            Predictions.
        """
        check_is_fitted(self)
        for raw in self._staged_raw_predict(X):
            yield self._objective.predict(raw)


class ClassificationBoosterMixin(ClassifierMixin):
    """The same for classes."""

    classes_: np.ndarray
    _keeps_columns = False  # whether stages of a single output have a column, as scikit-learn's GradientBoosting has

    def decision_function(self, X):
        """Return the raw predictions: the logarithm of the odds, or one number a class.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes), float64
            In the order of `classes_`.
        """
        check_is_fitted(self)
        return _decision(self._raw_predict(X))

    def predict_proba(self, X):
        """Predict the probabilities of the classes.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of `classes_`.
        """
        check_is_fitted(self)
        return self._objective.predict(self._raw_predict(X))

    def predict_log_proba(self, X):
        """Predict the logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of `classes_`.
        """
        return logarithms(self.predict_proba(X))

    def predict(self, X):
        """Predict the most probable class.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        check_is_fitted(self)
        return self._most_probable(self._raw_predict(X))

    def _most_probable(self, raw):
        return self.classes_[raw.argmax(axis=1) if raw.shape[1] > 1 else (raw[:, 0] > 0.0).astype(np.int64)]

    def staged_predict(self, X):
        """Predict the most probable class after each round.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.

        Yields
        ------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        check_is_fitted(self)
        for raw in self._staged_raw_predict(X):
            yield self._most_probable(raw)

    def staged_predict_proba(self, X):
        """Predict the probabilities of the classes after each round.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.

        Yields
        ------
        probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of `classes_`.
        """
        check_is_fitted(self)
        for raw in self._staged_raw_predict(X):
            yield self._objective.predict(raw)

    def staged_decision_function(self, X):
        """Return the raw predictions after each round.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.

        Yields
        ------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes), float64
            In the order of `classes_`.
        """
        check_is_fitted(self)
        for raw in self._staged_raw_predict(X):
            yield raw if self._keeps_columns else _decision(raw)


def _decision(raw):
    return raw[:, 0] if raw.shape[1] == 1 else raw
