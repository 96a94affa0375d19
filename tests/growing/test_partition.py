"""The samples of a node are reordered stably."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skensemble._compile import kernel
from skensemble.growing.partition import move_by_side
from skensemble.records import Samples

pytestmark = pytest.mark.nojit


@kernel
def move(samples, spare, sides, start, stop):
    return move_by_side(samples, spare, sides, start, stop)


@given(sides=st.lists(st.booleans(), min_size=1, max_size=30), start=st.integers(0, 3), n_behind=st.integers(0, 3))
def test_left_samples_come_first_and_both_sides_keep_their_order(sides, start, n_behind):
    """What lies before and behind the node stays."""
    n, stop = start + len(sides) + n_behind, start + len(sides)
    index, pair = np.arange(n, dtype=np.uint32)[::-1].copy(), np.random.default_rng(0).random((n, 2))
    samples, spare = Samples(index, pair), Samples(np.empty(n, np.uint32), np.empty((n, 2)))
    is_left = np.array(sides)
    within = np.concatenate([np.flatnonzero(is_left), np.flatnonzero(~is_left)]) + start
    order = np.concatenate([np.arange(start), within, np.arange(stop, n)])
    expected = Samples(index[order], pair[order])

    middle = move(samples, spare, is_left.astype(np.uint8), start, stop)

    assert middle == start + is_left.sum()
    assert_array_equal(samples.index, expected.index)
    assert_array_equal(samples.pair, expected.pair)
