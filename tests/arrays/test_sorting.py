"""Sorting of keys by rank and of scores with their buckets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skensemble._intrinsics import LANES
from skensemble.arrays.sorting import (
    INSERTION_LIMIT,
    LEAST_BY_DIGITS,
    N_COUNTS,
    POSITION_BITS,
    RUN,
    bit_length,
    sort_by_score,
    sort_keys,
    sort_lanes,
    sorted_floats,
)
from tests.core import entry, plain

pytestmark = pytest.mark.nojit

sort_keys_in_place = entry(sort_keys)
sort_by_score_in_place = entry(sort_by_score)
sort_lanes_in_place = entry(sort_lanes)

# Few values and many, with one digit, two and three.
ranks = st.sampled_from([1, 2, 40, 3_000, 70_000, 2**31 - 1]).flatmap(
    lambda n_values: st.lists(st.integers(0, n_values - 1), min_size=1, max_size=4 * INSERTION_LIMIT)
)


@given(ranks=ranks)
def test_keys_are_sorted_by_rank_and_equal_ranks_by_position(ranks):
    keys = np.array([(rank << POSITION_BITS) | position for position, rank in enumerate(ranks)], np.int64)
    expected = np.sort(keys)
    n = len(keys)

    sort_keys_in_place(keys, np.empty(n, np.int64), np.empty(N_COUNTS, np.int64), n, min(ranks), max(ranks))

    assert_array_equal(keys, expected)


def test_keys_behind_the_first_n_stay():
    n = 2 * INSERTION_LIMIT
    keys = np.arange(n + 1, dtype=np.int64)[::-1].copy() << POSITION_BITS

    sort_keys_in_place(keys, np.empty(n, np.int64), np.empty(N_COUNTS, np.int64), n, 1, n)

    assert_array_equal(keys >> POSITION_BITS, [*range(1, n + 1), 0])


@given(n=st.integers(1, 70), n_values=st.sampled_from([1, 3, 2**32 - 1]), seed=st.integers(0, 1000))
def test_the_lanes_of_the_first_rows_are_sorted_one_by_one(n, n_values, seed):
    keys = np.random.default_rng(seed).integers(0, n_values, (n + 1, LANES), endpoint=True).astype(np.uint32)
    expected = np.vstack([np.sort(keys[:n], axis=0), keys[n:]])

    sort_lanes_in_place(keys, n)

    assert_array_equal(keys, expected)


@given(scores=st.lists(st.sampled_from([-np.inf, -1.5, 0.0, 2.0, 3.25, 1e300]), min_size=1, max_size=4 * RUN))
def test_scores_are_sorted_stably_with_their_buckets(scores):
    in_order, order = np.array(scores), np.arange(len(scores))

    sort_by_score_in_place(in_order, order, len(scores), np.empty(len(scores)), np.empty(len(scores), np.int64))

    assert_array_equal(order, np.argsort(scores, kind="stable"))
    assert_array_equal(in_order, np.sort(scores))


@given(number=st.integers(0, 2**40))
def test_bit_length(number):
    assert plain(bit_length)(number) == number.bit_length()


@pytest.mark.parametrize("n", [0, 1, 50, LEAST_BY_DIGITS, LEAST_BY_DIGITS + 1])
@pytest.mark.parametrize("kind", ["any bits", "float32", "few", "one"])
def test_floats_are_sorted_without_missing_ones(n, kind):
    random = np.random.default_rng(0)
    values = {
        "any bits": random.integers(-(2**63), 2**63, n).view(np.float64),  # of every size, infinite and NaN among them
        "float32": random.standard_normal(n).astype(np.float32).astype(np.float64),
        "few": random.choice([-np.inf, -5e-324, -0.0, 0.0, 2.0, np.inf, np.nan], n),
        "one": np.full(n, -1.5),
    }[kind]

    with np.errstate(invalid="ignore"):
        assert_array_equal(sorted_floats(values), np.sort(values[~np.isnan(values)]))
