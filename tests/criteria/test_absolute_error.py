"""Weighted medians, as leaves of trees that are not split."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.core import grow_tree
from tests.reference.naive_criteria import absolute_error, weighted_median

responses = st.integers(-3, 3)  # equal ones are frequent


def median_and_loss(y, weights=None):
    """The value and the impurity of a tree of one leaf."""
    tree = grow_tree(np.zeros((len(y), 1)), y, "absolute_error", weights=weights, max_depth=0)
    return tree.values.item(), tree.nodes["impurity"].item()


@pytest.mark.parametrize(
    ("y", "weights", "expected"),
    [
        ([3.0], [2.0], 3.0),
        ([1.0, 2.0, 4.0], [1.0, 1.0, 1.0], 2.0),
        ([1.0, 2.0, 4.0, 8.0], [1.0, 1.0, 1.0, 1.0], 3.0),  # just half up to 2: the middle to the next
        ([1.0, 2.0, 4.0], [1.0, 1.0, 2.0], 3.0),
        ([1.0, 2.0, 4.0], [1.0, 1.0, 2.1], 4.0),
        ([1.0, 2.0, 4.0], [0.1, 0.2, 0.3], 3.0),  # half, though 0.1 + 0.2 rounds above 0.3
        ([1.0, 5.0, 5.0, 7.0], [1.0, 1.0, 1.0, 1.0], 5.0),
        ([-1e9, 0.0, 1e9], [1.0, 3.0, 1.0], 0.0),
    ],
)
def test_the_weighted_median(y, weights, expected):
    assert median_and_loss(y, np.array(weights))[0] == pytest.approx(expected)


@given(rows=st.lists(st.tuples(responses, st.integers(1, 4)), min_size=1, max_size=30))
def test_the_median_and_the_mean_distance_from_it_are_those_of_the_twin(rows):
    y, weights = np.array(rows, dtype=float).T
    median, loss = median_and_loss(y, weights)

    assert_allclose(median, weighted_median(y, weights))
    assert_allclose(loss, absolute_error(y, weights, 0), atol=1e-15)


@given(y=st.lists(responses, min_size=1, max_size=30))
def test_without_weights_it_is_the_median(y):
    assert median_and_loss(y)[0] == np.median(y)
