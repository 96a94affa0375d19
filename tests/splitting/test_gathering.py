"""The codes of a node as keys, from sparse features."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import sparse

from skensemble.arrays.sorting import POSITION_BITS, POSITION_MASK
from skensemble.splitting.gathering import fill_in, find_row, gather_stored
from tests.core import entry, plain, rank

pytestmark = pytest.mark.nojit

gather_entry = entry(gather_stored)


def as_keys(codes):
    return np.array([(code << POSITION_BITS) | position for position, code in enumerate(codes)], np.int64)


@given(rows=st.sets(st.integers(0, 40)), row=st.integers(0, 40))
def test_a_row_is_found_among_the_stored_ones(rows, row):
    rows = sorted(rows)

    found = plain(find_row)(np.array(rows, np.int32), 0, len(rows), row)

    assert found == (rows.index(row) if row in rows else -1)


@given(seed=st.integers(0, 10**6), n=st.integers(1, 60), density=st.sampled_from([0.0, 0.1, 0.8, 1.0]))
def test_stored_codes_are_found_from_the_node_and_from_the_feature(seed, n, density):
    """A small node looks its samples up among the entries, a large one the entries among its samples."""
    random = np.random.default_rng(seed)
    X = np.where(random.random((80, 2)) < density, random.uniform(-1, 1, (80, 2)), 0.0)
    X[0] = 0.0  # one of the values of every sparse feature
    data, dense = rank(sparse.csc_array(X)), rank(X)
    index = random.permutation(80)[:70].astype(np.uint32)  # the tree does not use ten rows
    positions = np.full(80, -1)
    positions[index] = np.arange(70)
    start, keys = 5, np.empty(n, np.int64)
    codes = dense.codes.ranks[index[start : start + n], 1].astype(np.int64)
    is_stored = X[index[start : start + n], 1] != 0

    n_keys, lowest, highest = gather_entry(data, index, positions, 1, start, n, keys)

    assert_array_equal(np.sort(keys[:n_keys] & POSITION_MASK), np.flatnonzero(is_stored))
    assert_array_equal(keys[:n_keys] >> POSITION_BITS, codes[keys[:n_keys] & POSITION_MASK])
    assert (lowest, highest) == (codes.min(), codes.max())

    plain(fill_in)(keys, n_keys, n, data.zero_ranks[1], np.empty(n, np.int64))
    assert_array_equal(keys, as_keys(codes.tolist()))
