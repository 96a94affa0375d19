"""Paths through boosted trees, and leaves that are fitted to other rows."""

from copy import copy

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError

from skensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from tests.boosting.problems import problem

REGRESSIONS = {
    "squared_error": {},
    "absolute_error": {},
    "quantile": {"quantile": 0.7},
    "huber": {"huber_delta": 0.7},
    "poisson": {},
    "gamma": {},
    "tweedie": {},
}


def regression(seed=0, n_samples=400):
    X, y = problem("squared_error", n_samples, seed=seed)
    return X, np.exp(y / 4)  # positive, for every loss


def fitted(loss="squared_error", **parameters):
    """Return a regressor, and its training data."""
    options = {"max_iter": 5, "max_leaf_nodes": 7, **REGRESSIONS[loss], **parameters}
    X, y = regression()
    return HistGradientBoostingRegressor(loss=loss, **options).fit(X, y), X, y


def leaves_of(model):
    return model._trees.values[model._trees.nodes["left"] < 0, 0, 0]


@pytest.mark.nojit
def test_a_path_ends_in_the_leaf():
    model, X, _ = fitted()
    paths, starts = model.decision_path(X)
    leaves = model.apply(X)

    assert paths.format == "csr"
    assert paths.shape == (len(X), len(model._trees.nodes))
    assert len(starts) == 6
    for index in range(5):
        of_tree = paths[:, starts[index] : starts[index + 1]].toarray()
        assert_array_equal(of_tree[:, 0], 1)
        assert_array_equal(of_tree[np.arange(len(X)), leaves[:, index]], 1)
        assert_array_equal(of_tree.sum(axis=1), model._trees[index].depths[leaves[:, index]] + 1)


@pytest.mark.parametrize("loss", REGRESSIONS)
@pytest.mark.parametrize("options", [{}, {"l1_regularization": 0.2, "l2_regularization": 2.0, "max_delta_step": 0.3}])
def test_the_training_data_asks_for_the_values_that_there_are(loss, options):
    model, X, y = fitted(loss, **options)
    before = leaves_of(model)

    assert model.refit_leaves(X, y, decay=0.0) is model
    assert_allclose(leaves_of(model), before, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_so_it_does_of_classes_with_weights(n_classes):
    X, y = problem("log_loss", 400, n_classes=n_classes)
    weight = np.random.default_rng(0).uniform(0.0, 2.0, len(X))
    weight[::5] = 0.0
    model = HistGradientBoostingClassifier(max_iter=4, max_leaf_nodes=7, class_weight={0: 3.0, 1: 1.0, 2: 1.0})
    model.fit(X, y, sample_weight=weight)
    before = leaves_of(model)

    model.refit_leaves(X, y, sample_weight=weight, decay=0.0)
    assert_allclose(leaves_of(model), before, rtol=1e-9, atol=1e-12)


@pytest.mark.nojit
def test_leaves_follow_the_equation_tree_by_tree():
    model, _, _ = fitted(l2_regularization=2.0)
    X, y = regression(seed=1, n_samples=60)
    leaves, old = model.apply(X), model._trees.values[:, 0, 0].copy()
    model.refit_leaves(X, y, decay=0.75)

    raw, starts = np.full(len(X), model._start[0]), model._trees.node_starts
    for index in range(5):
        for leaf in np.flatnonzero(model._trees[index].children_left < 0):
            rows = leaves[:, index] == leaf
            expected = old[starts[index] + leaf]
            if rows.any():
                newton = np.sum(y[rows] - raw[rows]) / (rows.sum() + 2.0)
                expected = 0.75 * expected + 0.25 * 0.1 * newton
            assert model._trees[index].value[leaf, 0, 0] == pytest.approx(expected, rel=1e-12)
        raw += model._trees[index].value[leaves[:, index], 0, 0]
    assert_array_equal(raw, model.predict(X))


@pytest.mark.parametrize("loss", REGRESSIONS)
def test_new_rows_are_predicted_better(loss):
    model, _, _ = fitted(loss, max_iter=50)
    X, y = regression(seed=0)
    y = 3.0 * y + 2.0
    before = np.abs(model.predict(X) - y).mean()
    model.refit_leaves(X, y, decay=0.5)

    assert np.abs(model.predict(X) - y).mean() < before


def test_all_of_the_old_values_may_remain():
    model, X, y = fitted()
    before = model._trees.values.copy()
    model.refit_leaves(X, y[::-1], decay=1.0)

    assert_allclose(model._trees.values, before, rtol=1e-15)


def test_leaves_that_no_row_reaches_keep_their_value():
    model, X, y = fitted()
    before, reached = model._trees.values[:, 0, 0].copy(), model.decision_path(X[:3])[0].sum(axis=0) > 0
    model.refit_leaves(X[:4], y[:4] + 1.0, sample_weight=[1.0, 2.0, 1.0, 0.0])
    after = model._trees.values[:, 0, 0]

    assert_array_equal(after[~reached], before[~reached])
    is_leaf = model._trees.nodes["left"] < 0
    assert np.all(after[reached & is_leaf] != before[reached & is_leaf])


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "poisson"])
@pytest.mark.parametrize("decay", [0.0, 0.6])
def test_monotonic_constraints_stay_respected(loss, decay):
    model, X, _ = fitted(loss, max_iter=20, monotonic_cst=[1, 0, 0, -1])
    X, y = X[::3], np.exp(-X[::3, 0].clip(-1, 1) + np.nan_to_num(X[::3, 3]))  # the opposite
    model.refit_leaves(np.nan_to_num(X), np.nan_to_num(y, nan=1.0), decay=decay)

    for feature, sign in ((0, 1), (3, -1)):
        grid = np.repeat(X, 15, axis=0)
        grid[:, feature] = np.tile(np.linspace(-3, 3, 15), len(X))
        assert np.all(sign * np.diff(model.predict(grid).reshape(len(X), 15), axis=1) >= 0.0)


def test_threads_change_no_bit():
    X, y = regression(n_samples=3000)
    models = [HistGradientBoostingRegressor(max_iter=3, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2)]
    one, two = (model.refit_leaves(X, y[::-1], decay=0.5).predict(X) for model in models)

    assert_array_equal(one, two)


def test_a_copy_of_the_model_stays_as_it_was():
    model, X, y = fitted()
    other, before = copy(model), model.predict(X)
    view = other._trees.between(0, 2)
    values = view.values.copy()
    model.refit_leaves(X, y[::-1], decay=0.0)

    assert_array_equal(other.predict(X), before)
    assert_array_equal(view.values, values)
    assert not np.array_equal(model.predict(X), before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"decay": -0.1}, "decay=-0.1 must be between 0 and 1"),
        ({"decay": 1.5}, "decay=1.5 must be"),
        ({"decay": np.nan}, "decay=nan must be"),
        ({"sample_weight": np.zeros(400)}, "at least one non-zero number"),
        ({"sample_weight": -np.ones(400)}, "Negative values"),
        ({"y": np.zeros(400)}, "requires strictly positive y"),
        ({"y": np.ones(3)}, "inconsistent numbers of samples"),
        ({"X": np.zeros((400, 3))}, "X has 3 features"),
    ],
)
def test_an_error_leaves_the_model_as_it_was(arguments, message):
    model, X, y = fitted("gamma")
    before = model.predict(X)

    with pytest.raises(ValueError, match=message):
        model.refit_leaves(**{"X": X, "y": y, **arguments})
    assert_array_equal(model.predict(X), before)


def test_labels_are_those_of_the_fit():
    X, y = make_classification(200, random_state=0)
    labels = np.array(["no", "yes"])[y]
    model = HistGradientBoostingClassifier(max_iter=2).fit(X, labels)

    model.refit_leaves(X[y == 1], labels[y == 1])
    with pytest.raises(ValueError, match="previously unseen labels: \\['perhaps'\\]"):
        model.refit_leaves(X[:2], ["yes", "perhaps"])
    with pytest.raises(NotFittedError):
        HistGradientBoostingClassifier().refit_leaves(X, y)
    with pytest.raises(NotFittedError):
        HistGradientBoostingClassifier().decision_path(X)
