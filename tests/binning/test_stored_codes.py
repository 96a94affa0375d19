"""Bins of a sparse matrix are those of the same dense values, and so are the codes behind the columns."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csc_array

from skensemble.binning import bins as bins_module
from skensemble.binning.bins import find_bins
from tests.binning.problems import with_stored_zeros

pytestmark = pytest.mark.nojit

NAN = np.nan


def sparse_values(n_samples=400, n_features=12, density=0.1, seed=0):
    """Return an array of zeros, numbers of either sign, small integers and missing values."""
    random = np.random.default_rng(seed)
    X = np.where(random.random((n_samples, n_features)) < density, random.standard_normal((n_samples, n_features)), 0.0)
    X[:, 0] = random.integers(0, 3, n_samples)
    X[:, 1] = random.standard_normal(n_samples)  # no zeros
    X[:, 2] = 0.0
    X[random.random(X.shape) < 0.01] = NAN
    return X


def bins_of_values(data):
    """Return the bin of every value, (n_samples, n_features), from the columns that features share."""
    result = np.empty((len(data.codes), len(data.n_bins)), np.int64)
    for feature, column in enumerate(data.column_of):
        bins = data.columns[column] + data.column_offsets[column] - data.offsets[feature]
        is_own = (bins >= 0) & (bins <= data.n_bins[feature])
        result[:, feature] = np.where(is_own, bins, data.frequent_bins[feature])
    return result


def listed_codes(data):
    """Return the codes of the columns that are listed; each row's are in order."""
    codes = np.zeros_like(data.columns)
    for row in range(len(data.codes)):
        places = data.listed.places[data.listed.starts[row] : data.listed.starts[row + 1]]
        columns = np.searchsorted(data.column_offsets, places, "right") - 1
        assert (np.diff(columns) > 0).all()
        codes[columns, row] = places - data.column_offsets[columns]
    return codes[data.codes.shape[1] :]


@pytest.mark.parametrize("store", [csc_array, with_stored_zeros])
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("max_bins", [2, 20, 255, 300])
def test_a_sparse_matrix_has_the_bins_of_a_dense_one(store, is_weighted, max_bins):
    X = sparse_values()
    weight = np.random.default_rng(1).integers(0, 4, len(X)) * 0.1 if is_weighted else None
    dense, sparse = (find_bins(values, max_bins, None, weight) for values in (X, store(X)))

    assert_array_equal(sparse.thresholds, dense.thresholds)
    assert_array_equal(sparse.n_bins, dense.n_bins)
    expected = dense.encode(X, bundles=False)
    for bundles in (False, True):
        data = sparse.encode(store(X), bundles=bundles)
        assert_array_equal(bins_of_values(data), expected.codes)
        assert_array_equal(data.codes, data.columns[: data.codes.shape[1]].T)
        if data.listed.places.size:
            assert_array_equal(listed_codes(data), data.columns[data.codes.shape[1] :])


def test_thresholds_are_chosen_from_the_same_rows(monkeypatch):
    monkeypatch.setattr(bins_module, "SAMPLE_SIZE", 100)
    X = sparse_values()
    weight = np.random.default_rng(1).random(len(X))

    for each in (None, weight):
        dense, sparse = (find_bins(values, 20, None, each, seed=3) for values in (X, csc_array(X)))
        assert_array_equal(sparse.thresholds, dense.thresholds)


def test_indicators_share_a_column():
    numbers = np.arange(300) % 60
    X = csc_array((np.ones(300), (np.arange(300), numbers)))
    data = find_bins(X, 255).encode(X)

    assert data.codes.shape == (300, 1)
    assert data.codes.dtype == np.uint8
    assert_array_equal(bins_of_values(data), np.equal.outer(numbers, np.arange(60)))


def test_features_of_many_bins_share_wide_codes():
    n_samples, n_features = 800, 16
    random = np.random.default_rng(0)
    X = csc_array((random.random(n_samples), (np.arange(n_samples), np.arange(n_samples) % n_features)))
    bins = find_bins(X, 255)
    data = bins.encode(X)

    assert bins.n_bins.tolist() == [51] * n_features  # of which a byte tells no more than those of four
    assert data.codes.shape == (n_samples, 1)
    assert data.codes.dtype == np.uint16
    assert_array_equal(bins_of_values(data), bins.encode(X.toarray(), bundles=False).codes)


def test_columns_that_are_mostly_0_are_listed():
    """But for the first one, whose codes tell how many rows there are."""
    X = sparse_values(n_features=60, density=0.03)
    X[:, :3] = np.where(np.random.default_rng(0).random((len(X), 3)) < 0.05, 1.0, 0.0)
    data = find_bins(X, 20).encode(csc_array(X))

    assert data.codes.shape[1] == 1
    assert 0 < data.listed.places.size < 0.5 * data.columns[1:].size
    assert_array_equal(listed_codes(data), data.columns[1:])


def test_rows_need_not_be_sorted():
    X = csc_array(sparse_values())
    order = np.random.default_rng(0).permutation(X.shape[0])
    shuffled = X[order]
    bins = find_bins(shuffled, 20)

    assert_array_equal(bins.thresholds, find_bins(X, 20).thresholds)
    assert_array_equal(bins_of_values(bins.encode(shuffled)), bins_of_values(bins.encode(X))[order])


def test_many_threads_find_the_same_bins(monkeypatch):
    monkeypatch.setattr(bins_module, "_SMALL", 0)
    X = csc_array(sparse_values())
    one, several = (find_bins(X, 255, n_threads=n) for n in (1, 3))

    assert_array_equal(one.thresholds, several.thresholds)
    assert_array_equal(one.encode(X, 1).codes, several.encode(X, 3).codes)
