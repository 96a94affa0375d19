"""Draws of rows and of columns without replacement."""

from itertools import permutations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skensemble._random import BOOTSTRAP, FEATURE
from skensemble.forests.subsample import draw_subset, new_subsample

pytestmark = pytest.mark.nojit

SEEDS = range(3000)


@pytest.mark.parametrize(("n", "n_draws"), [(1, 1), (7, 1), (7, 6), (7, 7), (300, 130)])
def test_a_subset_holds_different_numbers_in_ascending_order(n, n_draws):
    subset = draw_subset(3, BOOTSTRAP, n, n_draws)

    assert subset.dtype == np.int32
    assert len(subset) == n_draws
    assert subset[0] >= 0
    assert subset[-1] < n
    assert np.all(np.diff(subset) > 0)


def test_a_subset_depends_on_the_seed_and_the_purpose_alone():
    assert_array_equal(draw_subset(1, FEATURE, 50, 9), draw_subset(1, FEATURE, 50, 9))
    assert draw_subset(1, FEATURE, 50, 9).tolist() != draw_subset(2, FEATURE, 50, 9).tolist()
    assert draw_subset(1, FEATURE, 50, 9).tolist() != draw_subset(1, BOOTSTRAP, 50, 9).tolist()


def test_all_subsets_are_equally_likely():
    subsets = [tuple(draw_subset(seed, FEATURE, 4, 2).tolist()) for seed in SEEDS]

    frequencies = np.array([subsets.count(each) for each in set(subsets)]) / len(SEEDS)

    assert_allclose(frequencies, np.full(6, 1 / 6), atol=0.03)


def test_rows_without_weights_are_a_subset():
    assert_array_equal(new_subsample(9, 4).rows(5), draw_subset(5, BOOTSTRAP, 9, 4))


def test_weighted_rows_are_drawn_one_after_the_other_in_proportion_to_their_weights():
    weights = np.array([1.0, 2.0, 3.0, 6.0])
    expected = np.zeros(4)
    for first, second in permutations(range(4), 2):
        chance = weights[first] / weights.sum() * weights[second] / (weights.sum() - weights[first])
        expected[[first, second]] += chance
    sample = new_subsample(4, 2, weights)

    drawn = np.concatenate([sample.rows(seed) for seed in SEEDS])

    assert_allclose(np.bincount(drawn) / len(SEEDS), expected, atol=0.03)


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_rows_of_weight_zero_are_not_drawn(scale):
    weights = scale * np.array([0.0, 1.0, 0.0, 5.0, 2.0])

    assert_array_equal(new_subsample(5, 3, weights).rows(0), [1, 3, 4])
