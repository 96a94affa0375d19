"""Trees whose leaves have a value for each output."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skensemble.boosting.booster import SMALL_WORK
from skensemble.boosting.sampling import RowSampling
from skensemble.records import LEAF, UNDEFINED
from skensemble.trees.trees import Trees
from tests.boosting.problems import boost, problem

N_CLASSES = 4
DRAWS = (("uniform", 0.5), ("goss", 1.0))


def derivatives(raw, y):
    """Gradients and hessians of the multinomial log-loss, each (n_samples, n_classes)."""
    shares = np.exp(raw - raw.max(axis=0)).T
    shares /= shares.sum(axis=1, keepdims=True)
    return shares - (y[:, np.newaxis] == np.arange(N_CLASSES)), shares * (1 - shares)


def scores(gradients, hessians, l1, l2):
    """What rows are worth as a leaf, in all outputs together (equation 6)."""
    shrunk = np.maximum(np.abs(gradients.sum(axis=0)) - l1, 0.0)
    return np.sum(shrunk**2 / (hessians.sum(axis=0) + l2))


def best_gain(codes, n_bins, gradients, hessians, *, l1, l2, min_samples_leaf, min_child_weight):
    """The gain of the best cut of some rows (equation 7), by trying them all."""
    best = 0.0
    for feature in range(codes.shape[1]):
        is_missing = codes[:, feature] == n_bins[feature]
        for bin in range(n_bins[feature]):
            for missing_left in (False, True):
                is_left = np.where(is_missing, missing_left, codes[:, feature] <= bin)
                sides = [(gradients[side], hessians[side]) for side in (is_left, ~is_left)]
                if any(len(h) < min_samples_leaf or h.sum() < min_child_weight for _, h in sides):
                    continue
                after = sum(scores(*side, l1, l2) for side in sides)
                best = max(best, 0.5 * (after - scores(gradients, hessians, l1, l2)))
    return best


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_every_cut_is_the_best_and_every_value_is_the_newton_step(missing):
    options = {"l1": 0.3, "l2": 1.5, "min_samples_leaf": 8, "min_child_weight": 2.0}
    X, y = problem("log_loss", 150, n_classes=N_CLASSES, missing=missing)
    booster, trees, _ = boost(
        X, y, "log_loss", n_rounds=2, n_classes=N_CLASSES, max_bins=16, has_vectors=True, max_leaf_nodes=9, **options
    )
    data, raw = booster.bins.encode(X, bundles=False), np.zeros((N_CLASSES, len(y)))
    codes = data.codes.astype(int)

    assert len(trees) == 2
    for grown in trees:
        gradients, hessians = derivatives(raw, y)
        rows, step = {0: np.arange(len(y))}, np.zeros_like(raw)
        for number, node in enumerate(grown.nodes):
            here = rows[number]
            g, h = gradients[here], hessians[here]
            assert node["n_node_samples"] == len(here)
            assert node["weighted_n_node_samples"] == pytest.approx(h.sum())
            total = g.sum(axis=0)
            newton = -np.sign(total) * np.maximum(np.abs(total) - options["l1"], 0) / (h.sum(axis=0) + options["l2"])
            assert_allclose(grown.values[number, 0], 0.1 * newton, rtol=1e-9, atol=1e-12)
            if node["left"] == LEAF:
                step[:, here] = grown.values[number, 0][:, np.newaxis]
                continue
            assert node["gain"] == pytest.approx(best_gain(codes[here], data.n_bins, g, h, **options), rel=1e-9)
            column = X[here, node["feature"]]
            is_left = np.where(np.isnan(column), node["missing_go_to_left"] == 1, column <= node["threshold"])
            rows[node["left"]], rows[node["right"]] = here[is_left], here[~is_left]
        raw += step
    assert_allclose(booster.training.raw, raw, atol=1e-12)


def test_the_value_of_a_leaf_is_bounded_and_mixed_with_its_parents():
    X, y = problem("log_loss", 300, n_classes=N_CLASSES)
    _, (free,), _ = boost(X, y, "log_loss", n_rounds=1, n_classes=N_CLASSES, has_vectors=True)
    _, (bounded,), _ = boost(X, y, "log_loss", n_rounds=1, n_classes=N_CLASSES, has_vectors=True, max_delta_step=0.7)
    _, (mixed,), _ = boost(
        X, y, "log_loss", n_rounds=1, n_classes=N_CLASSES, has_vectors=True, path_smoothing=9.0, max_leaf_nodes=2
    )

    assert np.abs(free.values).max() > 0.07
    assert np.abs(bounded.values).max() == pytest.approx(0.07)
    n = mixed.nodes["n_node_samples"][:, np.newaxis]
    gradients, hessians = derivatives(np.zeros((N_CLASSES, len(y))), y)
    left = np.where(
        np.isnan(X[:, mixed.nodes["feature"][0]]),
        mixed.nodes["missing_go_to_left"][0] == 1,
        X[:, mixed.nodes["feature"][0]] <= mixed.nodes["threshold"][0],
    )
    own = -gradients[left].sum(axis=0) / hessians[left].sum(axis=0)
    assert_allclose(10 * mixed.values[1, 0], (n[1] * own + 9.0 * 10 * mixed.values[0, 0]) / (n[1] + 9.0))


def test_categories_are_cut_by_what_they_say_of_all_classes():
    """Two groups of categories that differ in two of the classes each."""
    random = np.random.default_rng(0)
    category = random.integers(0, 10, 600)
    y = np.where(category % 2, random.integers(0, 2, 600), random.integers(2, 4, 600)).astype(float)
    X = np.column_stack([random.standard_normal(600), category])
    _, (tree,), _ = boost(
        X, y, "log_loss", n_rounds=1, n_classes=N_CLASSES, has_vectors=True, categorical=[1], max_leaf_nodes=2
    )

    assert tree.nodes["feature"][0] == 1
    left = [code for code in range(10) if int(tree.categories[0]) >> code & 1]
    assert sorted(left) in ([1, 3, 5, 7, 9], [0, 2, 4, 6, 8])


@pytest.mark.parametrize("options", [{}, {"max_leaf_nodes": 30, "by_depth": True, "dropout_rate": 0.5}])
def test_threads_change_no_bit(options):
    X, y = problem("log_loss", 1 + SMALL_WORK // 4, n_classes=N_CLASSES)
    weight = 10.0 ** np.random.default_rng(0).uniform(-6, 6, len(X))
    options = {"n_classes": N_CLASSES, "categorical": [2], "has_vectors": True, "weight": weight, **options}
    one, trees, _ = boost(X, y, "log_loss", n_rounds=3, **options)

    for n_threads in (2, 3):
        several, of_team, _ = boost(X, y, "log_loss", n_rounds=3, n_threads=n_threads, **options)
        for tree, other in zip(trees, of_team, strict=True):
            assert [each.tobytes() for each in tree[:3]] == [each.tobytes() for each in other[:3]]
        assert_array_equal(several.training.raw, one.training.raw)


def test_a_node_without_a_cut_is_a_leaf():
    X, y = problem("log_loss", 20, n_classes=N_CLASSES)
    _, (tree,), _ = boost(X, y, "log_loss", n_rounds=1, n_classes=N_CLASSES, has_vectors=True, min_samples_leaf=11)

    assert tree.nodes["feature"].tolist() == [UNDEFINED]


@pytest.mark.parametrize(
    "options",
    [{"dropout_rate": 0.5}, {"sampling": RowSampling("uniform", 0.5)}, {"sampling": RowSampling("goss", 1.0)}],
)
def test_all_rows_follow_the_trees(options):
    """Those that a tree is not grown on too, and what dropout changes later."""
    X, y = problem("log_loss", n_classes=N_CLASSES)
    booster, trees, _ = boost(X, y, "log_loss", n_classes=N_CLASSES, has_vectors=True, n_rounds=8, **options)

    expected = Trees.from_grown(trees, np.zeros(4, np.int64), (N_CLASSES,)).sum_values(X)
    assert_allclose(booster.training.raw.T, expected, atol=1e-10)
