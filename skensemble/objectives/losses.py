"""The losses: their gradients and hessians on the scale where trees are added."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import record
from skensemble.objectives.elementary import exponential, logarithm

NO_BOUND = np.inf


@record
class SquaredErrorLoss(NamedTuple):
    """Half the squared error; the raw prediction is the mean."""

    n_outputs: int  # raw predictions of a sample

    def prediction(self, raw, peak, scale):
        return raw

    def gradient(self, target, raw, prediction, output):
        return raw - target

    def hessian(self, target, raw, prediction):
        return 1.0

    def greatest_gradient(self):
        return NO_BOUND

    def greatest_hessian(self):
        return 1.0

    def value(self, target, raw, log_total):
        return 0.5 * (raw - target) * (raw - target)


@record
class QuantileLoss(NamedTuple):
    """The absolute error, in which what lies above the raw prediction counts `quantile` and the rest 1 - `quantile`.

    Its second derivative is 0; 1 stands for it, and the leaves are refined.
    """

    n_outputs: int
    quantile: float
    weight: float  # of the loss

    def prediction(self, raw, peak, scale):
        return raw

    def gradient(self, target, raw, prediction, output):
        if target == raw:
            return 0.0
        return self.weight * ((1.0 - self.quantile) if target < raw else -self.quantile)

    def hessian(self, target, raw, prediction):
        return 1.0

    def greatest_gradient(self):
        return self.weight

    def greatest_hessian(self):
        return 1.0

    def value(self, target, raw, log_total):
        return self.weight * max(self.quantile * (target - raw), (1.0 - self.quantile) * (raw - target))


@record
class HuberLoss(NamedTuple):
    """Half the squared error up to a distance of `delta`, and linear beyond (Huber 1964)."""

    n_outputs: int
    delta: float

    def prediction(self, raw, peak, scale):
        return raw

    def gradient(self, target, raw, prediction, output):
        return min(max(raw - target, -self.delta), self.delta)

    def hessian(self, target, raw, prediction):
        return 1.0

    def greatest_gradient(self):
        return self.delta

    def greatest_hessian(self):
        return 1.0

    def value(self, target, raw, log_total):
        distance = abs(raw - target)
        near = min(distance, self.delta)
        return near * (distance - 0.5 * near)


@record
class PoissonLoss(NamedTuple):
    """Half the Poisson deviance up to a constant; the raw prediction is the logarithm of the mean."""

    n_outputs: int

    def prediction(self, raw, peak, scale):
        return exponential(raw)

    def gradient(self, target, raw, prediction, output):
        return prediction - target

    def hessian(self, target, raw, prediction):
        return prediction

    def greatest_gradient(self):
        return NO_BOUND

    def greatest_hessian(self):
        return NO_BOUND

    def value(self, target, raw, log_total):
        return exponential(raw) - target * raw


@record
class GammaLoss(NamedTuple):
    """Half the gamma deviance up to a constant; the raw prediction is the logarithm of the mean."""

    n_outputs: int

    def prediction(self, raw, peak, scale):
        return exponential(-raw)

    def gradient(self, target, raw, prediction, output):
        return 1.0 - target * prediction

    def hessian(self, target, raw, prediction):
        return target * prediction

    def greatest_gradient(self):
        return NO_BOUND

    def greatest_hessian(self):
        return NO_BOUND

    def value(self, target, raw, log_total):
        return raw + target * exponential(-raw)


@record
class TweedieLoss(NamedTuple):
    """Half the Tweedie deviance of a power between 1 and 2 up to a constant; raw: the logarithm of the mean."""

    n_outputs: int
    power: float

    def prediction(self, raw, peak, scale):
        return exponential((1.0 - self.power) * raw)

    def gradient(self, target, raw, prediction, output):
        return exponential((2.0 - self.power) * raw) - target * prediction

    def hessian(self, target, raw, prediction):
        grown = exponential((2.0 - self.power) * raw)
        return (2.0 - self.power) * grown + (self.power - 1.0) * target * prediction

    def greatest_gradient(self):
        return NO_BOUND

    def greatest_hessian(self):
        return NO_BOUND

    def value(self, target, raw, log_total):
        below, above = self.power - 1.0, 2.0 - self.power
        return exponential(above * raw) / above + target * exponential(-below * raw) / below


@record
class BinomialLogLoss(NamedTuple):
    """The negative log-likelihood of two classes, 0 and 1; the raw prediction is the logarithm of the odds."""

    n_outputs: int

    def prediction(self, raw, peak, scale):
        return 1.0 / (1.0 + exponential(-raw))

    def gradient(self, target, raw, prediction, output):
        return prediction - target

    def hessian(self, target, raw, prediction):
        return prediction * (1.0 - prediction)

    def greatest_gradient(self):
        return 1.0

    def greatest_hessian(self):
        return 0.25

    def value(self, target, raw, log_total):
        return max(raw, 0.0) + logarithm(1.0 + exponential(-abs(raw))) - target * raw


@record
class ExponentialLoss(NamedTuple):
    """What AdaBoost minimises for two classes, 0 and 1 (Friedman, Hastie and Tibshirani 2000).

    The raw prediction is half the logarithm of the odds.
    """

    n_outputs: int

    def prediction(self, raw, peak, scale):
        return exponential(raw)

    def gradient(self, target, raw, prediction, output):
        return (1.0 - target) * prediction - target / prediction

    def hessian(self, target, raw, prediction):
        return (1.0 - target) * prediction + target / prediction

    def greatest_gradient(self):
        return NO_BOUND

    def greatest_hessian(self):
        return NO_BOUND

    def value(self, target, raw, log_total):
        return target * exponential(-raw) + (1.0 - target) * exponential(raw)


@record
class MultinomialLogLoss(NamedTuple):
    """The negative log-likelihood of several classes; the probabilities are the softmax of the raw predictions."""

    n_outputs: int

    def prediction(self, raw, peak, scale):
        return exponential(raw - peak) * scale

    def gradient(self, target, raw, prediction, output):
        return prediction - (1.0 if target == output else 0.0)

    def hessian(self, target, raw, prediction):
        return prediction * (1.0 - prediction)

    def greatest_gradient(self):
        return 1.0

    def greatest_hessian(self):
        return 0.25

    def value(self, target, raw, log_total):
        return log_total - raw
