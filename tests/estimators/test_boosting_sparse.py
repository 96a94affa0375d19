"""The histogram boosters take sparse matrices, and make of them the model of the same dense values, to the bit."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.model_selection import cross_val_score

from skensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

N_SAMPLES = 500
FORMATS = ["csr", "csc", "coo", "lil", "dok", "bsr"]
CLASSIFIER = HistGradientBoostingClassifier(max_iter=4, min_samples_leaf=5, random_state=0)
REGRESSOR = HistGradientBoostingRegressor(max_iter=4, min_samples_leaf=5, random_state=0)


def problem(n_features=15, missing=0.0, seed=0):
    """Return an array with many zeros, and a target of three values."""
    random = np.random.default_rng(seed)
    shape = (N_SAMPLES, n_features)
    X = np.where(random.random(shape) < 0.1, random.standard_normal(shape), 0.0)
    X[:, 1] = random.standard_normal(N_SAMPLES)
    X[:, 2] = random.integers(0, 3, N_SAMPLES)
    y = np.digitize(X @ random.standard_normal(n_features), [-0.5, 0.5])
    X[random.random(shape) < missing] = np.nan
    return X, y


def assert_same_model(model, other):
    """Compare all that the trees are."""
    assert_array_equal(model._start, other._start)
    for name in model._trees.nodes.dtype.names:
        assert_array_equal(model._trees.nodes[name], other._trees.nodes[name])
    for name in ("node_starts", "values"):
        assert_array_equal(getattr(model._trees, name), getattr(other._trees, name))
    for name in ("train_score_", "validation_score_"):
        assert_array_equal(getattr(model, name), getattr(other, name))


@pytest.mark.parametrize("model", [CLASSIFIER, REGRESSOR])
@pytest.mark.parametrize("kind", ["array", "matrix"])
@pytest.mark.parametrize("sparse_format", FORMATS)
def test_every_format_gives_the_model_of_dense_values(model, kind, sparse_format):
    X, y = problem()
    stored = getattr(sparse, f"{sparse_format}_{kind}")(X)
    dense, ours = clone(model).fit(X, y), clone(model).fit(stored, y)

    assert_same_model(ours, dense)
    assert_array_equal(ours.predict(stored), dense.predict(X))
    assert_array_equal(ours.predict(X), dense.predict(stored))


@pytest.mark.parametrize("model", [CLASSIFIER, REGRESSOR])
@pytest.mark.parametrize(
    "options",
    [
        {"max_bins": 6},
        {"max_bins": 300},
        {"early_stopping": True},
        {"early_stopping": True, "scoring": None, "validation_fraction": 0.3},
        {"early_stopping": True, "scoring": None, "validation_fraction": None},
        {"max_features": 0.5, "n_jobs": 2},
        {"monotonic_cst": [0, 1, -1] + [0] * 12, "interaction_cst": "no_interactions"},
    ],
)
@pytest.mark.parametrize("is_weighted", [False, True])
def test_options_and_weights_do_to_sparse_values_what_they_do_to_dense_ones(model, options, is_weighted):
    X, y = problem(missing=0.02)
    weight = np.random.default_rng(1).integers(0, 4, N_SAMPLES) * 0.1 if is_weighted else None
    if is_classifier(model) and "monotonic_cst" in options:
        y = y > 0
    dense, ours = (clone(model).set_params(**options).fit(values, y, weight) for values in (X, sparse.csr_array(X)))

    assert_same_model(ours, dense)
    assert_array_equal(ours.predict(sparse.csr_array(X)), dense.predict(X))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), n_features=st.integers(3, 30), missing=st.sampled_from([0.0, 0.1]))
def test_any_matrix_gives_the_model_of_dense_values(seed, n_features, missing):
    X, y = problem(n_features, missing, seed)

    assert_same_model(clone(REGRESSOR).fit(sparse.csc_array(X), y), clone(REGRESSOR).fit(X, y))


def test_what_is_stored_may_be_zero_missing_infinite_or_twice():
    X, y = problem()
    X[::50, 0], X[::40, 3], X[::30, 4] = np.inf, -np.inf, np.nan
    stored = sparse.coo_array(np.where(X == 0.0, 7.0, X))
    stored.data[stored.data == 7.0] = 0.0
    coo = sparse.coo_array(X)
    halves = np.r_[coo.data / 2, coo.data / 2], (np.r_[coo.row, coo.row], np.r_[coo.col, coo.col])
    order = np.argsort(halves[1][0], kind="stable")
    indptr = np.r_[0, np.cumsum(np.bincount(coo.row, minlength=N_SAMPLES) * 2)]
    twice = sparse.csr_array((halves[0][order], halves[1][1][order], indptr), X.shape)
    n_stored = twice.nnz
    dense = clone(REGRESSOR).fit(X, y)

    for each in (stored.tocsc(), twice, twice.tocsc()):
        ours = clone(REGRESSOR).fit(each, y)
        assert_same_model(ours, dense)
        assert_array_equal(ours.predict(each), dense.predict(X))
    assert twice.nnz == n_stored


@pytest.mark.parametrize("model", [CLASSIFIER, REGRESSOR])
@pytest.mark.parametrize("scoring", ["loss", None])
def test_the_rows_that_the_user_holds_out_may_be_sparse(model, scoring):
    X, y = problem()
    model = clone(model).set_params(early_stopping=True, scoring=scoring)
    dense = clone(model).fit(X[:400], y[:400], X_val=X[400:], y_val=y[400:])

    for sparse_format in ("csr", "csc", "coo"):
        stored = sparse.csr_array(X)
        X_val = stored[400:].asformat(sparse_format)
        assert_same_model(clone(model).fit(stored[:400], y[:400], X_val=X_val, y_val=y[400:]), dense)
    assert_same_model(clone(model).fit(X[:400], y[:400], X_val=stored[400:], y_val=y[400:]), dense)


def test_a_warm_start_goes_on_to_the_same_bits():
    X, y = problem()
    stored = sparse.csc_array(X)
    at_once = clone(CLASSIFIER).set_params(max_iter=6, early_stopping=True).fit(X, y)
    model = clone(at_once).set_params(max_iter=2, warm_start=True).fit(stored, y)
    model.set_params(max_iter=6).fit(stored, y)

    assert_array_equal(model.predict_proba(stored), at_once.predict_proba(X))
    assert_array_equal(model.validation_score_, at_once.validation_score_)


@pytest.mark.parametrize(
    "method",
    ["predict_proba", "decision_function", "apply", "staged_predict", "staged_predict_proba"],
)
def test_every_method_takes_sparse_values(method):
    X, y = problem(missing=0.05)
    model = clone(CLASSIFIER).fit(X, y)

    dense, ours = (getattr(model, method)(values) for values in (X, sparse.coo_array(X)))
    assert_array_equal(list(ours), list(dense))


def test_scorers_see_some_rows_of_a_large_sparse_matrix(monkeypatch):
    monkeypatch.setattr("skensemble.estimators.early_stopping.MOST_SCORED", 200)
    X, y = problem()
    seen = []

    def scorer(model, X, y):
        seen.append(X.shape)
        return model.score(X, y)

    model = clone(CLASSIFIER).set_params(early_stopping=True, scoring=scorer)
    assert_same_model(clone(model).fit(sparse.coo_array(X), y), clone(model).fit(X, y))
    assert set(seen) == {(200, 15), (50, 15)}


def test_a_frame_of_sparse_columns_is_sparse():
    X, y = problem()
    frame = pd.DataFrame.sparse.from_spmatrix(sparse.csr_matrix(X), columns=[f"x{i}" for i in range(15)])
    model = clone(REGRESSOR).set_params(early_stopping=True, scoring=None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours = clone(model).fit(frame, y)

    assert_same_model(ours, clone(model).fit(X, y))
    assert ours.feature_names_in_.tolist() == list(frame.columns)
    assert_array_equal(ours.predict(frame), ours._raw_predict(frame)[:, 0])


def test_categories_ask_for_dense_values():
    X, y = problem()
    stored = sparse.csr_array(X)
    model = clone(REGRESSOR).set_params(categorical_features=[2])

    with pytest.raises(ValueError, match="categorical_features needs a dense X"):
        model.fit(stored, y)
    with pytest.raises(ValueError, match="categorical_features needs a dense X"):
        model.fit(X, y).predict(stored)
    assert_same_model(model.set_params(categorical_features=[]).fit(stored, y), clone(REGRESSOR).fit(X, y))


def test_cross_validation_takes_rows_of_sparse_values():
    X, y = problem()

    assert_array_equal(cross_val_score(CLASSIFIER, sparse.csr_array(X), y), cross_val_score(CLASSIFIER, X, y))


def test_the_matrix_of_the_user_is_left_alone():
    X, y = problem()
    csc = sparse.csc_matrix(X)
    csc.indices[:2], csc.data[:2] = csc.indices[1::-1].copy(), csc.data[1::-1].copy()
    csc.has_sorted_indices = False
    before = csc.indices.copy()
    clone(REGRESSOR).set_params(early_stopping=True).fit(csc, y).predict(csc)

    assert_array_equal(csc.indices, before)
