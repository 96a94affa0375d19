"""AdaBoost: equal to the papers and to scikit-learn, how it ends, and what scikit-learn's has not."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import ensemble
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier as ReferenceTree

from skensemble import AdaBoostClassifier, AdaBoostRegressor, DecisionTreeClassifier, DecisionTreeRegressor
from tests.estimators.test_gradient_boosting import labels, numbers
from tests.reference.naive_ensembles import samme

# The papers, and scikit-learn


@pytest.mark.parametrize("learning_rate", [1.0, 0.5])
@pytest.mark.parametrize(("n_classes", "max_depth"), [(2, 1), (3, 2)])
def test_rounds_of_samme_are_those_of_the_paper_and_of_scikit_learn(n_classes, max_depth, learning_rate):
    X, y = labels(n_classes, n_samples=50, n_features=3)
    weight = np.random.default_rng(2).random(50) + 0.5
    twin = samme(X, y, n_classes, 4, max_depth=max_depth, learning_rate=learning_rate, weight=weight)
    assert twin.is_clear
    parameters = {"n_estimators": 4, "learning_rate": learning_rate, "random_state": 0}

    ours = AdaBoostClassifier(DecisionTreeClassifier(max_depth=max_depth), **parameters).fit(X, y, weight)
    reference = ensemble.AdaBoostClassifier(ReferenceTree(max_depth=max_depth), **parameters).fit(X, y, weight)

    assert_allclose(ours.estimator_weights_, twin.alphas, rtol=1e-10)
    assert_allclose(ours.estimator_errors_, twin.errors, rtol=1e-10)
    for alphas, raw, decision in zip(np.cumsum(twin.alphas), twin.raw, ours.staged_decision_function(X), strict=True):
        expected = raw[:, 1] - raw[:, 0] if n_classes == 2 else raw
        assert_allclose(decision, expected / alphas, rtol=1e-10, atol=1e-10)
    assert_allclose(ours.estimator_weights_, reference.estimator_weights_, rtol=1e-10)
    assert_allclose(ours.predict_proba(X), reference.predict_proba(X), rtol=1e-10)
    assert_allclose(ours.feature_importances_, reference.feature_importances_, rtol=1e-10, atol=1e-12)


def test_a_tree_of_the_ensemble_is_the_one_that_its_parameters_give():
    X, y = labels(3)
    boosting = AdaBoostClassifier(n_estimators=3, random_state=0).fit(X, y)

    first = boosting.estimators_[0]
    again = clone(first).fit(X, y, sample_weight=np.full(len(y), 1 / len(y)))
    assert_array_equal(again.predict_proba(X), first.predict_proba(X))
    assert len({tree.random_state for tree in boosting}) == 3


@pytest.mark.parametrize("loss", ["linear", "square", "exponential"])
@pytest.mark.parametrize("resample", [True, False])
def test_r2_predicts_the_weighted_median(loss, resample):
    X, y = numbers(200)
    boosting = AdaBoostRegressor(loss=loss, resample=resample, n_estimators=20, random_state=0).fit(X, y)
    reference = ensemble.AdaBoostRegressor(loss=loss, n_estimators=20, random_state=0).fit(X, y)

    assert boosting.score(X, y) > reference.score(X, y) - 0.1
    predictions, weights = np.array([tree.predict(X) for tree in boosting]).T, boosting.estimator_weights_
    for row, found in zip(predictions[:20], boosting.predict(X), strict=False):
        order = np.argsort(row)
        reached = np.cumsum(weights[: len(row)][order])
        assert found == row[order][np.searchsorted(reached, reached[-1] / 2)]
    assert_array_equal([*boosting.staged_predict(X)][-1], boosting.predict(X))


# The variants


@pytest.mark.parametrize("resample", [False, True])
@pytest.mark.parametrize(("algorithm", "n_classes"), [("SAMME", 3), ("real", 3), ("real", 2), ("gentle", 2)])
def test_variants_learn(algorithm, resample, n_classes):
    X, y = labels(n_classes, n_samples=300)
    tree = DecisionTreeRegressor(max_depth=2) if algorithm == "gentle" else DecisionTreeClassifier(max_depth=2)
    boosting = AdaBoostClassifier(tree, algorithm=algorithm, resample=resample, random_state=0).fit(X, y)

    single = (2 * boosting[0].predict(X) > 1) if algorithm == "gentle" else boosting[0].predict(X)
    assert boosting.score(X, y) > np.mean(single == y)
    assert_allclose(boosting.predict_proba(X).sum(axis=1), 1.0)
    assert_allclose([*boosting.staged_decision_function(X)][-1], boosting.decision_function(X), rtol=1e-12)


def test_trees_and_other_estimators_take_the_same_path():
    class Wrapped(DecisionTreeClassifier):
        """Not one of our trees, for all that the ensemble knows."""

    X, y = labels(3)
    for algorithm in ("SAMME", "real"):
        ours = AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), algorithm=algorithm, n_estimators=5).fit(X, y)
        wrapped = AdaBoostClassifier(Wrapped(max_depth=2), algorithm=algorithm, n_estimators=5).fit(X, y)
        assert_allclose(wrapped.estimator_weights_, ours.estimator_weights_, rtol=1e-12)
        assert_allclose(wrapped.decision_function(X), ours.decision_function(X), rtol=1e-10)


def test_estimators_without_weights_are_fitted_to_drawn_samples():
    X, y = labels(2, n_samples=200)
    with pytest.raises(ValueError, match="doesn't support sample_weight: set resample=True"):
        AdaBoostClassifier(KNeighborsClassifier()).fit(X, y)
    boosting = AdaBoostClassifier(KNeighborsClassifier(), resample=True, n_estimators=5, random_state=0).fit(X, y)
    assert boosting.score(X, y) > 0.7


@pytest.mark.parametrize(
    ("parameters", "n_classes", "message"),
    [
        ({"algorithm": "gentle"}, 3, 'algorithm="gentle" is for 2 classes'),
        ({"algorithm": "gentle", "estimator": LogisticRegression()}, 2, "fits regressors"),
        ({"algorithm": "real", "estimator": Ridge()}, 2, "predict_proba"),
        ({"algorithm": "SAMME.R"}, 2, "'algorithm' parameter"),
        ({"validation_fraction": 0.2}, 2, "set n_iter_no_change too"),
        ({"learning_rate": 0.0}, 2, "'learning_rate' parameter"),
    ],
)
def test_wrong_parameters_are_named(parameters, n_classes, message):
    boosting = AdaBoostClassifier(**parameters)
    with pytest.raises(ValueError, match=message):
        boosting.fit(*labels(n_classes))
    assert not hasattr(boosting, "estimator_")


# How the rounds end


def test_a_perfect_learner_ends_the_rounds():
    X, y = np.arange(10.0)[:, np.newaxis], np.arange(10) > 4
    boosting = AdaBoostClassifier(random_state=0).fit(X, y)

    assert len(boosting) == 1
    assert boosting.estimator_weights_[0] == 1.0
    assert boosting.estimator_errors_[0] == 0.0
    assert boosting.score(X, y) == 1.0
    assert len(AdaBoostRegressor(resample=False, random_state=0).fit(X, y * 1.0)) == 1


def test_a_learner_that_guesses_is_an_error_in_the_first_round_and_later_an_end():
    X, y = np.zeros((4, 1)), np.array([0, 1, 0, 1])
    with pytest.raises(ValueError, match="worse than random"):
        AdaBoostClassifier().fit(X, y)

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 1)), rng.integers(0, 2, 40)

    class OnlyOnce(ClassifierMixin, BaseEstimator):
        """Knows the samples in the first round, and nothing after that."""

        def fit(self, X, y, sample_weight=None):
            self.classes_ = np.unique(y)
            self.is_first = np.ptp(sample_weight) == 0
            return self

        def predict(self, X):
            return np.where(np.arange(len(X)) < 3, 1 - y, y) if self.is_first else 1 - y

    boosting = AdaBoostClassifier(OnlyOnce()).fit(X, y)
    assert len(boosting) == 1
    assert boosting.estimator_errors_[0] == pytest.approx(3 / 40)


def test_a_constant_learner_is_kept_where_it_is_better_than_a_guess():
    X, y = np.zeros((10, 1)), np.arange(10) > 6
    boosting = AdaBoostClassifier(DummyClassifier(), n_estimators=3).fit(X, y)
    assert boosting.score(X, y) == 0.7
    assert len(AdaBoostRegressor(DummyRegressor(), random_state=0).fit(X, np.arange(10.0))) >= 1


def test_infinite_weights_end_the_rounds_with_a_warning():
    X, y = labels(3)
    with pytest.warns(UserWarning, match="infinite values"):
        AdaBoostClassifier(learning_rate=2000.0, n_estimators=30).fit(X, y)


def test_one_class_is_predicted_for_sure():
    X, y = labels(2)
    boosting = AdaBoostClassifier().fit(X, np.ones(len(y)))
    assert_array_equal(boosting.predict_proba(X), np.ones((len(X), 1)))
    assert_array_equal(boosting.predict(X), np.ones(len(X)))


def test_early_stopping_looks_at_held_out_samples():
    X, y = labels(2, n_samples=400)
    boosting = AdaBoostClassifier(n_estimators=300, n_iter_no_change=5, random_state=0).fit(X, y)
    assert len(boosting) < 300
    other = AdaBoostClassifier(LogisticRegression(), n_estimators=300, n_iter_no_change=5, random_state=0).fit(X, y)
    assert len(other) < 300
    parts = AdaBoostClassifier(n_estimators=3, n_iter_no_change=5, warm_start=True, random_state=0).fit(X, y)
    parts.set_params(n_estimators=300).fit(X, y)
    assert_array_equal(parts.decision_function(X), boosting.decision_function(X))
    frame = pd.DataFrame(X, columns=list("abcd"))
    AdaBoostClassifier(LogisticRegression(), n_iter_no_change=5, random_state=0).fit(frame, y).predict(frame)
    X, y = numbers(400)
    boosting = AdaBoostRegressor(n_estimators=300, n_iter_no_change=3, validation_fraction=0.3, random_state=0)
    assert len(boosting.fit(X, y)) < 300


@pytest.mark.parametrize("resample", [False, True])
def test_a_warm_start_plays_the_rounds_of_a_single_fit(resample):
    X, y = labels(3)
    whole = AdaBoostClassifier(n_estimators=8, resample=resample, random_state=0).fit(X, y)
    parts = clone(whole).set_params(n_estimators=3, warm_start=True).fit(X, y).set_params(n_estimators=8).fit(X, y)
    assert_array_equal(parts.decision_function(X), whole.decision_function(X))
    assert_array_equal(parts.estimator_errors_, whole.estimator_errors_)
    with pytest.raises(ValueError, match="must be larger or equal"):
        parts.set_params(n_estimators=2).fit(X, y)


# What our trees bring


def test_missing_values_and_categories_need_no_preparation():
    rng = np.random.default_rng(0)
    color = rng.choice(["red", "green", "blue", "grey"], 200)
    size = np.where(rng.random(200) < 0.2, np.nan, rng.normal(size=200))
    y = np.where(np.isin(color, ["red", "blue"]) ^ np.isnan(size), "yes", "no")
    frame = pd.DataFrame({"size": size, "color": pd.Categorical(color)})

    boosting = AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), random_state=0).fit(frame, y)

    assert boosting.score(frame, y) > 0.95
    assert_array_equal(boosting.feature_names_in_, ["size", "color"])
    with pytest.raises(ValueError, match="feature names"):
        boosting.predict(frame[["color", "size"]])


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_bits_do_not_depend_on_threads_or_backends(backend):
    X, y = labels(3)
    one = AdaBoostClassifier(n_estimators=6, random_state=0).fit(X, y)
    with parallel_config(backend=backend, n_jobs=2):
        assert_array_equal(clone(one).fit(X, y).decision_function(X), one.decision_function(X))
    other = AdaBoostClassifier(LogisticRegression(), n_estimators=6, random_state=0).fit(X, y)
    assert_array_equal(clone(other).set_params(n_jobs=2).fit(X, y).decision_function(X), other.decision_function(X))


def test_pickles_predict_alike_and_hold_the_trees_once():
    X, y = labels(3)
    boosting = AdaBoostClassifier(n_estimators=20, random_state=0).fit(X, y)
    size = len(pickle.dumps(boosting))
    assert len(boosting.estimators_) == 20
    assert len(pickle.dumps(boosting)) <= size + 100
    assert_array_equal(pickle.loads(pickle.dumps(boosting)).decision_function(X), boosting.decision_function(X))


# Bad input


@pytest.mark.parametrize("weight", [np.zeros(120), -np.ones(120)])
def test_weights_that_mean_nothing_are_refused(weight):
    with pytest.raises(ValueError, match=r"[Ss]ample.weight"):
        AdaBoostClassifier().fit(*labels(2), weight)


def test_a_failing_learner_leaves_an_earlier_fit_alone():
    class Failing(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            raise RuntimeError("no")

    X, y = labels(2)
    boosting = AdaBoostClassifier(n_estimators=3, random_state=0).fit(X, y)
    before = boosting.decision_function(X)
    with pytest.raises(RuntimeError, match="no"):
        boosting.set_params(estimator=Failing()).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_array_equal(boosting.decision_function(X), before)
