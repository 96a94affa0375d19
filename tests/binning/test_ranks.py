"""Codes are ranks among the distinct values of a feature."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import sparse

from skensemble.arrays.sorting import POSITION_BITS, POSITION_MASK
from skensemble.binning.ranks import is_almost_constant, rank_features, with_sorted_keys
from tests.core import rank

pytestmark = pytest.mark.nojit

NAN = np.nan
values = st.floats(width=32, allow_infinity=False)  # with NaN, -0.0 and the least ones


def codes(data):
    """The codes of the features, one row a feature."""
    return data.codes.ranks.T.tolist()


def distinct(data, feature):
    """The distinct values of a feature."""
    return data.values[data.offsets[feature] : data.offsets[feature + 1]]


def columns(*columns):
    return np.array(columns, np.float32).T


def test_codes_are_ranks_and_the_last_one_means_missing():
    data = rank(columns([2.5, -1.0, NAN, 2.5, 7.0], [NAN, 0.0, 0.0, NAN, 0.0]))

    assert codes(data) == [[1, 0, 3, 1, 2], [1, 0, 0, 1, 0]]
    assert distinct(data, 0).tolist() == [-1.0, 2.5, 7.0]
    assert distinct(data, 1).tolist() == [0.0]
    assert data.offsets.tolist() == [0, 3, 4]
    assert not data.is_sparse
    assert not data.is_categorical.any()


def test_a_feature_may_have_no_values():
    data = rank(columns([NAN, NAN], [1.0, 2.0]))

    assert codes(data) == [[0, 0], [0, 1]]
    assert data.offsets.tolist() == [0, 0, 2]


def test_negative_zero_is_zero():
    assert codes(rank(columns([0.0, -0.0, 1.0, -0.0, -1.0]))) == [[1, 1, 2, 1, 0]]


@given(column=st.lists(values, min_size=1, max_size=40))
def test_the_code_of_a_value_leads_back_to_it(column):
    X = columns(column)
    data = rank(X)
    expected = np.unique(X[~np.isnan(X)])

    if len(expected) == 0 or not is_almost_constant(expected[0], expected[-1]):
        assert_array_equal(distinct(data, 0), expected)
        assert_array_equal(np.append(expected, NAN).astype(np.float32)[data.codes.ranks[:, 0]], X[:, 0])
    else:
        assert_array_equal(data.codes.ranks[:, 0], np.isnan(X[:, 0]))


def test_neighbouring_floats_are_different_values():
    above = np.nextafter(np.float32(1.0), np.float32(2.0))

    assert codes(rank(columns([above, 1.0, 5.0]))) == [[1, 0, 2]]


def test_values_that_all_lie_close_together_are_one():
    assert codes(rank(columns([0.0, 5e-8, NAN, 1e-7], [0.0, 5e-8, NAN, 2e-7]))) == [[0, 0, 1, 0], [0, 1, 3, 2]]


def test_categories_are_their_own_codes():
    data = rank(columns([2.0, 0.0, NAN, 2.0], [0.5, 1.5, NAN, -1.0]), n_categories=[4, 0])

    assert codes(data) == [[2, 0, 4, 2], [1, 2, 3, 0]]
    assert distinct(data, 0).tolist() == [0.0, 1.0, 2.0, 3.0]
    assert data.is_categorical.tolist() == [True, False]


@pytest.mark.parametrize(("n_distinct", "dtype"), [(2**16 - 1, np.uint16), (2**16, np.uint32)])
def test_codes_have_16_bits_if_these_suffice_for_missing_values_too(n_distinct, dtype):
    column = np.append(np.arange(n_distinct), NAN)
    data = rank(columns(column[::-1]))

    assert data.codes.ranks.dtype == dtype
    assert_array_equal(data.codes.ranks[:, 0], np.arange(n_distinct + 1)[::-1])


def test_few_values_and_many_have_the_same_ranks():
    """Few are searched for, many sorted."""
    few = np.random.default_rng(0).integers(0, 200, 2000).astype(np.float32)
    few[::7] = NAN
    few[-1] = 199.0
    many = np.append(few, np.arange(200, 1000))

    assert_array_equal(rank(columns(many)).codes.ranks[: len(few), 0] % 1000, np.where(np.isnan(few), 0, few))
    assert_array_equal(rank(columns(few)).codes.ranks[:, 0] % 200, np.where(np.isnan(few), 0, few))


def test_many_threads_find_the_same_ranks():
    X = np.random.default_rng(0).integers(0, 300, (30_000, 5)).astype(np.float32)
    one, several = (rank_features(X, np.zeros(5, np.int64), n_threads=n) for n in (1, 3))

    assert_array_equal(one.codes.ranks, several.codes.ranks)
    assert_array_equal(one.values, several.values)


def test_the_memory_order_does_not_matter():
    X = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)

    assert_array_equal(rank(X).codes.ranks, rank(np.asfortranarray(X)).codes.ranks)
    assert_array_equal(rank(X[::2, ::-1]).codes.ranks, rank(X[::2, ::-1].copy()).codes.ranks)


def sparse_example():
    """A matrix with an explicit zero, a feature without entries, and one without zeros."""
    X = np.array([[0, -2, 0, 1], [3, 0, 0, 2], [0, 5, 0, 1], [1, 0, 0, 4]], np.float32)
    stored = sparse.csc_array(X)
    stored.data[0] = 0.0
    return stored


def test_zero_is_a_value_of_every_sparse_feature():
    data = rank(sparse_example())

    assert data.is_sparse
    assert [distinct(data, feature).tolist() for feature in range(4)] == [
        [0.0, 1.0],
        [-2.0, 0.0, 5.0],
        [0.0],
        [0.0, 1.0, 2.0, 4.0],
    ]
    assert data.zero_ranks.tolist() == [0, 1, 0, 0]


def test_only_stored_entries_of_sparse_features_have_codes():
    data = rank(sparse_example())

    assert codes(data) == [[0, 1, 0, 2, 1, 2, 1, 3]]
    assert data.indptr.tolist() == [0, 2, 4, 4, 8]
    assert data.rows.tolist() == [1, 3, 0, 2, 0, 1, 2, 3]


def test_almost_constant_sparse_features_have_one_value():
    X = sparse.csc_array(columns([0.0, 5e-8, 1e-7], [0.0, 5e-8, 2e-7]))

    assert codes(rank(X)) == [[0, 0, 1, 2]]


def test_sparse_and_dense_features_have_the_same_types():
    """So that they share one compilation."""
    dense, stored = rank(np.eye(3)), rank(sparse.eye_array(3))

    assert [getattr(each, "dtype", type(each)) for each in dense] == [
        getattr(each, "dtype", type(each)) for each in stored
    ]


def test_sorted_keys_are_the_samples_of_each_feature_in_order():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 9, size=(50, 3)).astype(np.float32)
    X[rng.random(X.shape) < 0.1] = np.nan
    data = with_sorted_keys(rank_features(X, np.zeros(3, np.int64)))

    for feature in range(3):
        positions = data.sorted_keys[feature] & POSITION_MASK
        assert_array_equal(positions, np.argsort(X[:, feature], kind="stable"))  # NaN last
        assert_array_equal(data.sorted_keys[feature] >> POSITION_BITS, data.codes.ranks[positions, feature])
