"""Boosters of which hardly anything is left: rounds without rows, classes without weight, words for numbers."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skensemble import (
    ExtraTreesClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)

random = np.random.default_rng(0)
X = random.standard_normal((60, 3))
y = X[:, 0] + 0.1 * random.standard_normal(60)
CLASSES = np.digitize(y, [-0.5, 0.5])

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("loss", ["absolute_error", "huber", "squared_error"])
def test_a_round_that_draws_no_rows_changes_nothing(loss):
    model = HistGradientBoostingRegressor(loss=loss, subsample=0.001, max_iter=3, random_state=0).fit(X, y)

    assert_array_equal(model.predict(X), model.predict(X)[0])


def test_vectors_of_a_round_without_rows_are_pickled():
    model = HistGradientBoostingClassifier(multi_strategy="vector_leaf", subsample=0.001, max_iter=2, random_state=0)
    model.fit(X, CLASSES)

    assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_drawn_among_those_of_positive_weight(seed):
    weight = np.where(np.arange(60) < 5, 1.0, 0.0)
    options = {"subsample": 0.5, "n_estimators": 5, "random_state": seed}

    model = GradientBoostingRegressor(**options).fit(X, y, sample_weight=weight)
    assert_array_equal(model.predict(X), GradientBoostingRegressor(**options).fit(X[:5], y[:5]).predict(X))


@pytest.mark.parametrize("estimator", [ExtraTreesClassifier(2), HistGradientBoostingClassifier(max_iter=2)])
def test_balance_leaves_a_class_without_weight_out(estimator):
    probabilities = estimator.set_params(class_weight="balanced").fit(X, CLASSES, CLASSES > 0).predict_proba(X)

    assert_allclose(probabilities.sum(axis=1), 1.0)
    assert probabilities[:, 0].max() < 1e-3


def test_leaves_are_refitted_to_sparse_rows():
    models = [HistGradientBoostingRegressor(max_iter=3).fit(X, y) for _ in range(2)]
    dense, stored = (model.refit_leaves(each, y) for model, each in zip(models, (X, sparse.csr_array(X)), strict=True))

    assert_array_equal(stored.predict(X), dense.predict(X))


@pytest.mark.parametrize(
    ("parameters", "arguments", "message"),
    [
        ({"path_smoothing": 1.0}, {}, "refit_leaves does not go with path_smoothing"),
        ({}, {"decay": "a"}, "decay='a' must be between 0 and 1"),
    ],
)
def test_what_leaves_cannot_be_refitted_with_is_refused(parameters, arguments, message):
    model = HistGradientBoostingRegressor(max_iter=2, **parameters).fit(X, y)

    with pytest.raises(ValueError, match=message):
        model.refit_leaves(X, y, **arguments)


def test_leaves_stay_vectors():
    model = HistGradientBoostingClassifier(max_iter=2).fit(X, CLASSES).set_params(multi_strategy="vector_leaf")

    with pytest.raises(ValueError, match="multi_strategy is another than in fit"):
        model.refit_leaves(X, CLASSES)


@pytest.mark.parametrize(
    ("split", "message"),
    [
        ([(np.arange(0), np.arange(3))], "validation_split gives no training rows"),
        ([(np.arange(3), [])], "validation_split gives no validation rows"),
        ([(np.arange(3), np.arange(99, 102))], "validation_split gives validation rows that X with 60 rows lacks"),
        ([], "validation_split=.* fails"),
    ],
)
def test_splits_without_rows_are_refused(split, message):
    with pytest.raises(ValueError, match=message):
        HistGradientBoostingRegressor(early_stopping=True, validation_split=split).fit(X, y)


def test_masks_are_splits():
    masks = np.arange(60) < 40, np.arange(60) >= 40
    models = [
        HistGradientBoostingRegressor(early_stopping=True, validation_split=[each]).fit(X, y)
        for each in (masks, [np.flatnonzero(mask) for mask in masks])
    ]

    assert_array_equal(models[0].predict(X), models[1].predict(X))


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("forced_splits", {"feature": 0, "threshold": "a"}),
        ("forced_splits", {"feature": 0, "threshold": [1.0]}),
        ("bin_thresholds", {0: "abc"}),
        ("feature_penalties", {0: "a"}),
        ("feature_penalties", {0: [1.0]}),
        ("feature_penalties", [10**400, 0, 0]),
        ("monotonic_cst", [[1], [0], [0]]),
    ],
)
def test_parameters_that_hold_no_numbers_are_named(parameter, value):
    with pytest.raises(ValueError, match=f"^{parameter} has "):
        HistGradientBoostingRegressor(**{parameter: value}).fit(X, y)


@pytest.mark.parametrize("sign", [0.5, 257, np.nan])
def test_signs_of_classes_are_signs(sign):
    with pytest.raises(ValueError, match="monotonic_cst must be None or an array-like of -1, 0 or 1 for each class"):
        HistGradientBoostingClassifier(monotonic_cst={0: [sign, 0, 0]}).fit(X, CLASSES)


def test_an_extreme_offset_cancels_out():
    """The start is the logarithm of a ratio of sums, of which neither is within float64."""
    model = HistGradientBoostingRegressor(loss="poisson", max_iter=1).fit(X, np.exp(y), init_score=np.full(60, 800.0))

    assert_allclose(model._start, np.log(np.exp(y).mean()) - 800.0)
