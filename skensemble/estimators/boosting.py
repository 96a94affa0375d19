"""What the histogram boosters have in common: rounds, early stopping, warm start, raw predictions."""

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import _fit_context
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.validation import _check_y, check_is_fitted

from skensemble._threads import resolve_n_jobs
from skensemble.binning.bins import find_bins
from skensemble.boosting.booster import Booster
from skensemble.boosting.held_out import HeldOut, raw_predictions
from skensemble.estimators.boosted_trees import BoostedTrees
from skensemble.estimators.boosting_parameters import make_boosting_plan, objective_of, with_columns, with_rows
from skensemble.estimators.early_stopping import hold_out
from skensemble.estimators.feature_parameters import ForcedSplits, own_thresholds
from skensemble.estimators.inputs import all_or_nothing
from skensemble.estimators.rounds import Rounds, fitted_attributes
from skensemble.estimators.row_sampling import groups_of_rows
from skensemble.estimators.target_statistics import TargetStatistics, encoded_features
from skensemble.estimators.targets import check_size
from skensemble.estimators.training_rows import TrainingRows, checked_offset
from skensemble.objectives.objectives import LogarithmicObjective
from skensemble.records import LEAF
from skensemble.trees.trees import Trees

MOST_ROWS_WITHOUT_STOPPING = 10_000  # for early_stopping="auto"


class BaseHistGradientBoosting(CallbackSupportMixin, BoostedTrees):
    """A booster of trees that grow on histograms.

    A class says in `_encode_y` what numbers stand for its targets, and in `_n_classes` how many classes there are.
    """

    _X_dtype = np.float64
    _also_trained_on = (np.float32,)  # to copy it would take twice its memory, and bins are the same
    _accepts_infinity = True

    _trees: Any  # Trees; None before the first round
    _statistics: TargetStatistics  # of categories; of no feature where trees split them
    _start: np.ndarray  # (n_outputs,) float64: the raw predictions before the first round

    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    @with_callbacks
    def fit(
        self,
        X,
        y,
        sample_weight=None,
        *,
        X_val=None,
        y_val=None,
        sample_weight_val=None,
        init_score=None,
        init_score_val=None,
    ):
        """Boost.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Numbers are taken as float64, infinity too; NaN is a missing value. Arrays of float64 and float32 are
            not copied. What a sparse matrix does not store is 0, and the model is that of the same dense values, to the
            bit.
        y : array-like of shape (n_samples,)
            Classes of any type, or numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Not negative; a sample of weight 0 is left out.
        X_val : {array-like, sparse matrix, data frame} of shape (n_validation_samples, n_features), default=None
            What early stopping looks at, instead of a part of X.
        y_val : array-like of shape (n_validation_samples,), default=None
            Its targets.
        sample_weight_val : array-like of shape (n_validation_samples,), default=None
            Its weights.
        init_score : array-like of shape (n_samples,) or (n_samples, n_classes), default=None
            What is added to the raw predictions of the samples while the trees grow, such as the logarithms of
            exposures for counts; `predict` does not add it.
        init_score_val : array-like, default=None
            The same of the samples of X_val; None: 0.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            Of wrong shapes, negative weights, contradictory parameters, constraints that do not fit the data, or a
            target that the loss does not take.
        """
        self._check_validation_arguments(X_val, y_val, sample_weight_val, init_score_val)
        goes_on = self.warm_start and self.__sklearn_is_fitted__()
        if not goes_on:
            # Drawn as scikit-learn draws it, so that for one random_state both hold the same rows out.
            self._seed = int(check_random_state(self.random_state).randint(np.iinfo(np.uint32).max, dtype=np.uint64))
        source = X
        X, n_categories = self._validate_training_X(X)
        if self.leaf_model == "linear" and issparse(X):
            raise ValueError('leaf_model="linear" needs a dense X, but it is a sparse matrix.')
        source = X if issparse(source) else source  # CSC has rows that can be taken, which not every format has
        y = _check_y(y, estimator=self)
        check_consistent_length(X, y)
        target = self._encode_y(y)
        sample_weight = self._weights(self._validate_sample_weight(sample_weight, X), y)
        if sample_weight is not None:
            with np.errstate(over="ignore"):
                check_size(target * sample_weight)
        objective = objective_of(self, self._n_classes)
        self._check_target(objective, target)
        self.is_categorical_ = n_categories > 0 if n_categories.any() else None
        self.do_early_stopping_ = self._stops_early(len(y))
        plan = make_boosting_plan(self, objective, len(y), n_categories > 0, self._seed)
        self.n_trees_per_iteration_ = plan.trees_per_round
        validation = self._validation_rows(X_val, y_val, sample_weight_val, init_score_val, objective)
        offset = checked_offset(init_score, len(y), objective.loss.n_outputs)
        rows = TrainingRows(source, X, y, target, sample_weight, offset, groups_of_rows(self, X))
        if self._holds_out(validation):
            kept, held_out = hold_out(self, source, y, rows.groups, self._seed)
            rows, validation = rows.take(kept), rows.take(held_out)
        self._is_weighted = sample_weight is not None
        rows = rows.positive()
        if not goes_on:
            self._begin(objective, rows, n_categories)
        elif self.n_iter_:
            self._check_going_on(plan, n_categories)
        self._n_categories = self._statistics.as_trees_see(n_categories)
        self._boost(plan, rows, validation)
        return self

    def _check_going_on(self, plan, n_categories):
        """Raise a ValueError for what a warm start cannot change."""
        if self._is_logarithmic != isinstance(plan.objective, LogarithmicObjective):
            raise ValueError(f"loss={self.loss!r} has another link than that of the rounds before: fit anew.")
        if not np.array_equal(self._statistics.features, encoded_features(self.categorical_encoding, n_categories)):
            raise ValueError("categorical_encoding cannot change between the rounds of a warm start: fit anew.")
        if self.dropout_rate > 0.0:
            raise ValueError("dropout_rate > 0 changes earlier trees: it cannot go on by warm_start.")
        if self._trees.values.shape[2] != plan.outputs_per_tree:
            raise ValueError("multi_strategy cannot change between the rounds of a warm start: fit anew.")

    def _holds_out(self, validation):
        """Whether early stopping has to hold some of the training rows out."""
        if self.validation_split is not None:
            if not self.do_early_stopping_:
                raise ValueError("validation_split is for early stopping: set early_stopping=True.")
            if validation is not None:
                raise ValueError("validation_split is not used beside X_val: leave one of them out.")
            return True
        return self.do_early_stopping_ and validation is None and self.validation_fraction is not None

    def _encode_y(self, y, is_new=True):
        """Return the numbers of y, (n_samples,) float64; of new training data it learns the classes."""
        raise NotImplementedError

    @property
    def _n_classes(self):
        """The number of classes; 0 for regression."""
        return 0

    def _weights(self, sample_weight, y):
        """Return the weights of the samples, (n_samples,) float64, or None."""
        return sample_weight

    def _check_target(self, objective, target):
        complaint = objective.complaint(target)
        if complaint:
            raise ValueError(f"loss={self.loss!r} {complaint}")

    def _stops_early(self, n_samples):
        if self.early_stopping == "auto":
            return n_samples > MOST_ROWS_WITHOUT_STOPPING
        return bool(self.early_stopping)

    def _check_validation_arguments(self, X_val, y_val, sample_weight_val, init_score_val):
        if X_val is None and y_val is None:
            for name, given in (("sample_weight_val", sample_weight_val), ("init_score_val", init_score_val)):
                if given is not None:
                    raise ValueError(f"{name} is provided, but X_val and y_val were not provided.")
            return
        if y_val is None:
            raise ValueError("X_val is provided, but y_val was not provided.")
        if X_val is None:
            raise ValueError("y_val is provided, but X_val was not provided.")
        if self.early_stopping is False:
            raise ValueError(
                "X_val and y_val are passed to fit while at the same time early_stopping is False. When passing X_val "
                "and y_val to fit, early_stopping should be set to either 'auto' or True."
            )

    def _validation_rows(self, X_val, y_val, sample_weight_val, init_score_val, objective):
        """Return the `TrainingRows` that the user holds out, or None."""
        if X_val is None:
            return None
        X = self._validate_X_predict(X_val, is_fitted=False)
        y = _check_y(y_val, estimator=self)
        check_consistent_length(X, y)
        target = self._encode_y(y, is_new=False)
        self._check_target(objective, target)
        weight = self._validate_sample_weight(sample_weight_val, X)
        offset = checked_offset(init_score_val, len(y), objective.loss.n_outputs, "init_score_val")
        return TrainingRows(X_val, X, y, target, weight, offset)

    def _begin(self, objective, rows, n_categories):
        """Forget the rounds of an earlier fit."""
        features = encoded_features(self.categorical_encoding, n_categories)
        self._statistics = TargetStatistics(features, self._n_classes).fit(rows.X, rows.target, rows.weight)
        self._is_logarithmic = isinstance(objective, LogarithmicObjective)
        self._start, self._trees = objective.start(rows.target, rows.weight, rows.offset), None
        self.train_score_, self.validation_score_ = np.empty(0), np.empty(0)

    def _boost(self, plan, rows, validation):
        """Add the rounds that are missing to those that there are."""
        n_rounds = self.n_iter_
        if n_rounds > self.max_iter:
            raise ValueError(
                f"max_iter={self.max_iter} must be larger than or equal to n_iter_={n_rounds} when warm_start==True"
            )
        X = self._statistics.encode_in_order(rows.X, rows.target, rows.weight, seed=self._seed)
        n_threads, is_categorical = resolve_n_jobs(self.n_jobs), self._n_categories[: self.n_features_in_] > 0
        forced = ForcedSplits(self, is_categorical)
        bins = find_bins(
            X,
            self.max_bins,
            self._n_categories,
            rows.weight,
            seed=self._seed,
            n_threads=n_threads,
            own=own_thresholds(self, is_categorical),
            wanted=forced.thresholds(),
        )
        plan = with_rows(with_columns(plan, self._sources), forced.table(bins), rows.groups)
        booster = Booster(
            plan,
            bins,
            bins.encode(X, n_threads),
            rows.target,
            self._raw_so_far(X, rows.offset, n_threads),
            rows.weight,
            n_threads=n_threads,
            n_rounds=n_rounds,
            used=() if self._trees is None else np.unique(_inner_nodes(self._trees)["feature"]),
            X=X if plan.is_linear else None,
        )
        held_out = None
        if self.do_early_stopping_ and validation is not None:
            X = self._statistics.encode(validation.X)
            raw = self._raw_so_far(X, validation.offset, n_threads)
            held_out = HeldOut(X, validation.target, raw, validation.weight, n_threads=n_threads)
        context = self._init_callback_context(max_subtasks=self.max_iter)
        rounds = Rounds(self, booster, rows, held_out, validation, context)
        context.call_on_fit_task_begin(estimator=self, **rounds.told)
        rounds.run()
        rounds.finish(self)
        context.call_on_fit_task_end(
            estimator=self, **rounds.told, reconstruction_attributes=lambda: fitted_attributes(self)
        )

    def _raw_so_far(self, X, offset, n_threads):
        """Return the raw predictions of the rounds of an earlier fit, (n_outputs, n_samples) float64."""
        start = self._start if offset is None else self._start + offset.T  # to the same bits as in a single fit
        return np.ascontiguousarray(raw_predictions(self._trees, X, start, n_threads).T)

    def _add(self, grown):
        """Put new trees behind those that there are."""
        if grown:
            trees = Trees.from_grown(grown, self._n_categories, grown[0].values.shape[2:])
            self._trees = trees if self._trees is None else self._trees + trees

    def _validate_X_predict(self, X, check_input=True, is_fitted=True):
        X = super()._validate_X_predict(X, check_input, is_fitted)
        return self._statistics.encode(X) if is_fitted else X

    def _raw_predict(self, X):
        """Return the raw predictions, (n_samples, n_outputs) float64."""
        known = vars(self).get("_known_raw")
        if known is not None and known[0] is X:
            return np.ascontiguousarray(known[1])
        X, trees = self._validate_X_predict(X), self._trees
        if trees is not None and self.best_iteration_ < self.n_iter_:
            n_trees = self.best_iteration_ * self.n_trees_per_iteration_
            trees = trees.between(0, n_trees) if n_trees else None  # the start may be best
        return raw_predictions(trees, X, self._start, resolve_n_jobs(self.n_jobs))

    def _set_best_iteration(self):
        """Choose the rounds that predict: up to the best score of held-out samples."""
        scores = self.validation_score_
        # Dropout changes trees of earlier rounds: what they were at the best score is gone.
        is_known = len(scores) == self.n_iter_ + 1 and self.dropout_rate == 0.0
        self.best_iteration_ = int(np.argmax(scores)) if is_known else self.n_iter_

    def _staged_raw_predict(self, X):
        """Yield the raw predictions after each round."""
        X = self._validate_X_predict(X)
        raw, n_trees = raw_predictions(None, X, self._start), self.n_trees_per_iteration_
        for first in range(0, self.n_iter_ * n_trees, n_trees):
            trees = self._trees.between(first, first + n_trees)
            raw = raw_predictions(trees, X, raw, resolve_n_jobs(self.n_jobs))
            yield raw

    @property
    def n_iter_(self):
        """Number of rounds, int."""
        check_is_fitted(self)
        return 0 if self._trees is None else len(self._trees) // self.n_trees_per_iteration_

    @property
    def feature_importances_(self):
        """Importance of each feature, ndarray of shape (n_features,), of sum 1; see the parameter `importance`."""
        check_is_fitted(self)
        importances = np.zeros(self.n_features_in_)
        if self._trees is not None:
            inner = _inner_nodes(self._trees)
            weights = {"gain": inner["gain"], "cover": inner["weighted_n_node_samples"], "split": None}[self.importance]
            importances += np.bincount(self._sources[inner["feature"]], weights, minlength=self.n_features_in_)
        total = importances.sum()
        return importances / total if total > 0.0 else importances

    def apply(self, X):
        """Return the leaf of each sample in each tree.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        leaves : ndarray of shape (n_samples, n_trees), int64
            Numbers of nodes; the trees of a round are side by side.
        """
        X = self._validate_X_predict(X)
        if self._trees is None:
            return np.zeros((X.shape[0], 0), np.int64)
        return self._trees.leaves(X, resolve_n_jobs(self.n_jobs))

    def __sklearn_is_fitted__(self):
        return "_start" in vars(self)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        return tags


def _inner_nodes(trees):
    return trees.nodes[trees.nodes["left"] != LEAF]


def class_numbers(y, classes):
    """Return the numbers of labels, (n_samples,) float64.

    Raises
    ------
    ValueError
        A label is not among the classes.
    """
    numbers = np.searchsorted(classes, y).clip(max=len(classes) - 1)
    unknown = np.asarray(y)[classes[numbers] != y]
    if len(unknown):
        raise ValueError(f"The target contains previously unseen labels: {np.unique(unknown).tolist()}")
    return numbers.astype(np.float64)
