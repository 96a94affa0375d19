"""Random trees as an encoding of the rows (Moosmann, Triggs and Jurie 2007)."""

import numpy as np
from scipy.sparse import issparse
from sklearn import ensemble as sklearn_ensemble
from sklearn.base import TransformerMixin, _fit_context
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from skensemble._random import RESPONSE, draw_units
from skensemble._threads import resolve_n_jobs
from skensemble.estimators.extra_tree import ExtraTreeRegressor
from skensemble.estimators.forest import BaseForest
from skensemble.estimators.growth_parameters import as_seed
from skensemble.estimators.inputs import all_or_nothing
from skensemble.estimators.parameters import FOREST, TREE, Parameter, with_parameters

SPARSE_OUTPUT = Parameter(["boolean"], "bool", "Whether the encoding is a sparse matrix, or a dense array.")


@with_parameters(TREE, FOREST, sparse_output=SPARSE_OUTPUT)
class RandomTreesEmbedding(TransformerMixin, BaseForest):
    """An encoding of the rows by the leaves of random trees (Moosmann, Triggs and Jurie 2007).

    The trees split on a random feature at a random threshold. A row becomes a one for the leaf of each tree that it is
    in, and zeros for all other leaves.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    one_hot_encoder_ : OneHotEncoder
        The encoder of the leaves.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.
    n_outputs_ : int
        1.
    estimator_ : ExtraTreeRegressor
        A tree with the parameters of the forest's, not fitted.
    estimators_ : list of ExtraTreeRegressor
        The trees: views on the forest's arrays.
    estimators_samples_ : list of ndarray of int32
        All rows, for each tree.
    feature_importances_ : ndarray of shape (n_features,)
        How much the splits on each feature explain of the noise that the trees are grown towards.

    See Also
    --------
    IsolationForest : Random trees that find outliers.

    References
    ----------
    Moosmann, Triggs and Jurie 2007, "Fast discriminative visual codebooks using randomized clustering forests",
    Advances in Neural Information Processing Systems 19.

    Examples
    --------
    >>> from skensemble import RandomTreesEmbedding
    >>> X = [[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]]
    >>> embedding = RandomTreesEmbedding(n_estimators=5, max_depth=1, random_state=0)
    >>> embedding.fit_transform(X).shape
    (5, 10)
    """

    _tree_class = ExtraTreeRegressor
    _splitter = "random"

    # What BaseForest reads of other forests' parameters.
    criterion = "squared_error"
    max_features = 1
    bootstrap = False
    ccp_alpha = 0.0

    def __init__(
        self,
        n_estimators=100,
        *,
        max_depth=5,
        min_samples_split=2,
        min_samples_leaf=1,
        min_weight_fraction_leaf=0.0,
        max_leaf_nodes=None,
        min_impurity_decrease=0.0,
        sparse_output=True,
        n_jobs=None,
        random_state=None,
        verbose=0,
        warm_start=False,
        categorical_features="from_dtype",
    ):
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.max_leaf_nodes = max_leaf_nodes
        self.min_impurity_decrease = min_impurity_decrease
        self.sparse_output = sparse_output
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.categorical_features = categorical_features

    def fit(self, X, y=None, sample_weight=None):
        """Grow the trees.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Numbers are taken as float32; NaN (not in sparse X) is a missing value.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            Not negative; rows of weight 0 do not exist.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            Of infinite or too large values, wrong shapes, or negative weights.
        """
        self.fit_transform(X, y, sample_weight)
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    def fit_transform(self, X, y=None, sample_weight=None):
        """Grow the trees and encode the rows that they grew on.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            As in `fit`.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            As in `fit`.

        Returns
        -------
        X_transformed : CSR matrix or ndarray of shape (n_samples, n_leaves of all trees), float64
            A one a tree in each row.
        """
        X, n_categories = self._validate_training_X(X)
        sample_weight = self._validate_sample_weight(sample_weight, X)
        self.n_outputs_ = 1
        responses = np.empty(X.shape[0])
        draw_units(np.uint64(as_seed(self.random_state)), RESPONSE, responses)
        self._grow(X, n_categories, responses[:, np.newaxis], (), sample_weight)
        self.one_hot_encoder_ = OneHotEncoder(sparse_output=self.sparse_output)
        X_transformed = self.one_hot_encoder_.fit_transform(self._leaves(X.tocsr() if issparse(X) else X))
        self._n_features_out = X_transformed.shape[1]
        return X_transformed

    def _leaves(self, X):
        return self._trees.leaves(X, resolve_n_jobs(self.n_jobs))

    def transform(self, X):
        """Encode rows by their leaves.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        X_transformed : CSR matrix or ndarray of shape (n_samples, n_leaves of all trees), float64
            A one a tree in each row.
        """
        leaves = self._leaves(self._validate_X_predict(X))
        return self.one_hot_encoder_.transform(leaves)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the columns of the encoding.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Compared with the names seen in `fit`.

        Returns
        -------
        names : ndarray of str objects
            `randomtreesembedding_{tree}_{leaf}`, with the number of the leaf among the nodes of its tree.

        Raises
        ------
        ValueError
            `input_features` are not the features of `fit`.
        """
        check_is_fitted(self, "_n_features_out")
        _check_feature_names_in(self, input_features=input_features, generate_names=False)
        names = [
            f"randomtreesembedding_{tree}_{leaf}"
            for tree, leaves in enumerate(self.one_hot_encoder_.categories_)
            for leaf in leaves
        ]
        return np.asarray(names, dtype=object)


sklearn_ensemble.RandomTreesEmbedding.register(RandomTreesEmbedding)
