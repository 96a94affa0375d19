"""Gradients and hessians are derivatives of the losses."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skensemble._compile import kernel
from skensemble.objectives.losses import BinomialLogLoss, SquaredErrorLoss, exponential
from tests.core import plain

LOSSES = [
    (SquaredErrorLoss(1), lambda target, raw: (target - raw) ** 2 / 2),
    (BinomialLogLoss(1), lambda target, raw: np.logaddexp(0.0, raw) - target * raw),
]


@kernel
def derivatives_of(loss, target, raw):
    return loss.gradient(target, raw), loss.hessian(target, raw)


@pytest.mark.parametrize(("loss", "value"), LOSSES)
@given(target=st.sampled_from([0.0, 1.0]), raw=st.floats(-20, 20))
def test_derivatives(loss, value, target, raw):
    step = 1e-4
    below, here, above = (value(target, raw + shift) for shift in (-step, 0.0, step))
    gradient, hessian = derivatives_of(loss, target, raw)

    assert gradient == pytest.approx((above - below) / (2 * step), abs=1e-6)
    assert hessian == pytest.approx((above - 2 * here + below) / step**2, abs=1e-5)


@given(x=st.floats(-700, 700))
def test_the_exponential_is_that_of_the_library_up_to_rounding(x):
    assert plain(exponential)(np.float64(x)) == pytest.approx(math.exp(x), rel=1e-12)


def test_the_exponential_stays_finite():
    assert np.isfinite(plain(exponential)(np.float64(1e9)))
    assert plain(exponential)(np.float64(-1e9)) >= 0.0
