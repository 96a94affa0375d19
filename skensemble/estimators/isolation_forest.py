"""Isolation forests (Liu, Ting and Zhou 2008)."""

import warnings
from numbers import Integral, Real

import numpy as np
from scipy.sparse import issparse
from sklearn import ensemble as sklearn_ensemble
from sklearn.base import OutlierMixin, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skensemble._threads import StopFlag, resolve_n_jobs
from skensemble.estimators.extra_tree import ExtraTreeRegressor
from skensemble.estimators.frames import FeatureEncoder
from skensemble.estimators.inputs import all_or_nothing
from skensemble.estimators.parameters import FOREST, POSITIVE, SHARE, TREE, Parameter, with_parameters
from skensemble.estimators.prepared_data import encode
from skensemble.estimators.progress import tree_progress
from skensemble.estimators.tree_ensemble import TreeEnsemble
from skensemble.forests.bootstrap import new_bootstrap
from skensemble.forests.isolation import IsolationPlan, grow_isolation_trees, path_lengths, within_features
from skensemble.forests.subsample import new_subsample
from skensemble.trees.trees import Trees

ISOLATION = {
    "max_samples": Parameter(
        [StrOptions({"auto"}), POSITIVE, SHARE],
        '"auto", int or float',
        'How many rows each tree is drawn: a number, at most all rows, or a share of them; "auto": 256.',
    ),
    "contamination": Parameter(
        [StrOptions({"auto"}), Interval(Real, 0, 0.5, closed="right")],
        '"auto" or float',
        'Share of the training rows that are called outliers; "auto": those with an anomaly score above 0.5.',
    ),
    "max_features": Parameter(
        [Integral, Interval(Real, 0, 1, closed="right")],
        "int or float",
        "How many features each tree is drawn: a number, or a share of them. Each node draws one of these.",
    ),
    "bootstrap": Parameter(["boolean"], "bool", "Whether the rows of a tree are drawn with replacement."),
}


@with_parameters(TREE, FOREST, ISOLATION)
class IsolationForest(OutlierMixin, TreeEnsemble):
    """An isolation forest: rows that random splits isolate soon are outliers (Liu, Ting and Zhou 2008).

    Each tree grows on a small sample of the rows. A node draws a feature, and a threshold between the least and the
    greatest of its values, until a row is alone or the depth is the binary logarithm of the number of rows.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    offset_ : float
        What `decision_function` subtracts from the scores: -0.5, or such that `contamination` of the training rows are
        below.
    max_samples_ : int
        How many rows each tree was drawn.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.
    estimator_ : ExtraTreeRegressor
        A tree with the parameters of the forest's, not fitted.
    estimators_ : list of ExtraTreeRegressor
        The trees: views on the forest's arrays. Each takes the columns `estimators_features_` of X.
    estimators_features_ : list of ndarray of int32
        The features that each tree was drawn.
    estimators_samples_ : list of ndarray of int32
        The rows that each tree was drawn.

    See Also
    --------
    RandomTreesEmbedding : Random trees as an encoding of the rows.

    References
    ----------
    Liu, Ting and Zhou 2008, "Isolation forest", Eighth IEEE International Conference on Data Mining: 413-422.

    Examples
    --------
    >>> from skensemble import IsolationForest
    >>> X = [[-1.1], [0.3], [0.5], [100]]
    >>> forest = IsolationForest(random_state=0).fit(X)
    >>> forest.predict([[0.1], [0], [90]])
    array([ 1,  1, -1])
    """

    _plans: list[IsolationPlan]  # one a tree: a warm start may come with other parameters

    def __init__(
        self,
        *,
        n_estimators=100,
        max_samples="auto",
        contamination="auto",
        max_features=1.0,
        bootstrap=False,
        n_jobs=None,
        random_state=None,
        verbose=0,
        warm_start=False,
        categorical_features="from_dtype",
    ):
        self.n_estimators = n_estimators
        self.max_samples = max_samples
        self.contamination = contamination
        self.max_features = max_features
        self.bootstrap = bootstrap
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.categorical_features = categorical_features

    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    def fit(self, X, y=None, sample_weight=None):
        """Grow the forest.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Numbers are taken as float32; NaN (not in sparse X) is a missing value.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            Not negative. A row is drawn in proportion to its weight, which then counts no more; rows of weight 0 do
            not exist.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            Of infinite or too large values, wrong shapes, negative weights, or more features than there are.
        """
        X, n_categories = self._validate_training_X(X)
        plan = self._make_plan(X, self._validate_sample_weight(sample_weight, X))
        seeds = self._seeds_of_new_trees()
        if len(seeds):
            self._grow(plan, X, n_categories, seeds)
        self.max_samples_ = plan.sample.n_draws
        self.offset_ = -0.5
        if self.contamination != "auto":
            scores = self._score(X.tocsr() if issparse(X) else X)
            self.offset_ = float(np.percentile(scores, 100.0 * self.contamination))
        return self

    def _make_plan(self, X, sample_weight):
        """Return the `IsolationPlan` of new trees."""
        n_samples, n_features = X.shape
        n_rows = n_samples if sample_weight is None else np.count_nonzero(sample_weight)
        if self.max_samples == "auto":
            n_draws = min(256, n_rows)
        elif isinstance(self.max_samples, Integral):
            n_wanted = int(self.max_samples)
            n_draws = min(n_wanted, n_rows)
            if n_wanted > n_rows:
                warnings.warn(
                    f"max_samples ({n_wanted}) is greater than the total number of samples ({n_rows}). "
                    "max_samples will be set to n_samples for estimation.",
                    stacklevel=5,
                )
        else:
            n_draws = max(1, int(self.max_samples * n_rows))
        n_drawn = self.max_features if isinstance(self.max_features, Integral) else self.max_features * n_features
        if n_drawn > n_features:
            raise ValueError(f"max_features must be <= n_features, got {n_drawn} of {n_features}")
        new_sample = new_bootstrap if self.bootstrap else new_subsample
        return IsolationPlan(new_sample(n_samples, n_draws, sample_weight), n_features, max(1, int(n_drawn)))

    def _grow(self, plan, X, n_categories, seeds):
        """Add trees to those that a warm start keeps."""
        n_threads = resolve_n_jobs(self.n_jobs)

        def rank_rows(rows):
            return encode(X[rows] if len(rows) < X.shape[0] else X, n_categories, "random", n_threads)

        with tree_progress(self.verbose) as progress:
            grown = grow_isolation_trees(
                plan, rank_rows, seeds, n_threads=n_threads, stop=StopFlag(), progress=progress
            )
        kept = self._plans if len(self._tree_seeds) else []
        self._plans = kept + [plan] * len(seeds)
        self._add_trees(Trees.from_grown(grown, n_categories, (1,)), seeds)
        self._set_path_lengths()

    def _set_path_lengths(self):
        self._path_lengths = path_lengths(self._trees, [plan.sample.n_draws for plan in self._plans])

    def __getstate__(self):
        return {name: value for name, value in super().__getstate__().items() if name != "_path_lengths"}

    def __setstate__(self, state):
        super().__setstate__(state)
        if "_trees" in state:
            self._set_path_lengths()

    @property
    def estimator_(self):
        """A tree with the parameters of the forest's, not fitted."""
        check_is_fitted(self)
        return self._new_tree(self._plans[-1])

    def _new_tree(self, plan):
        return ExtraTreeRegressor(
            max_depth=plan.max_depth, max_features=1, categorical_features=self.categorical_features
        )

    def _as_estimator(self, index):
        plan, seed = self._plans[index], int(self._tree_seeds[index])
        tree = self._new_tree(plan).set_params(random_state=seed)
        tree._trees, tree._encoder = self._trees.subset(index), self._encoder
        if plan.n_drawn_features < plan.n_features:
            features = plan.features(seed)
            tree._trees = within_features(tree._trees, features)
            tree._encoder = self._encoder_of(features)
            if not (self.categorical_features is None or isinstance(self.categorical_features, str)):
                tree.set_params(categorical_features=tree._encoder.is_categorical_)
        tree.n_features_in_, tree.n_outputs_, tree.max_features_ = plan.n_drawn_features, 1, 1
        tree.tree_ = tree._trees[0]
        return tree

    def _encoder_of(self, features):
        """Return the encoder of some of the features."""
        known, encoder = self._encoder.vocabularies_, FeatureEncoder(self.categorical_features)
        vocabularies = {place: known[feature] for place, feature in enumerate(features) if feature in known}
        encoder._remember(len(features), vocabularies, np.flatnonzero(self._encoder.is_categorical_[features]))
        return encoder

    @property
    def estimators_features_(self):
        """The features that each tree was drawn, list of ndarray of int32; drawn anew at each call, not stored."""
        check_is_fitted(self)
        return [plan.features(seed) for plan, seed in zip(self._plans, self._tree_seeds, strict=True)]

    @property
    def estimators_samples_(self):
        """The rows that each tree was drawn, list of ndarray of int32; drawn anew at each call, not stored."""
        check_is_fitted(self)
        return [plan.sample.rows(seed) for plan, seed in zip(self._plans, self._tree_seeds, strict=True)]

    def score_samples(self, X):
        """Return the opposite of the anomaly scores of Liu, Ting and Zhou (2008, equation 2).

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        scores : ndarray of shape (n_samples,), float64
            From -1, isolated at once, to 0; the lower, the more abnormal.
        """
        return self._score(self._validate_X_predict(X))

    def _score(self, X):
        sums = self._trees.sum_values(X, self._path_lengths, resolve_n_jobs(self.n_jobs))[:, 0]
        return -np.exp2(-sums / len(self._trees))

    def decision_function(self, X):
        """Return `score_samples` minus `offset_`.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        scores : ndarray of shape (n_samples,), float64
            Negative for outliers.
        """
        return self.score_samples(X) - self.offset_

    def predict(self, X):
        """Tell outliers from inliers.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        is_inlier : ndarray of shape (n_samples,), int64
            -1 for outliers, 1 for inliers.
        """
        return np.where(self.decision_function(X) < 0.0, -1, 1)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        return tags


sklearn_ensemble.IsolationForest.register(IsolationForest)
