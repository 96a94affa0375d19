"""Samples that are added to histograms, and histograms that are merged and subtracted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skensemble.binning.bins import Listed
from skensemble.splitting.histogram import PACKED, SINGLE, add_listed, add_rows, merge
from tests.core import entry

pytestmark = pytest.mark.nojit

add_rows_entry = entry(add_rows)
add_listed_entry = entry(add_listed)
merge_entry = entry(merge)


@given(
    n_columns=st.integers(1, 21),
    n_rows=st.integers(0, 30),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    n_words=st.sampled_from([SINGLE, PACKED, 3, 7]),
    seed=st.integers(0, 100),
)
def test_every_row_is_added_to_its_bin_of_each_column(n_columns, n_rows, dtype, n_words, seed):
    """Whatever is read at once: eight bytes of codes, four rows, some of the columns."""
    random = np.random.default_rng(seed)
    n_codes = random.integers(1, 200 if dtype is np.uint8 else 400, n_columns)
    offsets = np.concatenate([[0], np.cumsum(n_codes)])
    codes = random.integers(0, n_codes, (40, n_columns)).astype(dtype)
    pairs = random.integers(-1000, 1000, (40, n_words))
    rows = random.permutation(40)[: n_rows + 2].astype(np.uint32)
    first, stop = sorted(random.integers(0, n_columns + 1, 2))
    histogram = random.integers(-5, 5, n_words * offsets[-1])

    expected = histogram.reshape(-1, n_words).copy()
    for column in range(first, stop):
        np.add.at(expected, offsets[column] + codes[rows[1:-1], column].astype(int), pairs[rows[1:-1]])
    add_rows_entry(histogram, codes, offsets, pairs, rows[1:-1], first, stop)

    assert_array_equal(histogram.reshape(-1, n_words), expected)


@given(
    n_rows=st.integers(0, 30),
    n_words=st.sampled_from([SINGLE, PACKED, 3]),
    sign=st.sampled_from([1, -1]),
    only_open=st.booleans(),
    seed=st.integers(0, 100),
)
def test_every_row_is_added_to_the_bins_that_are_listed_for_it_or_taken_off(n_rows, n_words, sign, only_open, seed):
    random = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(random.integers(0, 5, 40))])
    listed = random.integers(0, 50, starts[-1]).astype(np.uint32)
    features = listed // 5
    is_open = (random.random(10) < 0.5).astype(np.uint8)[: 10 if only_open else 0]
    pairs = random.integers(-1000, 1000, (40, n_words))
    rows = random.permutation(40)[:n_rows].astype(np.uint32)
    first, stop = (int(bound) for bound in sorted(random.integers(0, 51, 2)))
    histogram = random.integers(-5, 5, n_words * 50)

    expected = histogram.reshape(-1, n_words).copy()
    for row in rows:
        bins = listed[starts[row] : starts[row + 1]]
        counts = (bins >= first) & (bins < stop)
        if only_open:
            counts &= is_open[bins // 5] == 1
        np.add.at(expected, bins[counts], sign * pairs[row])
    add_listed_entry(histogram, Listed(listed, features, starts), pairs, rows, (first, stop), sign, is_open)

    assert_array_equal(histogram.reshape(-1, n_words), expected)


@given(n_merged=st.integers(1, 3), has_sibling=st.booleans(), seed=st.integers(0, 100))
def test_what_threads_have_is_merged_and_the_sibling_is_the_rest(n_merged, has_sibling, seed):
    pool = np.random.default_rng(seed).integers(-9, 9, (6, 20))
    expected = pool.copy()
    expected[0, 3:17] += sum(pool[5 - thread, 3:17] for thread in range(1, n_merged))
    if has_sibling:
        expected[1, 3:17] -= expected[0, 3:17]

    merge_entry(pool, 0, 1 if has_sibling else -1, n_merged, 3, 17)

    assert_array_equal(pool, expected)
