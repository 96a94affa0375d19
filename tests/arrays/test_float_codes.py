"""Integers that stand for float32 values, in their order."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skensemble.arrays.float_codes import MISSING, decode, encode, encode_at_most
from tests.core import entry, plain

pytestmark = pytest.mark.nojit

encode_threshold = entry(encode_at_most)

values = st.floats(width=32, allow_nan=False)  # with infinities, -0.0 and the least ones
LARGEST = float(np.finfo(np.float32).max)


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


@given(threshold=st.floats(-LARGEST, LARGEST))
def test_the_code_of_a_threshold_is_that_of_the_greatest_value_up_to_it(threshold):
    """A value is at most the threshold just if its code is at most that of the threshold."""
    found = plain(decode)(encode_threshold(threshold))

    assert float(found) <= threshold < math.inf
    assert float(np.nextafter(found, np.float32(np.inf))) > threshold
