"""Draws are hashes of what they are for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skensemble._random import BOOTSTRAP, FEATURE, draw_tree_seeds, draw_units
from tests.reference import naive_random

pytestmark = pytest.mark.nojit

seeds = st.integers(0, 2**32 - 1)


def units(seed, purpose, n):
    out = np.empty(n)
    draw_units(seed, purpose, out)
    return out


def tree_seeds(seed, first, n):
    out = np.empty(n, np.int64)
    draw_tree_seeds(seed, first, out)
    return out.tolist()


def test_the_hash_is_the_finaliser_of_splitmix64():
    """The first numbers of that generator from the state 1234567, as its authors' program prints them."""
    states = [(1234567 + step * naive_random.GOLDEN) & naive_random.WORD for step in (1, 2, 3)]

    assert [naive_random.mix(state) for state in states] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


@given(seed=seeds, purpose=st.sampled_from([FEATURE, BOOTSTRAP]))
def test_units_are_the_upper_bits_of_the_draws(seed, purpose):
    expected = [naive_random.unit(naive_random.draw(seed, int(purpose), i)) for i in range(5)]

    assert units(seed, purpose, 5).tolist() == expected


@given(seed=seeds, first=st.integers(0, 10**6))
def test_the_seed_of_a_tree_is_a_draw_for_its_number(seed, first):
    expected = [
        naive_random.below(naive_random.draw(seed, naive_random.TREE, number), 2**31 - 1)
        for number in range(first, first + 4)
    ]

    assert tree_seeds(seed, first, 4) == expected
    assert tree_seeds(seed, first + 3, 1) == expected[3:]


def test_units_are_uniform():
    """Each of 20 equal parts of [0, 1) gets its share, up to four standard errors."""
    n = 20_000
    counts = np.histogram(units(0, FEATURE, n), bins=20, range=(0, 1))[0]

    assert np.abs(counts - n / 20).max() < 4 * np.sqrt(n / 20)


def test_draws_of_different_seeds_and_purposes_are_uncorrelated():
    draws = [units(seed, purpose, 5_000) for seed in (0, 1, 2) for purpose in (FEATURE, BOOTSTRAP)]
    correlations = np.corrcoef(draws) - np.eye(len(draws))

    assert np.abs(correlations).max() < 4 / np.sqrt(5_000)
