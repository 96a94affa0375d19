"""Integers in the order of float32 values: the bits of a float, turned so that they compare as it does."""

import numpy as np

from skensemble._compile import inlined

MISSING = 0xFFFFFFFF  # above the code of infinity

_SIGN = np.uint32(0x80000000)
_ALL = np.uint32(0xFFFFFFFF)


@inlined
def encode(value):
    """The code, an int64 below 2**32, of a float32 that is not NaN; -0.0 is 0.0."""
    bits = np.float32(np.float32(value) + np.float32(0.0)).view(np.uint32)
    return np.int64(bits ^ (_ALL if bits & _SIGN else _SIGN))


@inlined
def decode(code):
    """The float32 with this code."""
    bits = np.uint32(code)
    return np.uint32(bits ^ (_SIGN if bits & _SIGN else _ALL)).view(np.float32)


@inlined
def encode_at_most(threshold):
    """The code of the greatest float32 that does not exceed a float64."""
    nearest = np.float32(threshold)
    return encode(nearest) - np.int64(np.float64(nearest) > threshold)
