"""Stacking and voting: scikit-learn's semantics, and out-of-bag rows in the place of folds."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import ensemble
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV

from skensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GreedyEnsembleSelector,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from tests.estimators.test_gradient_boosting import labels, numbers

CLASSIFIERS = [
    ("forest", RandomForestClassifier(20, random_state=0)),
    ("extra", ExtraTreesClassifier(20, bootstrap=True, random_state=1)),
]
REGRESSORS = [
    ("forest", RandomForestRegressor(30, random_state=0)),
    ("extra", ExtraTreesRegressor(30, bootstrap=True, random_state=1)),
]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_final_estimator_learns_from_out_of_bag_probabilities(n_classes):
    X, y = labels(n_classes)
    names = np.array(["a", "b", "c"])[y]

    stack = StackingClassifier(CLASSIFIERS, LogisticRegression(), cv="oob").fit(X, names)

    forests = [clone(forest).set_params(oob_score=True).fit(X, y) for _, forest in CLASSIFIERS]
    first = 1 if n_classes == 2 else 0
    columns = np.hstack([forest.oob_decision_function_[:, first:] for forest in forests])
    expected = LogisticRegression().fit(columns, y)
    assert_allclose(stack.final_estimator_.coef_, expected.coef_, rtol=1e-5)
    now = np.hstack([forest.predict_proba(X)[:, first:] for forest in forests])
    assert_allclose(stack.predict_proba(X), expected.predict_proba(now), rtol=1e-5)
    assert_array_equal(stack.classes_, names[np.unique(y, return_index=True)[1]])
    assert stack.estimators_[0].oob_score_ == stack.named_estimators_["forest"].oob_score_
    assert stack.cv == "oob"
    assert stack.estimators is CLASSIFIERS


def test_numbers_are_stacked_alike():
    X, y = numbers()
    stack = StackingRegressor([*REGRESSORS, ("none", "drop")], Ridge(), cv="oob", n_jobs=2).fit(X, y)
    forests = [clone(forest).set_params(oob_score=True).fit(X, y) for _, forest in REGRESSORS]
    expected = Ridge().fit(np.column_stack([forest.oob_prediction_ for forest in forests]), y)
    assert_allclose(stack.final_estimator_.coef_, expected.coef_)
    assert stack.named_estimators_["none"] == "drop"


def test_out_of_bag_stacking_takes_weights_and_features_too():
    X, y = numbers()
    weight = np.random.default_rng(0).random(len(y))
    stack = StackingRegressor(REGRESSORS, Ridge(), cv="oob", passthrough=True).fit(X, y, sample_weight=weight)
    assert stack.final_estimator_.coef_.shape == (2 + X.shape[1],)


@pytest.mark.filterwarnings("ignore:Some inputs do not have OOB scores")
def test_rows_that_are_in_all_bags_are_not_learned_from():
    X, y = numbers()
    forests = [("few", RandomForestRegressor(3, random_state=0))]
    stack = StackingRegressor(forests, Ridge(), cv="oob").fit(X, y)
    forest = stack.estimators_[0]
    counts = sum(np.bincount(samples, minlength=len(y)) > 0 for samples in forest.estimators_samples_)
    expected = Ridge().fit(forest.oob_prediction_[counts < 3, np.newaxis], y[counts < 3])
    assert_allclose(stack.final_estimator_.coef_, expected.coef_)
    one = RandomForestRegressor(1, max_samples=20.0, random_state=0)
    with pytest.raises(ValueError, match="raise n_estimators"):
        StackingRegressor([("one", one)], cv="oob").fit(X, y)


@pytest.mark.parametrize(
    "estimator", [LogisticRegression(), ExtraTreesClassifier(), BaggingClassifier(bootstrap=False)]
)
def test_estimators_without_out_of_bag_rows_are_named(estimator):
    stack = StackingClassifier([("other", estimator)], cv="oob")
    with pytest.raises(ValueError, match="needs out-of-bag rows, which 'other'"):
        stack.fit(*labels(2))
    assert not hasattr(stack, "estimators_")


def test_layers_are_nested():
    X, y = labels(2)
    upper = StackingClassifier([("one", LogisticRegression()), ("two", RandomForestClassifier(5, random_state=0))])
    stack = StackingClassifier(CLASSIFIERS, upper, cv="oob").fit(X, y)
    assert stack.score(X, y) > 0.9


def test_a_grid_search_reaches_the_estimators():
    X, y = labels(2)
    search = GridSearchCV(StackingClassifier(CLASSIFIERS, cv="oob"), {"forest__max_depth": [2, 4], "cv": ["oob", 3]})
    assert search.fit(X, y).best_estimator_.score(X, y) > 0.8


def test_folds_are_those_of_scikit_learn():
    X, y = numbers()
    ours = StackingRegressor(REGRESSORS, Ridge(), cv=3).fit(X, y)
    reference = ensemble.StackingRegressor(REGRESSORS, Ridge(), cv=3).fit(X, y)
    assert_array_equal(ours.predict(X), reference.predict(X))


@pytest.mark.parametrize("voting", ["hard", "soft"])
def test_votes_are_those_of_scikit_learn(voting):
    X, y = labels(3)
    ours = VotingClassifier(CLASSIFIERS, voting=voting, weights=[1, 2]).fit(X, y)
    reference = ensemble.VotingClassifier(CLASSIFIERS, voting=voting, weights=[1, 2]).fit(X, y)
    assert_array_equal(ours.predict(X), reference.predict(X))
    X, y = numbers()
    assert_array_equal(
        VotingRegressor(REGRESSORS).fit(X, y).predict(X), ensemble.VotingRegressor(REGRESSORS).fit(X, y).predict(X)
    )


# Greedy selection


def test_the_selector_finds_the_average_that_is_best():
    rng = np.random.default_rng(0)
    y = rng.normal(size=400)
    noise = rng.normal(size=(400, 3))
    models = np.column_stack([y + noise[:, 0], y - noise[:, 0], y + 3 * noise[:, 1], noise[:, 2]])

    selector = GreedyEnsembleSelector(task="regression").fit(models, y)

    assert_allclose(selector.weights_, [0.5, 0.5, 0, 0])
    assert_allclose(selector.predict(models), y)
    assert selector.scores_[0].max() == pytest.approx(selector.score(models, y), abs=1e-12)


def test_each_round_adds_the_model_that_helps_most():
    rng = np.random.default_rng(1)
    y = rng.normal(size=60)
    models = y[:, np.newaxis] + rng.normal(size=(60, 5))

    selector = GreedyEnsembleSelector(task="regression", n_rounds=6).fit(models, y)

    chosen, scores = [], []
    for _ in range(7):  # the initial one is the best of all alone
        errors = [np.mean((models[:, [*chosen, each]].mean(axis=1) - y) ** 2) for each in range(5)]
        chosen.append(int(np.argmin(errors)))
        scores.append(-min(errors))
    assert_allclose(selector.scores_[0], scores)
    best = chosen[: int(np.argmax(scores)) + 1]
    assert_allclose(selector.weights_, np.bincount(best, minlength=5) / len(best))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_selector_is_a_final_estimator_of_classes(n_classes):
    X, y = labels(n_classes)
    selector = GreedyEnsembleSelector(n_bags=3, bag_fraction=0.7, random_state=0)
    stack = StackingClassifier(CLASSIFIERS, selector, cv="oob").fit(X, y)
    assert stack.final_estimator_.weights_.sum() == pytest.approx(1.0)
    assert_allclose(stack.predict_proba(X).sum(axis=1), 1.0)
    assert stack.score(X, y) > 0.9


def test_a_metric_of_the_user_decides():
    y = np.array([0, 1, 0, 1] * 10)
    models = np.column_stack([np.where(y == 1, 0.51, 0.49), np.where(np.arange(40) < 4, 1 - y, y) * 0.98 + 0.01])

    def accuracy(y, probabilities, sample_weight):
        return np.average(probabilities.argmax(axis=1) == y, weights=sample_weight)

    assert_allclose(GreedyEnsembleSelector(scoring=accuracy).fit(models, y).weights_, [1, 0])
    assert GreedyEnsembleSelector().fit(models, y).weights_[1] > 0


def test_columns_that_are_no_probabilities_of_all_classes_are_refused():
    with pytest.raises(ValueError, match="no multiple of the 3 classes"):
        GreedyEnsembleSelector().fit(np.ones((6, 4)) / 3, [0, 1, 2, 0, 1, 2])
    with pytest.raises(AttributeError, match="no probabilities"):
        GreedyEnsembleSelector(task="regression").fit(np.ones((6, 2)), np.arange(6)).predict_proba(np.ones((6, 2)))
