"""What must hold for every booster, on small data sets that Hypothesis chooses.

Features and weights are real numbers, so that no two cuts that make different children gain alike, not even where the
target is a class. Cuts by several features may make the same children: which one is chosen is visible on other rows
only, and so are the sides of missing values where a node has none. Hence models are compared by their predictions of
the training rows.
"""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skensemble import DecisionTreeRegressor, HistGradientBoostingClassifier, HistGradientBoostingRegressor
from skensemble.boosting.booster import SMALL_WORK
from skensemble.records import LEAF
from tests.boosting.problems import N_CATEGORIES, bits, boost, problem

LOSSES = {"squared_error": 0, "poisson": 0, "log_loss": 2, "three classes": 3}
NO_REGULARISATION = {"min_samples_leaf": 1, "min_child_weight": 0.0, "l1": 0.0, "l2": 0.0, "min_gain": 0.0}
# A row's gradient is rounded by at most 2**-51 of the greatest one; the sum over up to 600 rows is exact to some 1e-13.
ROUNDING = {"rtol": 1e-9, "atol": 1e-12}

every_loss = pytest.mark.parametrize("loss", LOSSES)


class Recipe(NamedTuple):
    """How to make a data set."""

    seed: int
    n_samples: int
    n_features: int
    missing_share: float
    has_categories: bool = False  # whether the first feature is one of categories

    def make(self, loss):
        """Return X, a target, and weights."""
        random = np.random.default_rng(self.seed)
        X = random.standard_normal((self.n_samples, self.n_features))
        signal = X @ random.standard_normal(self.n_features) + random.standard_normal(self.n_samples)
        if self.has_categories:
            X[:, 0] = random.integers(0, N_CATEGORIES, self.n_samples)
            signal += random.standard_normal(N_CATEGORIES)[X[:, 0].astype(int)]
        X[random.random(X.shape) < self.missing_share] = np.nan
        weight = random.uniform(0.5, 2.0, self.n_samples)
        if LOSSES[loss]:
            shares = np.arange(1, LOSSES[loss]) / LOSSES[loss]
            return X, np.digitize(signal, np.quantile(signal, shares)).astype(float), weight
        return X, np.exp(signal / 4) if loss == "poisson" else signal, weight


def recipes(*, n_samples=(4, 60), categories=False):
    """Recipes for data sets."""
    return st.builds(
        Recipe,
        seed=st.integers(0, 2**32 - 1),
        n_samples=st.integers(*n_samples),
        n_features=st.integers(1, 4),
        missing_share=st.sampled_from([0.0, 0.1, 0.4]),
        has_categories=st.booleans() if categories else st.just(False),
    )


def raw_of(loss, X, y, weight, **options):
    """Boost, and return the raw predictions of all outputs."""
    name = "log_loss" if LOSSES[loss] else loss
    booster, _, _ = boost(X, y, name, weight=weight, n_classes=LOSSES[loss], **options)
    return booster.training.raw


def histogram_of(data, pairs, rows):
    """Sum the words of some rows up by their codes."""
    histogram = np.zeros((data.column_offsets[-1], 2), np.int64)
    np.add.at(histogram, data.column_offsets[:-1] + data.codes[rows].astype(int), pairs[rows][:, np.newaxis])
    return histogram.ravel()


@every_loss
@settings(max_examples=25)
@given(recipe=recipes(categories=True))
def test_histograms_of_the_leaves_add_up_to_that_of_the_root(loss, recipe):
    """Each larger child has its parent's less its sibling's, so all are those of their rows.

    A leaf of one row, which cannot be cut, has none: leaves are larger where children need a weight.
    """
    X, y, weight = recipe.make(loss)
    name = "log_loss" if LOSSES[loss] else loss
    options = {"max_leaf_nodes": 64, **NO_REGULARISATION, "min_child_weight": 1.0}
    options["bundles"] = False  # in a shared column the most frequent bins are filled in only where they are looked at
    categorical = [0] if recipe.has_categories else []
    booster, trees, _ = boost(
        X, y, name, weight=weight, n_rounds=1, n_classes=LOSSES[loss], categorical=categorical, **options
    )
    field, data, leaves = booster.team.field, booster.data, booster.team.own[0].leaves
    n_leaves = (len(trees[-1].nodes) + 1) // 2

    total = 0
    for leaf in leaves[:n_leaves]:
        expected = histogram_of(data, field.pairs, field.rows[leaf["start"] : leaf["stop"]])
        if leaf["count"] > 1:
            assert_array_equal(field.pool[leaf["slot"]], expected)
        total = total + expected
    assert_array_equal(total, histogram_of(data, field.pairs, np.arange(len(X))))


@every_loss
@settings(max_examples=25)
@given(recipe=recipes(categories=True), max_leaf_nodes=st.integers(2, 20))
def test_a_parent_has_what_its_children_have(loss, recipe, max_leaf_nodes):
    X, y, weight = recipe.make(loss)
    name = "log_loss" if LOSSES[loss] else loss
    categorical = [0] if recipe.has_categories else []
    options = {"min_samples_leaf": 2, "max_leaf_nodes": max_leaf_nodes, "categorical": categorical}
    _, trees, _ = boost(X, y, name, weight=weight, n_classes=LOSSES[loss], n_rounds=2, **options)

    for tree in trees:
        inner = tree.nodes[tree.nodes["left"] != LEAF]
        left, right = tree.nodes[inner["left"]], tree.nodes[inner["right"]]
        weights = left["weighted_n_node_samples"] + right["weighted_n_node_samples"]
        assert_array_equal(left["n_node_samples"] + right["n_node_samples"], inner["n_node_samples"])
        assert_allclose(weights, inner["weighted_n_node_samples"], rtol=1e-15)  # of integers up to 2**62, as float64
        assert tree.nodes["n_node_samples"][0] == len(X)


@every_loss
@settings(max_examples=25)
@given(recipe=recipes(), max_leaf_nodes=st.integers(2, 20))
def test_a_multiple_of_a_weight_equals_repeating_the_row(loss, recipe, max_leaf_nodes):
    """But for rounding: of more rows the steps are larger."""
    X, y, weight = recipe.make(loss)
    times = np.random.default_rng(recipe.seed).integers(1, 4, len(X))
    options = {"max_leaf_nodes": max_leaf_nodes, **NO_REGULARISATION}
    weighted = raw_of(loss, X, y, weight * times, **options)
    repeated = raw_of(loss, *(part.repeat(times, axis=0) for part in (X, y, weight)), **options)

    assert_allclose(weighted.repeat(times, axis=1), repeated, **ROUNDING)


@settings(max_examples=50)
@given(recipe=recipes(n_samples=(4, 200)), max_leaf_nodes=st.integers(2, 40), min_samples_leaf=st.integers(1, 5))
def test_a_bin_for_each_value_gives_the_exact_tree(recipe, max_leaf_nodes, min_samples_leaf):
    X, y, weight = recipe.make("squared_error")
    X = X.astype(np.float32)  # which exact trees see
    limits = {"max_leaf_nodes": max_leaf_nodes, "min_samples_leaf": min_samples_leaf}
    booster = HistGradientBoostingRegressor(learning_rate=1.0, max_iter=1, min_child_weight=0.0, **limits)
    tree = DecisionTreeRegressor(**limits)

    booster.fit(X, y, sample_weight=weight)
    tree.fit(X, y, sample_weight=weight)
    assert booster._trees[0].node_count == tree.tree_.node_count
    assert_allclose(booster.predict(X), tree.predict(X), **ROUNDING)


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "poisson", "log_loss"])
@settings(max_examples=15)
@given(
    recipe=recipes(n_samples=(20, 80)),
    signs=st.lists(st.sampled_from([-1, 0, 1]), min_size=4, max_size=4),
    groups=st.sampled_from([None, "pairwise", "no_interactions"]),
    growth=st.sampled_from(["leaf", "depth"]),
    max_delta_step=st.sampled_from([0.0, 0.2]),
)
def test_predictions_are_monotonic_on_a_grid(loss, recipe, signs, groups, growth, max_delta_step):
    X, y, weight = recipe.make("poisson" if loss == "absolute_error" else loss)
    signs = signs[: recipe.n_features]
    options = {"monotonic_cst": signs, "interaction_cst": groups, "growth": growth, "max_delta_step": max_delta_step}
    options.update(max_iter=10, min_samples_leaf=2, learning_rate=0.5)
    if loss == "log_loss":
        model = HistGradientBoostingClassifier(**options)
    else:
        model = HistGradientBoostingRegressor(loss=loss, **options)
    model.fit(X, y, sample_weight=weight)

    places = np.linspace(-4, 4, 25)
    for feature in np.flatnonzero(signs):
        grid = np.repeat(X, len(places), axis=0)
        grid[:, feature] = np.tile(places, len(X))
        raw = model._raw_predict(grid).reshape(len(X), len(places))
        assert np.all(signs[feature] * np.diff(raw, axis=1) >= 0.0)


@every_loss
@settings(max_examples=25)
@given(recipe=recipes(categories=True), options=st.sampled_from([{}, {"l1": 0.1, "l2": 1.0}, {"by_depth": True}]))
def test_the_order_of_the_rows_changes_no_bit(loss, recipe, options):
    X, y, weight = recipe.make(loss)
    order = np.random.default_rng(recipe.seed).permutation(len(X))
    options = {"categorical": [0] if recipe.has_categories else [], "min_samples_leaf": 2, **options}

    permuted = raw_of(loss, X[order], y[order], weight[order], **options)
    assert_array_equal(permuted, raw_of(loss, X, y, weight, **options)[:, order])


@pytest.mark.parametrize("loss", ["squared_error", "huber", "tweedie", "log_loss", "three classes"])
@settings(max_examples=15)
@given(recipe=recipes(n_samples=(10, 300)), is_weighted=st.booleans())
def test_nor_does_it_where_a_fit_starts(loss, recipe, is_weighted):
    """Means and shares of classes are sums of floats."""
    X, y, weight = recipe.make(loss if loss in LOSSES else "poisson")
    weight = weight if is_weighted else np.ones(len(X))
    order = np.random.default_rng(recipe.seed).permutation(len(X))
    if loss in ("log_loss", "three classes"):
        model = HistGradientBoostingClassifier(max_iter=2)
    else:
        model = HistGradientBoostingRegressor(loss=loss, max_iter=2)

    raw = model.fit(X, y, sample_weight=weight)._raw_predict(X)
    assert_array_equal(model.fit(X[order], y[order], sample_weight=weight[order])._raw_predict(X), raw)


@every_loss
@settings(max_examples=25)
@given(recipe=recipes(categories=True), data=st.data())
def test_the_order_of_the_features_leaves_the_predictions(loss, recipe, data):
    X, y, weight = recipe.make(loss)
    order = data.draw(st.permutations(range(recipe.n_features)))
    options = {"min_samples_leaf": 2, "bundles": False}
    is_categorical = np.arange(recipe.n_features) == (0 if recipe.has_categories else -1)

    permuted = raw_of(loss, X[:, order], y, weight, categorical=np.flatnonzero(is_categorical[order]), **options)
    assert_array_equal(permuted, raw_of(loss, X, y, weight, categorical=np.flatnonzero(is_categorical), **options))


@every_loss
@settings(max_examples=25)
@given(recipe=recipes(categories=True), exponent=st.integers(-60, 60))
def test_the_scale_of_the_weights_changes_no_bit(loss, recipe, exponent):
    X, y, weight = recipe.make(loss)
    options = {"categorical": [0] if recipe.has_categories else [], "categorical_smoothing": 0.0, **NO_REGULARISATION}

    scaled = raw_of(loss, X, y, weight * 2.0**exponent, **options)
    assert_array_equal(scaled, raw_of(loss, X, y, weight, **options))


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
def test_threads_change_no_bit_under_every_constraint(loss):
    X, y = problem(loss, 1 + SMALL_WORK // 4)
    options = {
        "categorical": [2],
        "monotonic": [1, 0, 0, -1],
        "groups": [[0, 2], [1, 2, 3]],
        "max_features_by_level": 0.8,
        "max_delta_step": 0.4,
        "by_depth": True,
    }
    one, several = (boost(X, y, loss, n_threads=n_threads, **options) for n_threads in (1, 3))

    for tree, other in zip(one[1], several[1], strict=True):
        assert bits(other) == bits(tree)
    assert_array_equal(several[2], one[2])
