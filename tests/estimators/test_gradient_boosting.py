"""Gradient boosting: equal to the papers and to scikit-learn, and what scikit-learn's has not."""

import pickle

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import ensemble
from sklearn.base import clone
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor

from skensemble import GradientBoostingClassifier, GradientBoostingRegressor
from tests.reference.naive_ensembles import gradient_boosting, multinomial_boosting

REGRESSION_LOSSES = ("squared_error", "absolute_error", "huber", "quantile")


def numbers(n_samples=120, n_features=4, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features)).astype(np.float32)
    return X, X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + rng.normal(size=n_samples) / 3


def labels(n_classes, **kwargs):
    X, y = numbers(**kwargs)
    return X, np.digitize(y, np.quantile(y, np.linspace(0, 1, n_classes + 1)[1:-1]))


def same_as_scikit_learn(cls, X, y, weight=None, **parameters):
    """Compare all stages with those of scikit-learn's class of the same name."""
    reference = getattr(ensemble, cls.__name__)(random_state=0, **parameters).fit(X, y, sample_weight=weight)
    ours = cls(random_state=0, **parameters).fit(X, y, sample_weight=weight)
    method = "staged_predict" if cls is GradientBoostingRegressor else "staged_decision_function"
    for here, there in zip(getattr(ours, method)(X), getattr(reference, method)(X), strict=True):
        assert_allclose(here, there, rtol=1e-10, atol=1e-10)
    assert_allclose(ours.train_score_, reference.train_score_, rtol=1e-10)
    return ours, reference


# The papers, and scikit-learn


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("name", ["squared_error", "huber"])
def test_stages_of_regression_are_those_of_the_papers_and_of_scikit_learn(name, is_weighted):
    X, y = numbers(50, 3)
    weight = np.random.default_rng(1).random(50) + 0.5 if is_weighted else None
    twin = gradient_boosting(X, y, name, 4, max_depth=2, weight=weight)
    assert twin.is_clear

    ours, _ = same_as_scikit_learn(GradientBoostingRegressor, X, y, weight, loss=name, n_estimators=4, max_depth=2)

    if is_weighted or name == "huber":  # scikit-learn begins with another median of unweighted samples
        assert_allclose([*ours.staged_predict(X)][-1], ours.predict(X))
    if name == "squared_error" or is_weighted:
        assert_allclose(np.array([*ours.staged_predict(X)]), twin.raw[:, :, 0], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", REGRESSION_LOSSES)
def test_losses_of_regression_descend(name):
    X, y = numbers()
    boosting = GradientBoostingRegressor(loss=name, n_estimators=30, random_state=0).fit(X, y)
    assert boosting.train_score_[-1] < 0.8 * boosting.train_score_[0]


@pytest.mark.parametrize("name", ["log_loss", "exponential"])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_stages_of_two_classes_are_those_of_the_papers_and_of_scikit_learn(name, is_weighted):
    X, y = labels(2, n_samples=50, n_features=3)
    weight = np.random.default_rng(1).random(50) + 0.5 if is_weighted else None
    twin = gradient_boosting(X, y.astype(float), name, 3, max_depth=2, weight=weight)
    assert twin.is_clear

    ours, _ = same_as_scikit_learn(GradientBoostingClassifier, X, y, weight, loss=name, n_estimators=3, max_depth=2)

    assert_allclose(np.array([*ours.staged_decision_function(X)]), twin.raw, rtol=1e-10, atol=1e-10)


def test_stages_of_several_classes_are_those_of_the_paper_and_of_scikit_learn():
    X, y = labels(3, n_samples=50, n_features=3)
    weight = np.random.default_rng(1).random(50) + 0.5
    twin = multinomial_boosting(X, y, 3, 3, max_depth=2, weight=weight)
    assert twin.is_clear

    ours, reference = same_as_scikit_learn(GradientBoostingClassifier, X, y, weight, n_estimators=3, max_depth=2)

    assert_allclose(np.array([*ours.staged_decision_function(X)]), twin.raw, rtol=1e-10, atol=1e-10)
    assert_array_equal(ours.apply(X), reference.apply(X))
    assert_allclose(ours.feature_importances_, reference.feature_importances_)
    assert_allclose(ours.predict_proba(X), reference.predict_proba(X))


# Second order, and other learners


def test_second_order_takes_newton_steps_in_its_leaves():
    X, y = labels(2)
    boosting = GradientBoostingClassifier(order="second", n_estimators=1, init="zero", random_state=0).fit(X, y)

    tree, share = boosting.estimators_[0, 0].tree_, 0.5
    leaves = boosting.apply(X)[:, 0, 0]
    for leaf in np.unique(leaves):
        step = (y - share)[leaves == leaf].mean() / (share * (1 - share))
        assert tree.value[leaf, 0, 0] == pytest.approx(step, rel=1e-10)
    assert boosting.set_params(n_estimators=40).fit(X, y).score(X, y) > 0.95


@pytest.mark.parametrize("loss", ["absolute_error", "huber", "quantile"])
def test_second_order_needs_second_derivatives(loss):
    with pytest.raises(ValueError, match='order="second" needs second derivatives'):
        GradientBoostingRegressor(loss=loss, order="second").fit(*numbers())


def test_a_linear_learner_comes_to_least_squares():
    X, y = numbers()
    boosting = GradientBoostingRegressor(estimator=LinearRegression(), n_estimators=200).fit(X, y)

    assert_allclose(boosting.predict(X), LinearRegression().fit(X, y).predict(X), atol=1e-3)
    assert boosting.estimators_.shape == (200, 1)
    with pytest.raises(AttributeError, match="trees only"):
        boosting.apply(X)


@pytest.mark.parametrize("order", ["first", "second"])
@pytest.mark.parametrize("estimator", [Ridge(), ElasticNet(alpha=0.01)])
def test_linear_learners_classify_as_logistic_regression(order, estimator):
    X, y = labels(3)
    boosting = GradientBoostingClassifier(estimator=estimator, order=order, n_estimators=60).fit(X, y)

    assert boosting.score(X, y) > LogisticRegression().fit(X, y).score(X, y) - 0.05
    assert len([*boosting.staged_predict(X)]) == 60
    assert_array_equal([*boosting.staged_predict_proba(X)][-1], boosting.predict_proba(X))


def test_learners_without_weights_are_refused_where_weights_are_needed():
    X, y = numbers()
    boosting = GradientBoostingRegressor(estimator=KNeighborsRegressor(), n_estimators=2)
    boosting.fit(X, y)
    boosting.set_params(subsample=0.5).fit(X, y)
    with pytest.raises(ValueError, match="takes no sample_weight"):
        boosting.fit(X, y, sample_weight=np.arange(len(y)) + 1.0)


def test_parameters_of_trees_do_not_go_with_other_learners():
    with pytest.raises(ValueError, match="max_depth is a parameter of trees"):
        GradientBoostingRegressor(estimator=Ridge(), max_depth=5).fit(*numbers())


# What the core brings


def test_missing_values_and_categories_need_no_preparation():
    rng = np.random.default_rng(0)
    color = rng.choice(["red", "green", "blue", "grey"], 200)
    size = np.where(rng.random(200) < 0.2, np.nan, rng.normal(size=200))
    y = np.isin(color, ["red", "blue"]) * 2.0 + np.isnan(size) + rng.normal(size=200) / 10
    frame = pd.DataFrame({"size": size, "color": pd.Categorical(color)})

    boosting = GradientBoostingRegressor(n_estimators=50, random_state=0).fit(frame, y)

    assert boosting.score(frame, y) > 0.95
    assert_array_equal(boosting.feature_names_in_, ["size", "color"])
    assert boosting.estimators_[0, 0].tree_.left_categories(0) is not None


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber"])
def test_predictions_are_monotonic_for_every_loss(loss):
    X, y = numbers(300)
    boosting = GradientBoostingRegressor(loss=loss, monotonic_cst=[1, 0, -1, 0], random_state=0).fit(X, y)
    assert_is_monotonic(boosting.predict, X)


@pytest.mark.parametrize("order", ["first", "second"])
def test_probabilities_are_monotonic(order):
    X, y = labels(2, n_samples=300)
    boosting = GradientBoostingClassifier(monotonic_cst=[1, 0, -1, 0], order=order, random_state=0).fit(X, y)
    assert_is_monotonic(boosting.decision_function, X)


def assert_is_monotonic(predict, X):
    for feature, sign in ((0, 1), (2, -1)):
        grid = np.repeat(X[:20, np.newaxis], 30, axis=1)
        grid[:, :, feature] = np.linspace(-3, 3, 30)
        steps = np.diff(predict(grid.reshape(-1, X.shape[1])).reshape(20, 30), axis=1)
        assert (sign * steps >= -1e-12).all()


def test_constraints_of_several_classes_are_refused():
    with pytest.raises(ValueError, match="not supported with multiclass"):
        GradientBoostingClassifier(monotonic_cst=[1, 0, 0, 0]).fit(*labels(3))


def test_features_that_must_not_interact_do_not():
    X, y = numbers(300)
    boosting = GradientBoostingRegressor(interaction_cst="no_interactions", random_state=0).fit(X, y)
    for tree in boosting.estimators_[:, 0]:
        assert len(set(tree.tree_.feature[tree.tree_.feature >= 0])) <= 1


# Rounds


def test_a_warm_start_plays_the_rounds_of_a_single_fit():
    X, y = labels(3)
    for parameters in ({}, {"subsample": 0.6}, {"max_features": 2}):
        whole = GradientBoostingClassifier(n_estimators=8, random_state=0, **parameters).fit(X, y)
        parts = clone(whole).set_params(n_estimators=3, warm_start=True).fit(X, y)
        parts.set_params(n_estimators=8).fit(X, y)
        assert_array_equal(parts.decision_function(X), whole.decision_function(X))
        assert_array_equal(parts.train_score_, whole.train_score_)


def test_a_warm_start_does_not_mix_trees_with_other_learners():
    X, y = numbers()
    boosting = GradientBoostingRegressor(n_estimators=3, warm_start=True, random_state=0).fit(X, y)
    before = boosting.predict(X)
    with pytest.raises(ValueError, match="cannot change between trees and others"):
        boosting.set_params(estimator=Ridge(), n_estimators=5).fit(X, y)
    assert_array_equal(boosting.set_params(estimator=None).predict(X), before)


def test_out_of_bag_improvements_add_up_to_the_scores():
    X, y = numbers(300)
    boosting = GradientBoostingRegressor(subsample=0.5, n_estimators=20, random_state=0).fit(X, y)

    assert boosting.oob_scores_[-1] < boosting.oob_scores_[0]
    assert boosting.oob_score_ == boosting.oob_scores_[-1]
    assert_allclose(boosting.oob_improvement_[1:], -np.diff(boosting.oob_scores_))


def test_a_pure_learner_leaves_rows_of_no_weight_alone():
    X, y = numbers()
    weight = np.ones(len(y))
    weight[::3] = 0.0
    weighted = GradientBoostingRegressor(n_estimators=5, random_state=0).fit(X, y, sample_weight=weight)
    left_out = GradientBoostingRegressor(n_estimators=5, random_state=0).fit(X[weight > 0], y[weight > 0])
    assert_allclose(weighted.predict(X), left_out.predict(X), rtol=1e-12)


def test_early_stopping_ends_where_the_held_out_loss_does_not_fall():
    X, y = numbers(400)
    boosting = GradientBoostingRegressor(n_estimators=500, n_iter_no_change=5, random_state=0).fit(X, y)
    assert 10 < boosting.n_estimators_ < 500
    boosting = GradientBoostingRegressor(estimator=Ridge(), n_estimators=500, n_iter_no_change=5).fit(X, y)
    assert boosting.n_estimators_ < 500


def test_a_monitor_sees_each_round_and_ends_the_fit():
    X, y = numbers()
    seen = []

    def monitor(i, boosting, variables):
        seen.append((i, boosting.n_estimators_, len(boosting.train_score_), "stages" in variables))
        return i == 2

    boosting = GradientBoostingRegressor(n_estimators=9, random_state=0).fit(X, y, monitor=monitor)
    assert seen == [(0, 1, 1, True), (1, 2, 2, True), (2, 3, 3, True)]
    three = GradientBoostingRegressor(n_estimators=3, random_state=0).fit(X, y)
    assert_array_equal(boosting.predict(X), three.predict(X))


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_bits_do_not_depend_on_threads_or_backends(backend):
    X, y = labels(3)
    one = GradientBoostingClassifier(n_estimators=4, subsample=0.7, random_state=0).fit(X, y)
    with parallel_config(backend=backend, n_jobs=2):
        two = clone(one).fit(X, y)
        assert_array_equal(one.decision_function(X), two.decision_function(X))
    assert_array_equal(one.decision_function(X), clone(one).set_params(n_jobs=4).fit(X, y).decision_function(X))


def test_pickles_predict_alike_and_hold_the_trees_once():
    X, y = numbers()
    boosting = GradientBoostingRegressor(n_estimators=20, random_state=0).fit(X, y)
    size = len(pickle.dumps(boosting))
    assert len(boosting.estimators_) == 20
    assert len(pickle.dumps(boosting)) <= size + 100
    assert_array_equal(pickle.loads(pickle.dumps(boosting)).predict(X), boosting.predict(X))


# Bad input


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"loss": "poisson"}, "'loss' parameter"),
        ({"order": "third"}, "'order' parameter"),
        ({"estimator": "tree"}, "'estimator' parameter"),
        ({"monotonic_cst": [1]}, "monotonic_cst has shape"),
        ({"subsample": 0.0}, "'subsample' parameter"),
    ],
)
def test_wrong_parameters_are_named(parameters, message):
    boosting = GradientBoostingRegressor(**parameters)
    with pytest.raises(ValueError, match=message):
        boosting.fit(*numbers())
    assert not hasattr(boosting, "n_estimators_")


def test_a_failing_learner_leaves_an_earlier_fit_alone():
    class Failing(Ridge):
        def fit(self, X, y, sample_weight=None):
            raise RuntimeError("no")

    X, y = numbers()
    boosting = GradientBoostingRegressor(n_estimators=3, random_state=0).fit(X, y)
    before = boosting.predict(X)
    with pytest.raises(RuntimeError, match="no"):
        boosting.set_params(estimator=Failing()).fit(X, y)
    assert_array_equal(boosting.set_params(estimator=None).predict(X), before)


def test_gradients_of_classes_that_are_next_to_nothing_are_not_split():
    X, y = labels(2)
    boosting = GradientBoostingClassifier(learning_rate=1.0, n_estimators=60, max_depth=None, random_state=0).fit(X, y)
    assert boosting.estimators_[-1, 0].tree_.node_count == 1  # all probabilities are 0 or 1 up to rounding
    assert boosting.score(X, y) == 1.0
