"""exp and log in arithmetic that compilers turn into vector code.

Unlike those of a system's library, their bits are the same everywhere.
"""

import numpy as np

from skensemble._compile import part

_ROUND = 6755399441055744.0  # 1.5 * 2**52: to add it rounds to an integer, which is left in the low bits
_LOG2_HIGH, _LOG2_LOW = 0.6931471803691238, 1.9082149292705877e-10  # their sum is log(2)
_HALF_ROOT = 4604544271217802189  # the bits of sqrt(1/2)
_N_FRACTION = 52  # bits of a float64's fraction
N_TERMS = 11  # of the series of the logarithm


@part
def exponential(x):
    """exp(x) to some 1e-12 in proportion.

    Cody and Waite's reduction to at most log(2) / 2, then a polynomial of degree 10.
    """
    x = min(max(x, -700.0), 700.0)
    shifted = x * 1.4426950408889634 + _ROUND
    n = shifted - _ROUND
    r = (x - n * _LOG2_HIGH) - n * _LOG2_LOW
    series = 1.0
    for k in range(10, 0, -1):
        series = 1.0 + r * series * (1.0 / k)  # the compiler divides, once
    power = np.int64((np.float64(shifted).view(np.int64) + 1023) << _N_FRACTION)
    return series * np.int64(power).view(np.float64)


@part
def logarithm(x):
    """log(x) of a positive normal number to some 1e-15.

    With x = 2**k m and m around 1, log(x) = k log(2) + 2 artanh((m - 1) / (m + 1)).
    """
    bits = np.float64(x).view(np.int64)
    k = (bits - _HALF_ROOT) >> _N_FRACTION
    m = np.int64(bits - (k << _N_FRACTION)).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    square, series = s * s, 0.0
    for term in range(N_TERMS, -1, -1):
        series = series * square + 1.0 / (2 * term + 1)
    return k * _LOG2_HIGH + (k * _LOG2_LOW + 2.0 * s * series)
