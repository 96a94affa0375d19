"""Work space is large enough for every node."""

import numpy as np
import pytest

from skensemble._intrinsics import LANES
from skensemble.records import Codes
from skensemble.splitting.desk import new_block, new_desk

pytestmark = pytest.mark.nojit


@pytest.mark.parametrize("n", [1, 2, 9, 10, 100])
@pytest.mark.parametrize("n_categories", [1, 8, 9, 50])
def test_there_is_a_bucket_for_each_category_for_missing_values_and_one_more(n, n_categories):
    """A node has no more categories than samples."""
    n_statistics = 3
    desk = new_desk(n, n, n_statistics, n_categories, False, np.uint16)
    n_buckets = min(n, n_categories + 1)

    assert desk.buckets.rows.size >= (n_buckets + 1) * n_statistics
    assert min(desk.buckets.order.size, desk.buckets.codes.size, desk.buckets.labels.size) >= n_buckets
    assert desk.left_categories.size * 64 >= n_categories + 1


@pytest.mark.parametrize("n_statistics", [3, 4, 12])
def test_values_come_in_buckets_where_there_are_few(n_statistics):
    """`split_best` counts up to 2 n / n_statistics values, and the missing ones after them."""
    n = 30

    desk = new_desk(n, n, n_statistics, 0, False, np.uint16)

    assert desk.buckets.rows.size >= (2 * n // n_statistics + 1) * n_statistics


def test_a_panel_has_the_type_of_the_codes():
    panel = new_desk(5, 5, 3, 0, False, np.uint32).panel

    assert panel.codes.shape == (5, LANES)
    assert {panel.codes.dtype, panel.lowest.dtype, panel.highest.dtype, panel.bounds.dtype} == {np.dtype(np.uint32)}
    assert panel.sums.size == 3 * LANES


def test_a_block_holds_codes_of_the_data_or_nothing():
    codes = Codes(np.zeros((1000, 4), np.uint16), np.zeros((2, 1000), np.uint64))
    wide = Codes(np.zeros((3, 10**5), np.uint16), np.zeros((0, 0), np.uint64))

    block = new_block(codes, 300, True)

    assert block.ranks.shape == (300, 4)
    assert block.words.shape == (2, 300)
    assert block.ranks.dtype == np.uint16
    assert new_block(codes, 300, False).ranks.shape == (0, 4)
    assert new_block(wide, 3, True).ranks.shape == (1, 10**5)
