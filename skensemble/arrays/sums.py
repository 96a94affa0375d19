"""Sums of floats whose bits do not depend on the order of the terms."""

import math

from skensemble._compile import kernel

_MOST = 900  # the greatest exponent of an anchor, of which there is room for half as much again
_LEAST = -960


@kernel
def sum_in_any_order(terms):
    """Return the sum of finite float64 terms (n,), to about the precision of a float64.

    Each term is cut into two: a multiple of one power of two, with so few bits that no partial sum is rounded, and what
    that leaves, which is cut in the same way (Demmel and Nguyen 2013, "Fast reproducible floating-point summation").
    """
    greatest, bits, n = 0.0, 2, terms.size
    for i in range(n):
        greatest = max(greatest, abs(terms[i]))
    while n > 0:
        n, bits = n >> 1, bits + 1
    exponent = math.frexp(greatest)[1] + bits
    shift = min(max(exponent, _LEAST), _MOST) - exponent  # of numbers that are next to the ends of float64
    scale, anchor = math.ldexp(1.0, shift), math.ldexp(1.5, exponent + shift)
    second_anchor = math.ldexp(1.5, exponent + shift - 53 + bits)
    high_sum, low_sum = 0.0, 0.0
    for i in range(terms.size):
        term = terms[i] * scale
        high = (term + anchor) - anchor
        high_sum += high
        low_sum += ((term - high) + second_anchor) - second_anchor
    return (high_sum + low_sum) / scale


def average_in_any_order(values, weights=None):
    """Return what `np.average` does, by sums that do not depend on the order."""
    if weights is None:
        return sum_in_any_order(values) / len(values)
    return sum_in_any_order(values * weights) / sum_in_any_order(weights)
