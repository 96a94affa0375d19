"""Eight floats as one: operators, and what reads and writes them."""

import numpy as np
import pytest

from skensemble._compile import kernel
from skensemble._intrinsics import LANES
from skensemble._lanes import (
    add,
    all_lanes,
    put_in_lanes,
    raised_at_boundaries,
    store,
    take,
    take_in_lanes,
    take_pairs,
    where_below,
)

pytestmark = pytest.mark.nojit
MASK = np.uint32(7)


@kernel
def compute(results):
    three = all_lanes(1.0) + 2.0
    store(results, 0, 1.0 / three - (three * three - 0.5))


@kernel
def sum_pairs(pairs, first, keys, results):
    weights, responses = take_pairs(pairs, first, keys, 1, MASK)
    store(results, 0, weights)
    store(results, LANES, responses)


@kernel
def count_classes(pairs, keys, totals, counts, results):
    for row in range(keys.shape[0]):
        _, classes = take_pairs(pairs, 0, keys, row, MASK)
        put_in_lanes(counts, classes, take_in_lanes(counts, classes) + take(totals, 2, classes))
        store(results, 0, classes)


@kernel
def choose_below(codes, bounds, results):
    store(results, 0, where_below(2.5, codes, 1, bounds))
    add(results, LANES, where_below(1.0, codes, 1, bounds))
    add(results, LANES, all_lanes(0.5))


@kernel
def find_highest(keys, results):
    highest = all_lanes(-np.inf)
    for row in range(keys.shape[0] - 1):
        highest = raised_at_boundaries(highest, all_lanes(float(row % 3)), keys, row, MASK)
    store(results, 0, highest)


def random_keys(n_rows, n_codes, seed=0):
    """Keys `code << 3 | position`, the codes in order."""
    random = np.random.default_rng(seed)
    codes = np.sort(random.integers(0, n_codes, (n_rows, LANES)), axis=0)
    return ((codes << 3) | random.integers(0, 8, (n_rows, LANES))).astype(np.uint32)


def test_operators_work_on_lanes_and_floats():
    results = np.zeros(LANES)

    compute(results)

    assert results.tolist() == [1 / 3 - 8.5] * LANES


def test_each_lane_takes_the_pair_at_its_position():
    pairs, keys, results = np.random.default_rng(0).random((11, 2)), random_keys(2, 5), np.zeros(2 * LANES)

    sum_pairs(pairs, 3, keys, results)

    np.testing.assert_array_equal(results.reshape(2, LANES), pairs[3 + (keys[1] & 7)].T)


def test_each_lane_has_its_own_item_of_a_row():
    pairs, keys = np.array([[1.0, k % 3] for k in range(8)]), random_keys(6, 5)
    totals, counts, results = np.array([9.0, 9.0, 1.0, 10.0, 100.0]), np.zeros(3 * LANES), np.zeros(LANES)

    count_classes(pairs, keys, totals, counts, results)

    classes = (keys & 7) % 3
    expected = [[10.0**k * np.sum(classes[:, lane] == k) for lane in range(LANES)] for k in range(3)]
    assert counts.reshape(3, LANES).tolist() == expected
    assert results.tolist() == classes[-1].tolist()


def test_only_boundaries_between_codes_count():
    keys, results = random_keys(7, 4), np.zeros(LANES)

    find_highest(keys, results)

    codes = keys >> 3
    for lane in range(LANES):
        values = [row % 3 for row in range(6) if codes[row, lane] != codes[row + 1, lane]]
        assert results[lane] == max(values, default=-np.inf)


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_a_float_stands_where_codes_do_not_exceed_the_bounds(dtype):
    """As unsigned numbers: the greatest code of all is above the others."""
    most, results = np.iinfo(dtype).max, np.zeros(2 * LANES)
    codes = np.array([[0] * LANES, [0, 1, 2, 3, most, most, 5, 5]], dtype)

    choose_below(codes, np.array([0, 0, 2, 4, 4, most, most, 4], dtype), results)

    assert results[:LANES].tolist() == [2.5, 0.0, 2.5, 2.5, 0.0, 2.5, 2.5, 0.0]
    assert results[LANES:].tolist() == [1.5, 0.5, 1.5, 1.5, 0.5, 1.5, 1.5, 0.5]
