"""Objectives: a loss with all that boosting asks of it outside of kernels."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit, logsumexp, softmax

from skensemble.arrays.quantiles import weighted_quantiles
from skensemble.arrays.sums import average_in_any_order, sum_in_any_order
from skensemble.objectives.losses import (
    BinomialLogLoss,
    ExponentialLoss,
    GammaLoss,
    HuberLoss,
    MultinomialLogLoss,
    PoissonLoss,
    QuantileLoss,
    SquaredErrorLoss,
    TweedieLoss,
)

_LEAST_SHARE = np.finfo(np.float64).eps  # of a class, so that the logarithm of its odds is finite


class Objective:
    """What boosters descend, with a raw prediction that is the prediction.

    Parameters
    ----------
    loss : record
        See `skensemble.objectives`.
    """

    is_refined = False  # whether the values of leaves are better than a Newton step

    def __init__(self, loss):
        self.loss = loss

    @property
    def has_unit_hessians(self):
        """Whether all hessians are 1."""
        return isinstance(self.loss, (SquaredErrorLoss, QuantileLoss, HuberLoss))

    def start(self, target, sample_weight=None, offset=None):
        """Return the best constant raw predictions, (n_outputs,) float64.

        Parameters
        ----------
        target : (n_samples,) float64
        sample_weight : (n_samples,) float64, default=None
        offset : (n_outputs, n_samples) float64, default=None
            What is added to the constants.
        """
        rest = target if offset is None else target - offset[0]
        return np.atleast_1d(self.constant(rest, sample_weight))

    def constant(self, target, sample_weight):
        """Return the best constant raw prediction."""
        return average_in_any_order(target, sample_weight)

    def predict(self, raw):
        """Return predictions (n_samples, ...) from raw ones (n_samples, n_outputs)."""
        return raw[:, 0]

    @property
    def step_scale(self):
        """What the Newton steps of leaves are multiplied by that are grown on gradients only, float."""
        return 1.0

    def link(self, predictions):
        """Return raw predictions (n_samples, n_outputs) from what `predict` returns, or an estimator in its place."""
        return np.asarray(predictions, np.float64).reshape(-1, 1)

    def at(self, residuals, sample_weight=None):
        """Return the objective at a round that begins with these residuals, (n_samples,)."""
        return self

    def complaint(self, target):
        """Say what is wrong with a target, or return None."""

    def refined_value(self, residuals, sample_weight=None):
        """Return the best value of a leaf."""
        raise NotImplementedError


class QuantileObjective(Objective):
    """A quantile: the best constant, and the best value of a leaf, is that of the residuals.

    Parameters
    ----------
    loss : QuantileLoss
    is_lower : bool, default=False
        Whether the lower one is taken where the quantile lies between two values, not their mean.
    """

    is_refined = True

    def __init__(self, loss, *, is_lower=False):
        super().__init__(loss)
        self.is_lower = is_lower

    def constant(self, target, sample_weight):
        return self.refined_value(target, sample_weight)

    def refined_value(self, residuals, sample_weight=None):
        return weighted_quantiles(residuals, self.loss.quantile, sample_weight, is_lower=self.is_lower)


class HuberObjective(Objective):
    """Huber's loss; a leaf's value is a step from the median (Friedman 2001, algorithm 4).

    Parameters
    ----------
    loss : HuberLoss
    is_lower : bool, default=False
        As in `QuantileObjective`.
    share : float, default=None
        Of the residuals that lie within the distance where the loss begins to be linear, which every round then finds
        anew; None: the loss knows it.
    """

    is_refined = True

    def __init__(self, loss, *, is_lower=False, share=None):
        super().__init__(loss)
        self.is_lower, self.share = is_lower, share

    def at(self, residuals, sample_weight=None):
        if self.share is None:
            return self
        delta = weighted_quantiles(np.abs(residuals), self.share, sample_weight, is_lower=self.is_lower)
        return HuberObjective(self.loss._replace(delta=float(delta)), is_lower=self.is_lower, share=self.share)

    def constant(self, target, sample_weight):
        return self.refined_value(target, sample_weight)

    def refined_value(self, residuals, sample_weight=None):
        median = weighted_quantiles(residuals, 0.5, sample_weight, is_lower=self.is_lower)
        delta = self.loss.delta
        return median + average_in_any_order(np.clip(residuals - median, -delta, delta), sample_weight)


class LogarithmicObjective(Objective):
    """A mean that is positive: the raw prediction is its logarithm.

    With a variance in proportion to a power p of the mean the best constant beside offsets o is the logarithm of the
    ratio of the sums of y exp((1 - p) o) and exp((2 - p) o).
    """

    def start(self, target, sample_weight=None, offset=None):
        if offset is not None:
            weight, power = np.ones(len(target)) if sample_weight is None else sample_weight, self._power()
            of_targets = logsumexp((1.0 - power) * offset[0], b=weight * target)
            return np.array([of_targets - logsumexp((2.0 - power) * offset[0], b=weight)])
        return np.log([average_in_any_order(target, sample_weight)])

    def _power(self):
        if isinstance(self.loss, TweedieLoss):
            return self.loss.power
        return 2.0 if isinstance(self.loss, GammaLoss) else 1.0

    def predict(self, raw):
        return np.exp(raw[:, 0])

    def complaint(self, target):
        if isinstance(self.loss, GammaLoss):
            return None if np.all(target > 0) else "requires strictly positive y."
        is_fine = np.all(target >= 0) and np.sum(target) > 0
        return None if is_fine else "requires non-negative y and sum(y) > 0."


class LogLossObjective(Objective):
    """Probabilities of classes."""

    @property
    def step_scale(self):
        """Of several classes (n - 1) / n, as Friedman 2001 has it in algorithm 6."""
        n_outputs = self.loss.n_outputs
        return (n_outputs - 1.0) / n_outputs if n_outputs > 1 else 1.0

    def link(self, predictions):
        predictions = np.clip(np.asarray(predictions, np.float64), _LEAST_SHARE, 1.0 - _LEAST_SHARE)
        if self.loss.n_outputs == 1:
            return logit(predictions[:, 1:])
        logarithms = np.log(predictions)
        return logarithms - logarithms.mean(axis=1, keepdims=True)

    def start(self, target, sample_weight=None, offset=None):
        of_class = [target == label for label in range(max(2, self.loss.n_outputs))]
        if sample_weight is None:
            shares = np.array([np.count_nonzero(is_in) for is_in in of_class])
        else:
            shares = np.array([sum_in_any_order(sample_weight[is_in]) for is_in in of_class])
        shares = np.clip(shares / shares.sum(), _LEAST_SHARE, 1.0 - _LEAST_SHARE)
        start = logit(shares[1:]) if self.loss.n_outputs == 1 else np.log(shares) - np.log(shares).mean()
        return start if offset is None else self._beside(offset, target.astype(np.int64), sample_weight, start)

    def _beside(self, offset, classes, sample_weight, start):
        """Minimise the loss over the constants that are added to offsets."""
        weight = np.ones(len(classes)) if sample_weight is None else sample_weight
        indicators = np.equal.outer(np.arange(max(2, self.loss.n_outputs)), classes)
        if self.loss.n_outputs == 1:
            indicators = indicators[1:]

        def loss_and_gradient(constants):
            raw = offset + constants[:, np.newaxis]
            both = raw if len(raw) > 1 else np.vstack([np.zeros_like(raw), raw])
            losses = logsumexp(both, axis=0) - both[classes, np.arange(len(classes))]
            residuals = (softmax(both, axis=0)[-len(raw) :] - indicators) @ weight
            return losses @ weight / weight.sum(), residuals / weight.sum()

        found = minimize(loss_and_gradient, start, jac=True, method="BFGS").x
        return found if len(found) == 1 else found - found.mean()

    def predict(self, raw):
        """Return the probabilities of the classes, (n_samples, n_classes)."""
        if self.loss.n_outputs > 1:
            return softmax(raw, axis=1)
        positive = expit(raw[:, 0])
        return np.column_stack([1.0 - positive, positive])


class ExponentialObjective(LogLossObjective):
    """Probabilities of two classes, from a loss that grows exponentially with the margin."""

    def link(self, predictions):
        return 0.5 * super().link(predictions)

    def predict(self, raw):
        return super().predict(2.0 * raw)


class ObjectiveParameters(NamedTuple):
    """What some losses need to know."""

    quantile: float | None = None
    huber_delta: float = 1.0
    tweedie_power: float = 1.5
    huber_share: float | None = None  # of the residuals within huber_delta, which then is found anew each round
    is_lower: bool = False  # whether of two values of a quantile the lower one is taken, not their mean


def new_objective(name, n_classes=0, parameters=ObjectiveParameters()):  # noqa: B008 - a constant
    """Return an `Objective` by name.

    Parameters
    ----------
    name : str
    n_classes : int, default=0
        For "log_loss".
    parameters : ObjectiveParameters
    """
    if name == "log_loss":
        return LogLossObjective(BinomialLogLoss(1) if n_classes <= 2 else MultinomialLogLoss(n_classes))
    if name == "exponential":
        return ExponentialObjective(ExponentialLoss(1))
    if name == "absolute_error":
        return QuantileObjective(QuantileLoss(1, 0.5, 2.0), is_lower=parameters.is_lower)
    if name == "quantile":
        return QuantileObjective(QuantileLoss(1, float(parameters.quantile), 1.0), is_lower=parameters.is_lower)
    if name == "huber":
        loss = HuberLoss(1, float(parameters.huber_delta))
        return HuberObjective(loss, is_lower=parameters.is_lower, share=parameters.huber_share)
    if name == "poisson":
        return LogarithmicObjective(PoissonLoss(1))
    if name == "gamma":
        return LogarithmicObjective(GammaLoss(1))
    if name == "tweedie":
        return LogarithmicObjective(TweedieLoss(1, float(parameters.tweedie_power)))
    return Objective(SquaredErrorLoss(1))
