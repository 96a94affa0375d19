"""Bagging: scikit-learn's semantics, and our trees on ranks that are computed once."""

import pickle

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import ensemble
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeRegressor as ReferenceTree

from skensemble import (
    BaggingClassifier,
    BaggingRegressor,
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeRegressor,
)
from tests.estimators.test_gradient_boosting import labels, numbers


class Derived(DecisionTreeRegressor):
    """A tree of ours that the ensemble does not know as one."""


@pytest.mark.parametrize("parameters", [{}, {"max_samples": 0.5, "bootstrap": False}, {"max_samples": 40}])
def test_trees_on_shared_ranks_are_those_that_separate_fits_give(parameters):
    X, y = numbers()
    ours, apart, reference = (
        cls(tree(max_depth=3, min_samples_leaf=8), random_state=0, **parameters).fit(X, y)
        for cls, tree in (
            (BaggingRegressor, DecisionTreeRegressor),
            (BaggingRegressor, Derived),
            (ensemble.BaggingRegressor, ReferenceTree),
        )
    )

    assert_allclose(ours.predict(X), apart.predict(X), rtol=1e-12)
    for samples, others, columns in zip(
        ours.estimators_samples_, reference.estimators_samples_, ours.estimators_features_, strict=True
    ):
        assert_array_equal(samples, others)
        assert_array_equal(columns, np.arange(X.shape[1]))
    assert_allclose(ours.predict(X), reference.predict(X), rtol=1e-10)  # nodes are too large for ties


def test_a_tree_fitted_again_to_its_samples_is_that_tree():
    X, y = labels(3)
    bagging = BaggingClassifier(random_state=0).fit(X, y)
    for tree, samples in zip(bagging.estimators_, bagging.estimators_samples_, strict=True):
        counts = np.bincount(samples, minlength=len(y))
        again = clone(tree).fit(X, y, sample_weight=counts)
        assert_array_equal(again.predict_proba(X), tree.predict_proba(X))


@pytest.mark.parametrize("tree", [DecisionTreeRegressor(max_leaf_nodes=8, ccp_alpha=0.01), ExtraTreeRegressor()])
def test_parameters_of_the_trees_count(tree):
    X, y = numbers()
    bagging = BaggingRegressor(tree, random_state=0).fit(X, y)
    assert type(bagging[0]) is type(tree)
    assert max(each.get_n_leaves() for each in bagging.estimators_) <= (tree.max_leaf_nodes or len(y))


def test_drawn_columns_are_those_of_scikit_learn():
    X, y = labels(3)
    parameters = {"max_features": 0.5, "bootstrap_features": True, "random_state": 0}
    ours = BaggingClassifier(DecisionTreeClassifier(), **parameters).fit(X, y)
    reference = ensemble.BaggingClassifier(DecisionTreeClassifier(), **parameters).fit(X, y)
    assert_array_equal(ours.estimators_features_, reference.estimators_features_)
    assert_allclose(ours.predict_proba(X), reference.predict_proba(X))


@pytest.mark.parametrize(
    "estimator", [DecisionTreeClassifier(max_depth=3), LogisticRegression(), KNeighborsClassifier()]
)
def test_probabilities_are_means_in_any_number_of_threads(estimator):
    X, y = labels(3)
    bagging = BaggingClassifier(estimator, n_estimators=7, random_state=0).fit(X, y)

    of_members = [member.predict_proba(X) for member in bagging.estimators_]
    assert_allclose(bagging.predict_proba(X), np.mean(of_members, axis=0, dtype=float), atol=1e-12)
    with np.errstate(divide="ignore"):
        assert_allclose(bagging.predict_log_proba(X), np.log(bagging.predict_proba(X)), rtol=1e-6)
    two = clone(bagging).set_params(n_jobs=2).fit(X, y)
    assert_array_equal(two.predict_proba(X), bagging.predict_proba(X))
    assert hasattr(bagging, "decision_function") == hasattr(estimator, "decision_function")
    if hasattr(bagging, "decision_function"):
        of_members = [member.decision_function(X) for member in bagging.estimators_]
        assert_allclose(bagging.decision_function(X), np.mean(of_members, axis=0), atol=1e-5)  # of float32


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_bits_do_not_depend_on_backends(backend):
    X, y = numbers()
    one = BaggingRegressor(random_state=0).fit(X, y)
    with parallel_config(backend=backend, n_jobs=2):
        assert_array_equal(clone(one).fit(X, y).predict(X), one.predict(X))


def test_out_of_bag_estimates_and_warm_starts_are_those_of_scikit_learn():
    X, y = numbers()
    parameters = {"n_estimators": 30, "oob_score": True, "random_state": 0}
    bagging = BaggingRegressor(DecisionTreeRegressor(min_samples_leaf=8), **parameters).fit(X, y)
    reference = ensemble.BaggingRegressor(ReferenceTree(min_samples_leaf=8), **parameters).fit(X, y)
    assert bagging.oob_score_ == pytest.approx(reference.oob_score_, rel=0.02)

    warm = BaggingRegressor(n_estimators=4, warm_start=True, random_state=0).fit(X, y).set_params(n_estimators=9)
    assert_array_equal(warm.fit(X, y).predict(X), BaggingRegressor(n_estimators=9, random_state=0).fit(X, y).predict(X))


def test_several_outputs_are_predicted_together():
    X, y = numbers()
    bagging = BaggingRegressor(random_state=0).fit(X, np.column_stack([y, -y]))
    assert bagging.predict(X).shape == (len(y), 2)
    assert_allclose(bagging.predict(X)[:, 0], -bagging.predict(X)[:, 1])


def test_missing_values_and_categories_need_no_preparation():
    rng = np.random.default_rng(0)
    color = rng.choice(["red", "green", "blue", "grey"], 200)
    size = np.where(rng.random(200) < 0.2, np.nan, rng.normal(size=200))
    y = np.where(np.isin(color, ["red", "blue"]) ^ np.isnan(size), "yes", "no")
    frame = pd.DataFrame({"size": size, "color": pd.Categorical(color)})

    bagging = BaggingClassifier(oob_score=True, n_estimators=40, random_state=0).fit(frame, y)

    assert bagging.score(frame, y) > 0.95
    assert bagging.oob_score_ > 0.9
    assert_array_equal(bagging.feature_names_in_, ["size", "color"])
    part = BaggingClassifier(DecisionTreeClassifier(max_depth=1), 20, max_features=1, random_state=0)
    part.fit(frame[["color"]], np.isin(color, ["red", "blue"]))
    assert part.score(frame[["color"]], np.isin(color, ["red", "blue"])) == 1.0
    drawn = BaggingClassifier(max_features=0.5, random_state=0).fit(frame, y)
    assert drawn.predict_proba(frame).shape == (200, 2)


@pytest.mark.parametrize("cls", [BaggingClassifier, BaggingRegressor])
def test_a_weight_is_a_chance_to_be_drawn(cls):
    X, y = labels(2) if cls is BaggingClassifier else numbers()
    weight = np.where(np.arange(len(y)) < 30, 0.0, np.arange(len(y)) % 4)
    bagging = cls(DecisionTreeRegressor(max_depth=1), n_estimators=200, random_state=0)
    if cls is BaggingClassifier:
        bagging.set_params(estimator=DecisionTreeClassifier(max_depth=1))
    bagging.fit(X, y, sample_weight=weight)

    drawn = np.concatenate(bagging.estimators_samples_)
    counts, expected = np.bincount(drawn, minlength=len(y)), weight / weight.sum() * len(drawn)
    deviations = (counts - expected)[expected > 0] / np.sqrt(expected[expected > 0])
    assert counts[expected == 0].sum() == 0
    assert np.abs(deviations).max() < 5.0
    assert np.mean(deviations**2) == pytest.approx(1.0, abs=0.5)  # chi-squared of as many cells


def test_a_pickle_predicts_alike():
    X, y = numbers()
    for estimator in (None, Ridge()):
        bagging = BaggingRegressor(estimator, random_state=0).fit(X, y)
        assert_array_equal(pickle.loads(pickle.dumps(bagging)).predict(X), bagging.predict(X))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"max_samples": 1000, "bootstrap": False}, "without replacement"),
        ({"max_features": 9}, "max_features must be <= n_features"),
        ({"bootstrap": False, "oob_score": True}, "Out of bag estimation only available"),
        ({"estimator": DecisionTreeRegressor(max_depth=0)}, "'max_depth' parameter of DecisionTreeRegressor"),
    ],
)
def test_wrong_parameters_are_named(parameters, message):
    bagging = BaggingRegressor(**parameters)
    with pytest.raises(ValueError, match=message):
        bagging.fit(*numbers())
    assert not hasattr(bagging, "estimators_")
