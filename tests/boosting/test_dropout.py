"""Trees that are left out for a round come back at the scale of the paper."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skensemble.boosting.booster import SMALL_WORK
from skensemble.trees.trees import Trees
from tests.boosting.problems import N_CATEGORIES, boost, problem


@pytest.mark.parametrize("n_classes", [2, 3])
def test_raw_predictions_are_those_of_the_trees(n_classes):
    X, y = problem("log_loss", 500, n_classes=n_classes)
    booster, trees, _ = boost(X, y, "log_loss", dropout_rate=0.3, n_rounds=12, categorical=[2], n_classes=n_classes)

    raw, n_categories = booster.training.raw, np.array([0, 0, N_CATEGORIES, 0])
    expected = Trees.from_grown(trees, n_categories, (1,)).sum_values(X, n_turns=len(raw))

    assert_allclose(raw.T, expected, rtol=1e-9, atol=1e-9)
    assert booster.dropout.rescaled


def test_new_and_dropped_trees_have_the_scales_of_the_paper():
    """With a constant response and one leaf the values are known: all of them drop out, or none."""
    X, _ = problem("squared_error", 100)
    booster, trees, raw = boost(X, np.full(100, 3.0), "squared_error", dropout_rate=1.0, n_rounds=2, learning_rate=0.5)

    # The second tree is grown as the first one was; with one tree left out both are scaled by 1 / (1 + 0.5).
    assert booster.dropout.rescaled == [(0, 1 / 1.5)]
    assert_allclose([tree.values[0, 0, 0] for tree in trees], [1.5 / 1.5, 1.5 / 1.5])
    assert_allclose(raw, 2.0)


def test_threads_change_no_bit():
    X, y = problem("log_loss", 1 + SMALL_WORK // 4)
    raws = [boost(X, y, "log_loss", dropout_rate=0.5, n_rounds=4, n_threads=n_threads)[2] for n_threads in (1, 2)]

    assert_array_equal(*raws)


def test_a_rate_of_zero_drops_nothing():
    X, y = problem("log_loss")
    raws = [boost(X, y, "log_loss", **options)[2] for options in ({}, {"dropout_rate": 1e-300})]

    assert_array_equal(*raws)
