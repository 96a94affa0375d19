"""Thresholds of what a sparse matrix stores are those of the same values in an array."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy.sparse import csc_array

from skensemble.binning.bins import find_bins
from tests.binning.problems import with_stored_zeros

pytestmark = pytest.mark.nojit

NAN = np.nan


@given(
    column=st.lists(st.sampled_from([0.0, 0.0, 0.0, -2.0, -1.0, 0.5, 1.0, 3.0, NAN, np.inf]), min_size=1, max_size=60),
    max_bins=st.integers(2, 9),
    seed=st.none() | st.integers(0, 99),
)
def test_thresholds_of_what_is_stored_are_those_of_all_rows(column, max_bins, seed):
    X = np.array(column)[:, np.newaxis]
    weight = None if seed is None else np.random.default_rng(seed).integers(0, 4, len(X)) * 0.1
    dense, sparse = (find_bins(values, max_bins, None, weight) for values in (X, with_stored_zeros(X)))

    assert_array_equal(sparse.thresholds, dense.thresholds)


@pytest.mark.parametrize("values", ["few", "many"])
def test_a_feature_may_be_stored_in_many_rows(values):
    random = np.random.default_rng(0)
    X = {"few": random.integers(0, 5, (6000, 1)).astype(float), "many": random.standard_normal((6000, 1))}[values]
    X[:100] = 0.0
    dense, sparse = (find_bins(each, 20) for each in (X, csc_array(X)))

    assert_array_equal(sparse.thresholds, dense.thresholds)


def test_bins_leave_a_matrix_as_it_is():
    X = csc_array(np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]]))
    before = X.copy()
    find_bins(X, 255).encode(X)

    assert X.indptr.dtype == before.indptr.dtype
    assert_array_equal(X.toarray(), before.toarray())


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("n_stored", [90, 4500])
def test_zeros_may_be_so_many_that_quantiles_are_few(n_stored, is_weighted):
    random = np.random.default_rng(0)
    X = np.zeros((33 * n_stored, 1))
    X[random.permutation(len(X))[:n_stored], 0] = random.standard_normal(n_stored)
    weight = random.integers(0, 4, len(X)) * 0.1 if is_weighted else None
    dense, sparse = (find_bins(values, 64, None, weight) for values in (X, with_stored_zeros(X)))

    assert_array_equal(sparse.thresholds, dense.thresholds)
    assert dense.n_bins[0] >= 7  # of quantiles there would be 3
