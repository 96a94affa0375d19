"""Boosted trees are those of the equations, whoever grows them and however many threads there are."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csc_array
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from skensemble.binning.bins import find_bins
from skensemble.boosting import booster as booster_module
from skensemble.boosting.booster import SMALL_WORK, BoostingPlan
from skensemble.boosting.sampling import RowSampling
from skensemble.records import LEAF, UNDEFINED
from skensemble.splitting.histogram import PACKED, SINGLE
from tests.boosting.problems import bits, boost, forced_table, problem
from tests.reference.naive_booster import NaiveBooster

LOSSES = ("squared_error", "log_loss")


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"l2": 3.0, "l1": 0.5, "min_child_weight": 4.0},
        {"max_delta_step": 0.9, "min_samples_leaf": 2},
        {"max_depth": 2, "max_leaf_nodes": 31, "min_samples_leaf": 20},
        {"by_depth": True, "max_leaf_nodes": 11},
        {"categorical": [2]},
        {"categorical": [2], "max_delta_step": 0.3, "by_depth": True},
        {"monotonic": [1, 0, 0, -1]},
        {"monotonic": [-1, 1, 0, 0], "categorical": [2], "l2": 1.0},
        {"is_intermediate": True, "monotonic": [1, 0, 0, -1], "max_leaf_nodes": 25},
        {
            "is_intermediate": True,
            "monotonic": [1, 1, 0, 1],
            "max_leaf_nodes": 20,
            "by_depth": True,
            "categorical": [2],
        },
        {"is_intermediate": True, "monotonic": [1, 1, 0, -1], "path_smoothing": 9.0, "max_delta_step": 0.8},
        {"groups": [[0, 1], [2, 3]]},
        {"path_smoothing": 20.0, "l2": 1.0, "monotonic": [0, 0, 0, 1]},
        {"penalties": np.array([3.0, 0.0, 0.5, 1.0]), "first_use_penalties": np.array([0.0, 2.0, 9.0, 0.0])},
        {"forced": {"feature": 1, "bin": 1, "left": {"feature": 3, "bin": 20}, "right": {"feature": 1, "bin": 0}}},
        {"is_symmetric": True, "max_leaf_nodes": 16},
        {"is_symmetric": True, "max_leaf_nodes": 10, "min_samples_leaf": 30, "monotonic": [1, 0, 0, -1], "l1": 0.3},
        {"is_symmetric": True, "max_leaf_nodes": 32, "max_depth": 3, "groups": [[0, 1], [2, 3]]},
        pytest.param(
            {"groups": [[0, 2], [1, 2], [3]], "categorical": [2], "monotonic": [1, 0, 0, 0], "max_leaf_nodes": 15},
            marks=pytest.mark.nojit,
        ),
    ],
    ids=str,
)
def test_the_naive_twin_grows_the_same_trees(loss, options):
    X, y = problem(loss)
    of_core = {**options, "forced": forced_table(options["forced"])} if "forced" in options else options
    booster, trees, raw = boost(X, y, loss, max_bins=64, **of_core)
    twin_options = {name: value for name, value in options.items() if name not in ("categorical", "groups")}
    if "groups" in options:
        twin_options["groups"] = [set(group) for group in options["groups"]]
    twin = NaiveBooster(booster.bins.encode(X, bundles=False), y, loss, n_rounds=5, **twin_options)

    for grown, tree in zip(trees, twin.trees, strict=True):
        nodes, is_inner = grown.nodes, grown.nodes["feature"] != UNDEFINED
        assert nodes["feature"].tolist() == [node.feature for node in tree]
        assert nodes["n_node_samples"].tolist() == [len(node.rows) for node in tree]
        assert_allclose(nodes["gain"][is_inner], [node.gain for node in tree if node.feature >= 0], 1e-6, 1e-12)
        thresholds = [
            np.nan if np.isnan(node.bin) else booster.bins.thresholds[node.feature, node.bin]
            for node in tree
            if node.feature >= 0
        ]
        assert_array_equal(nodes["threshold"][is_inner], thresholds)
    assert_allclose(raw, twin.raw, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    ("loss", "n_classes", "reference", "categorical"),
    [
        ("squared_error", 0, HistGradientBoostingRegressor, []),
        ("squared_error", 0, HistGradientBoostingRegressor, [2]),
        ("log_loss", 2, HistGradientBoostingClassifier, []),
        ("log_loss", 2, HistGradientBoostingClassifier, [2]),
        # Not with categories: of several classes scikit-learn takes a share of the hessians for that of the samples.
        ("log_loss", 3, HistGradientBoostingClassifier, []),
    ],
)
def test_scikit_learn_predicts_the_same(loss, n_classes, reference, categorical):
    X, y = problem(loss, 2000, n_classes=n_classes)
    options = {"max_leaf_nodes": 15, "min_samples_leaf": 10}
    model = reference(max_iter=10, early_stopping=False, categorical_features=categorical, **options).fit(X, y)
    expected = model.predict(X) if loss == "squared_error" else model.decision_function(X)
    booster, _, _ = boost(X, y, loss, n_rounds=0, n_classes=n_classes, categorical=categorical, **options)
    booster.training.raw[:] = np.reshape(model._baseline_prediction, (-1, 1))

    booster.boost(10)

    assert_allclose(booster.training.raw.T, expected.reshape(len(X), -1), atol=1e-6)


@pytest.mark.parametrize(("loss", "n_classes"), [("squared_error", 0), ("log_loss", 2), ("log_loss", 3)])
def test_threads_change_no_bit(loss, n_classes):
    X, y = problem(loss, 1 + SMALL_WORK // 4, n_classes=n_classes)
    weight = np.random.default_rng(1).uniform(0.1, 9.0, len(X))
    options = {"categorical": [2], "monotonic": [1, 0, 0, 0], "max_features": 0.5, "max_features_by_tree": 0.7}
    options = {"n_classes": n_classes, "weight": weight, **(options if n_classes < 3 else {"max_features": 0.5})}
    _, one, raw = boost(X, y, loss, **options)

    for n_threads in (2, 3):
        booster, several, raw_of_team = boost(X, y, loss, n_threads=n_threads, **options)
        assert booster.n_threads == n_threads
        for tree, other in zip(one, several, strict=True):
            assert bits(other) == bits(tree)
        assert_array_equal(raw_of_team, raw)


@pytest.mark.parametrize(
    "options",
    [
        {"categorical": [2], "max_features": 0.5, "max_features_by_tree": 0.7, "monotonic": [1, 0, 0, 0]},
        {"sampling": RowSampling("uniform", 0.5)},
        {"sampling": RowSampling("goss", 1.0)},
        {"dropout_rate": 0.5},
        {"is_symmetric": True},
        {"first_use_penalties": np.array([0.0, 0.1, 0.2, 0.3])},
    ],
    ids=str,
)
@pytest.mark.parametrize("n_threads", [2, 3])
def test_bits_are_the_same_whether_threads_grow_trees_together_or_one_each(options, n_threads, monkeypatch):
    n_classes = 5
    X, y = problem("log_loss", 1 + SMALL_WORK // (4 * n_classes), n_classes=n_classes)
    if "first_use_penalties" in options:  # which the trees of a round pay one after the other
        X, y = problem("log_loss", 1 + SMALL_WORK // 4, n_classes=n_classes)
    options = {"n_classes": n_classes, "n_rounds": 3, "max_leaf_nodes": 7, **options}
    booster, one, _ = boost(X, y, "log_loss", **options)
    each, of_each, _ = boost(X, y, "log_loss", n_threads=n_threads, **options)
    monkeypatch.setattr("skensemble.boosting.booster.MOST_SINGLE_WORK", 0)
    team, of_team, _ = boost(X, y, "log_loss", n_threads=n_threads, **options)

    assert len(each.single) == (0 if "first_use_penalties" in options else n_threads)
    assert not team.single
    for tree, *others in zip(one, of_each, of_team, strict=True):
        assert [bits(other) for other in others] == [bits(tree)] * 2
    assert_array_equal(each.training.raw, booster.training.raw)
    assert_array_equal(team.training.raw, booster.training.raw)


@pytest.mark.parametrize("loss", ["absolute_error", "huber"])
def test_threads_change_no_bit_of_refined_leaves(loss):
    X, y = problem(loss, 1 + SMALL_WORK // 4)
    (_, _, raw), (_, _, raw_of_team) = (boost(X, y, loss, n_threads=n, n_rounds=3) for n in (1, 2))

    assert_array_equal(raw_of_team, raw)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_leaf_has_as_many_rows_as_it_must(loss):
    """Counted, whatever the hessians and the weights are."""
    X, y = problem(loss, 2000)
    weight = 10.0 ** np.random.default_rng(0).uniform(-6, 6, len(X))
    _, trees, _ = boost(X, y, loss, weight=weight, max_leaf_nodes=200, min_samples_leaf=17, min_child_weight=0.0)

    for tree in trees:
        leaves = tree.nodes[tree.nodes["left"] == LEAF]
        assert leaves["n_node_samples"].min() >= 17
        assert leaves["n_node_samples"].sum() == len(X)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_without_a_limit_of_leaves_few_histograms_are_kept_and_the_trees_are_the_same(n_threads):
    X, y = problem("squared_error", 1 + SMALL_WORK // 4)
    options = {"max_leaf_nodes": 700, "min_samples_leaf": 40, "categorical": [2], "n_rounds": 2, "max_depth": 9}
    booster, unlimited, raw = boost(X, y, "squared_error", is_unlimited=True, n_threads=n_threads, **options)
    _, limited, raw_of_limited = boost(X, y, "squared_error", **options)

    assert booster.team.field.pool.shape[0] < 30
    assert_array_equal(raw, raw_of_limited)
    for tree, other in zip(unlimited, limited, strict=True):
        assert 200 < len(tree.nodes) == len(other.nodes) < 1399


@pytest.mark.parametrize("loss", LOSSES)
def test_weights_that_differ_by_twelve_powers_of_ten_are_not_rounded_away(loss):
    X, y = problem(loss, 3000)
    weight = 10.0 ** np.random.default_rng(0).uniform(-6, 6, len(X))
    booster, _, raw = boost(X, y, loss, weight=weight, n_rounds=1, max_leaf_nodes=60, learning_rate=1.0)
    gradients, hessians = (0.5 - y, 0.25) if loss == "log_loss" else (-y, 1.0)
    exact = np.column_stack([gradients * weight, hessians * weight])

    words = booster.team.field.pairs[:, :2]
    steps = 2.0 ** np.round(np.log2(np.abs(exact).sum(axis=0) / np.abs(words).sum(axis=0, dtype=float)))
    assert booster.team.field.pairs.shape[1] > PACKED
    assert np.all(np.abs(words * steps - exact) <= steps)
    assert_allclose(words[:, 1] * steps[1], exact[:, 1], rtol=1e-3)
    for value in np.unique(raw):
        assert_allclose(value, -exact[raw == value, 0].sum() / exact[raw == value, 1].sum(), rtol=1e-9)


def test_wide_bins_grow_the_trees_of_packed_ones(monkeypatch):
    X, y = problem("log_loss", 1000)
    weight = np.random.default_rng(0).uniform(0.5, 2.0, len(X))
    options = {"weight": weight, "categorical": [2]}
    _, packed, raw = boost(X, y, "log_loss", **options)
    monkeypatch.setattr(booster_module, "WIDE_RANGE", 0.0)
    booster, wide, raw_of_wide = boost(X, y, "log_loss", **options)

    assert booster.team.field.pairs.shape[1] > PACKED
    assert_allclose(raw_of_wide, raw, rtol=1e-9)
    for tree, other in zip(packed, wide, strict=True):
        assert_array_equal(tree.nodes["feature"], other.nodes["feature"])
        assert_array_equal(tree.nodes["n_node_samples"], other.nodes["n_node_samples"])


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber"])
@pytest.mark.parametrize("is_symmetric", [False, True])
def test_single_bins_grow_the_trees_of_packed_ones(loss, is_symmetric, monkeypatch):
    """Where all hessians are 1."""
    X, y = problem(loss, 1000)
    options = {"categorical": [2], "is_symmetric": is_symmetric}
    booster, single, raw = boost(X, y, loss, weight=np.ones(len(X)), **options)
    monkeypatch.setattr(BoostingPlan, "has_unit_hessians", False)
    other_booster, packed, raw_of_packed = boost(X, y, loss, **options)

    assert (booster.team.field.pairs.shape[1], other_booster.team.field.pairs.shape[1]) == (SINGLE, PACKED)
    assert_allclose(raw, raw_of_packed, rtol=1e-9)
    for tree, other in zip(single, packed, strict=True):
        assert_array_equal(tree.nodes["feature"], other.nodes["feature"])
        assert_array_equal(tree.nodes["n_node_samples"], other.nodes["n_node_samples"])
        assert_array_equal(tree.nodes["weighted_n_node_samples"], other.nodes["weighted_n_node_samples"])


@pytest.mark.parametrize("n_threads", [1, 3])
def test_few_large_gradients_leave_enough_bits_to_the_others(n_threads):
    """Steps of single bins come from the mean of all gradients, not from the largest."""
    n_samples = 1 + SMALL_WORK // 4
    X, y = problem("squared_error", n_samples)
    y[0] = 1e6 * np.abs(y).max()
    booster, _, raw = boost(X, y, "squared_error", n_rounds=1, learning_rate=1.0, n_threads=n_threads)

    words = booster.team.field.pairs[:, 0] >> n_samples.bit_length()
    step = 2.0 ** np.round(np.log2(np.abs(y).sum() / np.abs(words).sum()))
    assert booster.team.field.pairs.shape[1] == SINGLE
    assert np.all(np.abs(words * step + y) <= step)
    assert step < 2.0**-30 * np.abs(y).mean()
    for value in np.unique(raw):
        assert_allclose(value, y[raw == value].mean(), rtol=1e-6)


def test_a_booster_goes_on_where_it_was():
    X, y = problem("log_loss")
    _, at_once, raw = boost(X, y, "log_loss", n_rounds=6, max_features=0.5)
    booster, first, _ = boost(X, y, "log_loss", n_rounds=2, max_features=0.5)
    second = booster.boost(4)

    for tree, other in zip(at_once, first + second, strict=True):
        assert_array_equal(tree.nodes, other.nodes)
    assert_array_equal(booster.training.raw[0], raw)


def test_a_response_that_does_not_vary_gives_leaves():
    X, _ = problem("squared_error")
    _, trees, raw = boost(X, np.full(len(X), 2.0), "squared_error", n_rounds=1)

    assert len(trees[0].nodes) == 1
    assert_allclose(raw, 0.2)


def test_an_absolute_error_is_descended_by_medians():
    X, y = problem("absolute_error")
    _, _, raw = boost(X, y, "absolute_error", n_rounds=1, max_leaf_nodes=4)

    for value in np.unique(raw):
        assert 10 * value == pytest.approx(np.median(y[raw == value]))
    assert len(np.unique(raw)) == 4


@pytest.mark.parametrize("share", ["max_features", "max_features_by_level", "max_features_by_tree"])
def test_drawn_features(share):
    """Half of four features are two: of a tree, of each of its levels, of each of its nodes."""
    X, y = problem("squared_error", 2000)
    _, trees, _ = boost(X, y, "squared_error", n_rounds=20, max_leaf_nodes=30, **{share: 0.5})

    used = [set(tree.nodes["feature"].tolist()) - {UNDEFINED} for tree in trees]
    assert set().union(*used) == {0, 1, 2, 3}
    if share == "max_features_by_tree":
        assert max(map(len, used)) == 2
    else:
        assert max(map(len, used)) == 4
    roots = [tree.nodes["feature"][0] for tree in trees]
    assert len(set(roots)) > 1


@pytest.mark.parametrize("exponent", [-30, 7])
def test_weights_times_a_power_of_two_leave_the_predictions(exponent):
    X, y = problem("log_loss")
    weight = np.random.default_rng(0).uniform(0.5, 2.0, len(X))
    raws = [
        boost(X, y, "log_loss", weight=weight * scale, min_child_weight=0.0, categorical_smoothing=0.0)[2]
        for scale in (1.0, 2.0**exponent)
    ]

    assert_array_equal(*raws)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_bundles_leave_the_trees(n_threads):
    """Indicators of 20 groups, some of them missing, share columns."""
    X, y = problem("squared_error", 1 + SMALL_WORK // 5)
    groups = np.random.default_rng(0).integers(0, 20, len(X))
    indicators = np.equal.outer(groups, np.arange(20)).astype(float)
    indicators[groups == 3, 3] = np.nan
    X, y = np.hstack([indicators, X]), y + np.sin(groups)
    options = {"categorical": [22], "n_threads": n_threads, "max_leaf_nodes": 31}
    (bundled, trees, raw), (plain, trees_of_plain, raw_of_plain) = (
        boost(X, y, "squared_error", bundles=bundles, **options) for bundles in (True, False)
    )

    assert bundled.data.codes.shape[1] == 5
    assert plain.data.codes.shape[1] == 24
    for tree, other in zip(trees, trees_of_plain, strict=True):
        assert tree.nodes.tobytes() == other.nodes.tobytes()
    assert_array_equal(raw, raw_of_plain)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sampling": RowSampling("uniform", 0.5)},
        {"is_symmetric": True},
        {"max_leaf_nodes": 70, "min_samples_leaf": 1},
        {"max_leaf_nodes": 30, "is_unlimited": True},
        {"max_features": 0.5, "random_thresholds": True},
        {"weight": np.geomspace(1e-6, 1e6, 600)},
        {"monotonic": [1] * 20 + [0] * 40},
        {"monotonic": [1] * 20 + [0] * 40, "is_intermediate": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_sparse_rows_that_are_listed_give_the_trees_of_dense_ones(options, n_threads, monkeypatch):
    """Whether threads share rows or columns, whether leaves are thin, and for rows that a round leaves out."""
    monkeypatch.setattr(booster_module, "SMALL_WORK", 0)
    random = np.random.default_rng(0)
    X = np.where(random.random((600, 60)) < 0.05, random.integers(1, 9, (600, 60)), 0.0)
    X[:, :5][random.random((600, 5)) < 0.03] = np.nan
    y = np.nan_to_num(X) @ random.standard_normal(60) + 0.1 * random.standard_normal(600)
    stored = csc_array(X)
    assert find_bins(stored, 255).encode(stored).listed.places.size > 0

    dense, sparse = (
        boost(
            each, y, "squared_error", n_threads=n_threads, bundles=each is stored, **{"min_samples_leaf": 3, **options}
        )
        for each in (X, stored)
    )

    assert [bits(tree) for tree in sparse[1]] == [bits(tree) for tree in dense[1]]
    assert sparse[2].tobytes() == dense[2].tobytes()
