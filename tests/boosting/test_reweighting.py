"""AdaBoost's rounds: weights, errors and alphas are those of the papers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skensemble.boosting.reweighting import gentle, r2, real, samme, votes

pytestmark = pytest.mark.nojit

TARGET = np.array([0, 1, 2, 1])
WEIGHT = np.array([0.1, 0.2, 0.3, 0.4])


def test_samme_raises_what_is_wrong_by_the_learners_weight():
    step = samme(np.array([0, 1, 1, 1]), TARGET, WEIGHT, 3, 0.5)

    assert step.error == pytest.approx(0.3)
    assert step.alpha == pytest.approx(0.5 * (np.log(0.7 / 0.3) + np.log(2)))
    assert_allclose(step.exponents, [0, 0, step.alpha, 0])


def test_samme_ends_with_a_perfect_learner_and_drops_one_that_guesses():
    assert samme(TARGET, TARGET, WEIGHT, 3, 1.0) == (0.0, 1.0, None, False)
    assert samme((TARGET + 1) % 3, TARGET, WEIGHT, 3, 1.0).is_useless


def test_the_real_variant_takes_logarithms_of_probabilities():
    shares = np.array([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1]])

    step = real(shares, TARGET, WEIGHT, 3, 1.0)

    coded, smooth = np.where(np.eye(3)[TARGET] == 1, 1.0, -0.5), np.maximum(shares, 1 / 4)
    assert_allclose(step.exponents, -2 / 3 * (coded * np.log(smooth)).sum(axis=1))
    assert step.error == pytest.approx(0.3)
    added = votes(shares, 1.0, "real", 3, 1.0, 10)
    assert_allclose(added, 2 * (np.log(shares) - np.log(shares).mean(axis=1, keepdims=True)))


def test_the_gentle_variant_takes_numbers():
    target = np.array([0, 1, 1])
    step = gentle(np.array([-0.5, 0.25, -0.25]), target, np.full(3, 1 / 3), 2, 1.0)

    assert_allclose(step.exponents, [-0.5, -0.25, 0.25])
    assert step.error == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("loss", "of_share"), [("linear", lambda s: s), ("square", np.square), ("exponential", lambda s: 1 - np.exp(-s))]
)
def test_r2_weighs_by_shares_of_the_greatest_distance(loss, of_share):
    distances = np.array([0.0, 1.0, 2.0, 0.2])
    losses = of_share(distances / 2)

    step = r2(distances, WEIGHT, loss, 1.0)

    error = (WEIGHT * losses).sum()
    beta = error / (1 - error)
    assert step.error == pytest.approx(error)
    assert step.alpha == pytest.approx(np.log(1 / beta))
    assert_allclose(np.exp(step.exponents), beta ** (1 - losses))


def test_r2_looks_at_no_sample_without_weight():
    assert r2(np.array([1.0, 9.0]), np.array([1.0, 0.0]), "linear", 1.0).is_useless
    assert r2(np.array([0.0, 9.0]), np.array([1.0, 0.0]), "linear", 1.0) == (0.0, 1.0, None, False)
