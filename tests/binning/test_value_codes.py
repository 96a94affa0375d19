"""Codes of features whose splits are random."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from skensemble.arrays.float_codes import MISSING, decode
from skensemble.binning.value_codes import encode_features
from tests.core import as_values, plain, rank

pytestmark = pytest.mark.nojit

NAN = np.nan


def columns(*columns):
    return np.array(columns, np.float32).T


def decoded(data, feature):
    """The values of a dense feature."""
    return [NAN if code == MISSING else plain(decode)(code) for code in data.codes.ranks[:, feature]]


def test_the_code_of_a_value_is_the_value():
    data = as_values(columns([2.5, -1.0, NAN, 7e30], [0.0, -0.0, 1.0, -3.0]))

    assert_array_equal(decoded(data, 0), np.float32([2.5, -1.0, NAN, 7e30]))
    assert_array_equal(decoded(data, 1), [0.0, 0.0, 1.0, -3.0])
    assert data.are_values
    assert data.codes.ranks.dtype == np.uint32


def test_missing_values_have_the_greatest_code():
    data = as_values(columns([3e38, NAN], [1.0, 0.0]), n_categories=[0, 2])

    assert data.codes.ranks[0, 0] < data.codes.ranks[1, 0] == data.missing_code(0)


def test_categories_are_their_own_codes():
    data = as_values(columns([2.0, 0.0, NAN], [1.0, 2.0, 3.0]), n_categories=[4, 0])

    assert data.codes.ranks[:, 0].tolist() == [2, 0, 4]
    assert data.missing_code(0) == 4
    assert data.is_categorical.tolist() == [True, False]


def test_values_that_all_lie_close_together_are_one():
    data = as_values(columns([0.0, 5e-8, NAN, 1e-7], [0.0, 5e-8, NAN, 2e-7]))

    assert_array_equal(decoded(data, 0), [0.0, 0.0, NAN, 0.0])
    assert_array_equal(decoded(data, 1), np.float32([0.0, 5e-8, NAN, 2e-7]))


def test_many_threads_find_the_same_codes():
    X = np.random.default_rng(0).standard_normal((30_000, 5)).astype(np.float32)
    one, several = (encode_features(X, np.zeros(5, np.int64), n_threads=n) for n in (1, 3))

    assert_array_equal(one.codes.ranks, several.codes.ranks)


def test_only_stored_entries_of_sparse_features_have_codes():
    X = np.array([[0, -2, 0], [3, 0, 0], [0, 5, 0]], np.float32)
    data = as_values(sparse.csc_array(X))

    assert [plain(decode)(code) for code in data.codes.ranks[:, 0]] == [3.0, -2.0, 5.0]
    assert [plain(decode)(code) for code in data.zero_ranks] == [0.0, 0.0, 0.0]
    assert data.indptr.tolist() == [0, 1, 3, 3]
    assert data.rows.tolist() == [1, 0, 2]


@pytest.mark.parametrize("X", [np.eye(3), sparse.eye_array(3)], ids=["dense", "sparse"])
def test_all_but_the_width_of_the_codes_is_as_for_ranks(X):
    """So that wide ranks and values share one compilation."""
    types = [[getattr(each, "dtype", type(each)) for each in encode(X)[1:]] for encode in (rank, as_values)]

    assert types[0] == types[1]
