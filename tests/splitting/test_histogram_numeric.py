"""The best cut of a numeric feature, from its histogram."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skensemble._compile import record
from skensemble.criteria.second_order import SecondOrder
from skensemble.splitting.histogram import ANY, PACKED, SINGLE, Fence, Units, to_float
from skensemble.splitting.histogram_numeric import best_cut, numeric_desk
from skensemble.splitting.outputs import outputs_desk
from tests.core import entry

pytestmark = pytest.mark.nojit

COUNT_BITS = 10
best_cut_entry = entry(best_cut)
to_float_entry = entry(to_float)


@record
class Features(NamedTuple):
    """As much of BinnedFeatures as the search looks at."""

    offsets: np.ndarray
    n_bins: np.ndarray


def search(bins, missing, *, n_words=None, fence=None, **options):
    """The best cut of a feature whose bins hold (gradient, hessian, count), behind two others.

    Of several outputs bins hold (gradient, hessian, ..., gradient, hessian, count).  None words: bins are wide.
    """
    rows = np.array([np.full(len(missing), 7), np.full(len(missing), 7), *bins, missing], np.int64)
    words, n_outputs = rows, (len(missing) - 1) // 2
    if n_words == SINGLE:
        words = (rows[:, :1] << COUNT_BITS) + rows[:, 2:]
    elif n_words == PACKED:
        words = np.column_stack([rows[:, 0], (rows[:, 1] << COUNT_BITS) + rows[:, 2]])
    units = Units(0.5, 0.25, COUNT_BITS, words.shape[1], n_outputs)
    data = Features(np.array([0, 2]), np.array([1, len(bins)]))
    fence = Fence(False, 0, -np.inf, np.inf, 0.0, ANY) if fence is None else fence
    node, values, desk = (
        words[2:].sum(axis=0),
        np.zeros(n_outputs),
        numeric_desk(len(bins) + 1),
    )
    several = outputs_desk(1, words.shape[1], n_outputs)
    return best_cut_entry(words.ravel(), data, 1, node, values, units, criterion_of(**options), fence, desk, several)


def criterion_of(l1=0.0, l2=1.0, min_child_weight=0.0, min_samples_leaf=1):
    return SecondOrder(l1, l2, min_child_weight, min_samples_leaf, np.inf, 10.0, 0.0)


def best_of_all(bins, missing, l1=0.0, l2=1.0, min_child_weight=0.0, min_samples_leaf=1, fence=None):
    """The score of the best cut, of all boundaries with missing values on either side (equations 5 to 7)."""
    best, rows = -np.inf, [np.array(each) for each in (*bins, missing)]
    node = np.sum(rows, axis=0)
    for n_left in range(1, len(bins) + (missing[-1] > 0)):
        for missing_left in (False, True) if missing[-1] else (False,):
            left = np.sum(rows[:n_left], axis=0) + missing_left * rows[-1]
            if fence is not None and fence.only not in (ANY, n_left - 1):
                continue
            sides = left, node - left
            if any(side[-1] < min_samples_leaf or 0.25 * side[1::2].sum() < min_child_weight for side in sides):
                continue
            score, values = 0.0, []
            for side in sides:
                for gradient, hessian in zip(side[:-1:2], side[1::2], strict=True):
                    value = -np.sign(gradient) * max(abs(0.5 * gradient) - l1, 0.0) / (0.25 * hessian + l2)
                    value = value if fence is None else np.clip(value, fence.lower, fence.upper)
                    values.append(value)
                    score -= gradient * value + (0.25 * hessian + l2) * value**2 + 2.0 * l1 * abs(value)
            if fence is None or (values[0] - values[1]) * fence.sign <= 0.0:
                best = max(best, score)
    return best


filled = st.tuples(st.integers(-50, 50), st.integers(0, 9), st.integers(1, 30))
a_bin = st.one_of(st.just((0, 0, 0)), filled)
sums = st.tuples(st.integers(-50, 50), st.integers(0, 9))
a_bin_of_three = st.one_of(
    st.just((0,) * 7), st.builds(lambda *parts: sum(parts, ()), sums, sums, sums, st.tuples(st.integers(1, 30)))
)
bins_of_three = st.lists(a_bin_of_three, min_size=1, max_size=8).filter(lambda bins: any(each[-1] for each in bins))
many_bins = st.lists(a_bin, min_size=1, max_size=12).filter(lambda bins: any(count for _, _, count in bins))


@given(
    bins=many_bins,
    missing=a_bin,
    n_words=st.sampled_from([SINGLE, PACKED, None]),
    min_samples_leaf=st.sampled_from([1, 5, 40]),
)
@example(bins=[(3, 1, 1)], missing=(0, 0, 0), n_words=PACKED, min_samples_leaf=1)
def test_no_other_cut_is_better(bins, missing, n_words, min_samples_leaf):
    options = {"min_samples_leaf": min_samples_leaf, "min_child_weight": 0.5, "l1": 0.75}
    if n_words == SINGLE:  # the hessian of each row is 1
        bins, missing = [(gradient, count, count) for gradient, _, count in bins], (missing[0], missing[2], missing[2])
    cut = search(bins, missing, n_words=n_words, **options)

    assert cut.score == pytest.approx(best_of_all(bins, missing, **options))


@given(bins=many_bins, missing=a_bin, sign=st.sampled_from([-1, 0, 1]), only=st.integers(0, 11))
def test_no_other_cut_within_the_fence_is_better(bins, missing, sign, only):
    """Bounds of the values, a monotonic constraint, and one boundary alone."""
    for tried in (ANY, min(only, len(bins) - 1)):
        fence = Fence(True, sign, -2.0, 1.5, 0.0, tried)
        cut = search(bins, missing, fence=fence)
        assert cut.score == pytest.approx(best_of_all(bins, missing, fence=fence))


@given(bins=bins_of_three, missing=a_bin_of_three, only=st.sampled_from([ANY, 1, 4]), is_bounded=st.booleans())
def test_the_outputs_of_a_tree_are_scored_together(bins, missing, only, is_bounded):
    options = {"min_samples_leaf": 5, "min_child_weight": 3.0, "l1": 0.75, "l2": 0.5}
    bound = 0.8 if is_bounded else np.inf
    fence = Fence(is_bounded, 0, -bound, bound, 0.0, min(only, len(bins) - 1))
    cut = search(bins, missing, fence=fence, **options)

    assert cut.score == pytest.approx(best_of_all(bins, missing, fence=fence, **options))


def test_of_equal_cuts_the_lowest_bin_is_taken():
    cut = search([(5, 1, 1), (0, 0, 0), (0, 0, 0), (-5, 1, 1)], (0, 0, 0))

    assert (cut.bin, cut.feature) == (0, 1)


@pytest.mark.parametrize(("bins", "missing_left"), [([(5, 1, 1), (-5, 1, 2)], False), ([(5, 1, 2), (-5, 1, 1)], True)])
def test_where_there_are_no_missing_values_they_will_go_with_more_samples(bins, missing_left):
    assert search(bins, (0, 0, 0)).missing_left == missing_left


def test_missing_values_can_be_cut_off():
    cut = search([(5, 1, 3), (5, 1, 3)], (-10, 1, 1))

    assert (cut.bin, cut.missing_left) == (1, False)


def test_a_node_that_cannot_be_cut():
    assert search([(5, 1, 3), (0, 0, 0)], (0, 0, 0)).feature == -1


@given(st.integers(-(2**63), 2**63 - 1))
@example(2**53 + 1)
@example(-(2**53) - 3)
@example(-(2**63))
@example(2**63 - 1)
@example(0)
def test_integers_become_the_floats_next_to_them(x):
    assert to_float_entry(np.int64(x)) == float(x)
