"""Gradients and hessians are derivatives of the losses."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skensemble._compile import kernel
from skensemble.objectives.elementary import exponential, logarithm
from skensemble.objectives.losses import (
    BinomialLogLoss,
    GammaLoss,
    HuberLoss,
    MultinomialLogLoss,
    PoissonLoss,
    QuantileLoss,
    SquaredErrorLoss,
    TweedieLoss,
)
from tests.core import plain

SMOOTH = [SquaredErrorLoss(1), BinomialLogLoss(1), PoissonLoss(1), GammaLoss(1), TweedieLoss(1, 1.3)]
VALUES = {
    SquaredErrorLoss: lambda target, raw: (target - raw) ** 2 / 2,
    BinomialLogLoss: lambda target, raw: np.logaddexp(0.0, raw) - target * raw,
    PoissonLoss: lambda target, raw: np.exp(raw) - target * raw,
    GammaLoss: lambda target, raw: raw + target * np.exp(-raw),
    TweedieLoss: lambda target, raw: np.exp(0.7 * raw) / 0.7 + target * np.exp(-0.3 * raw) / 0.3,
}


@kernel
def look_at(loss, target, raw, peak, scale, output, log_total):
    """The prediction, the gradient, the hessian and the value of a loss."""
    prediction = loss.prediction(raw, peak, scale)
    gradient, hessian = loss.gradient(target, raw, prediction, output), loss.hessian(target, raw, prediction)
    return prediction, gradient, hessian, loss.value(target, raw, log_total)


def derivatives(loss, target, raw):
    """The gradient, the hessian and the value of a loss of one output."""
    return look_at(loss, target, raw, 0.0, 1.0, 0, 0.0)[1:]


@pytest.mark.parametrize("loss", SMOOTH, ids=lambda loss: type(loss).__name__)
@given(target=st.sampled_from([0.0, 1.0]), raw=st.floats(-3, 3))
def test_derivatives(loss, target, raw):
    step = 1e-4
    below, here, above = (VALUES[type(loss)](target, raw + shift) for shift in (-step, 0.0, step))
    gradient, hessian, value = derivatives(loss, target, raw)

    assert gradient == pytest.approx((above - below) / (2 * step), abs=1e-6)
    assert hessian == pytest.approx((above - 2 * here + below) / step**2, abs=1e-5)
    assert value == pytest.approx(here, rel=1e-11, abs=1e-11)


@given(target=st.floats(-5, 5), raw=st.floats(-5, 5))
def test_what_has_a_kink_has_the_derivative_of_its_sides(target, raw):
    quantile, huber = QuantileLoss(1, 0.8, 1.0), HuberLoss(1, 1.5)
    distance = raw - target

    assert derivatives(quantile, target, raw)[2] == pytest.approx(max(-0.8 * distance, 0.2 * distance))
    if distance:
        assert derivatives(quantile, target, raw)[0] == pytest.approx(0.2 if distance > 0 else -0.8)
    assert derivatives(huber, target, raw)[0] == pytest.approx(np.clip(distance, -1.5, 1.5))
    linear = 1.5 * (abs(distance) - 0.75)
    assert derivatives(huber, target, raw)[2] == pytest.approx(distance**2 / 2 if abs(distance) < 1.5 else linear)


def test_the_probabilities_of_several_classes_are_a_softmax():
    loss, raw = MultinomialLogLoss(3), np.array([0.5, -1.0, 2.0])
    shares = np.exp(raw) / np.exp(raw).sum()
    scale = 1.0 / np.exp(raw - 2.0).sum()

    for output in range(3):
        log_total = np.log(np.exp(raw).sum())
        prediction, gradient, hessian, value = look_at(loss, 2.0, raw[output], 2.0, scale, output, log_total)
        assert prediction == pytest.approx(shares[output])
        assert gradient == pytest.approx(shares[output] - (output == 2))
        assert hessian == pytest.approx(shares[output] * (1 - shares[output]))
        assert value == pytest.approx(-np.log(shares[output]))


@given(x=st.floats(-700, 700))
def test_the_exponential_is_that_of_the_library_up_to_rounding(x):
    assert plain(exponential)(np.float64(x)) == pytest.approx(math.exp(x), rel=1e-12)


def test_the_exponential_stays_finite():
    assert np.isfinite(plain(exponential)(np.float64(1e9)))
    assert plain(exponential)(np.float64(-1e9)) >= 0.0


@given(x=st.floats(1e-300, 1e300))
def test_the_logarithm_is_that_of_the_library_up_to_rounding(x):
    assert plain(logarithm)(np.float64(x)) == pytest.approx(math.log(x), rel=1e-14, abs=1e-15)
