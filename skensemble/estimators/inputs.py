"""The one validation path: what `fit` and `predict` do with X, y and weights before any number is crunched."""

import functools

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.validation import (
    _check_n_features,
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from skensemble.estimators.frames import FeatureEncoder


def all_or_nothing(fit):
    """Decorate `fit`: an error or an interrupt leaves the estimator as it was."""

    @functools.wraps(fit)
    def guarded(self, *args, **kwargs):
        before = vars(self).copy()
        try:
            return fit(self, *args, **kwargs)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    return guarded


class EncodedInputMixin(BaseEstimator):
    """Input of estimators that know categories and missing values."""

    _X_dtype: type = np.float32  # of the values that they see; what is beyond it is infinite
    _also_trained_on: tuple = ()  # other dtypes that dense training data may keep
    _accepts_infinity = False

    @classmethod
    @functools.cache  # an ensemble clones a tree per member, and a signature takes a tenth of a millisecond
    def _get_param_names(cls):
        return super()._get_param_names()

    def _validate_training_X(self, X, encoder=None):
        """Return X as (n_samples, n_features), array or CSC, and the numbers of categories (n_features,).

        The encoder is that of trees to which an ensemble adds.
        """
        encoder = self._encoder_to_keep(X) if encoder is None else encoder
        X = self._as_checked(X, self._encode_training_X(X, encoder), "csc", reset=True)
        if issparse(X) and not X.has_canonical_format:
            X = X.copy()  # it may be the user's
            X.sum_duplicates()
        if not self._encoder.vocabularies_:
            return X, np.zeros(X.shape[1], np.int64)
        return X, np.asarray(self._encoder.n_categories_, np.int64)

    def _encoder_to_keep(self, X):
        """Return the encoder of the fit that a warm start goes on with, whose columns X must have, or None."""
        encoder = vars(self).get("_encoder") if getattr(self, "warm_start", False) else None
        if encoder is not None:
            validate_data(self, X, reset=False, skip_check_array=True)
        return encoder

    def _encode_training_X(self, X, known):
        """Return X encoded: by a known encoder as in predict, where categories that it has not seen are missing."""
        categorical_features = getattr(self, "categorical_features", None)
        if known is None:
            self._encoder = FeatureEncoder(categorical_features)
            return self._encoder.fit_transform(X)
        before, now = np.asarray(known.categorical_features, object), np.asarray(categorical_features, object)
        if not np.array_equal(before, now):
            raise ValueError(
                f"categorical_features={categorical_features!r} was {known.categorical_features!r} in the fit that "
                "warm_start=True goes on with: leave it, or fit anew."
            )
        self._encoder = known
        return known.transform(X)

    def _trust_training_X(self, X):
        """Return the same of X that is float32, array or CSC, without a check; no feature is categorical."""
        self._encoder = FeatureEncoder(None)
        self.n_features_in_ = X.shape[1]
        return self._encoder.fit_transform(X), np.zeros(X.shape[1], np.int64)

    def _validate_X_predict(self, X, check_input=True, is_fitted=True):
        """Return X as (n_samples, n_features), array or CSR, in the columns of the training data."""
        if is_fitted:  # else it is being fitted
            check_is_fitted(self)
        if not check_input:
            _check_n_features(self, X, reset=False)
            return X
        if isinstance(X, np.ndarray) and not self._encoder.vocabularies_:
            return self._as_checked(X, X, "csr", reset=False)
        if hasattr(X, "columns") or hasattr(X, "column_names"):
            validate_data(self, X, reset=False, skip_check_array=True)
        return self._as_checked(X, self._encoder.transform(X), "csr", reset=False)

    def _as_checked(self, X, encoded, sparse_format, *, reset):
        dtypes = [self._X_dtype, *(self._also_trained_on if reset and not issparse(encoded) else ())]
        checks = {"dtype": dtypes, "accept_sparse": sparse_format, "ensure_all_finite": False}
        with np.errstate(over="ignore"):  # beyond float32 is infinite, which is refused below
            if encoded is X:
                checked = validate_data(self, X, reset=reset, **checks)
            else:
                if reset:
                    validate_data(self, X, reset=True, skip_check_array=True)
                checked = check_array(encoded, estimator=self, input_name="X", **checks)
        if not self._accepts_infinity:
            name = type(self).__name__
            assert_all_finite(checked, allow_nan=not issparse(checked), estimator_name=name, input_name="X")
        return checked

    def _validate_sample_weight(self, sample_weight, X):
        """Return the weights as float64 (n_samples,), or None."""
        if sample_weight is None:
            return None
        sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        with np.errstate(over="ignore"):
            if not np.isfinite(sample_weight.sum()):
                raise ValueError("The sum of sample_weight is beyond float64: scale the weights down.")
        return sample_weight
