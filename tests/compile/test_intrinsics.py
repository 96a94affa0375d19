"""Instructions that Numba has no name for."""

import numpy as np
import pytest

from skensemble._compile import kernel
from skensemble._intrinsics import (
    LANES,
    atomic_add,
    atomic_load,
    copy_pair,
    count_ones,
    find_extremes,
    gather_lanes,
    lowest_one,
    prefetch,
)
from skensemble._threads import run_in_threads

pytestmark = pytest.mark.nojit


@kernel
def count(counters, n):
    last = 0
    for _ in range(n):
        last = atomic_add(counters, 1, 3)
    return last


@kernel
def read(counters, at):
    prefetch(counters, at)
    return atomic_load(counters, at)


@kernel
def find_extent(codes, lowest, highest):
    find_extremes(lowest, highest, codes, codes.shape[0])


@kernel
def copy_one(target, to, source, at):
    copy_pair(target, to, source, at)


@kernel
def gather_each(table, columns, gathered):
    for row in range(table.shape[0]):
        gather_lanes(gathered, row * LANES, table, row * table.shape[1], columns)


@kernel
def look_at_bits(word):
    return count_ones(word), lowest_one(word)


def test_no_addition_is_lost():
    counters, n = np.zeros(2, np.int64), 10_000

    run_in_threads([lambda: count(counters, n)] * 4, n_threads=1)
    run_in_threads([lambda: count(counters, 1)] * 4, n_threads=4)

    assert counters.tolist() == [0, 3 * (4 * n + 4)]


def test_an_addition_returns_what_was_there_before():
    assert count(np.array([0, 5]), 3) == 5 + 2 * 3


def test_items_are_numbered_as_in_the_flat_array():
    assert [read(np.arange(6).reshape(2, 3), at) for at in range(6)] == list(range(6))


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_the_extent_of_each_lane_is_found(dtype):
    codes = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (9, LANES), endpoint=True).astype(dtype)
    lowest, highest = codes[0].copy(), codes[0].copy()

    find_extent(codes, lowest, highest)

    assert lowest.tolist() == codes.min(axis=0).tolist()
    assert highest.tolist() == codes.max(axis=0).tolist()


def test_a_pair_is_copied():
    """The items around it stay."""
    source, target = np.arange(10.0), np.zeros(6)

    copy_one(target, 3, source, 6)

    assert target.tolist() == [0, 0, 0, 6, 7, 0]


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_columns_are_gathered_side_by_side(dtype):
    table = np.arange(60).reshape(5, 12).astype(dtype)
    columns, gathered = np.array([3, 0, 11, 3, 5, 7, 1, 2]), np.zeros((5, LANES), dtype)

    gather_each(table, columns, gathered)

    assert gathered.tolist() == table[:, columns].tolist()


@pytest.mark.parametrize("bits", [{0}, {63}, {1, 5, 40}, set(range(64))], ids=str)
def test_bits_are_counted_and_the_lowest_is_found(bits):
    assert look_at_bits(np.uint64(sum(1 << bit for bit in bits))) == (len(bits), min(bits))
