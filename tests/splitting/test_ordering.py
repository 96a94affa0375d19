"""The order of the categories of a node."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skensemble.splitting.desk import new_desk
from skensemble.splitting.ordering import order_categories
from tests.core import entry

pytestmark = pytest.mark.nojit

order_in_place = entry(order_categories)

SMOOTHING = 10.0


def order_of(weights, means):
    """Order categories of some weights and means (n_categories, n_sums); returns the order and the scores in it."""
    weights, means = np.array(weights, dtype=float), np.array(means, dtype=float)
    rows = np.column_stack([np.ones(len(weights)), weights, weights[:, np.newaxis] * means])
    buckets = new_desk(len(rows), len(rows), rows.shape[1], len(rows), False, np.uint16).buckets
    buckets.rows[: rows.size] = rows.ravel()
    buckets.present[: len(rows)] = np.arange(len(rows))
    order_in_place(buckets, rows.shape[1], len(rows), rows.sum(axis=0), SMOOTHING)
    return buckets.order[: len(rows)].tolist(), buckets.scores[: len(rows)]


def smoothed(weights, means):
    """How far the means are from the mean of all, once a weight of that mean has been added."""
    weights = np.array(weights, dtype=float)[:, np.newaxis]
    deviations = means - np.sum(weights * means, axis=0) / weights.sum()
    return weights * deviations / (weights + SMOOTHING)


def test_one_mean_orders_the_categories():
    order, scores = order_of([2, 3, 4], [[1.0], [-1.0], [0.5]])

    assert order == [1, 2, 0]
    assert_allclose(scores, smoothed([2, 3, 4], np.array([[1.0], [-1.0], [0.5]]))[order, 0])


def test_a_category_of_little_weight_is_drawn_to_the_mean():
    assert order_of([100, 100, 1], [[-1.0], [1.0], [1.5]])[0] == [0, 2, 1]


def test_equal_categories_stay_in_their_order():
    assert order_of([2, 2, 2, 2], [[1.0], [0.0], [1.0], [0.0]])[0] == [1, 3, 0, 2]
    assert order_of([2, 2, 2], [[1.0, 3.0]] * 3)[0] == [0, 1, 2]


@given(seed=st.integers(0, 10**6), n_sums=st.integers(2, 5))
def test_several_means_are_ordered_along_their_principal_component(seed, n_sums):
    """It points to the category that is farthest from the mean; the others lie around a line."""
    random = np.random.default_rng(seed)
    weights, line = random.uniform(1, 30, 12), random.standard_normal(n_sums)
    means = np.outer(random.standard_normal(12), line) + 0.05 * random.standard_normal((12, n_sums))
    deviations = smoothed(weights, means)
    component = np.linalg.eigh((deviations.T * weights) @ deviations)[1][:, -1]
    farthest = np.argmax(np.sum(deviations**2, axis=1))
    projections = deviations @ component * np.sign(deviations[farthest] @ component)

    order, scores = order_of(weights, means)

    assert_array_equal(order, np.argsort(projections))
    assert_allclose(scores / scores[-1], projections[order] / projections[order[-1]], atol=1e-6)
