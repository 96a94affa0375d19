"""Boosted trees are those of the equations, whoever grows them and however many threads there are."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from skensemble.binning.bins import find_bins
from skensemble.boosting.fitting import SMALL_WORK, Booster, BoostingPlan
from skensemble.criteria.second_order import SecondOrder
from skensemble.growing.leaf_wise import Limits
from skensemble.objectives.losses import BinomialLogLoss, SquaredErrorLoss
from skensemble.records import UNDEFINED
from tests.reference.naive_booster import NaiveBooster

NO_LIMIT = 2**31 - 1
LOSSES = {"squared_error": SquaredErrorLoss(1), "log_loss": BinomialLogLoss(1)}


def problem(loss, n_samples=300, n_features=4, missing=0.1, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, n_features))
    X[:, 1] = random.integers(0, 4, n_samples)
    signal = X[:, 0] + np.sin(3 * X[:, -1]) + 0.3 * X[:, 1] + 0.3 * random.standard_normal(n_samples)
    X[random.random(X.shape) < missing] = np.nan
    return X, signal if loss == "squared_error" else (signal > np.median(signal)).astype(float)


def boost(X, y, loss, *, n_rounds=5, weight=None, n_threads=1, max_leaf_nodes=8, max_depth=NO_LIMIT, **criterion):
    """Boost from raw predictions of 0; returns the booster, its trees and the raw predictions."""
    options = {"l1": 0.0, "l2": 0.0, "min_child_weight": 1e-3, "min_samples_leaf": 5, "max_delta_step": 0.0}
    plan = BoostingPlan(LOSSES[loss], SecondOrder(**(options | criterion)), Limits(max_leaf_nodes, max_depth, 0.0), 0.1)
    booster = Booster(plan, find_bins(X, 255).encode(X), y, np.zeros(len(X)), weight, n_threads=n_threads)
    return booster, booster.boost(n_rounds), booster.training.raw


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"l2": 3.0, "l1": 0.5, "min_child_weight": 4.0},
        {"max_delta_step": 0.3, "min_samples_leaf": 1},
        {"max_depth": 2, "max_leaf_nodes": 31, "min_samples_leaf": 20},
    ],
    ids=str,
)
def test_the_naive_twin_grows_the_same_trees(loss, options):
    X, y = problem(loss)
    booster, ensemble, raw = boost(X, y, loss, **options)
    twin = NaiveBooster(booster.data, y, loss, n_rounds=5, **options)

    for number, tree in enumerate(twin.trees):
        nodes = ensemble.nodes[number, : len(tree)]
        assert ensemble.n_leaves[number] == (len(tree) + 1) // 2
        assert nodes["feature"].tolist() == [node.feature for node in tree]
        assert nodes["n_node_samples"].tolist() == [len(node.rows) for node in tree]
        is_inner = nodes["feature"] != UNDEFINED
        assert nodes["threshold"][is_inner].tolist() == [node.bin for node in tree if node.feature >= 0]
        assert_allclose(nodes["gain"][is_inner], [node.gain for node in tree if node.feature >= 0], rtol=1e-6)
    assert_allclose(raw, twin.raw, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    ("loss", "reference"),
    [("squared_error", HistGradientBoostingRegressor), ("log_loss", HistGradientBoostingClassifier)],
)
def test_scikit_learn_predicts_the_same(loss, reference):
    X, y = problem(loss, 2000)
    model = reference(max_iter=20, max_leaf_nodes=15, early_stopping=False, min_samples_leaf=10).fit(X, y)
    expected = model.predict(X) if loss == "squared_error" else model.decision_function(X)
    start = float(np.ravel(model._baseline_prediction)[0])
    booster, _, _ = boost(X, y, loss, n_rounds=0, max_leaf_nodes=15, min_samples_leaf=10)
    booster.training.raw[:] = start

    booster.boost(20)

    assert_allclose(booster.training.raw, expected, atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_threads_change_no_bit(loss):
    X, y = problem(loss, 1 + SMALL_WORK // 4)
    weight = np.random.default_rng(1).uniform(0.1, 9.0, len(X))
    _, one, raw = boost(X, y, loss, weight=weight)

    for n_threads in (2, 3):
        booster, ensemble, raw_of_team = boost(X, y, loss, weight=weight, n_threads=n_threads)
        assert booster.n_threads == n_threads
        assert_array_equal(ensemble.nodes, one.nodes)
        assert_array_equal(raw_of_team, raw)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_leaf_has_as_many_rows_as_it_must(loss):
    """Counted, whatever the hessians and the weights are."""
    X, y = problem(loss, 2000)
    weight = 10.0 ** np.random.default_rng(0).uniform(-6, 6, len(X))
    _, ensemble, _ = boost(X, y, loss, weight=weight, max_leaf_nodes=200, min_samples_leaf=17, min_child_weight=0.0)

    for nodes, n_leaves in zip(ensemble.nodes, ensemble.n_leaves, strict=True):
        leaves = nodes[: 2 * n_leaves - 1][nodes[: 2 * n_leaves - 1]["feature"] == UNDEFINED]
        assert leaves["n_node_samples"].min() >= 17
        assert leaves["n_node_samples"].sum() == len(X)


def test_a_booster_goes_on_where_it_was():
    X, y = problem("log_loss")
    _, at_once, raw = boost(X, y, "log_loss", n_rounds=6)
    booster, first, _ = boost(X, y, "log_loss", n_rounds=2)
    second = booster.boost(4)

    assert_array_equal(np.concatenate([first.nodes, second.nodes]), at_once.nodes)
    assert_array_equal(booster.training.raw, raw)


def test_a_response_that_does_not_vary_gives_leaves():
    X, _ = problem("squared_error")
    _, ensemble, raw = boost(X, np.full(len(X), 2.0), "squared_error", n_rounds=1)

    assert ensemble.n_leaves.tolist() == [1]
    assert_allclose(raw, 0.2)
