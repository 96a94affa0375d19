"""Sets of numbers as bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skensemble.arrays.bitset import contains, insert, n_words, remove
from tests.core import plain

pytestmark = pytest.mark.nojit

SIZE = 150
numbers = st.lists(st.integers(0, SIZE - 1), max_size=40)


def members(words, offset):
    return {number for number in range(SIZE) if plain(contains)(words, offset, number)}


@given(inserted=numbers, removed=numbers)
def test_a_set_holds_what_was_put_in_and_not_taken_out(inserted, removed):
    offset = 2
    words = np.zeros(offset + n_words(SIZE), np.uint64)

    for number in inserted:
        plain(insert)(words, offset, number)
    for number in removed:
        plain(remove)(words, offset, number)

    assert members(words, offset) == set(inserted) - set(removed)
    assert not words[:offset].any()


@pytest.mark.parametrize(("size", "expected"), [(0, 0), (1, 1), (64, 1), (65, 2), (1_000, 16)])
def test_64_numbers_fit_into_a_word(size, expected):
    assert n_words(size) == expected
