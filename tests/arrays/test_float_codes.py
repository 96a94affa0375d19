"""Integers that stand for float32 values, in their order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skensemble.arrays.float_codes import MISSING, decode, encode, encode_at_most
from tests.core import entry, plain

pytestmark = pytest.mark.nojit

encode_threshold = entry(encode_at_most)

values = st.floats(width=32, allow_nan=False)  # with infinities, -0.0 and the least ones


def code(value):
    return int(plain(encode)(np.float32(value)))


@given(value=values, other=values)
def test_codes_compare_as_values_do(value, other):
    assert (code(value) < code(other)) == (value < other)
    assert (code(value) == code(other)) == (value == other)
    assert 0 <= code(value) < MISSING


@given(value=values)
def test_a_code_leads_back_to_its_value(value):
    assert plain(decode)(code(value)) == value


@given(threshold=st.floats(-3e38, 3e38), value=values)
def test_codes_up_to_that_of_a_threshold_are_those_of_the_values_up_to_it(threshold, value):
    """For values far from a float64 threshold and for its neighbours."""
    nearest = np.float32(threshold)
    neighbours = [np.nextafter(nearest, np.float32(-np.inf)), nearest, np.nextafter(nearest, np.float32(np.inf))]

    for each in [value, *neighbours]:
        assert (code(each) <= encode_threshold(threshold)) == (float(each) <= threshold)
