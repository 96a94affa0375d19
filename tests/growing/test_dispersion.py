"""The dispersion of gradients, and what features that say nothing gain by chance."""

from typing import NamedTuple

import numpy as np
import pytest

from skensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from skensemble._compile import kernel, record
from skensemble._team import Team
from skensemble.growing.dispersion import dispersion_of, note_squares, shift_of_squares
from skensemble.growing.leaves import OPEN_LEAF
from skensemble.splitting.histogram import MOST_BITS, PACKED, SINGLE, SUM_BITS, Units

pytestmark = pytest.mark.nojit
COUNT_BITS = 8
NOTHING = np.zeros(1, np.int64)


@record
class Rows(NamedTuple):
    """As much of a Field as is looked at."""

    pairs: np.ndarray
    rows: np.ndarray
    stretches: np.ndarray


@kernel
def note(team, field, leaves, units):
    note_squares(team, field, leaves[0], units)


@kernel
def measure(team, field, total, units):
    return dispersion_of(team, field, total, units)


@kernel
def shift(n_squares):
    return shift_of_squares(n_squares)


@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("n_words", [SINGLE, PACKED, 5])
def test_the_dispersion_is_the_mean_square_for_a_unit_of_hessian(n_threads, n_words):
    """Of all rows of a tree, whichever thread has them; of several outputs that of all together."""
    random, n_outputs = np.random.default_rng(0), 2 if n_words > PACKED else 1
    gradients = random.integers(-(2**MOST_BITS), 2**MOST_BITS, (90, n_outputs))  # as large as rows have them
    hessians = random.integers(1, 10**6, (90, n_outputs)) if n_words > SINGLE else np.ones((90, 1), int)
    units = Units(0.25, 0.5, COUNT_BITS if n_words <= PACKED else 0, n_words, n_outputs)
    if n_words == SINGLE:
        gradients >>= COUNT_BITS
        pairs = (gradients << COUNT_BITS) + 1
    elif n_words > PACKED:
        pairs = np.column_stack([gradients[:, 0], hessians[:, 0], gradients[:, 1], hessians[:, 1], np.ones(90, int)])
    else:
        pairs = np.column_stack([gradients, (hessians << COUNT_BITS) + 1])
    rows, leaves = random.permutation(90)[:80].astype(np.uint32), np.zeros(1, OPEN_LEAF)
    field = Rows(pairs, rows, np.zeros((n_threads, 8), np.int64))
    borders = np.linspace(0, 80, n_threads + 1).astype(int)
    teams = [Team(number, n_threads, NOTHING, NOTHING, NOTHING) for number in range(n_threads)]
    for team in teams:
        leaves["start"], leaves["stop"] = borders[team.number], borders[team.number + 1]
        note(team, field, leaves, units)

    expected = np.sum((0.25 * gradients[rows]) ** 2) / np.sum(0.5 * hessians[rows])
    assert measure(teams[0], field, pairs[rows].sum(axis=0), units) == pytest.approx(expected, rel=1e-5)
    assert measure(teams[0], field, np.zeros(pairs.shape[1], np.int64), units) == 0.0


@pytest.mark.parametrize("n_squares", [1, 255, 10**6, 2**40])
def test_sums_of_squares_do_not_overflow(n_squares):
    most = 2 ** min(MOST_BITS, SUM_BITS - n_squares.bit_length() + 1)  # of one gradient

    assert n_squares * ((most >> shift(n_squares)) + 1) ** 2 < 2**63


@pytest.mark.parametrize("growth", ["leaf", "symmetric"])
@pytest.mark.parametrize("kind", [HistGradientBoostingRegressor, HistGradientBoostingClassifier])
def test_categories_that_say_nothing_are_not_preferred_to_numbers_that_say_nothing(kind, growth):
    random = np.random.default_rng(0)
    X = np.column_stack([random.standard_normal((3000, 3)), random.integers(0, 60, 3000)])
    y = random.integers(0, 2, 3000)
    model = kind(categorical_features=[3], max_iter=20, max_depth=3, growth=growth, importance="split").fit(X, y)

    assert model.feature_importances_[3] < 0.2


def test_categories_that_say_much_are_still_chosen():
    random = np.random.default_rng(0)
    X = np.column_stack([random.standard_normal((3000, 3)), random.integers(0, 60, 3000)])
    y = random.standard_normal(60)[X[:, 3].astype(int)] + 0.3 * random.standard_normal(3000)
    model = HistGradientBoostingRegressor(categorical_features=[3], max_iter=20).fit(X, y)

    assert model.feature_importances_[3] > 0.9
