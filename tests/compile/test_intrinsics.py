"""Instructions that Numba has no name for."""

import numpy as np
import pytest

from skensemble._compile import kernel
from skensemble._intrinsics import atomic_add, atomic_load, prefetch
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


def test_no_addition_is_lost():
    counters, n = np.zeros(2, np.int64), 10_000

    run_in_threads([lambda: count(counters, n)] * 4, n_threads=1)
    run_in_threads([lambda: count(counters, 1)] * 4, n_threads=4)

    assert counters.tolist() == [0, 3 * (4 * n + 4)]


def test_an_addition_returns_what_was_there_before():
    assert count(np.array([0, 5]), 3) == 5 + 2 * 3


def test_items_are_numbered_as_in_the_flat_array():
    assert [read(np.arange(6).reshape(2, 3), at) for at in range(6)] == list(range(6))
