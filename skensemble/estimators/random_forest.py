"""Random forests (Breiman 2001)."""

from sklearn import ensemble as sklearn_ensemble

from skensemble.estimators.decision_tree import DecisionTreeClassifier, DecisionTreeRegressor
from skensemble.estimators.forest_kinds import ForestClassifier, ForestRegressor
from skensemble.estimators.growth_parameters import without_deprecated
from skensemble.estimators.parameters import (
    CLASSIFICATION_CRITERION,
    FOREST,
    FOREST_CLASS_WEIGHT,
    REGRESSION_CRITERION,
    TREE,
    with_parameters,
)


@with_parameters(TREE, FOREST, criterion=CLASSIFICATION_CRITERION, class_weight=FOREST_CLASS_WEIGHT)
class RandomForestClassifier(ForestClassifier):
    """A random forest of classification trees (Breiman 2001).

    Each tree grows on a bootstrap sample of the rows, and each of its nodes looks at a random draw of the features.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,), or a list of them, one for each output
        The classes.
    n_classes_ : int, or ndarray of shape (n_outputs,)
        Their number.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.
    n_outputs_ : int
        Number of outputs.
    estimator_ : DecisionTreeClassifier
        A tree with the parameters of the forest's, not fitted.
    estimators_ : list of DecisionTreeClassifier
        The trees: views on the forest's arrays.
    estimators_samples_ : list of ndarray of int32
        The rows that each tree was drawn.
    feature_importances_ : ndarray of shape (n_features,)
        Importances of the features; see `importance`.
    oob_score_ : float
        Score of the out-of-bag predictions; only if `oob_score`.
    oob_decision_function_ : ndarray of shape (n_samples, n_classes) or (n_samples, n_classes, n_outputs)
        Mean probabilities by the trees that were not drawn a row, 0 where there are none; only if `oob_score`.

    See Also
    --------
    ExtraTreesClassifier : Thresholds are drawn too.

    References
    ----------
    Breiman 2001, "Random forests", Machine Learning 45: 5-32.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from skensemble import RandomForestClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> forest = RandomForestClassifier(n_estimators=20, random_state=0).fit(X, y)
    >>> forest.predict(X[:2])
    array([0, 0])
    """

    _tree_class = DecisionTreeClassifier

    def __init__(
        self,
        n_estimators=100,
        *,
        criterion="gini",
        max_depth=None,
        min_samples_split=2,
        min_samples_leaf=1,
        min_weight_fraction_leaf=0.0,
        max_features="sqrt",
        max_leaf_nodes=None,
        min_impurity_decrease=0.0,
        bootstrap=True,
        oob_score=False,
        n_jobs=None,
        random_state=None,
        verbose=0,
        warm_start=False,
        class_weight=None,
        ccp_alpha=0.0,
        max_samples=None,
        monotonic_cst=None,
        categorical_features="from_dtype",
        interaction_cst=None,
        importance="impurity",
    ):
        self.n_estimators = n_estimators
        self.criterion = criterion
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.max_features = max_features
        self.max_leaf_nodes = max_leaf_nodes
        self.min_impurity_decrease = min_impurity_decrease
        self.bootstrap = bootstrap
        self.oob_score = oob_score
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.class_weight = class_weight
        self.ccp_alpha = ccp_alpha
        self.max_samples = max_samples
        self.monotonic_cst = monotonic_cst
        self.categorical_features = categorical_features
        self.interaction_cst = interaction_cst
        self.importance = importance


@with_parameters(TREE, FOREST, criterion=REGRESSION_CRITERION)
class RandomForestRegressor(ForestRegressor):
    """A random forest of regression trees (Breiman 2001).

    Each tree grows on a bootstrap sample of the rows; `max_features` makes each of its nodes look at a random draw of
    the features.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.
    n_outputs_ : int
        Number of outputs.
    estimator_ : DecisionTreeRegressor
        A tree with the parameters of the forest's, not fitted.
    estimators_ : list of DecisionTreeRegressor
        The trees: views on the forest's arrays.
    estimators_samples_ : list of ndarray of int32
        The rows that each tree was drawn.
    feature_importances_ : ndarray of shape (n_features,)
        Importances of the features; see `importance`.
    oob_score_ : float
        Score of the out-of-bag predictions; only if `oob_score`.
    oob_prediction_ : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        Mean predictions by the trees that were not drawn a row, 0 where there are none; only if `oob_score`.

    See Also
    --------
    ExtraTreesRegressor : Thresholds are drawn too.

    References
    ----------
    Breiman 2001, "Random forests", Machine Learning 45: 5-32.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skensemble import RandomForestRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> forest = RandomForestRegressor(n_estimators=20, random_state=0).fit(X, y)
    >>> forest.predict(X).shape
    (442,)
    """

    _tree_class = DecisionTreeRegressor

    def __init__(
        self,
        n_estimators=100,
        *,
        criterion="squared_error",
        max_depth=None,
        min_samples_split=2,
        min_samples_leaf=1,
        min_weight_fraction_leaf=0.0,
        max_features=1.0,
        max_leaf_nodes=None,
        min_impurity_decrease=0.0,
        bootstrap=True,
        oob_score=False,
        n_jobs=None,
        random_state=None,
        verbose=0,
        warm_start=False,
        ccp_alpha=0.0,
        max_samples=None,
        monotonic_cst=None,
        categorical_features="from_dtype",
        interaction_cst=None,
        importance="impurity",
    ):
        self.n_estimators = n_estimators
        self.criterion = without_deprecated(criterion)
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.max_features = max_features
        self.max_leaf_nodes = max_leaf_nodes
        self.min_impurity_decrease = min_impurity_decrease
        self.bootstrap = bootstrap
        self.oob_score = oob_score
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.ccp_alpha = ccp_alpha
        self.max_samples = max_samples
        self.monotonic_cst = monotonic_cst
        self.categorical_features = categorical_features
        self.interaction_cst = interaction_cst
        self.importance = importance


sklearn_ensemble.RandomForestClassifier.register(RandomForestClassifier)
sklearn_ensemble.RandomForestRegressor.register(RandomForestRegressor)
