"""AdaBoost: what a round makes of the weights of the samples, as the papers have it.

A learner is fitted to samples that weigh w_i, of sum 1, and answers with classes, probabilities, or numbers.  A round
then gives the learner a weight alpha and multiplies each w_i by the exponential of something:

=========  ============================================================================================================
SAMME      err = sum of w_i where the answer is wrong;  alpha = log((1 - err) / err) + log(K - 1);
           w_i *= exp(alpha) where it is wrong (Zhu, Zou, Rosset and Hastie 2009, algorithm 2; of two classes that is
           the discrete AdaBoost of Freund and Schapire 1997)
real       h_k = (K - 1) (log p_k - mean of all log p);  w_i *= exp(-(K - 1) / K sum of y_k log p_k), where y_k is 1 for
           the sample's class and -1 / (K - 1) for the others (the same, algorithm 4; of two classes Real AdaBoost of
           Friedman, Hastie and Tibshirani 2000)
gentle     f fitted to y = -1 or 1 by least squares;  w_i *= exp(-y f) (Friedman, Hastie and Tibshirani 2000,
           algorithm 4)
R2         L_i = loss of |answer - y| / the greatest one;  err = sum of w_i L_i;  beta = err / (1 - err);
           alpha = log(1 / beta);  w_i *= beta ** (1 - L_i) (Drucker 1997)
=========  ============================================================================================================

alpha, and what is in the exponential, are multiplied by the learning rate.  Probabilities are taken to be at least
1 / n of n samples: what Schapire and Singer 1999, section 4.2, smooth by, since a pure leaf would outvote all others.
"""

from typing import NamedTuple

import numpy as np


class Step(NamedTuple):
    """What a round comes to."""

    error: float  # of the learner, weighted; from 0 to 1
    alpha: float  # the learner's weight
    exponents: np.ndarray | None  # (n_samples,) float64: of the factors that weights are multiplied by; None: none
    is_useless: bool = False  # whether the learner is no better than a guess: it is dropped, and the rounds end


def samme(answers, target, weight, n_classes, learning_rate):
    """Return the `Step` of SAMME.

    Parameters
    ----------
    answers, target : (n_samples,) int
        Numbers of classes.
    weight : (n_samples,) float64
        Of sum 1.
    n_classes : int
    learning_rate : float
    """
    is_wrong = answers != target
    error = float(np.average(is_wrong, weights=weight))
    if error <= 0.0:
        return Step(0.0, 1.0, None)
    if error >= 1.0 - 1.0 / n_classes:
        return Step(error, 0.0, None, is_useless=True)
    alpha = learning_rate * (np.log((1.0 - error) / error) + np.log(n_classes - 1.0))
    return Step(error, float(alpha), alpha * is_wrong)


def real(answers, target, weight, n_classes, learning_rate):
    """Return the `Step` of the real variant; answers are probabilities (n_samples, n_classes)."""
    error = float(np.average(answers.argmax(axis=1) != target, weights=weight))
    if error <= 0.0:
        return Step(0.0, 1.0, None)
    logarithms = np.log(np.clip(answers, 1.0 / len(target), None))
    own = logarithms[np.arange(len(target)), target]
    coded = own - (logarithms.sum(axis=1) - own) / (n_classes - 1.0)
    return Step(error, 1.0, -learning_rate * (n_classes - 1.0) / n_classes * coded)


def gentle(answers, target, weight, n_classes, learning_rate):
    """Return the `Step` of the gentle variant; answers are numbers (n_samples,), of two classes."""
    sign = 2.0 * target - 1.0
    error = float(np.average(sign * answers <= 0.0, weights=weight))
    return Step(error, 1.0, -learning_rate * sign * answers)


def r2(distances, weight, loss, learning_rate):
    """Return the `Step` of R2.

    Parameters
    ----------
    distances : (n_samples,) float64
        Between answers and targets.
    weight : (n_samples,) float64
        Of sum 1.
    loss : {"linear", "square", "exponential"}
    learning_rate : float
    """
    is_counted = weight > 0.0
    greatest = distances[is_counted].max()
    losses = distances / greatest if greatest > 0.0 else np.zeros(len(distances))
    if loss == "square":
        losses = losses**2
    elif loss == "exponential":
        losses = 1.0 - np.exp(-losses)
    error = float((weight[is_counted] * losses[is_counted]).sum())
    if error <= 0.0:
        return Step(0.0, 1.0, None)
    if error >= 0.5:
        return Step(error, 0.0, None, is_useless=True)
    beta = error / (1.0 - error)
    return Step(error, float(-learning_rate * np.log(beta)), learning_rate * np.log(beta) * (1.0 - losses))


STEPS = {"SAMME": samme, "real": real, "gentle": gentle}


def votes(answers, alpha, algorithm, n_classes, learning_rate, n_samples):
    """Return what a learner adds to the decision function, (n, n_classes) float64; of "gentle" (n, 1).

    Parameters
    ----------
    answers : (n,) int, (n, n_classes) float64 or (n,) float64
        Classes, probabilities, or numbers.
    alpha : float or (n,) float64
        The learner's weight.
    algorithm : {"SAMME", "real", "gentle"}
    n_classes : int
    learning_rate : float
    n_samples : int
        That learners were fitted to.
    """
    if algorithm == "gentle":
        return learning_rate * np.asarray(answers, np.float64).reshape(-1, 1)
    if algorithm == "real":
        logarithms = np.log(np.clip(answers, 1.0 / n_samples, None))
        return learning_rate * (n_classes - 1.0) * (logarithms - logarithms.mean(axis=1, keepdims=True))
    alpha = np.broadcast_to(np.asarray(alpha, np.float64), len(answers))
    added = np.repeat((-1.0 / (n_classes - 1.0) * alpha)[:, np.newaxis], n_classes, axis=1)
    rows = np.arange(len(answers))
    added[rows, answers] = alpha
    return added
