"""Losses of one raw prediction, on the scale where trees are added: their gradients and hessians."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import part, record

_ROUND = 6755399441055744.0  # 1.5 * 2**52: to add it rounds to an integer, which is left in the low bits
_LOG2_HIGH, _LOG2_LOW = 0.6931471803691238, 1.9082149292705877e-10  # their sum is log(2)


@part
def exponential(x):
    """exp(x) to some 1e-12 in proportion, in arithmetic that compilers turn into vector code.

    Cody and Waite's reduction to at most log(2) / 2, then a polynomial of degree 10.  Unlike that of a system's library
    its bits are the same everywhere.
    """
    x = min(max(x, -700.0), 700.0)
    shifted = x * 1.4426950408889634 + _ROUND
    n = shifted - _ROUND
    r = (x - n * _LOG2_HIGH) - n * _LOG2_LOW
    series = 1.0 + r / 10.0
    for k in range(9, 0, -1):
        series = 1.0 + r * series / k
    power = np.int64((np.float64(shifted).view(np.int64) + 1023) << 52)
    return series * np.int64(power).view(np.float64)


@record
class SquaredErrorLoss(NamedTuple):
    """Half the squared error; the raw prediction is the mean."""

    n_outputs: int  # raw predictions of a sample

    def gradient(self, target, raw):
        return raw - target

    def hessian(self, target, raw):
        return 1.0


@record
class BinomialLogLoss(NamedTuple):
    """The negative log-likelihood of two classes, 0 and 1; the raw prediction is the logarithm of the odds."""

    n_outputs: int  # raw predictions of a sample

    def gradient(self, target, raw):
        return 1.0 / (1.0 + exponential(-raw)) - target

    def hessian(self, target, raw):
        probability = 1.0 / (1.0 + exponential(-raw))
        return probability * (1.0 - probability)
