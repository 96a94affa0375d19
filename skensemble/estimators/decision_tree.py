"""Single trees: `DecisionTreeClassifier`, `DecisionTreeRegressor` and their extremely randomised relatives."""

import numpy as np
from scipy.sparse import csr_matrix
from sklearn import tree as sklearn_tree
from sklearn.base import (
    ClassifierMixin,
    MultiOutputMixin,
    RegressorMixin,
    _fit_context,
    clone,
    is_classifier,
)
from sklearn.utils import Bunch
from sklearn.utils.validation import check_is_fitted

from skensemble._threads import StopFlag
from skensemble.estimators.growth_parameters import as_seed, make_plan, resolve_max_features, without_deprecated
from skensemble.estimators.inputs import EncodedInputMixin, all_or_nothing
from skensemble.estimators.parameters import (
    CLASS_WEIGHT,
    CLASSIFICATION_CRITERION,
    REGRESSION_CRITERION,
    TREE,
    with_parameters,
)
from skensemble.estimators.predictions import by_output, logarithms, most_probable
from skensemble.estimators.prepared_data import PreparedData, encode
from skensemble.estimators.targets import as_columns, check_poisson, class_weights, encode_classes, weights_with_classes
from skensemble.forests.growing import grow_trees
from skensemble.trees.pruning import pruning_path


class BaseDecisionTree(MultiOutputMixin, EncodedInputMixin):
    """What single trees have in common."""

    n_classes_: np.integer | np.ndarray

    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    def fit(self, X, y, sample_weight=None, check_input=True):
        """Grow the tree.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Numbers are taken as float32; NaN (not in sparse X) is a missing value.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Classes of any type, or numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Not negative; rows of weight 0 do not exist.
        check_input : bool, default=True
            False skips the checks of X, which then is float32 in C or CSC order.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            Of infinite or too large values, wrong shapes, negative weights, or constraints that do not fit the data.
        """
        # From an ensemble: what all its trees grow on.
        prepared, workspaces = self.__dict__.pop("_prepared", None), self.__dict__.pop("_workspaces", None)
        if prepared is None:
            prepared = self._prepare(X, y, sample_weight, check_input)
        else:
            prepared = prepared._replace(sample_weight=self._validate_sample_weight(sample_weight, prepared.X))
        sample_weight = weights_with_classes(prepared.by_class, prepared.sample_weight)
        grown = grow_trees(
            prepared.plan,
            prepared.data,
            prepared.targets,
            [as_seed(self.random_state)],
            lambda seed: sample_weight,
            n_threads=1,
            stop=StopFlag(),
            ccp_alpha=self.ccp_alpha,
            workspaces=workspaces,
        )
        self._set_trees(prepared.trees(grown))
        return self

    def _prepare(self, X, y, sample_weight=None, check_input=True, n_threads=1, encoder=None):
        """Check the data, note what is known of them, and return the `PreparedData` that trees grow on."""
        if check_input:
            X, n_categories = self._validate_training_X(X, encoder)
        else:
            X, n_categories = self._trust_training_X(X)
        check = check_poisson if self.criterion == "poisson" else None
        y = as_columns(y, X, self, is_numeric=not is_classifier(self), check=check)
        sample_weight = self._validate_sample_weight(sample_weight, X)
        self.n_outputs_ = y.shape[1]
        classes = by_class = None
        if is_classifier(self):
            classes, targets = encode_classes(y)
            by_class = class_weights(self.class_weight, y, classes, None)
            self._set_classes(classes)
        else:
            targets = np.ascontiguousarray(y, np.float64)
        n_classes = () if classes is None else tuple(len(known) for known in classes)
        plan = make_plan(self, X.shape[0], X.shape[1], n_classes, splitter=self.splitter)
        self.max_features_ = resolve_max_features(self.max_features, X.shape[1])
        data = encode(X, n_categories, self.splitter, n_threads)
        n_classes = n_classes or (1,) * self.n_outputs_
        return PreparedData(X, data, targets, sample_weight, by_class, plan, n_categories, n_classes)

    def _set_trees(self, trees):
        self._trees, self.tree_ = trees, trees[0]

    def _set_classes(self, classes):
        n_classes = np.array([len(known) for known in classes])
        self.classes_, self.n_classes_ = (classes[0], n_classes[0]) if len(classes) == 1 else (classes, n_classes)

    def apply(self, X, check_input=True):
        """Return the leaf of each sample.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        check_input : bool, default=True
            False skips the checks of X, which then is float32 in C or CSR order.

        Returns
        -------
        leaves : ndarray of shape (n_samples,), int64
            Numbers of nodes of `tree_`.
        """
        X = self._validate_X_predict(X, check_input)
        return self._trees.leaves(X)[:, 0]

    def decision_path(self, X, check_input=True):
        """Return the nodes that each sample passes.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        check_input : bool, default=True
            As in `apply`.

        Returns
        -------
        indicator : CSR matrix of shape (n_samples, n_nodes)
            Ones for the nodes on a sample's way.
        """
        X = self._validate_X_predict(X, check_input)
        return csr_matrix(self._trees.paths(X, 0))

    def get_depth(self):
        """Return the depth of the tree.

        Returns
        -------
        depth : int
            The most splits from the root to a leaf.
        """
        check_is_fitted(self)
        return self.tree_.max_depth

    def get_n_leaves(self):
        """Return how many leaves the tree has.

        Returns
        -------
        n_leaves : int
            The nodes of `tree_` that are not split.
        """
        check_is_fitted(self)
        return self.tree_.n_leaves

    def cost_complexity_pruning_path(self, X, y, sample_weight=None):
        """Return how the whole tree shrinks as `ccp_alpha` grows (Breiman et al. 1984, chapter 3).

        Parameters
        ----------
        X, y, sample_weight : as in `fit`
            The training data.

        Returns
        -------
        ccp_path : Bunch
            `ccp_alphas`, ndarray of the values from which on a smaller subtree is best, and `impurities`, ndarray of
            the sums of its leaves' impurities, weighted by their shares of the samples.
        """
        whole = clone(self).set_params(ccp_alpha=0.0).fit(X, y, sample_weight=sample_weight)
        alphas, impurities, _ = pruning_path(whole.tree_._grown.nodes)
        return Bunch(ccp_alphas=alphas, impurities=impurities)

    @property
    def feature_importances_(self):
        """Decrease of impurity that each feature brings, ndarray of shape (n_features,), of sum 1 (or 0: no split)."""
        check_is_fitted(self)
        return self.tree_.compute_feature_importances()

    def _compute_partial_dependence_recursion(self, grid, target_features):
        grid = np.ascontiguousarray(grid, np.float32)
        averaged = np.zeros(len(grid))
        self.tree_.compute_partial_dependence(grid, target_features, averaged)
        return averaged

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        return tags


class ClassificationTreeMixin(ClassifierMixin):
    """Predictions of a tree of classes."""

    def predict(self, X, check_input=True):
        """Return the most frequent class of each sample's leaf.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        check_input : bool, default=True
            As in `apply`.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Of the type of `classes_`; of equally probable classes the first.
        """
        probabilities = self.predict_proba(X, check_input)
        return most_probable(probabilities, self.classes_)

    def predict_proba(self, X, check_input=True):
        """Return the shares of the classes in each sample's leaf.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        check_input : bool, default=True
            As in `apply`.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), or a list of them, one for each output
            In the order of `classes_`.
        """
        X = self._validate_X_predict(X, check_input)
        return by_output(self._trees.sum_values(X), self.n_classes_)

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


class RegressionTreeMixin(RegressorMixin):
    """Predictions of a tree of numbers."""

    def predict(self, X, check_input=True):
        """Return the value of each sample's leaf.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        check_input : bool, default=True
            As in `apply`.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs), float64
            The mean, or for absolute error the median, of the training responses in that leaf.
        """
        X = self._validate_X_predict(X, check_input)
        values = self._trees.sum_values(X)
        return values[:, 0] if self.n_outputs_ == 1 else values


@with_parameters(TREE, criterion=CLASSIFICATION_CRITERION, class_weight=CLASS_WEIGHT)
class DecisionTreeClassifier(ClassificationTreeMixin, BaseDecisionTree):
    """A classification tree (CART; Breiman, Friedman, Olshen and Stone 1984).

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,), or a list of them, one for each output
        The classes.
    n_classes_ : int, or ndarray of shape (n_outputs,)
        Their number.
    max_features_ : int
        How many features a node draws.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.
    n_outputs_ : int
        Number of outputs.
    tree_ : Tree
        The tree, with the attributes of scikit-learn's.
    feature_importances_ : ndarray of shape (n_features,)
        Decrease of impurity by each feature.

    See Also
    --------
    RandomForestClassifier : Many such trees on bootstrap samples.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skensemble import DecisionTreeClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, y).get_n_leaves()
    3
    """

    def __init__(
        self,
        *,
        criterion="gini",
        splitter="best",
        max_depth=None,
        min_samples_split=2,
        min_samples_leaf=1,
        min_weight_fraction_leaf=0.0,
        max_features=None,
        random_state=None,
        max_leaf_nodes=None,
        min_impurity_decrease=0.0,
        class_weight=None,
        ccp_alpha=0.0,
        monotonic_cst=None,
        categorical_features="from_dtype",
        interaction_cst=None,
    ):
        self.criterion = criterion
        self.splitter = splitter
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.max_features = max_features
        self.random_state = random_state
        self.max_leaf_nodes = max_leaf_nodes
        self.min_impurity_decrease = min_impurity_decrease
        self.class_weight = class_weight
        self.ccp_alpha = ccp_alpha
        self.monotonic_cst = monotonic_cst
        self.categorical_features = categorical_features
        self.interaction_cst = interaction_cst


@with_parameters(TREE, criterion=REGRESSION_CRITERION)
class DecisionTreeRegressor(RegressionTreeMixin, BaseDecisionTree):
    """A regression tree (CART; Breiman, Friedman, Olshen and Stone 1984).

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    max_features_ : int
        How many features a node draws.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.
    n_outputs_ : int
        Number of outputs.
    tree_ : Tree
        The tree, with the attributes of scikit-learn's.
    feature_importances_ : ndarray of shape (n_features,)
        Decrease of impurity by each feature.

    See Also
    --------
    RandomForestRegressor : Many such trees on bootstrap samples.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skensemble import DecisionTreeRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> DecisionTreeRegressor(max_depth=2, random_state=0).fit(X, y).get_n_leaves()
    4
    """

    def __init__(
        self,
        *,
        criterion="squared_error",
        splitter="best",
        max_depth=None,
        min_samples_split=2,
        min_samples_leaf=1,
        min_weight_fraction_leaf=0.0,
        max_features=None,
        random_state=None,
        max_leaf_nodes=None,
        min_impurity_decrease=0.0,
        ccp_alpha=0.0,
        monotonic_cst=None,
        categorical_features="from_dtype",
        interaction_cst=None,
    ):
        self.criterion = without_deprecated(criterion)
        self.splitter = splitter
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.max_features = max_features
        self.random_state = random_state
        self.max_leaf_nodes = max_leaf_nodes
        self.min_impurity_decrease = min_impurity_decrease
        self.ccp_alpha = ccp_alpha
        self.monotonic_cst = monotonic_cst
        self.categorical_features = categorical_features
        self.interaction_cst = interaction_cst


sklearn_tree.DecisionTreeClassifier.register(DecisionTreeClassifier)
sklearn_tree.DecisionTreeRegressor.register(DecisionTreeRegressor)
sklearn_tree.BaseDecisionTree.register(BaseDecisionTree)
