"""Thresholds lie between quantiles of the training values."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skensemble._compile import kernel
from skensemble.binning.thresholds import put_beside, thresholds_of, weight_of_other_bins

pytestmark = pytest.mark.nojit

NAN = np.nan


@kernel
def weight_of_bin(weights, max_bins, work, orders):
    return weight_of_other_bins(weights, weights.size, max_bins, work, orders)


@kernel
def beside(values, weights, weight_of_bin, thresholds, nearest):
    return put_beside(values, weights, weight_of_bin, thresholds, nearest)


def sizes_of_bins(values, max_bins):
    return np.bincount(np.searchsorted(thresholds_of(values, max_bins), values))


def test_few_values_have_a_bin_each():
    """The thresholds are the middles between them."""
    assert thresholds_of(np.array([3.0, 1.0, NAN, 1.0, 4.0]), 4).tolist() == [2.0, 3.5]
    assert thresholds_of(np.array([5.0, 5.0]), 4).tolist() == []
    assert thresholds_of(np.array([NAN, NAN]), 4).tolist() == []


def test_neighbouring_floats_have_a_bin_each():
    above = np.nextafter(1.0, 2.0)

    assert thresholds_of(np.array([above, 1.0]), 4).tolist() == [1.0]


def test_many_values_have_bins_of_equal_size():
    values = np.random.default_rng(0).permutation(1000.0 * np.arange(100))
    thresholds = thresholds_of(values, 4)

    assert_array_equal(np.bincount(np.searchsorted(thresholds, values)), [25, 25, 25, 25])


def test_frequent_values_have_a_bin_each_and_leave_the_rest_to_the_others():
    values = np.r_[np.zeros(6000), 1 + np.arange(40.0), np.full(4160, 99.0), 100 + np.arange(40.0)]

    assert sizes_of_bins(values, 64).tolist() == [6000, 20, 20, 4160, 20, 20]


def test_a_frequent_value_moves_the_quantile_next_to_it():
    """So that its bin has no others, and it takes one bin, not two."""
    values = np.r_[np.arange(-27.0, 0), np.zeros(10_160), 1 + np.arange(53.0)]

    assert sizes_of_bins(values, 64).tolist() == [27, 10_160, 13, 20, 20]


def test_beside_a_frequent_value_no_bin_has_next_to_no_rows():
    """As what these say of the target would be chance: they have an eighth of what equal bins would have."""
    values = np.r_[np.arange(-50.0, 0), np.zeros(5020), 1 + np.arange(50.0)]

    assert sizes_of_bins(values, 64).tolist() == [10] * 5 + [5020] + [10] * 5


def test_quantiles_are_taken_where_they_are_not_few():
    values = np.r_[np.zeros(500), 1 + np.arange(500.0)]
    thresholds = thresholds_of(values, 20)

    assert_array_equal(
        thresholds, np.unique(np.percentile(values, 5 * np.arange(1, 20), method="averaged_inverted_cdf"))
    )


@given(
    counts=st.lists(st.integers(1, 99), min_size=13, max_size=40),
    are_frequent=st.lists(st.booleans(), min_size=40, max_size=40),
)
def test_the_bins_beside_frequent_values_are_about_equal(counts, are_frequent):
    counts = np.where(are_frequent[: len(counts)], 10.0 * np.array(counts), counts)
    values, counts, thresholds = np.arange(float(len(counts))), counts.astype(float), np.empty(3 * len(counts))
    work, orders = np.empty((3, len(counts))), np.empty((2, len(counts)), np.int64)
    weight = weight_of_bin(counts, 12, work, orders)
    assume(counts.max() > weight)
    thresholds = np.unique(thresholds[: beside(values, counts, weight, thresholds, orders[0])])

    bins = np.searchsorted(thresholds, values)
    assert bins.max() < 12
    assert np.bincount(bins, np.where(counts > weight, 0, counts)).max() <= 2.5 * weight
    assert np.bincount(bins, counts > weight).max() <= 1


@given(counts=st.lists(st.integers(0, 3), min_size=2, max_size=40), max_bins=st.integers(2, 12))
def test_a_weight_stands_for_rows_that_are_repeated(counts, max_bins):
    values = np.random.default_rng(0).standard_normal(len(counts))

    weighted = thresholds_of(values, max_bins, np.array(counts, float))

    assert_array_equal(weighted, thresholds_of(np.repeat(values, counts), max_bins))


@given(n_zeros=st.integers(3000, 9000), seed=st.integers(0, 99))
def test_it_does_so_beside_a_frequent_value(n_zeros, seed):
    counts = np.random.default_rng(seed).integers(0, 4, 100)
    counts[50] = n_zeros
    values = np.arange(-50.0, 50.0)

    assert_array_equal(thresholds_of(values, 64, counts.astype(float)), thresholds_of(np.repeat(values, counts), 64))
