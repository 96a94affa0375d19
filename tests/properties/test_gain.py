"""The split of every node is the best there is, by an enumeration in float64 and by scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skensemble.records import LEAF
from tests.core import grow_tree, rows_of_nodes
from tests.properties.problems import KINDS, recipes
from tests.reference.naive_criteria import NaiveCriterion
from tests.reference.naive_splits import NaiveSplitter, Node

CLEARLY_BETTER = 1e-9


def candidates(kind, min_samples_leaf, X, targets, weights):
    """All cuts of a node, as an enumeration finds them."""
    criterion = NaiveCriterion(kind.criterion, kind.n_classes)
    n_features = X.shape[1]
    splitter = NaiveSplitter(criterion, [0] * n_features, None, min_samples_leaf, 0.0, n_features, False)
    node = Node(X, targets, weights, 0, frozenset(range(n_features)), -np.inf, np.inf)
    return [each for feature in range(n_features) for each in splitter.candidates(node, feature)]


def scikit_learn_stump(kind, min_samples_leaf, X, targets, weights):
    """The first split of scikit-learn's tree."""
    tree = DecisionTreeClassifier if kind.n_classes else DecisionTreeRegressor
    stump = tree(criterion=kind.criterion, max_depth=1, min_samples_leaf=min_samples_leaf, random_state=0)
    return stump.fit(X, targets, sample_weight=weights).tree_


@pytest.mark.parametrize("kind", KINDS, ids=str)
@settings(max_examples=20)
@given(recipe=recipes(), min_samples_leaf=st.integers(1, 4))
def test_the_gain_of_a_node_is_the_best_and_its_split_is_the_one_of_scikit_learn(kind, recipe, min_samples_leaf):
    problem = recipe.make(kind)
    tree = grow_tree(
        problem.X,
        problem.targets,
        kind.criterion,
        n_classes=kind.n_classes,
        weights=problem.weights,
        min_samples_leaf=min_samples_leaf,
    )
    X, targets, weights, _ = problem.of_positive_weight()

    for node, rows in zip(tree.nodes, rows_of_nodes(tree, X), strict=True):
        here = (kind, min_samples_leaf, X[rows], targets[rows], weights[rows])
        assert node["n_node_samples"] == len(rows)
        if node["left"] == LEAF:
            assert len(np.unique(targets[rows], axis=0)) == 1 or not candidates(*here)
            continue
        *_, runner_up, best = [-np.inf, *sorted(each.gain for each in candidates(*here))]
        assert node["gain"] == pytest.approx(best, rel=1e-10)
        if runner_up < best - CLEARLY_BETTER:
            stump = scikit_learn_stump(*here)
            assert node["feature"] == stump.feature[0]
            assert node["threshold"] == stump.threshold[0]
            assert node["missing_go_to_left"] == stump.missing_go_to_left[0]
            assert node["impurity"] == pytest.approx(stump.impurity[0], rel=1e-10)
