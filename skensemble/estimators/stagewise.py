"""What the classes of Friedman's gradient boosting have in common: rounds, out-of-bag improvement, early stopping."""

import warnings
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import _fit_context, clone, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.model_selection import train_test_split
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import _check_y, _num_samples, check_is_fitted

from skensemble._threads import resolve_n_jobs
from skensemble.binning.ranks import with_sorted_keys
from skensemble.boosting.stagewise import StagewiseBooster, TreeLearner
from skensemble.estimators.decision_tree import DecisionTreeRegressor
from skensemble.estimators.growth_parameters import TREE_PARAMETERS, as_seed, make_plan, resolve_max_features
from skensemble.estimators.inputs import EncodedInputMixin, all_or_nothing
from skensemble.estimators.prepared_data import encode
from skensemble.estimators.progress import StageReporter
from skensemble.estimators.stages import HeldOutLoss, Stages, fit_start
from skensemble.estimators.weak_learners import EstimatorLearner

LEAST_IMPURITY = np.finfo(np.float64).eps  # of the gradients of classes, which are numbers up to 1; scikit-learn's


class BaseGradientBoosting(EncodedInputMixin):
    """Boosting by exact trees, or by other learners, along the gradient of a loss.

    A class says in `_encode_y` what numbers stand for its targets, and in `_objective` what it descends.
    """

    _packed: Any  # PackedTrees; None: before the first round, or of a fit with `estimator`
    _learners: Any  # FittedLearners; None: of a fit without
    _objective: Any

    @_fit_context(prefer_skip_nested_validation=False)  # the parameters `init` and `estimator` check theirs
    @all_or_nothing
    def fit(self, X, y, sample_weight=None, monitor=None):
        """Boost.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Numbers are taken as float32; NaN (not in sparse X) is a missing value.
        y : array-like of shape (n_samples,)
            Classes of any type, or numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Not negative.
        monitor : callable, default=None
            Called after each round as ``monitor(round, estimator, variables)``, where the variables are a dict of those
            of the loop; if it returns True, that round is the last one.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            Of infinite or too large values, wrong shapes, negative weights, contradictory parameters, or constraints
            that do not fit the data.
        """
        self._check_parameters()
        goes_on = self.warm_start and self.__sklearn_is_fitted__()
        if goes_on and (self.estimator is None) != (self._learners is None):
            raise ValueError("estimator cannot change between trees and others in a warm start: set warm_start=False.")
        n_categories = None
        if self.estimator is None:  # else it is up to the estimator what it takes
            X, n_categories = self._validate_training_X(X)
            self.max_features_ = resolve_max_features(self.max_features, X.shape[1])
        y = _check_y(y, estimator=self)
        check_consistent_length(X, y)
        weight = self._validate_sample_weight(sample_weight, X)
        target = self._encode_y(y, weight)
        self._check_constraints()
        rows = X.tocsr() if issparse(X) else X
        if not goes_on:
            self._seed, self._n_categories = as_seed(self.random_state), n_categories
        train, held_out = (rows, target, weight), None
        if self.n_iter_no_change is not None:
            train, held_out = self._hold_out(rows, target, weight)
        if self.estimator is None:
            train = _of_positive_weight(*train)
        if not goes_on:
            self._begin(*train)
        elif self.n_estimators < self.n_estimators_:
            raise ValueError(
                f"n_estimators={self.n_estimators} must be larger or equal to "
                f"estimators_.shape[0]={self.n_estimators_} when warm_start==True"
            )
        self._boost(train, held_out, monitor)
        if self.estimator is not None:
            first = self.estimators_[0, 0]
            for name in ("n_features_in_", "feature_names_in_"):
                self.__dict__.pop(name, None)
                if hasattr(first, name):
                    setattr(self, name, getattr(first, name))
        return self

    def _check_parameters(self):
        if self.criterion != "deprecated":
            warnings.warn(
                "The parameter `criterion` is deprecated and will be removed in 1.11. It has no effect. Leave it to "
                "its default value to avoid this warning.",
                FutureWarning,
                stacklevel=5,
            )
        if self.order == "second" and self.loss in ("absolute_error", "huber", "quantile"):
            raise ValueError(f'order="second" needs second derivatives, which loss={self.loss!r} has not: use "first".')
        if self.estimator is None:
            return
        defaults = type(self)()
        for name in TREE_PARAMETERS:
            if getattr(self, name) is not getattr(defaults, name) and getattr(self, name) != getattr(defaults, name):
                raise ValueError(f"{name} is a parameter of trees: leave it alone beside `estimator`.")

    def _check_constraints(self):
        if self.monotonic_cst is not None and self.n_trees_per_iteration_ > 1:
            raise ValueError("Monotonicity constraints are not supported with multiclass classification")

    def _encode_y(self, y, sample_weight):
        """Return the numbers of y, (n_samples,) float64, and note how many outputs there are."""
        raise NotImplementedError

    def _hold_out(self, X, target, weight):
        """Return the rows that are trained on and those of early stopping, as (X, target, weight)."""
        parts = train_test_split(
            X,
            target,
            np.ones(len(target)) if weight is None else weight,
            random_state=self._seed,
            test_size=self.validation_fraction,
            stratify=target if is_classifier(self) else None,
        )
        train, held_out = parts[0::2], parts[1::2]
        if is_classifier(self) and len(np.unique(train[1])) != self.n_classes_:
            raise ValueError(
                "The training data after the early stopping split is missing some classes. Try using another random "
                "seed."
            )
        return (train[0], train[1], None if weight is None else train[2]), held_out

    def _begin(self, X, target, weight):
        """Forget the rounds of an earlier fit, and fit what comes before the first one."""
        self._packed = self._learners = None
        self.n_estimators_, self.train_score_ = 0, np.empty(0)
        for name in ("oob_improvement_", "oob_scores_", "oob_score_"):
            self.__dict__.pop(name, None)
        self.init_ = self._default_init() if self.init is None else self.init
        if self.init_ != "zero":
            self.init_ = clone(self.init_)
            fit_start(self.init_, X, target, weight)

    def _default_init(self):
        if is_classifier(self):
            return DummyClassifier(strategy="prior")
        if self.loss in ("absolute_error", "huber", "quantile"):
            return DummyRegressor(strategy="quantile", quantile=self.alpha if self.loss == "quantile" else 0.5)
        return DummyRegressor(strategy="mean")

    def _start(self, X):
        """Return the raw predictions before the first round, (n_samples, n_outputs) float64."""
        if isinstance(self.init_, str):
            return np.zeros((_num_samples(X), self.n_trees_per_iteration_))
        predict = self.init_.predict_proba if is_classifier(self) else self.init_.predict
        return self._objective.link(predict(X))

    def _learner(self, X, n_threads):
        """Return what is fitted in each round to the training rows."""
        if self.estimator is not None:
            return EstimatorLearner(self.estimator, X)
        plan = make_plan(self, X.shape[0], X.shape[1], (), criterion="squared_error")
        if is_classifier(self):
            plan = plan._replace(settings=plan.settings._replace(least_impurity=LEAST_IMPURITY))
        X = np.ascontiguousarray(X) if isinstance(X, np.ndarray) else X
        data = encode(X.tocsc() if issparse(X) else X, self._n_categories, "best", n_threads)
        data = with_sorted_keys(data, n_threads) if self.subsample == 1.0 else data
        return TreeLearner(plan, data, X, self._n_categories, self.ccp_alpha, self.n_trees_per_iteration_)

    def _boost(self, train, held_out, monitor):
        """Add the rounds that are missing to those that there are."""
        X, target, weight = train
        n_threads, first = resolve_n_jobs(self.n_jobs), self.n_estimators_
        if first == self.n_estimators:
            return
        booster = StagewiseBooster(
            self._objective,
            self._learner(X, n_threads),
            target,
            np.ascontiguousarray(self._raw_of(X).T),
            weight,
            learning_rate=self.learning_rate,
            is_second_order=self.order == "second",
            n_threads=n_threads,
        )
        stages = Stages(self, booster, first)
        watch = None if held_out is None else HeldOutLoss(self, *held_out)
        reporter = StageReporter(self.verbose, self.n_estimators, first, self.subsample < 1.0)
        for i in range(first, self.n_estimators):
            stages.play(i)
            reporter.update(i, stages.train_scores[-1], stages.improvements[-1] if stages.improvements else 0.0)
            if monitor is not None:
                stages.write(self)
                if monitor(i, self, locals()):
                    break
            if watch is not None and watch.is_stale(i, stages.fitted[-1]):
                break
        stages.write(self)

    def _raw_of(self, X):
        """Return the raw predictions of validated rows, (n_samples, n_outputs) float64."""
        raw = self._start(X)
        if self._learners is not None:
            return self._learners.add_to(raw, X, self.learning_rate, 0, self.n_estimators_)
        return raw if self._packed is None else self._add_trees(self._trees, X, raw)

    def _add_trees(self, trees, X, raw):
        values = self.learning_rate * trees.values[:, 0]
        X = np.ascontiguousarray(X) if isinstance(X, np.ndarray) else X
        n_turns = self.n_trees_per_iteration_
        return trees.sum_values(X, values, resolve_n_jobs(self.n_jobs), n_turns=n_turns, start=raw)

    def _validate_X_predict(self, X, check_input=True, is_fitted=True):
        if vars(self).get("_learners") is None:
            return super()._validate_X_predict(X, check_input, is_fitted)
        return X.tocsr() if issparse(X) else X

    def _raw_predict(self, X):
        return self._raw_of(self._validate_X_predict(X))

    def _staged_raw_predict(self, X):
        X, n_trees = self._validate_X_predict(X), self.n_trees_per_iteration_
        raw = self._start(X)
        for i in range(self.n_estimators_):
            if self._learners is not None:
                raw = self._learners.add_to(raw.copy(), X, self.learning_rate, i, i + 1)
            else:
                raw = self._add_trees(self._trees.between(i * n_trees, (i + 1) * n_trees), X, raw)
            yield raw

    @property
    def estimators_(self):
        """What was fitted in the rounds, ndarray of shape (n_rounds, n_outputs) of estimators."""
        check_is_fitted(self)
        if self._learners is not None:
            return self._learners.estimators
        estimators = np.empty((self.n_estimators_, self.n_trees_per_iteration_), dtype=object)
        estimators.flat[:] = self._packed.estimators()
        return estimators

    @property
    def _trees(self):
        return self._packed.trees

    def _prototype(self):
        """Return a tree with the parameters of the fit, which knows its features."""
        tree = DecisionTreeRegressor(**{name: getattr(self, name) for name in TREE_PARAMETERS})
        tree._encoder, tree.n_features_in_ = self._encoder, self.n_features_in_
        tree.n_outputs_, tree.max_features_ = 1, self.max_features_
        return tree

    def __len__(self):
        """Return the number of rounds."""
        return len(self.estimators_)

    def __getitem__(self, index):
        """Return what was fitted in a round."""
        return self.estimators_[index]

    def __iter__(self):
        """Return an iterator over what was fitted in the rounds."""
        return iter(self.estimators_)

    def __sklearn_is_fitted__(self):
        return "n_estimators_" in vars(self)

    def apply(self, X):
        """Return the leaf of each sample in each tree.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        leaves : ndarray of shape (n_samples, n_rounds), of a classifier (n_samples, n_rounds, n_trees), int64
            Numbers of nodes.

        Raises
        ------
        AttributeError
            The learners are not trees.
        """
        X = self._validate_X_predict(X)
        self._check_trees("apply")
        leaves = self._trees.leaves(X, resolve_n_jobs(self.n_jobs))
        return leaves.reshape(len(leaves), self.n_estimators_, -1) if is_classifier(self) else leaves

    @property
    def feature_importances_(self):
        """Decrease of the squared error to the gradients by each feature, ndarray of shape (n_features,), of sum 1."""
        check_is_fitted(self)
        self._check_trees("feature_importances_")
        of_trees = [
            self._trees[i].compute_feature_importances(normalize=False)
            for i in range(len(self._trees))
            if self._trees[i].node_count > 1
        ]
        mean = np.mean(of_trees, axis=0) if of_trees else np.zeros(self.n_features_in_)
        total = mean.sum()
        return mean / total if total > 0.0 else mean

    def _check_trees(self, name):
        if self._packed is None:
            raise AttributeError(f"{name} is known of trees only: look at `estimators_`, which were fitted instead.")

    def _compute_partial_dependence_recursion(self, grid, target_features):
        self._check_trees("partial dependence by recursion")
        if self.init is not None:
            warnings.warn(
                "Using recursion method with a non-constant init predictor will lead to incorrect partial dependence "
                f"values. Got init={self.init}.",
                UserWarning,
                stacklevel=2,
            )
        grid = np.ascontiguousarray(grid, np.float32)
        averaged = np.zeros((self.n_trees_per_iteration_, len(grid)))
        for index in range(len(self._trees)):
            of_output = averaged[index % self.n_trees_per_iteration_]
            self._trees[index].compute_partial_dependence(grid, target_features, of_output)
        return self.learning_rate * averaged

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        return tags


def _of_positive_weight(X, target, weight):
    """Return the training rows without those of weight 0: a part of them could have no others."""
    if weight is None or weight.all():
        return X, target, weight
    kept = weight > 0.0
    return X[kept], target[kept], weight[kept]
