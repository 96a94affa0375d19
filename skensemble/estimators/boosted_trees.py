"""What users ask of the trees of a fitted booster: a table, the paths of samples, and leaves for other rows."""

from numbers import Real
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import _check_y, check_is_fitted

from skensemble._threads import resolve_n_jobs
from skensemble.boosting.booster import new_training
from skensemble.boosting.refitting import refitted_values
from skensemble.estimators.boosting_parameters import make_boosting_plan, with_columns
from skensemble.estimators.inputs import EncodedInputMixin
from skensemble.estimators.target_statistics import TargetStatistics
from skensemble.estimators.tree_frames import tree_frame


class BoostedTrees(EncodedInputMixin):
    """The methods of a booster that look at its trees, or move the values of their leaves."""

    _trees: Any  # Trees; None before the first round
    _statistics: TargetStatistics  # of categories; of no feature where trees split them

    @property
    def _sources(self):
        """The feature that each column comes from that the trees see, (n_columns,) int64."""
        return self._statistics.sources(self.n_features_in_)

    def to_frame(self):
        """Return the nodes of all trees as a data frame.

        Returns
        -------
        nodes : pandas.DataFrame
            A row a node, with the columns `tree`, `round`, `class` (only of several classes: the label that the tree
            stands for), `node` (its number in the tree; the root is 0), `depth`, `is_leaf`, `left_child`,
            `right_child`, `feature` (the name if there is one, else the index), `threshold` (values up to it go left;
            inf: all values against the missing ones; NaN: between categories), `categories` (a tuple of those that go
            left, or None), `missing_go_to_left`, `gain`, `n_samples`, `weight` (the sum of the hessians) and `value`
            (what a leaf adds to the raw prediction; of an inner node: what it would have added as a leaf; of a linear
            leaf: what it adds where a value of its model is missing). What a leaf has not is missing. Leaves that are
            vectors have a column `value_<label>` for each class instead. Where target statistics of several classes
            stand for categories, `share_of` is the label of the class that a threshold is a share of.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        check_is_fitted(self)
        return tree_frame(
            self._trees,
            self.n_trees_per_iteration_,
            getattr(self, "classes_", None),
            getattr(self, "feature_names_in_", None),
            self._encoder.categories_,
            self._statistics,
        )

    def _compute_partial_dependence_recursion(self, grid, target_features):
        if self._is_weighted:
            raise NotImplementedError(
                f"{type(self).__name__} does not support partial dependence by recursion when weights were given "
                'to fit: nodes know how many samples they have, not what these weigh. Use method="brute".'
            )
        if np.isin(target_features, self._statistics.features).any():
            raise ValueError(
                "partial dependence by recursion knows no categories that ordered target statistics stand for: use "
                'method="brute".'
            )
        if self._trees is not None and self._trees.models is not None:
            raise ValueError('partial dependence by recursion needs constant leaves: use method="brute".')
        n_turns, n_outputs = self.n_trees_per_iteration_, len(self._start)
        averaged = np.zeros((n_outputs, len(grid)))
        for index in range(0 if self._trees is None else len(self._trees)):
            tree = self._trees[index]
            for output in range(n_outputs // n_turns):
                tree.compute_partial_dependence(
                    grid,
                    target_features,
                    averaged[index % n_turns + output],
                    output=output,
                    dtype=np.float64,
                    weights=tree.n_node_samples,  # the weights of its nodes are sums of hessians
                )
        return averaged

    def decision_path(self, X):
        """Return the nodes that each sample passes in all trees.

        Parameters
        ----------
        X : {array-like, data frame} of shape (n_samples, n_features)

        Returns
        -------
        indicator : CSR matrix of shape (n_samples, n_nodes)
            Ones for the nodes on a sample's way.
        n_nodes_ptr : ndarray of shape (n_trees + 1,)
            Tree i has the columns n_nodes_ptr[i] to n_nodes_ptr[i + 1] - 1; the trees of a round are side by side.
        """
        X = self._validate_X_predict(X)
        if self._trees is None:
            return csr_array((X.shape[0], 0), dtype=np.int64), np.zeros(1, np.int64)
        return self._trees.all_paths(X), self._trees.node_starts.copy()

    def refit_leaves(self, X, y, sample_weight=None, decay=0.9):
        """Fit the leaves to other samples; the splits stay.

        The trees take turns, in their order. A leaf's value becomes `decay` times the old one and 1 - `decay` times
        that which `fit` would give it for the samples that reach it, at the raw predictions of the trees before it, as
        they are by then. A leaf that no sample reaches keeps its value, and so do the raw predictions before the first
        round. Monotonic constraints stay respected.

        Parameters
        ----------
        X : {array-like, data frame} of shape (n_samples, n_features)
            Samples, such as newer ones.
        y : array-like of shape (n_samples,)
            Their targets; no class is new.
        sample_weight : array-like of shape (n_samples,), default=None
            Not negative; a sample of weight 0 is left out.
        decay : float, default=0.9
            Between 0 and 1: what remains of the old values.

        Returns
        -------
        self : object
            The estimator, with other values.

        Raises
        ------
        ValueError
            If leaves are linear or smoothed along paths, `decay` is not between 0 and 1, a label is new, weights are
            negative or all 0, or the loss does not take the target.
        """
        check_is_fitted(self)
        if self._trees is not None and self._trees.models is not None:
            raise ValueError('refit_leaves does not go with leaf_model="linear": only constant leaves can be moved.')
        if not (isinstance(decay, Real) and 0.0 <= float(decay) <= 1.0):
            raise ValueError(f"decay={decay!r} must be between 0 and 1.")
        if self.path_smoothing > 0.0:
            raise ValueError("refit_leaves does not go with path_smoothing > 0: leaves know no parent any more.")
        X = self._validate_X_predict(X)
        y = _check_y(y, estimator=self)
        check_consistent_length(X, y)
        target = self._encode_y(y, is_new=False)
        self._check_target(self._objective, target)
        weight = self._weights(self._validate_sample_weight(sample_weight, X), y)
        if weight is not None:
            X, target, weight = X[weight > 0.0], target[weight > 0.0], weight[weight > 0.0]
        if self._trees is not None:
            is_categorical = self._n_categories[: self.n_features_in_] > 0
            plan = make_boosting_plan(self, self._objective, X.shape[0], is_categorical, self._seed)
            plan = with_columns(plan, self._sources)
            if self._trees.values.shape[2] != plan.outputs_per_tree:
                raise ValueError("multi_strategy is another than in fit: refit_leaves cannot change it.")
            n_threads = resolve_n_jobs(self.n_jobs)
            raw = np.repeat(self._start[:, np.newaxis], X.shape[0], axis=1)
            training = new_training(target, raw, weight, n_threads)
            self._trees = self._trees.with_values(
                refitted_values(self._trees, plan, X, training, float(decay), n_threads)
            )
        return self
