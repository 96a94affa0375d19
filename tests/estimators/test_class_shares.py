"""Ordered target statistics of several classes: a column for the share of each."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.inspection import partial_dependence
from sklearn.metrics import log_loss

from skensemble import HistGradientBoostingClassifier
from skensemble.estimators.target_statistics import TargetStatistics
from tests.estimators.test_target_statistics import codes, shops

LABELS = np.array(["high", "low", "middle"])


def problem():
    """Shops, each with a class that is mostly its own, that are in no order; the class of `size` is a little so."""
    X, y = shops()
    return X, LABELS[np.digitize(y, [-1.0, 1.0])]


def classifier(**parameters):
    options = {"max_iter": 5, "categorical_encoding": "ordered_target", "random_state": 0}
    return HistGradientBoostingClassifier(**{**options, **parameters})


def features_by_path(tree):
    """The features on the way to each leaf."""
    paths = {0: set()}
    for node in tree.itertuples():
        if not node.is_leaf:
            paths[node.left_child] = paths[node.right_child] = paths[node.node] | {node.feature}
    return [paths[node] for node in tree[tree.is_leaf].node]


@pytest.mark.parametrize("weighted", [False, True])
def test_a_class_has_the_values_that_its_indicator_would_have(weighted):
    X, _, weight = codes()
    y, weight = np.random.default_rng(1).integers(0, 3, len(X)).astype(float), weight if weighted else None
    several = TargetStatistics(np.array([0, 2]), 3).fit(X, y, weight)
    encoded, in_order = several.encode(X), several.encode_in_order(X, y, weight, seed=7)

    assert several.sources(3).tolist() == [0, 1, 2, 0, 0, 2, 2]
    assert several.class_numbers(3).tolist() == [0, -1, 0, 1, 2, 1, 2]
    for number, columns in enumerate([[0, 1, 2], [3, 1, 5], [4, 1, 6]]):
        indicator = (y == number).astype(float)
        one = TargetStatistics(np.array([0, 2])).fit(X, indicator, weight)
        assert_array_equal(encoded[:, columns], one.encode(X))
        assert_array_equal(in_order[:, columns], one.encode_in_order(X, indicator, weight, seed=7))


@pytest.mark.parametrize("multi_strategy", ["tree_per_output", "vector_leaf"])
def test_predictions_of_new_rows_are_better_than_those_of_split_categories(multi_strategy):
    X, y = problem()
    split, ordered = (
        classifier(categorical_encoding=encoding, max_iter=30, multi_strategy=multi_strategy).fit(X[:1000], y[:1000])
        for encoding in ("split", "auto")  # which is "ordered_target" of 300 shops
    )

    losses = [log_loss(y[1000:], model.predict_proba(X[1000:])) for model in (ordered, split)]
    assert losses[0] < losses[1]


def test_threads_pickles_and_warm_starts_keep_the_bits():
    X, y = problem()
    expected = classifier().fit(X, y).predict_proba(X)
    started = classifier(max_iter=2, warm_start=True).fit(X, y)

    assert_array_equal(classifier(n_jobs=2).fit(X, y).predict_proba(X), expected)
    assert_array_equal(pickle.loads(pickle.dumps(classifier().fit(X, y))).predict_proba(X), expected)
    assert_array_equal(started.set_params(max_iter=5).fit(X, y).predict_proba(X), expected)


def test_columns_of_a_feature_count_as_the_feature():
    X, y = problem()
    model = classifier().fit(X, y)
    nodes = model.to_frame()
    inner = nodes[~nodes.is_leaf]

    assert model.feature_importances_.shape == (2,)
    assert model.feature_importances_.sum() == pytest.approx(1.0)
    assert set(inner.feature) == {"size", "shop"}
    assert set(inner.share_of[inner.feature == "shop"]) == set(LABELS)
    assert inner.share_of[inner.feature == "size"].isna().all()
    assert nodes.share_of[nodes.is_leaf].isna().all()


def test_what_a_user_says_of_a_feature_holds_for_its_columns():
    X, y = problem()
    apart = classifier(interaction_cst="no_interactions").fit(X, y).to_frame()
    for _, tree in apart.groupby("tree"):
        assert all(len(features) <= 1 for features in features_by_path(tree))
    for parameters in (
        {"feature_penalties": {"shop": 1e9}},
        {"feature_weights": {"shop": 0.0}, "max_features_by_tree": 0.5},
    ):
        assert set(classifier(**parameters).fit(X, y).to_frame().feature.dropna()) == {"size"}
    one_sign = classifier(monotonic_cst={"high": {"size": 1}}).fit(X, y)
    shares = one_sign.predict_proba(X.assign(shop="shop 3").sort_values("size"))[:, 0]
    assert np.all(np.diff(shares) >= -1e-12)
    with pytest.raises(ValueError, match="first_use_penalties do not go with ordered target statistics of several"):
        classifier(first_use_penalties=[1.0, 1.0]).fit(X, y)


@pytest.mark.parametrize("parameters", [{"leaf_model": "linear"}, {"bin_thresholds": [[0.0], None]}])
def test_other_parameters_see_features_too(parameters):
    X, y = problem()
    model = classifier(**parameters).fit(X, y)

    assert log_loss(y, model.predict_proba(X)) < log_loss(y, classifier(max_iter=1).fit(X, y).predict_proba(X))


def test_leaves_are_refitted():
    X, y = problem()
    model = classifier().fit(X[:700], y[:700])
    before = log_loss(y[700:], model.predict_proba(X[700:]))

    assert log_loss(y[700:], model.refit_leaves(X[700:], y[700:], decay=0.5).predict_proba(X[700:])) < before


def test_recursion_is_refused_for_such_features_only():
    X, y = problem()
    model = HistGradientBoostingClassifier(categorical_encoding="ordered_target", max_iter=2).fit(X, y == "low")

    assert partial_dependence(model, X, ["size"], method="recursion", response_method="decision_function")
    with pytest.raises(ValueError, match='use method="brute"'):
        model._compute_partial_dependence_recursion(np.zeros((1, 1), np.float32), np.array([1]))
