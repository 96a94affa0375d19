"""Linear leaves are the solutions of their equation, and all ways to predict agree."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skensemble.boosting.booster import SMALL_WORK
from skensemble.boosting.linear_leaves import EXTRA_ROWS, RIDGE, ROWS_PER_FEATURE
from skensemble.boosting.sampling import RowSampling
from skensemble.growing.leaf_models import joined_models, models_between, new_models
from skensemble.records import LEAF
from skensemble.trees.trees import Trees
from tests.boosting.problems import N_CATEGORIES, boost, problem

RATE = 0.1
SAMPLINGS = (RowSampling("uniform", 0.5), RowSampling("goss", 1.0), RowSampling("mvs", 0.4))


def trees_of(grown, X, categorical=()):
    n_categories = np.zeros(X.shape[1], np.int64)
    n_categories[list(categorical)] = N_CATEGORIES
    return Trees.from_grown(grown, n_categories, (1,))


def ways_to_leaves(nodes):
    """The features of the cuts on the way to each node."""
    features = [set() for _ in nodes]
    for number, node in enumerate(nodes):
        if node["left"] != LEAF:
            for child in (node["left"], node["right"]):
                features[child] = features[number] | {int(node["feature"])}
    return features


def n_distinct(x):
    return len(np.unique(x[np.isfinite(x)]))


def naive_slopes(X, g, h, l1, l2):
    """Return the intercept and the slopes that minimise the objective of a leaf, by one dense system for both."""
    means = (h[:, np.newaxis] * X).sum(axis=0) / h.sum()
    design = np.column_stack([np.ones(len(X)), X - means])
    matrix = design.T @ (h[:, np.newaxis] * design)
    ridge = RIDGE * np.diag(matrix)
    ridge[0] = 0.0
    right = -design.T @ g
    right[0] = np.sign(right[0]) * max(abs(right[0]) - l1, 0.0)
    solution = np.linalg.solve(matrix + np.diag(ridge + l2), right)
    return solution[0] - solution[1:] @ means, solution[1:]


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
@pytest.mark.parametrize("penalties", [{}, {"l2": 3.0, "l1": 0.5}], ids=str)
@pytest.mark.parametrize("missing", [0.0, pytest.param(0.1, marks=pytest.mark.nojit)])
def test_models_of_leaves_are_those_of_the_equation(loss, penalties, missing):
    X, y = problem(loss, missing=missing)
    weight = np.random.default_rng(1).uniform(0.5, 2.0, len(y))
    _, (tree,), _ = boost(X, y, loss, n_rounds=1, is_linear=True, weight=weight, **penalties)
    probability = 0.5 if loss == "log_loss" else 0.0
    g = weight * (probability - y)
    h = weight * (0.25 if loss == "log_loss" else 1.0)
    leaves = trees_of([tree], X).leaves(X)[:, 0]
    ways, n_linear = ways_to_leaves(tree.nodes), 0

    for leaf in np.unique(leaves):
        terms = slice(*tree.models.starts[leaf : leaf + 2])
        features = [k for k in sorted(ways[leaf]) if n_distinct(X[leaves == leaf, k]) > 1]
        rows = (leaves == leaf) & np.isfinite(X[:, features]).all(axis=1)
        if not features or rows.sum() < ROWS_PER_FEATURE * len(features) + EXTRA_ROWS:
            continue
        intercept, slopes = naive_slopes(
            X[np.ix_(rows, features)], g[rows], h[rows], penalties.get("l1", 0.0), penalties.get("l2", 0.0)
        )
        if terms.start == terms.stop:  # all targets are the same: nothing is better than the constant
            assert_allclose(slopes, 0.0, atol=1e-12)
            continue
        assert_array_equal(tree.models.features[terms], features)
        assert_allclose(tree.models.coefficients[terms], RATE * slopes, rtol=1e-8, atol=1e-10)
        assert_allclose(tree.models.intercepts[leaf], RATE * intercept, rtol=1e-8, atol=1e-10)
        n_linear += 1
    assert n_linear > 2


@pytest.mark.parametrize("sampling", [None, *SAMPLINGS], ids=str)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_training_rows_follow_the_models(sampling, n_classes):
    X, y = problem("log_loss", 2000, n_classes=n_classes)
    X[5, 0] = np.inf
    options = {} if sampling is None else {"sampling": sampling}
    booster, grown, _ = boost(
        X, y, "log_loss", is_linear=True, categorical=[2], n_classes=n_classes, n_rounds=12, **options
    )

    raw = booster.training.raw
    expected = trees_of(grown, X, [2]).sum_values(X, n_turns=len(raw), n_threads=2)

    assert_array_equal(raw.T, expected)  # to the bit, so that a warm start is one fit
    models = trees_of(grown, X, [2]).models
    assert len(models.features) > 50
    assert 2 not in models.features


@pytest.mark.parametrize("options", [{}, {"sampling": SAMPLINGS[1]}, {"is_symmetric": True}], ids=str)
def test_threads_change_no_bit_of_linear_leaves(options):
    X, y = problem("log_loss", 40_000, n_classes=3)
    assert X.size > SMALL_WORK
    (one, grown, _), (several, grown_by_team, _) = (
        boost(X, y, "log_loss", n_classes=3, is_linear=True, n_threads=n_threads, n_rounds=2, **options)
        for n_threads in (1, 2)
    )

    assert_array_equal(several.training.raw, one.training.raw)
    for tree, other in zip(grown, grown_by_team, strict=True):
        for column, other_column in zip(tree.models, other.models, strict=True):
            assert column.tobytes() == other_column.tobytes()


@pytest.mark.nojit
def test_a_piecewise_linear_target_needs_one_tree():
    X = np.random.default_rng(0).uniform(-1.0, 1.0, (600, 2))
    y = np.where(X[:, 0] <= 0.0, 3.0 + 2.0 * X[:, 0], -1.0 - X[:, 0])
    options = {"n_rounds": 1, "learning_rate": 1.0, "max_leaf_nodes": 4, "max_bins": 600}
    (_, _, constant), (_, _, linear) = (
        boost(X, y, "squared_error", is_linear=is_linear, **options) for is_linear in (False, True)
    )

    assert np.mean((linear - y) ** 2) < 0.05 * np.mean((constant - y) ** 2)


def test_missing_and_infinite_values_take_the_constant():
    X, y = problem("squared_error", 2000, missing=0.0)
    _, (tree,), _ = boost(X, y, "squared_error", n_rounds=1, is_linear=True)
    trees, values = trees_of([tree], X), tree.values[:, 0, 0]
    for x in (np.nan, np.inf, -np.inf):
        rows = X.copy()
        rows[:, 0] = x
        leaves = trees.leaves(rows)[:, 0]
        uses = np.array([0 in tree.models.features[slice(*tree.models.starts[leaf : leaf + 2])] for leaf in leaves])
        assert uses.any()

        predictions = trees.sum_values(rows)[:, 0]

        assert_array_equal(predictions[uses], values[leaves[uses]])
        assert np.isfinite(predictions).all()


def test_values_that_overflow_take_the_constant():
    X, y = problem("squared_error", missing=0.0)
    _, (tree,), _ = boost(X, y, "squared_error", n_rounds=1, is_linear=True)

    assert np.isfinite(trees_of([tree], X).sum_values(np.full((1, 4), 1e308))).all()


def test_offsets_and_scales_of_features_change_little():
    """Penalties are about slopes around the means, so without them a model does not know where 0 is."""
    X, y = problem("squared_error", missing=0.0)
    _, _, raw = boost(X, y, "squared_error", is_linear=True)
    _, _, moved = boost(1024.0 * X + 2.0**20, y, "squared_error", is_linear=True)

    assert_allclose(moved, raw, rtol=1e-6, atol=1e-6)


def test_copies_of_a_feature_and_few_rows():
    """A system that is all but singular has the small solution; leaves that are too small stay constant."""
    X, y = problem("squared_error", missing=0.0)
    twice = X[:, [0, 0, 3, 3]]
    _, grown, raw = boost(twice, y, "squared_error", is_linear=True, max_features_by_tree=0.5)
    assert np.abs(raw).max() < 2.0 * np.abs(y).max()
    assert max(np.abs(tree.models.coefficients).max(initial=0.0) for tree in grown) < 10.0

    _, grown, _ = boost(X[:60], y[:60], "squared_error", is_linear=True, min_samples_leaf=5, max_leaf_nodes=12)
    for tree in grown:
        is_small = tree.nodes["n_node_samples"] < ROWS_PER_FEATURE + EXTRA_ROWS
        assert_array_equal(np.diff(tree.models.starts)[is_small], 0)


@pytest.mark.parametrize("options", [{"path_smoothing": 20.0}, {"max_delta_step": 0.2}], ids=str)
def test_the_value_at_the_means_is_that_of_a_constant_leaf(options):
    X, y = problem("squared_error", missing=0.0)
    _, (tree,), raw = boost(X, y, "squared_error", n_rounds=1, is_linear=True, **options)
    leaves = trees_of([tree], X).leaves(X)[:, 0]

    sums, counts = np.bincount(leaves, raw), np.bincount(leaves)

    reached = np.flatnonzero(counts)
    assert_allclose(sums[reached] / counts[reached], tree.values[reached, 0, 0], rtol=1e-5, atol=1e-8)


def test_a_change_of_the_learning_rate_is_seen():
    X, y = problem("squared_error")
    booster, (first,), _ = boost(X, y, "squared_error", n_rounds=1, is_linear=True)
    booster.set_learning_rate(1e-3)
    (second,) = booster.boost(1)

    assert len(second.models.coefficients)
    assert np.abs(second.models.coefficients).max() < 0.1 * np.abs(first.models.coefficients).max()


def test_trees_with_and_without_models_join():
    X, y = problem("squared_error")
    _, constant, _ = boost(X, y, "squared_error", n_rounds=2)
    _, linear, _ = boost(X, y, "squared_error", n_rounds=3, is_linear=True)
    first, second = trees_of(constant, X), trees_of(linear, X)
    assert first.models is None

    both = first + second
    assert len(both) == 5
    assert_allclose(both.sum_values(X), first.sum_values(X) + second.sum_values(X), rtol=1e-12)
    assert_array_equal(both.between(2, 5).sum_values(X), second.sum_values(X))
    assert_array_equal(both.subset(3).sum_values(X), second.subset(1).sum_values(X))
    assert_array_equal(both.with_values(both.values).sum_values(X), both.sum_values(X))
    assert_array_equal(both.between(0, 2).sum_values(X), first.sum_values(X))


def test_models_of_several_trees():
    two = new_models(3, [(2, 0.5, np.array([1], np.int32), np.array([4.0])), (1, 1.5, np.array([0, 3]), np.ones(2))])
    assert_array_equal(two.starts, [0, 0, 2, 3])

    joined = joined_models([None, two], [2, 3])

    assert_array_equal(joined.starts, [0, 0, 0, 0, 2, 3])
    for column, expected in zip(models_between(joined, 2, 5), two, strict=True):
        assert_array_equal(column, expected)
    assert joined_models([None, None], [1, 1]) is None
    assert models_between(None, 0, 1) is None
