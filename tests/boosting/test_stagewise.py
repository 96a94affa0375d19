"""Friedman's boosting: the steps are those of the papers, and keep what constraints promise."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skensemble.boosting.booster import new_training
from skensemble.boosting.gradients import write_gradients
from skensemble.boosting.stagewise import LineSearch, bounded_values
from skensemble.objectives.objectives import ObjectiveParameters, new_objective
from skensemble.records import NODE

pytestmark = pytest.mark.nojit

PARAMETERS = ObjectiveParameters(quantile=0.7, huber_share=0.8, is_lower=True)


def line_search(name, target, raw, weight=None, n_classes=2):
    objective = new_objective(name, n_classes, PARAMETERS).at(target - raw, weight)
    training = new_training(target, raw[np.newaxis])._replace(weight=np.zeros(0) if weight is None else weight)
    gradients, hessians = np.empty(len(target)), np.empty(len(target))
    plain = training._replace(weight=np.zeros(0))
    write_gradients(plain, objective.loss, 0, 0, len(target), gradients, hessians)
    return LineSearch(objective, 0, training, gradients, hessians)


def test_a_newton_step_of_a_leaf_is_the_ratio_of_the_sums():
    rng = np.random.default_rng(0)
    target, raw, weight = rng.integers(0, 2, 40).astype(float), rng.normal(size=40), rng.random(40)
    leaves = rng.integers(0, 3, 40)

    found = line_search("log_loss", target, raw, weight).values_of_leaves(leaves, 4)

    shares = 1 / (1 + np.exp(-raw))
    for leaf in range(3):
        rows = leaves == leaf
        curvature = (weight * shares * (1 - shares))[rows].sum()
        assert found[leaf] == pytest.approx((weight * (target - shares))[rows].sum() / curvature, rel=1e-10)
    assert found[3] == 0.0


@pytest.mark.parametrize("name", ["absolute_error", "quantile", "huber"])
def test_a_refined_leaf_is_no_worse_than_any_other_value(name):
    rng = np.random.default_rng(0)
    target, raw, leaves = rng.normal(size=60), rng.normal(size=60), rng.integers(0, 2, 60)
    search = line_search(name, target, raw)
    loss = {
        "absolute_error": np.abs,
        "quantile": lambda r: np.maximum(0.7 * r, -0.3 * r),
        "huber": lambda r: np.where(
            np.abs(r) <= search.objective.loss.delta,
            r**2 / 2,
            search.objective.loss.delta * (np.abs(r) - search.objective.loss.delta / 2),
        ),
    }[name]

    values = search.values_of_leaves(leaves, 2)

    slack = 0.02 if name == "huber" else 1e-12  # Huber's is one step from the median
    for leaf in range(2):
        residuals = (target - raw)[leaves == leaf]
        best = min(loss(residuals - value).mean() for value in np.linspace(-3, 3, 601))
        assert loss(residuals - values[leaf]).mean() <= best + slack


def test_the_step_along_a_direction_lowers_the_loss_most():
    rng = np.random.default_rng(0)
    target, direction = rng.normal(size=50), rng.normal(size=50)

    step = line_search("squared_error", target, np.zeros(50)).best_step(direction)

    assert step == pytest.approx((direction @ target) / (direction @ direction), rel=1e-6)
    assert line_search("squared_error", target, np.zeros(50)).best_step(np.zeros(50)) == 0.0


def test_values_of_leaves_keep_the_order_that_a_constraint_asks_for():
    nodes = np.zeros(7, NODE)
    nodes["left"], nodes["right"], nodes["feature"] = -1, -1, -2
    nodes["weighted_n_node_samples"] = [8, 4, 2, 2, 4, 2, 2]
    for number, left, right, feature in ((0, 1, 4, 0), (1, 2, 3, 1), (4, 5, 6, 0)):
        nodes[number]["left"], nodes[number]["right"], nodes[number]["feature"] = left, right, feature
    values = np.array([0.0, 0.0, 5.0, -1.0, 0.0, 3.0, 1.0])

    bounded = bounded_values(nodes, values, np.array([1, 0], np.int8))

    assert max(bounded[2], bounded[3]) <= min(bounded[5], bounded[6])
    assert bounded[5] <= bounded[6]
    assert_allclose(bounded_values(nodes, values, np.array([0, 0], np.int8))[[2, 3, 5, 6]], values[[2, 3, 5, 6]])
