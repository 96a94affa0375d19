"""Sums that no order of the terms changes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skensemble.arrays.sums import average_in_any_order, sum_in_any_order

numbers = st.lists(st.floats(-1e300, 1e300), max_size=50)


@given(terms=numbers, seed=st.integers(0, 100))
def test_the_order_changes_no_bit(terms, seed):
    terms = np.array(terms, float)
    permuted = np.random.default_rng(seed).permutation(terms)

    assert sum_in_any_order(permuted) == sum_in_any_order(terms)


@pytest.mark.parametrize("n", [1, 1000, 100_000])
@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e290])
def test_a_sum_is_as_precise_as_a_float64(n, scale):
    random = np.random.default_rng(n)
    terms = scale * random.normal(size=n) * 10.0 ** random.uniform(-4, 0, n)
    largest = np.abs(terms).sum()

    assert abs(sum_in_any_order(terms) - math.fsum(terms)) <= 4e-16 * largest


def test_averages():
    values, weights = np.random.default_rng(0).normal(size=(2, 300))
    weights = np.abs(weights)

    assert sum_in_any_order(np.zeros(0)) == 0.0
    assert average_in_any_order(values) == pytest.approx(np.average(values), rel=1e-13)
    assert average_in_any_order(values, weights) == pytest.approx(np.average(values, weights=weights), rel=1e-13)
