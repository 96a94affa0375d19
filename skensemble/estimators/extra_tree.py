"""Extremely randomised trees, one at a time (Geurts, Ernst and Wehenkel 2006)."""

from sklearn import tree as sklearn_tree

from skensemble.estimators.decision_tree import DecisionTreeClassifier, DecisionTreeRegressor
from skensemble.estimators.parameters import (
    CLASS_WEIGHT,
    CLASSIFICATION_CRITERION,
    REGRESSION_CRITERION,
    TREE,
    with_parameters,
)


@with_parameters(TREE, criterion=CLASSIFICATION_CRITERION, class_weight=CLASS_WEIGHT)
class ExtraTreeClassifier(DecisionTreeClassifier):
    """A classification tree whose thresholds are drawn at random (Geurts, Ernst and Wehenkel 2006).

    Of the thresholds of the features that a node draws, the best one splits it. The side of missing values is drawn as
    well. Alone such a tree is weak: see `ExtraTreesClassifier`.

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
    ExtraTreesClassifier : Many such trees.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skensemble import ExtraTreeClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> ExtraTreeClassifier(random_state=0).fit(X, y).score(X, y)
    1.0
    """

    def __init__(
        self,
        *,
        criterion="gini",
        splitter="random",
        max_depth=None,
        min_samples_split=2,
        min_samples_leaf=1,
        min_weight_fraction_leaf=0.0,
        max_features="sqrt",
        random_state=None,
        max_leaf_nodes=None,
        min_impurity_decrease=0.0,
        class_weight=None,
        ccp_alpha=0.0,
        monotonic_cst=None,
        categorical_features="from_dtype",
        interaction_cst=None,
    ):
        super().__init__(
            criterion=criterion,
            splitter=splitter,
            max_depth=max_depth,
            min_samples_split=min_samples_split,
            min_samples_leaf=min_samples_leaf,
            min_weight_fraction_leaf=min_weight_fraction_leaf,
            max_features=max_features,
            random_state=random_state,
            max_leaf_nodes=max_leaf_nodes,
            min_impurity_decrease=min_impurity_decrease,
            class_weight=class_weight,
            ccp_alpha=ccp_alpha,
            monotonic_cst=monotonic_cst,
            categorical_features=categorical_features,
            interaction_cst=interaction_cst,
        )


@with_parameters(TREE, criterion=REGRESSION_CRITERION)
class ExtraTreeRegressor(DecisionTreeRegressor):
    """A regression tree whose thresholds are drawn at random (Geurts, Ernst and Wehenkel 2006).

    Of the thresholds of the features that a node draws, the best one splits it. The side of missing values is drawn as
    well. Alone such a tree is weak: see `ExtraTreesRegressor`.

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
    ExtraTreesRegressor : Many such trees.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skensemble import ExtraTreeRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> ExtraTreeRegressor(random_state=0).fit(X, y).score(X, y)
    1.0
    """

    def __init__(
        self,
        *,
        criterion="squared_error",
        splitter="random",
        max_depth=None,
        min_samples_split=2,
        min_samples_leaf=1,
        min_weight_fraction_leaf=0.0,
        max_features=1.0,
        random_state=None,
        min_impurity_decrease=0.0,
        max_leaf_nodes=None,
        ccp_alpha=0.0,
        monotonic_cst=None,
        categorical_features="from_dtype",
        interaction_cst=None,
    ):
        super().__init__(
            criterion=criterion,
            splitter=splitter,
            max_depth=max_depth,
            min_samples_split=min_samples_split,
            min_samples_leaf=min_samples_leaf,
            min_weight_fraction_leaf=min_weight_fraction_leaf,
            max_features=max_features,
            random_state=random_state,
            min_impurity_decrease=min_impurity_decrease,
            max_leaf_nodes=max_leaf_nodes,
            ccp_alpha=ccp_alpha,
            monotonic_cst=monotonic_cst,
            categorical_features=categorical_features,
            interaction_cst=interaction_cst,
        )


sklearn_tree.ExtraTreeClassifier.register(ExtraTreeClassifier)
sklearn_tree.ExtraTreeRegressor.register(ExtraTreeRegressor)
