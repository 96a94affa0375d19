"""A value's code is the number of thresholds below it."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skensemble.binning.bins import find_bins, whole_weights

pytestmark = pytest.mark.nojit

NAN = np.nan


@pytest.mark.parametrize(
    ("max_bins", "dtype", "offsets"), [(255, np.uint8, [0, 260, 264]), (256, np.uint16, [0, 257, 261])]
)
def test_a_code_counts_the_thresholds_below_a_value(max_bins, dtype, offsets):
    """And bins of a length that caches do not like are followed by a gap."""
    random = np.random.default_rng(0)
    X = np.column_stack([random.standard_normal(700), random.integers(0, 3, 700)])
    X[::9] = NAN
    bins = find_bins(X, max_bins)
    data = bins.encode(X, bundles=False)

    assert data.codes.dtype == dtype
    assert data.n_bins.tolist() == [max_bins, 3]
    assert data.column_offsets.tolist() == offsets
    for feature in range(2):
        expected = np.searchsorted(bins.thresholds[feature, : data.n_bins[feature] - 1], X[:, feature])
        assert_array_equal(data.codes[:, feature], np.where(np.isnan(X[:, feature]), data.n_bins[feature], expected))


def test_infinite_thresholds_do_not_arise_from_large_values():
    X = np.array([[-1.7e308], [1.7e308], [1.75e308]])

    assert np.isfinite(find_bins(X, 255).thresholds[0, :2]).all()
    assert find_bins(X, 255).encode(X).codes.ravel().tolist() == [0, 1, 2]


def test_many_threads_find_the_same_bins():
    X = np.random.default_rng(0).standard_normal((30_000, 5))
    one, several = (find_bins(X, 255, n_threads=n) for n in (1, 3))

    assert_array_equal(one.thresholds, several.thresholds)
    assert_array_equal(one.encode(X, 1).codes, several.encode(X, 3).codes)


def test_categories_have_a_bin_each():
    X = np.array([[0.0, 2.0], [1.5, NAN], [0.5, 0.0]])
    data = find_bins(X, 255, [0, 3]).encode(X)

    assert data.codes.tolist() == [[0, 2], [2, 3], [1, 0]]
    assert data.n_bins.tolist() == [3, 3]
    assert data.is_categorical.tolist() == [False, True]


def test_infinity_has_a_bin():
    X = np.array([[-np.inf], [0.0], [1.0], [np.inf], [NAN]])

    assert find_bins(X, 255).encode(X).codes.ravel().tolist() == [0, 1, 2, 3, 4]


def test_minus_zero_is_zero():
    X = np.array([[-0.0, 0.0]] * 5 + [[1.0, 1.0]] * 4 + [[-1.0, -1.0]])
    bins = find_bins(np.r_[X, X[:, ::-1]], 2)

    assert not np.signbit(bins.thresholds).any()
    assert_array_equal(bins.encode(X, bundles=False).codes, (X > 0.0).astype(int))


@pytest.mark.parametrize("scale", [0.1, 1.0, 1e-310, 1e300])
def test_weights_are_whole_and_not_lost(scale):
    weight = scale * np.random.default_rng(0).random(1000)
    weight[0], weight[1] = 0.0, 5e-324
    whole = whole_weights(weight)

    assert_array_equal(whole, np.round(whole))
    assert_array_equal(whole > 0, weight > 0)
    assert whole.sum() < 2**52


def test_thresholds_of_weighted_rows_do_not_depend_on_their_order():
    random = np.random.default_rng(0)
    X, weight, order = random.integers(0, 90, (3000, 1)).astype(float), random.random(3000), random.permutation(3000)

    permuted = find_bins(X[order], 20, None, weight[order])
    assert_array_equal(permuted.thresholds, find_bins(X, 20, None, weight).thresholds)
