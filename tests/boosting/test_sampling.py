"""Rows are drawn with the probabilities of the papers, and the others' predictions follow the trees all the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skensemble.boosting.booster import SMALL_WORK
from skensemble.boosting.sampling import (
    RowSampling,
    minimal_variance_probabilities,
    one_sided_probabilities,
)
from skensemble.records import LEAF
from skensemble.trees.trees import Trees
from tests.boosting.problems import N_CATEGORIES, boost, problem

SAMPLINGS = [RowSampling("uniform", 0.5), RowSampling("goss", 1.0, 0.2, 0.1), RowSampling("mvs", 0.3)]


@pytest.mark.nojit
def test_one_sided_sampling_keeps_the_rows_of_large_gradients():
    magnitude = np.random.default_rng(0).random(100)

    probabilities = one_sided_probabilities(magnitude, 0.2, 0.1)

    is_top = magnitude >= np.sort(magnitude)[-20]
    assert_array_equal(probabilities[is_top], 1.0)
    assert_allclose(probabilities[~is_top], 0.1 / 0.8)


@pytest.mark.nojit
def test_one_sided_sampling_of_equal_gradients_draws_as_many_rows_in_the_mean():
    probabilities = one_sided_probabilities(np.ones(100), 0.2, 0.1)

    assert_allclose(probabilities.sum(), 20 + 80 * 0.125)


@pytest.mark.nojit
@given(seed=st.integers(0, 99), share=st.floats(0.05, 0.95), power=st.floats(0, 4))
def test_minimal_variance_sampling_draws_its_share_in_proportion_to_the_gradients(seed, share, power):
    random = np.random.default_rng(seed)
    gradients, hessians = random.exponential(size=(2, 200)) ** power

    probabilities = minimal_variance_probabilities(gradients**2, hessians**2, share)

    scale = (gradients.sum() / hessians.sum()) ** 2
    magnitude = np.sqrt(gradients**2 + scale * hessians**2)
    assert_allclose(probabilities.sum(), share * 200, rtol=1e-9)
    assert probabilities.max() <= 1.0
    is_free = probabilities < 1.0
    if is_free.any():
        ratio = probabilities[is_free] / magnitude[is_free]
        assert_allclose(ratio, ratio[0])


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=lambda each: each.method)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_all_rows_follow_the_trees(sampling, n_classes):
    """Those that a tree is not grown on walk through it, past categories, missing values and bundles."""
    X, y = problem("log_loss", 2000, n_classes=n_classes)
    X = np.hstack([X, np.equal.outer(np.random.default_rng(0).integers(0, 5, 2000), np.arange(5))])
    booster, trees, _ = boost(X, y, "log_loss", sampling=sampling, categorical=[2], n_classes=n_classes)
    assert booster.data.codes.shape[1] < X.shape[1]
    n_categories = np.zeros(X.shape[1], np.int64)
    n_categories[2] = N_CATEGORIES

    raw = booster.training.raw
    expected = Trees.from_grown(trees, n_categories, (1,)).sum_values(X, n_turns=len(raw))

    assert_allclose(raw.T, expected, rtol=1e-12, atol=1e-12)
    n_rows = {tree.nodes["n_node_samples"][0] for tree in trees}
    assert len(n_rows) > 2  # another draw a round, the same for all classes
    assert max(n_rows) < 1500


@pytest.mark.parametrize("sampling", [*SAMPLINGS, RowSampling("uniform", 0.5, groups=np.arange(40_000) // 7)], ids=str)
def test_threads_change_no_bit_of_sampled_trees(sampling):
    X, y = problem("log_loss", 40_000)
    assert X.size > SMALL_WORK
    (_, one, raw), (_, several, raw_of_team) = (
        boost(X, y, "log_loss", sampling=sampling, n_threads=n_threads, n_rounds=3) for n_threads in (1, 2)
    )

    assert_array_equal(raw_of_team, raw)
    for tree, other in zip(one, several, strict=True):
        assert tree.nodes.tobytes() == other.nodes.tobytes()


def test_rows_of_a_group_are_drawn_together():
    X, y = problem("squared_error", 400)
    groups = np.arange(400) // 40
    booster, _, _ = boost(X, y, "squared_error", n_rounds=1, sampling=RowSampling("uniform", 0.5, groups=groups))

    kept = booster.team.field.kept.reshape(10, 40)

    assert_array_equal(kept.min(axis=1), kept.max(axis=1))
    assert 0 < kept.sum() < 400


def test_leaves_hold_as_many_sampled_rows_as_they_must():
    X, y = problem("log_loss", 2000)
    _, trees, _ = boost(X, y, "log_loss", sampling=SAMPLINGS[1], min_samples_leaf=17, max_leaf_nodes=100)

    for tree in trees:
        leaves = tree.nodes[tree.nodes["left"] == LEAF]
        assert leaves["n_node_samples"].min() >= 17


def test_weights_of_drawn_rows_keep_the_sums():
    """The hessians of a root of sampled rows are those of all rows, in the mean."""
    X, y = problem("log_loss", 2000)
    roots = {}
    for sampling in SAMPLINGS[1:]:
        _, trees, _ = boost(X, y, "log_loss", sampling=sampling, n_rounds=40, learning_rate=1e-9)
        roots[sampling.method] = np.mean([tree.nodes["weighted_n_node_samples"][0] for tree in trees])

    assert_allclose(list(roots.values()), 0.25 * 2000, rtol=0.05)
