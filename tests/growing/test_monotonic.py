"""Both methods of monotonic constraints keep their word, and the intermediate one fits closer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from skensemble.boosting.booster import SMALL_WORK
from skensemble.growing.monotonic import bounds_halfway
from skensemble.records import LEAF
from tests.boosting.problems import bits, boost, problem

LOSSES = ("squared_error", "absolute_error", "quantile", "poisson", "log_loss", "three classes")
N_CATEGORIES = 8


def leaves_below(nodes, number):
    """The numbers of the leaves below a node."""
    if nodes["left"][number] == LEAF:
        return [number]
    return leaves_below(nodes, nodes["left"][number]) + leaves_below(nodes, nodes["right"][number])


def assert_in_order(nodes, values, signs):
    """No leaf on the lower side of a constrained cut has a greater value than one on the upper side."""
    for number in np.flatnonzero(nodes["left"] != LEAF):
        sign = signs[nodes["feature"][number]]
        if sign in (-1, 1):
            sides = [values[leaves_below(nodes, nodes[side][number])] for side in ("left", "right")]
            below, above = sides if sign > 0 else sides[::-1]
            assert below.max() <= above.min()


def data(seed, loss, n_samples=300):
    """Return X, whose first feature is of categories and which lacks values, and a target."""
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, 4))
    X[:, 0] = random.integers(0, N_CATEGORIES, n_samples)
    effects = random.standard_normal((2, N_CATEGORIES))[:, X[:, 0].astype(int)]
    signal = X[:, 1] * effects[0] + effects[1] + np.sin(3 * X[:, 2]) - X[:, 3] + random.standard_normal(n_samples) / 3
    X[random.random(X.shape) < random.choice([0.0, 0.2])] = np.nan
    if loss in ("log_loss", "three classes"):
        return X, np.digitize(signal, [0.0] if loss == "log_loss" else [-0.7, 0.7])
    return X, np.exp(signal / 3) if loss == "poisson" else signal


def new_model(loss, signs, **options):
    """Return a booster with monotonic constraints of the last three features."""
    options = {"max_iter": 8, "min_samples_leaf": 3, "categorical_features": [0], **options}
    options = {"monotonic_method": "intermediate", "learning_rate": 0.5, "categorical_smoothing": 2.0, **options}
    if loss == "three classes":
        return HistGradientBoostingClassifier(monotonic_cst={1: [0, *signs]}, **options)
    if loss == "log_loss":
        return HistGradientBoostingClassifier(monotonic_cst=[0, *signs], **options)
    options["quantile"] = 0.3 if loss == "quantile" else None
    return HistGradientBoostingRegressor(loss=loss, monotonic_cst=[0, *signs], **options)


def assert_monotonic(model, X, signs):
    """What is predicted never moves against the constraints, nor does one tree's part in it."""
    places = np.linspace(-4, 4, 25)
    for feature, sign in enumerate([0, *signs]):
        grid = np.repeat(X, len(places), axis=0)
        grid[:, feature] = np.tile(places, len(X))
        if sign == 0:
            continue
        if isinstance(model, HistGradientBoostingRegressor):
            predicted = model.predict(grid)
        else:
            predicted = model.predict_proba(grid)[:, 1]
        slack = 1e-15 if len(getattr(model, "classes_", [])) == 3 else 0.0  # quotients are rounded
        assert np.all(sign * np.diff(predicted.reshape(len(X), -1), axis=1) >= -slack)
    every = np.array([[0, *signs]])
    if model.n_trees_per_iteration_ > 1:
        every = np.array([[0, *signs] if label == 1 else [0, *(-np.array(signs))] for label in model.classes_])
    for number in range(len(model._trees)):
        tree = model._trees.subset(number)
        assert_in_order(tree.nodes, tree.values[:, 0, 0], every[number % len(every)])


@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=12)
@given(
    seed=st.integers(0, 2**32 - 1),
    signs=st.lists(st.sampled_from([-1, 0, 1]), min_size=3, max_size=3),
    options=st.fixed_dictionaries(
        {
            "growth": st.sampled_from(["leaf", "depth"]),
            "interaction_cst": st.sampled_from([None, "pairwise", [{0, 1}, {1, 2, 3}]]),
            "max_delta_step": st.sampled_from([0.0, 0.3]),
            "max_features": st.sampled_from([1.0, 0.5]),
            "random_thresholds": st.booleans(),
            "subsample": st.sampled_from([1.0, 0.7]),
            "dropout_rate": st.sampled_from([0.0, 0.3]),
        }
    ),
    path_smoothing=st.sampled_from([0.0, 10.0]),
)
def test_predictions_are_monotonic_on_a_grid(loss, seed, signs, options, path_smoothing):
    X, y = data(seed, loss)
    is_refined = loss in ("absolute_error", "quantile")
    options["path_smoothing"] = 0.0 if is_refined else path_smoothing

    assert_monotonic(new_model(loss, signs, **options).fit(X, y), X[:40], signs)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "log_loss"])
def test_so_are_those_of_refitted_and_of_forced_trees(loss, seed):
    X, y = data(seed, loss)
    forced = {"feature": 1, "threshold": 0.5, "left": {"feature": 2, "threshold": 0.0}}
    forced["right"] = {"feature": 1, "threshold": 1.0, "left": {"feature": 3, "threshold": 0.0}}
    model = new_model(loss, [1, -1, -1], forced_splits=forced, first_use_penalties={3: 1.0}).fit(X, y)
    assert_monotonic(model, X[:40], [1, -1, -1])

    model.refit_leaves(X, y[::-1], decay=0.3)
    assert_monotonic(model, X[:40], [1, -1, -1])


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
@pytest.mark.parametrize("is_intermediate", [False, True])
@pytest.mark.parametrize("max_leaf_nodes", [2, 3, 40])
def test_every_leaf_is_within_its_bounds(loss, is_intermediate, max_leaf_nodes):
    """And of the intermediate method the bounds are those of the paper: the values on the other sides of cuts."""
    X, y = problem(loss, 600)
    signs, options = [1, 0, 0, -1], {"categorical": [2], "max_leaf_nodes": max_leaf_nodes, "n_rounds": 1}
    booster, trees, _ = boost(X, y, loss, monotonic=signs, is_intermediate=is_intermediate, **options)
    nodes, n_leaves = trees[0].nodes, (len(trees[0].nodes) + 1) // 2
    own = booster.team.own[0]
    leaves = {
        leaf["number"]: (leaf, value) for leaf, value in zip(own.leaves[:n_leaves], own.values[:, 0], strict=False)
    }

    assert_in_order(nodes, trees[0].values[:, 0, 0], signs)
    for leaf, value in leaves.values():
        assert leaf["lower"] <= value <= leaf["upper"]
    for number in np.flatnonzero(nodes["left"] != LEAF):
        sides = [[leaves[i] for i in leaves_below(nodes, nodes[side][number])] for side in ("left", "right")]
        sign = signs[nodes["feature"][number]]
        for below, low in sides[0] if sign > 0 else sides[1]:
            for above, high in sides[1] if sign > 0 else sides[0]:
                if sign and is_intermediate:
                    assert below["upper"] <= high
                    assert above["lower"] >= low
                    assert bounds_halfway(below, low)[1] <= bounds_halfway(above, high)[0]
                elif sign:
                    assert below["upper"] <= above["lower"]


@pytest.mark.parametrize("loss", ["squared_error", "poisson", "absolute_error"])
def test_the_intermediate_method_fits_closer(loss):
    losses = {"basic": [], "intermediate": []}
    for seed in range(6):
        random = np.random.default_rng(seed)
        X = random.uniform(-1, 1, (1500, 4))
        y = X[:, 0] + np.exp(X[:, 1]) - X[:, 2] ** 3 + np.sin(4 * X[:, 3]) + 0.3 * random.standard_normal(len(X))
        y = np.exp(y / 3) if loss == "poisson" else y
        for method, of_method in losses.items():
            options = {"monotonic_cst": [1, 1, -1, 0], "max_iter": 20, "early_stopping": True, "n_iter_no_change": 20}
            model = HistGradientBoostingRegressor(loss, monotonic_method=method, validation_fraction=None, **options)
            of_method.append(-model.fit(X, y).train_score_[-1])

    assert np.mean(losses["intermediate"]) < np.mean(losses["basic"])


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
@pytest.mark.parametrize("n_threads", [2, 3])
def test_threads_change_no_bit(loss, n_threads):
    X, y = problem(loss, 1 + SMALL_WORK // 4)
    options = {"categorical": [2], "monotonic": [1, 1, 0, -1], "max_features": 0.8, "max_leaf_nodes": 31}
    (_, one, raw), (booster, several, raw_of_team) = (
        boost(X, y, loss, n_rounds=3, is_intermediate=True, n_threads=n, **options) for n in (1, n_threads)
    )

    assert booster.n_threads == n_threads
    for tree, other in zip(one, several, strict=True):
        assert bits(other) == bits(tree)
    assert_array_equal(raw_of_team, raw)


@pytest.mark.parametrize("n_rows", [0, 1])
def test_without_constraints_both_methods_are_one(n_rows):
    X, y = data(n_rows, "squared_error")
    basic, intermediate = (
        new_model("squared_error", [0, 0, 0], monotonic_method=method).fit(X, y).predict(X)
        for method in ("basic", "intermediate")
    )

    assert_array_equal(basic, intermediate)


@pytest.mark.nojit
def test_kernels_run_without_a_compiler():
    X, y = data(0, "squared_error", 80)

    assert_monotonic(new_model("squared_error", [1, -1, 0], max_iter=2).fit(X, y), X[:10], [1, -1, 0])


def test_symmetric_growth_is_refused():
    X, y = data(0, "squared_error")
    message = 'monotonic_method="intermediate" is for single leaves: it needs growth="leaf" or "depth", not "symmetric"'

    with pytest.raises(ValueError, match=message):
        new_model("squared_error", [1, 0, 0], growth="symmetric").fit(X, y)
