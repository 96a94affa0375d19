"""Boosters with linear leaves: all predictions agree, and what does not go with them is refused."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_matrix

from skensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from tests.boosting.problems import problem


def regressor(**parameters):
    options = {"leaf_model": "linear", "max_iter": 6, "max_leaf_nodes": 6, "random_state": 0}
    return HistGradientBoostingRegressor(**{**options, **parameters})


def classifier_of(n_classes, **parameters):
    X, y = problem("log_loss", 500, n_classes=n_classes)
    options = {"leaf_model": "linear", "max_iter": 6, "max_leaf_nodes": 6, "random_state": 0, **parameters}
    return HistGradientBoostingClassifier(categorical_features=[2], **options), X, y


def test_a_piecewise_linear_target_is_fitted_much_better():
    random = np.random.default_rng(0)
    X = random.uniform(-1.0, 1.0, (2000, 3))
    y = np.where(X[:, 0] > 0.0, 2.0 * X[:, 1], -X[:, 1]) + np.abs(X[:, 2])
    new = random.uniform(-1.0, 1.0, (1000, 3))
    expected = np.where(new[:, 0] > 0.0, 2.0 * new[:, 1], -new[:, 1]) + np.abs(new[:, 2])
    errors = {
        leaf_model: np.mean((regressor(max_iter=30, leaf_model=leaf_model).fit(X, y).predict(new) - expected) ** 2)
        for leaf_model in ("constant", "linear")
    }

    assert errors["linear"] < 0.4 * errors["constant"]


@pytest.mark.parametrize("sampling", [{}, {"subsample": 0.5}, {"row_sampling": "goss"}], ids=str)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_warm_start_stages_and_pickles_agree(n_classes, sampling):
    model, X, y = classifier_of(n_classes, **sampling)
    expected = model.fit(X, y).decision_function(X)
    warm, _, _ = classifier_of(n_classes, warm_start=True, max_iter=2, **sampling)

    assert_array_equal(warm.fit(X, y).set_params(max_iter=6).fit(X, y).decision_function(X), expected)
    *_, last = model.staged_decision_function(X)
    assert_array_equal(last, expected)
    assert_array_equal(pickle.loads(pickle.dumps(model)).decision_function(X), expected)


def test_early_stopping_scores_what_is_predicted():
    X, y = problem("squared_error", 600)
    model = regressor(early_stopping=True, max_iter=40).fit(X[:400], y[:400], X_val=X[400:], y_val=y[400:])

    losses = [0.5 * np.mean((y[400:] - staged) ** 2) for staged in model.staged_predict(X[400:])]

    assert_allclose(-model.validation_score_[1:], losses, rtol=1e-10)
    assert_allclose(
        -model.train_score_[-1], 0.5 * np.mean((y[:400] - list(model.staged_predict(X[:400]))[-1]) ** 2), rtol=1e-10
    )


def test_the_value_in_a_table_is_the_constant():
    X, y = problem("squared_error", missing=0.0)
    nodes = regressor(max_iter=1).fit(X, y).to_frame()
    expected = regressor(max_iter=1, leaf_model="constant").fit(X, y).to_frame()

    assert_array_equal(nodes["value"], expected["value"])


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"monotonic_cst": [1, 0, 0, 0]}, ("monotonic_cst", "leaf_model")),
        ({"loss": "absolute_error"}, ("loss", "leaf_model")),
        ({"loss": "quantile", "quantile": 0.3}, ("loss", "leaf_model")),
        ({"loss": "huber"}, ("loss", "leaf_model")),
        ({"dropout_rate": 0.1}, ("dropout_rate", "leaf_model")),
    ],
    ids=str,
)
def test_contradictions_are_refused(parameters, names):
    X, y = problem("squared_error")
    with pytest.raises(ValueError, match="leaf_model") as error:
        regressor(**parameters).fit(X, y)

    assert all(name in str(error.value) for name in names)


def test_sparse_rows_are_refused_in_fit_and_predicted_otherwise():
    X, y = problem("squared_error", missing=0.0)
    with pytest.raises(ValueError, match="leaf_model"):
        regressor().fit(csr_matrix(X), y)

    model = regressor().fit(X, y)
    assert_array_equal(model.predict(csr_matrix(X)), model.predict(X))


def test_linear_leaves_are_not_refitted():
    X, y = problem("squared_error")
    with pytest.raises(ValueError, match="leaf_model"):
        regressor().fit(X, y).refit_leaves(X, y)
