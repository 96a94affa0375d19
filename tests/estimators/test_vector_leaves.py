"""multi_strategy: one tree a round whose leaves have a value for each class."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import make_classification

from skensemble import HistGradientBoostingClassifier

LABELS = np.array(["ash", "birch", "oak"])


def data(n_samples=300):
    X, y = make_classification(n_samples, n_features=6, n_informative=4, n_classes=3, random_state=0)
    X[::17, 0] = np.nan
    return X, LABELS[y]


def vectors(**options):
    options = {"max_iter": 8, "max_leaf_nodes": 6, "early_stopping": False, "random_state": 0, **options}
    return HistGradientBoostingClassifier(multi_strategy="vector_leaf", **options)


def test_a_round_is_one_tree():
    X, y = data()
    model = vectors().fit(X, y)

    assert (model.n_trees_per_iteration_, model.n_iter_) == (1, 8)
    assert model.apply(X).shape == (len(X), 8)
    assert model.decision_function(X).shape == (len(X), 3)
    assert_allclose(model.predict_proba(X).sum(axis=1), 1.0)
    assert_allclose(model._trees.values.sum(axis=2), 0.0, atol=0.3)  # what one class gains others lose
    assert model.score(X, y) > 0.85


def test_two_classes_have_one_number_anyway():
    X, y = data()
    y = y == "oak"
    model = vectors().fit(X, y)
    single = vectors().set_params(multi_strategy="tree_per_output").fit(X, y)

    assert_array_equal(model.decision_function(X), single.decision_function(X))


def test_a_frame_has_a_value_a_class():
    X, y = data()
    model = vectors(max_iter=1).fit(pd.DataFrame(X, columns=list("abcdef")), y)
    frame = model.to_frame()
    leaves = model.apply(pd.DataFrame(X, columns=list("abcdef")))[:, 0]
    names = [f"value_{label}" for label in LABELS]

    assert "class" not in frame
    assert "value" not in frame
    raw = frame[names].to_numpy()[leaves] + model._start
    assert_allclose(model.decision_function(pd.DataFrame(X, columns=list("abcdef"))), raw)


def test_stages_end_where_the_prediction_is():
    X, y = data()
    model = vectors().fit(X, y)

    stages = list(model.staged_decision_function(X))
    assert len(stages) == 8
    assert_array_equal(stages[-1], model.decision_function(X))
    assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X))


def test_a_warm_start_goes_on_and_keeps_its_kind():
    X, y = data()
    model = vectors(max_iter=4, warm_start=True).fit(X, y).set_params(max_iter=8).fit(X, y)

    assert_array_equal(model.predict_proba(X), vectors().fit(X, y).predict_proba(X))
    with pytest.raises(ValueError, match="multi_strategy"):
        model.set_params(multi_strategy="tree_per_output", max_iter=9).fit(X, y)


def test_early_stopping_follows_the_trees():
    X, y = data(600)
    model = vectors(max_iter=60, early_stopping=True, n_iter_no_change=3, learning_rate=0.5).fit(X, y)
    is_known = model.validation_score_.argmax() == model.best_iteration_

    assert is_known
    assert model.n_iter_ < 60


def test_leaves_fit_the_same_rows_again():
    """With decay 0 and the rows of the fit every leaf keeps its value."""
    X, y = data()
    model = vectors(l2_regularization=1.0, l1_regularization=0.2).fit(X, y)
    before = model._trees.values.copy()
    is_leaf = model._trees.nodes["left"] < 0

    after = model.refit_leaves(X, y, decay=0.0)._trees.values
    assert_allclose(after[is_leaf], before[is_leaf], atol=1e-8)


def test_a_sparse_matrix_gives_the_model_of_its_values():
    X, y = data()
    X = np.where(np.abs(X) < 1.0, 0.0, X)

    assert_array_equal(vectors().fit(sparse.csr_array(X), y).predict_proba(X), vectors().fit(X, y).predict_proba(X))


def test_dropout_row_sampling_and_forced_splits():
    X, y = data()
    forced = {"feature": 1, "threshold": 0.0}
    for options in ({"dropout_rate": 0.3}, {"row_sampling": "goss"}, {"row_sampling": "mvs", "subsample": 0.5}):
        model = vectors(forced_splits=forced, max_features=0.5, min_samples_leaf=5, **options).fit(X, y)
        roots = model._trees.nodes[model._trees.node_starts[:-1]]
        assert (roots["feature"] == 1).all()
        assert model.score(X, y) > 0.75


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"growth": "symmetric"}, ("growth", "multi_strategy")),
        ({"leaf_model": "linear"}, ("leaf_model", "multi_strategy")),
        ({"monotonic_cst": {"oak": {0: 1}}}, ("monotonic_cst", "multi_strategy")),
        ({"multi_strategy": "trees"}, ("multi_strategy",)),
    ],
)
def test_what_does_not_go_together_is_refused(options, names):
    X, y = data(60)
    with pytest.raises(ValueError, match=names[-1]) as error:
        vectors().set_params(**options).fit(X, y)
    assert all(name in str(error.value) for name in names)
