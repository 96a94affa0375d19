"""What the AdaBoost classes have in common: rounds that change the weights of the samples."""

import warnings
from typing import Any

import joblib
import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, MetaEstimatorMixin, _fit_context, clone, is_classifier, is_regressor
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.utils import _safe_indexing
from sklearn.utils.metadata_routing import _raise_for_unsupported_routing, _RoutingNotSupportedMixin
from sklearn.utils.validation import (
    _check_sample_weight,
    _check_y,
    _num_samples,
    check_consistent_length,
    check_is_fitted,
    has_fit_parameter,
    validate_data,
)

from skensemble._threads import resolve_n_jobs
from skensemble.boosting.reweighting import Step
from skensemble.estimators.growth_parameters import as_seed
from skensemble.estimators.inputs import EncodedInputMixin, all_or_nothing
from skensemble.estimators.shared_trees import PackedTrees, SharedTrees, is_own_tree
from skensemble.estimators.weak_learners import AnyEstimators, OwnTrees
from skensemble.forests.bootstrap import new_bootstrap
from skensemble.forests.growing import tree_seeds

LEAST_WEIGHT = np.finfo(np.float64).eps  # of a sample that began with more than 0
VALIDATION_FRACTION = 0.1  # where only n_iter_no_change is given


class BaseAdaBoost(_RoutingNotSupportedMixin, MetaEstimatorMixin, EncodedInputMixin, BaseEstimator):
    """Boosting by weights of the samples.

    A class says in `_step` what a round makes of the weights, and in `_kind` what it asks learners for.
    """

    _members: Any  # PackedTrees, or a list of fitted estimators

    @_fit_context(prefer_skip_nested_validation=False)  # the parameter `estimator` checks its own
    @all_or_nothing
    def fit(self, X, y, sample_weight=None):
        """Boost.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            With one of our trees as the base estimator: NaN is a missing value, and frames may have categories.
        y : array-like of shape (n_samples,)
            Classes of any type, or numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            The weights before the first round, not negative; None: all alike.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            Of wrong shapes, negative weights, contradictory parameters, a base estimator that takes no weights, or one
            that is no better than a guess in the first round.
        """
        _raise_for_unsupported_routing(self, "fit", sample_weight=sample_weight)
        self._check_parameters()
        self.estimator_ = clone(self._default_estimator() if self.estimator is None else self.estimator)
        goes_on = self.warm_start and "_members" in vars(self)
        if not goes_on:
            self._seed = as_seed(self.random_state)
        elif self.n_estimators < len(self._members):
            raise ValueError(
                f"n_estimators={self.n_estimators} must be larger or equal to len(estimators_)={len(self._members)} "
                "when warm_start==True"
            )
        X, y, weight, held_out = self._rows(X, y, sample_weight)
        learner, target, weight = self._learner(X, y, weight)
        if not goes_on:
            self._members, self.estimator_weights_, self.estimator_errors_ = None, np.zeros(0), np.ones(0)
        self._boost(learner, target, weight, held_out)
        return self

    @property
    def _kind(self):
        """What learners are asked for: "SAMME", "real", "gentle" or "R2"."""
        raise NotImplementedError

    def _check_parameters(self):
        if self.validation_fraction is not None and self.n_iter_no_change is None:
            raise ValueError("validation_fraction is for early stopping: set n_iter_no_change too.")

    def _default_estimator(self):
        raise NotImplementedError

    def _step(self, answers, target, weight):
        """Return the `Step` of a round."""
        raise NotImplementedError

    def _encode_y(self, y):
        """Return the numbers of y that steps compare answers with; a classifier notes its classes."""
        raise NotImplementedError

    def _y_of_learner(self, y, target):
        """Return what learners are fitted to."""
        return y

    def _rows(self, X, y, sample_weight):
        """Return the rows that are trained on, and those that early stopping looks at, or None."""
        if self.n_iter_no_change is None:
            return X, y, sample_weight, None
        X = X.tocsr() if issparse(X) else X
        check_consistent_length(X, y, sample_weight)
        train, held_out = train_test_split(
            np.arange(_num_samples(X)),
            test_size=self.validation_fraction or VALIDATION_FRACTION,
            random_state=self._seed,
            stratify=y if is_classifier(self) else None,
        )
        weights = [None if sample_weight is None else _safe_indexing(sample_weight, rows) for rows in (train, held_out)]
        parts = [(_safe_indexing(X, rows), _safe_indexing(y, rows)) for rows in (train, held_out)]
        return *parts[0], weights[0], (*parts[1], weights[1])

    def _learner(self, X, y, sample_weight):
        """Check the data; return what is fitted to them, the targets, and the weights of sum 1."""
        if is_own_tree(self.estimator_):
            return self._own_learner(X, y, sample_weight)
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            ensure_2d=True,
            allow_nd=True,
            dtype=None,
            y_numeric=is_regressor(self),
        )
        weight = _start_weights(sample_weight, X)
        if not self.resample and not has_fit_parameter(self.estimator_, "sample_weight"):
            raise ValueError(
                f"{type(self.estimator_).__name__} doesn't support sample_weight: set resample=True, and it is fitted "
                "to samples that are drawn by their weights."
            )
        target = self._encode_y(y)
        classes = self.classes_ if is_classifier(self) else None
        return AnyEstimators(self.estimator_, X, self._y_of_learner(y, target), self._kind, classes), target, weight

    def _own_learner(self, X, y, sample_weight):
        y = _check_y(y, estimator=self)
        target = self._encode_y(y)
        learner_y, encoder = self._y_of_learner(y, target), self._encoder_to_keep(X)
        shared = SharedTrees(self.estimator_, X, learner_y, has_all_rows=not self.resample, encoder=encoder)
        learner = OwnTrees(shared, self._kind)
        prototype = learner.shared.prototype
        self._encoder, self.n_features_in_ = prototype._encoder, prototype.n_features_in_
        self.__dict__.pop("feature_names_in_", None)
        if hasattr(prototype, "feature_names_in_"):
            self.feature_names_in_ = prototype.feature_names_in_
        return learner, target, _start_weights(sample_weight, learner.shared.rows)

    def _boost(self, learner, target, weight, held_out):
        """Add the rounds that are missing to those that there are."""
        is_zero, first = weight == 0.0, 0 if self._members is None else len(self._members)
        fitted: list[Any] = []
        steps: list[Step] = []
        seeds = tree_seeds(self._seed, 0, self.n_estimators)
        watch = None if held_out is None else self._watch(learner, *held_out)
        for i in range(self.n_estimators):
            weight = np.clip(weight, LEAST_WEIGHT, None)
            weight[is_zero] = 0.0
            if i < first:
                member = learner.member(self._members, i)
                answers = learner.answers_for(member)
            else:
                rows = new_bootstrap(len(weight), len(weight), weight).rows(seeds[i]) if self.resample else None
                member, answers = learner.fit(weight, rows, int(seeds[i]))
            step = self._step(answers, target, weight)
            if i >= first:
                if step.is_useless:
                    self._drop_useless(i, fitted, steps, member)
                    break
                fitted.append(member)
                steps.append(step)
            if watch is not None and watch(member, step):
                break
            if step.exponents is None:
                break
            with np.errstate(over="ignore"):
                weight = weight * np.exp(step.exponents)
            total = weight.sum()
            if not np.isfinite(total):
                warnings.warn(
                    f"Sample weights have reached infinite values, at iteration {i}, causing overflow. Iterations "
                    "stopped. Try lowering the learning rate.",
                    stacklevel=5,
                )
                break
            if total <= 0.0:
                break
            weight = weight / total
        self._members = learner.members(self._members, fitted, seeds[first : first + len(fitted)])
        n_rounds = len(self._members)
        weights, errors = np.zeros(self.n_estimators), np.ones(self.n_estimators)
        weights[:first], errors[:first] = self.estimator_weights_[:first], self.estimator_errors_[:first]
        weights[first:n_rounds], errors[first:n_rounds] = [s.alpha for s in steps], [s.error for s in steps]
        self.estimator_weights_, self.estimator_errors_ = weights, errors

    def _drop_useless(self, i, fitted, steps, member):
        """Do what is done with a learner that is no better than a guess."""
        if i == 0:
            raise ValueError(
                "BaseClassifier in AdaBoostClassifier ensemble is worse than random, ensemble can not be fit."
            )

    def _watch(self, learner, X, y, sample_weight):
        """Return a function from the last member and its step to whether the rounds shall end."""
        raise NotImplementedError

    def _check_X(self, X):
        """Return validated X for the members."""
        check_is_fitted(self)
        return self._for_members(X, isinstance(self._members, PackedTrees))

    def _for_members(self, X, are_own):
        """Return the same, also while they are being fitted."""
        if are_own:
            return self._validate_X_predict(X, is_fitted=False)
        return validate_data(
            self, X, accept_sparse=["csr", "csc"], ensure_2d=True, allow_nd=True, dtype=None, reset=False
        )

    def _ask(self, function, X):
        """Return what a function says of each member that is an estimator, and X: a list, in their order."""
        ask = joblib.Parallel(n_jobs=self.n_jobs, prefer="threads")
        return ask(joblib.delayed(function)(member, X) for member in self._members)

    @property
    def _n_threads(self):
        return resolve_n_jobs(self.n_jobs)

    @property
    def estimators_(self):
        """The fitted estimators, list; our trees are views on common arrays."""
        check_is_fitted(self)
        return self._members.estimators() if isinstance(self._members, PackedTrees) else self._members

    def __len__(self):
        """Return the number of fitted estimators."""
        return len(self.estimators_)

    def __getitem__(self, index):
        """Return a fitted estimator."""
        return self.estimators_[index]

    def __iter__(self):
        """Return an iterator over the fitted estimators."""
        return iter(self.estimators_)

    def __sklearn_is_fitted__(self):
        return vars(self).get("_members") is not None

    def staged_score(self, X, y, sample_weight=None):
        """Return the accuracy, or R2, after each round.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,)
            Their targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Their weights.

        Yields
        ------
        score : float
            Of the rounds so far.
        """
        score = accuracy_score if is_classifier(self) else r2_score
        for predictions in self.staged_predict(X):
            yield score(y, predictions, sample_weight=sample_weight)

    @property
    def feature_importances_(self):
        """Mean of the estimators' importances by their weights, ndarray of shape (n_features,)."""
        if not self.__sklearn_is_fitted__():
            raise ValueError("Estimator not fitted, call `fit` before `feature_importances_`.")
        weights = self.estimator_weights_[: len(self._members)]
        weights = weights if weights.any() else np.ones(len(weights))  # a single one that was no better than a guess
        try:
            of_members = [weight * member.feature_importances_ for weight, member in zip(weights, self, strict=True)]
        except AttributeError as error:
            raise AttributeError(
                "Unable to compute feature importances since estimator does not have a feature_importances_ attribute"
            ) from error
        return sum(of_members) / weights.sum()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        base = self._default_estimator() if self.estimator is None else self.estimator
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = is_own_tree(base)
        return tags


def _start_weights(sample_weight, X):
    weight = _check_sample_weight(sample_weight, X, dtype=np.float64, copy=True, ensure_non_negative=True)
    return weight / weight.sum()
