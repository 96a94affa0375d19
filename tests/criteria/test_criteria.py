"""Every criterion keeps what the definitions in the naive twin say, while samples move from right to left."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skensemble import DecisionTreeClassifier
from skensemble._compile import kernel
from skensemble._intrinsics import LANES
from skensemble.arrays.sorting import POSITION_MASK
from skensemble.criteria import new_criterion
from skensemble.records import Place, Samples
from skensemble.splitting.desk import new_desk
from tests.properties.problems import KINDS, SINGLE_OUTPUT, Kind, Recipe
from tests.reference.naive_criteria import NaiveCriterion

pytestmark = pytest.mark.nojit

EVERY_KIND = pytest.mark.parametrize("kind", KINDS, ids=str)
START, STOP = 4, 25  # of the node among the samples


@kernel
def move_all(criterion, samples, start, stop, keys, rows, gains, pair_gains, children, answers, values):
    """Move a node's samples to the left in the order of the keys, one by one and then as rows of two samples."""
    node = criterion.open(samples, start, stop)
    criterion.write_value(node, values, 0)
    n = stop - start
    if criterion.needs_order():
        criterion.prepare(samples, start, keys, n)
    left = criterion.begin(node)
    for i in range(n - 1):
        left = criterion.move(left, node, samples, start + (keys[i] & POSITION_MASK))
        gains[i] = criterion.evaluate(left, node, i + 1)
        children[i, 0], children[i, 1] = criterion.child_values(left, node, i + 1)
        answers[i, 0] = criterion.may_exceed(left, node, (1.0 - 1e-15) * gains[i])
        answers[i, 1] = criterion.may_exceed(left, node, 1.001 * gains[i])
    if criterion.needs_order():
        return node
    n_statistics = criterion.total.size
    for i in range(n):
        criterion.collect(rows, (i // 2) * n_statistics, node, samples, start + (keys[i] & POSITION_MASK))
    left = criterion.begin(node)
    for pair in range(pair_gains.size):
        left = criterion.move_row(left, node, rows, pair * n_statistics)
        pair_gains[pair] = criterion.evaluate(left, node, 0)
    return node


class Moved(NamedTuple):
    """What a criterion says about a node, and what is true."""

    node: tuple  # NodeStatistics
    total: np.ndarray
    value: np.ndarray
    rows: np.ndarray  # of pairs of samples
    gains: np.ndarray
    pair_gains: np.ndarray
    children: np.ndarray
    answers: np.ndarray  # whether the gains may exceed bars just below and above them
    naive: NaiveCriterion
    targets: np.ndarray  # of the node, in the order in which its samples moved
    weights: np.ndarray


def move_samples(kind, seed=0):
    """Open the node START:STOP of a tree that uses some rows of the data, and move its samples in a random order."""
    random = np.random.default_rng(seed)
    data = Recipe(seed, 40, 1, 0.0, "real").make(kind).of_positive_weight()
    index = random.permutation(len(data.X))[:30]
    samples = Samples(index.astype(np.uint32), np.column_stack([data.weights[index], data.targets[index, 0]]))
    criterion = new_criterion(kind.criterion, data.targets, kind.n_classes, len(index))
    n, order = STOP - START, random.permutation(STOP - START)
    gains, pair_gains, children = np.empty(n - 1), np.empty((n - 1) // 2), np.empty((n - 1, 2))
    rows, value = np.zeros((n + 1) // 2 * criterion.total.size), np.zeros((1, _n_values(kind)))
    answers = np.zeros((n - 1, 2), bool)
    node = move_all(criterion, samples, START, STOP, order, rows, gains, pair_gains, children, answers, value)
    moved = index[START:STOP][order]
    return Moved(
        node,
        criterion.total,
        value[0],
        rows.reshape(-1, criterion.total.size),
        gains,
        pair_gains,
        children,
        answers,
        NaiveCriterion(kind.criterion, kind.n_classes),
        data.targets[moved],
        data.weights[moved],
    )


def _is_indicator(kind):
    """Whether the criterion works with the share of the second class alone."""
    return kind.criterion == "gini" and max(kind.n_classes) <= 2


def _n_values(kind):
    return kind.n_outputs * (1 if _is_indicator(kind) else max(kind.n_classes, default=1))


@EVERY_KIND
def test_a_node_has_its_weight_impurity_and_value(kind):
    moved = move_samples(kind)
    value = moved.naive.value(moved.targets, moved.weights)

    assert_allclose(moved.node.weight, moved.weights.sum())
    assert_allclose(moved.node.impurity, moved.naive.impurity(moved.targets, moved.weights))
    assert_allclose(moved.value, (value[:, 1] if _is_indicator(kind) else value.ravel()))


@EVERY_KIND
def test_the_gain_is_the_weighted_decrease_of_impurity(kind):
    moved = move_samples(kind)
    n = STOP - START
    expected = [moved.naive.gain(moved.targets, moved.weights, np.arange(n) < i) for i in range(1, n)]

    assert_allclose(moved.gains, expected, rtol=1e-10)


@EVERY_KIND
def test_a_gain_that_exceeds_the_bar_is_not_refused(kind):
    moved = move_samples(kind)

    assert moved.answers[moved.gains > 0.0, 0].all()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.criterion == "squared_error"], ids=str)
def test_a_gain_of_squared_error_below_the_bar_is_refused(kind):
    moved = move_samples(kind)

    assert moved.answers[moved.gains > 0.0, 1].any() == (kind.n_outputs > 1)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.criterion != "absolute_error"], ids=str)
def test_rows_of_statistics_move_as_their_samples_do(kind):
    moved = move_samples(kind)

    assert_allclose(moved.pair_gains, moved.gains[1::2], rtol=1e-10)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.criterion != "absolute_error"], ids=str)
def test_rows_of_statistics_add_up_to_the_node(kind):
    moved = move_samples(kind)

    assert_allclose(moved.rows.sum(axis=0), moved.total, atol=1e-12)
    assert_array_equal(moved.rows[:, 0], [2] * 10 + [1])  # the number of samples comes first
    assert_allclose(moved.rows[:10, 1], moved.weights[:20].reshape(10, 2).sum(axis=1))


@kernel
def collect_all(criterion, panel, samples, start, stop):
    criterion.open(samples, start, stop)
    criterion.sum_below(panel, samples, Place(start, stop, np.uint64(0), -np.inf, np.inf, True))


@EVERY_KIND
@pytest.mark.parametrize("is_weighted", [True, False])
def test_what_lies_before_the_cut_of_a_lane_is_summed_up(kind, is_weighted):
    random = np.random.default_rng(1)
    data = Recipe(1, 40, 1, 0.0, "real").make(kind).of_positive_weight()
    index = random.permutation(len(data.X))[:30]
    weights = data.weights[index] if is_weighted else np.ones(len(index))
    samples = Samples(index.astype(np.uint32), np.column_stack([weights, data.targets[index, 0]]), is_weighted)
    criterion = new_criterion(kind.criterion, data.targets, kind.n_classes, len(index))
    panel = new_desk(30, len(data.X), criterion.total.size, 0, False, np.uint16).panel
    panel.codes[:] = random.integers(0, 10, panel.codes.shape)
    panel.bounds[:] = np.arange(LANES)
    panel.bounds[-1] = 10

    collect_all(criterion, panel, samples, START, STOP)

    sums, is_below = panel.sums.reshape(-1, LANES), panel.codes[: STOP - START] <= panel.bounds
    assert_array_equal(sums[0], is_below.sum(axis=0))
    assert_allclose(sums[1], weights[START:STOP] @ is_below)
    assert_allclose(sums[:, -1], criterion.total, atol=1e-12)  # all of the node


@pytest.mark.parametrize("kind", SINGLE_OUTPUT, ids=str)
def test_children_have_their_values(kind):
    """A mean, a median, or the share of the second class, whichever monotonic constraints are about."""
    moved = move_samples(kind)
    expected = [
        [moved.naive.single_value(moved.targets[side], moved.weights[side]) for side in (slice(i), slice(i, None))]
        for i in range(1, STOP - START)
    ]

    assert_allclose(moved.children, expected, atol=1e-14)


def test_a_poisson_mean_of_zero_is_worth_nothing():
    """Also where the zeros are what rounding leaves of a sum."""
    targets = np.array([0.1, 0.2, 0.3, 0.0, 0.0])[:, np.newaxis]
    samples = Samples(np.arange(5, dtype=np.uint32), np.column_stack([np.full(5, 0.7), targets]))
    criterion = new_criterion("poisson", targets, (), 5)
    gains, children = np.empty(4), np.empty((4, 2))

    move_all(
        criterion,
        samples,
        0,
        5,
        np.arange(5),
        np.zeros(9),
        gains,
        np.empty(2),
        children,
        np.zeros((4, 2), bool),
        np.zeros((1, 1)),
    )

    assert_array_equal(gains > -np.inf, [True, True, False, False])


def test_log_loss_is_entropy():
    targets = np.zeros((4, 1))

    assert type(new_criterion("log_loss", targets, (3,), 4)) is type(new_criterion("entropy", targets, (3,), 4))


def test_the_gini_index_of_two_classes_is_a_squared_error():
    """Its impurity is twice the variance of the indicator of a class."""
    targets = np.zeros((4, 1))
    criterion = new_criterion("gini", targets, (2,), 4)

    assert type(criterion) is type(new_criterion("squared_error", targets, (), 4))
    assert criterion.scale == 2.0


def test_kinds_cover_every_criterion():
    made = {type(new_criterion(kind.criterion, np.zeros((2, kind.n_outputs)), kind.n_classes, 2)) for kind in KINDS}

    assert len(made) == 5
    assert Kind("gini", (3,)) in KINDS


@pytest.mark.parametrize("weight", [1e-13, 1e-15, 1e-300])
@pytest.mark.parametrize("max_leaf_nodes", [None, 2])
def test_a_row_of_hardly_any_weight_is_not_worth_a_split(weight, max_leaf_nodes):
    """What is left on its side of a difference of sums is rounding."""
    for seed in range(10):
        random = np.random.default_rng(seed)
        X, weights = random.standard_normal((200, 4)), random.random(200)
        y = (random.random(200) < 0.3 + 0.4 * (X[:, 0] > 0)) + 1 * (X[:, 1] > 0.3)
        weights[X[:, 3].argmax()] = weight
        tree = DecisionTreeClassifier(max_depth=1, max_leaf_nodes=max_leaf_nodes).fit(X, y, weights).tree_

        assert tree.feature[0] == 1
