"""What forests have in common: bootstrap samples, growing, out-of-bag estimates, and the trees as estimators."""

import warnings
from numbers import Integral

import numpy as np
from scipy.sparse import issparse
from sklearn.base import MultiOutputMixin, _fit_context, is_classifier
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

from skensemble._threads import StopFlag, resolve_n_jobs
from skensemble.estimators.growth_parameters import TREE_PARAMETERS, make_plan, resolve_max_features
from skensemble.estimators.inputs import all_or_nothing
from skensemble.estimators.prepared_data import encode
from skensemble.estimators.progress import tree_progress
from skensemble.estimators.targets import as_columns, check_goes_on, goes_on_with_other
from skensemble.estimators.tree_ensemble import TreeEnsemble
from skensemble.forests.bootstrap import new_bootstrap
from skensemble.forests.growing import grow_trees
from skensemble.forests.out_of_bag import (
    out_of_bag_importances,
    out_of_bag_sums,
    responses,
)
from skensemble.trees.trees import Trees

MOST_DRAWS = 2**31 - 1  # rows of a bootstrap


class BaseForest(MultiOutputMixin, TreeEnsemble):
    """Many trees on the same ranked features.

    A class of forests says in `_tree_class` what its trees are as estimators, and in `_splitter` how they split.
    """

    _tree_class: type
    _splitter = "best"
    _tree_parameters = ("criterion", *TREE_PARAMETERS)

    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    def fit(self, X, y, sample_weight=None):
        """Grow the forest.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Numbers are taken as float32; NaN (not in sparse X) is a missing value.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Classes of any type, or numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Not negative. With `bootstrap=True` a row is drawn in proportion to its weight, which then counts no more;
            without, the weights go into every tree.

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
        self._check_sampling()
        X, n_categories = self._validate_training_X(X)
        y = as_columns(y, X, self, is_numeric=not is_classifier(self), warns_of_column=True)
        sample_weight = self._validate_sample_weight(sample_weight, X)
        if goes_on_with_other(self, "n_outputs_", y.shape[1]) and len(self._seeds_of_new_trees()) == 0:
            return self  # as it was, and with a warning
        check_goes_on(self, "n_outputs_", y.shape[1])
        self.n_outputs_ = y.shape[1]
        targets, n_classes, sample_weight = self._encode_targets(y, sample_weight)
        self._grow(X, n_categories, targets, n_classes, sample_weight)
        if self._needs_out_of_bag:
            self._estimate_out_of_bag(X, y, targets, n_classes)
        return self

    def _check_sampling(self):
        if not self.bootstrap and self.max_samples is not None:
            raise ValueError(
                "`max_sample` cannot be set if `bootstrap=False`. Either switch to `bootstrap=True` or set "
                "`max_sample=None`."
            )
        if not self.bootstrap and self.oob_score:
            raise ValueError("Out of bag estimation only available if bootstrap=True")
        if not self.bootstrap and getattr(self, "importance", "impurity") == "oob":
            raise ValueError('importance="oob" needs out-of-bag rows: set bootstrap=True, or importance="impurity"')

    def _grow(self, X, n_categories, targets, n_classes, sample_weight):
        """Add the trees that are missing to those that a warm start keeps."""
        seeds = self._seeds_of_new_trees()
        self._n_new = len(seeds)
        n_samples, n_features = X.shape
        plan = make_plan(self, n_samples, n_features, n_classes, splitter=self._splitter)
        bootstrap = None
        if self.bootstrap:
            bootstrap = new_bootstrap(n_samples, self._n_draws(n_samples, sample_weight), sample_weight)
        self._bootstrap, self._n_samples = bootstrap, n_samples
        if self._n_new == 0:
            return
        n_threads = resolve_n_jobs(self.n_jobs)
        with tree_progress(self.verbose) as progress:
            grown = grow_trees(
                plan,
                encode(X, n_categories, self._splitter, n_threads),
                targets,
                seeds,
                lambda seed: self._tree_weights(seed, targets, n_classes, sample_weight),
                n_threads=n_threads,
                stop=StopFlag(),
                ccp_alpha=self.ccp_alpha,
                progress=progress,
            )
        n_classes = n_classes or (1,) * self.n_outputs_
        self._add_trees(Trees.from_grown(grown, n_categories, n_classes), seeds)

    def _n_draws(self, n_samples, sample_weight):
        """How many rows a tree is drawn."""
        if self.max_samples is None:
            return n_samples
        total = n_samples if sample_weight is None else sample_weight.sum()
        is_count = isinstance(self.max_samples, Integral)
        n_draws = int(self.max_samples) if is_count else max(int(self.max_samples * total), 1)
        if n_draws > MOST_DRAWS:
            raise ValueError(f"max_samples={self.max_samples!r} draws {n_draws} rows a tree; use at most {MOST_DRAWS}.")
        if is_count:
            return n_draws
        if n_draws < max(10, n_samples ** (1 / 3)):
            of_what = "the number of samples" if sample_weight is None else "the total sum of sample weights"
            warnings.warn(
                f"Using the fractional value self.max_samples={self.max_samples!r} when {of_what} is {total} results "
                f"in a low number ({n_draws}) of bootstrap samples. We recommend passing `max_samples` as an integer "
                "instead.",
                stacklevel=5,
            )
        return n_draws

    def _tree_weights(self, seed, targets, n_classes, sample_weight):
        """The weights of the rows in the tree with this seed."""
        return sample_weight if self._bootstrap is None else self._bootstrap.counts(seed).astype(np.float64)

    @property
    def _needs_out_of_bag(self):
        new_score = self.oob_score and (self._n_new > 0 or not hasattr(self, "oob_score_"))
        return new_score or getattr(self, "importance", "impurity") == "oob"

    def _estimate_out_of_bag(self, X, y, targets, n_classes):
        X = X.tocsr() if issparse(X) else X
        n_threads = resolve_n_jobs(self.n_jobs)
        if getattr(self, "importance", "impurity") == "oob":
            wanted = responses(targets, n_classes, self._trees.values.shape[2])
            self._oob_importances = out_of_bag_importances(
                self._trees, self._tree_seeds, self._bootstrap, X, wanted, n_threads
            )
        if not self.oob_score:
            return
        kind = type_of_target(targets)
        if kind == "unknown" or (is_classifier(self) and kind == "multiclass-multioutput"):
            raise ValueError(
                f"The type of target cannot be used to compute OOB estimates. Got {kind} while only the following are "
                "supported: continuous, continuous-multioutput, binary, multiclass, multilabel-indicator."
            )
        sums, n_trees = out_of_bag_sums(self._trees, self._tree_seeds, self._bootstrap, X, n_threads)
        if (n_trees == 0).any():
            warnings.warn(
                "Some inputs do not have OOB scores. This probably means too few trees were used to compute any "
                "reliable OOB estimates.",
                stacklevel=4,
            )
        predictions = sums / np.maximum(n_trees, 1)[:, np.newaxis, np.newaxis]
        self._set_oob(predictions, y, targets)

    @property
    def estimator_(self):
        """A tree with the parameters of the forest's, not fitted."""
        parameters = {name: getattr(self, name) for name in self._tree_parameters if hasattr(self, name)}
        return self._tree_class(**parameters)

    estimator = estimator_

    def _as_estimator(self, index):
        tree = self.estimator_.set_params(random_state=int(self._tree_seeds[index]))
        tree._trees, tree._encoder = self._trees.subset(index), self._encoder
        tree.n_features_in_, tree.n_outputs_ = self.n_features_in_, self.n_outputs_
        tree.tree_ = tree._trees[0]
        tree.max_features_ = resolve_max_features(tree.max_features, self.n_features_in_)
        if is_classifier(self):
            tree._set_classes([np.arange(n, dtype=np.float64) for n in self._trees.n_classes])
        return tree

    @property
    def estimators_samples_(self):
        """The rows that each tree was drawn, list of ndarray of int32; drawn anew at each call, not stored."""
        check_is_fitted(self)
        if self._bootstrap is None:
            return [np.arange(self._n_samples, dtype=np.int32) for _ in self._tree_seeds]
        return [self._bootstrap.rows(seed) for seed in self._tree_seeds]

    def apply(self, X):
        """Return the leaf of each sample in each tree.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        leaves : ndarray of shape (n_samples, n_estimators), int64
            Numbers of nodes of the `tree_` of each of `estimators_`.
        """
        X = self._validate_X_predict(X)
        return self._trees.leaves(X, resolve_n_jobs(self.n_jobs))

    def decision_path(self, X):
        """Return the nodes that each sample passes in all trees.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        indicator : CSR matrix of shape (n_samples, n_nodes)
            Ones for the nodes on a sample's way.
        n_nodes_ptr : ndarray of shape (n_estimators + 1,)
            Tree i has the columns n_nodes_ptr[i] to n_nodes_ptr[i + 1] - 1.
        """
        X = self._validate_X_predict(X)
        return self._trees.all_paths(X), self._trees.node_starts.copy()

    @property
    def feature_importances_(self):
        """Importance of each feature, ndarray of shape (n_features,), of sum 1; see the parameter `importance`."""
        check_is_fitted(self)
        if getattr(self, "importance", "impurity") == "oob":
            if not hasattr(self, "_oob_importances"):
                raise AttributeError(
                    'feature_importances_ of importance="oob" are computed in fit: fit the forest again'
                )
            importances, total = self._oob_importances, self._oob_importances.sum()
            return importances / total if total > 0.0 else importances
        of_trees = [self._trees[i].compute_feature_importances() for i in range(len(self._trees))]
        of_trees = [importances for importances in of_trees if importances.any()]
        if not of_trees:
            return np.zeros(self.n_features_in_)
        mean = np.mean(of_trees, axis=0)
        return mean / mean.sum()

    def _compute_partial_dependence_recursion(self, grid, target_features):
        grid = np.ascontiguousarray(grid, np.float32)
        averaged = np.zeros(len(grid))
        for index in range(len(self._trees)):
            self._trees[index].compute_partial_dependence(grid, target_features, averaged)
        return averaged / len(self._trees)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        return tags


def default_score(estimator):
    """Return the out-of-bag score of a forest: accuracy or R2."""
    if callable(estimator.oob_score):
        return estimator.oob_score
    return accuracy_score if is_classifier(estimator) else r2_score
