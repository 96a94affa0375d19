"""A boundary passes over sorted samples, or over sums of samples, and finds the same best place."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skensemble._compile import kernel
from skensemble.arrays.sorting import POSITION_BITS
from skensemble.criteria import new_criterion
from skensemble.records import Samples
from skensemble.splitting.gate import Gate
from skensemble.splitting.sweeps import collect_buckets, sweep_buckets, sweep_samples
from tests.reference.naive_criteria import NaiveCriterion

pytestmark = pytest.mark.nojit

N_CODES = 5  # the code of missing values, which come last


@kernel
def sweep_both(criterion, samples, keys, rows, order, n_missing, missing_alone, gate):
    """Sweep over all samples in both ways."""
    n, n_statistics = keys.size, criterion.total.size
    node = criterion.open(samples, 0, n)
    by_sample = sweep_samples(criterion, samples, 0, keys, n, n_missing, missing_alone, rows, node, gate, -np.inf)
    collect_buckets(criterion, samples, 0, keys, n, 0, N_CODES, rows, n_statistics, node)
    by_bucket = sweep_buckets(
        criterion, rows, n_statistics, order, N_CODES, n_missing, missing_alone, node, gate, -np.inf
    )
    return by_sample, by_bucket


def boundaries(codes, y, missing_alone, min_samples_leaf=1):
    """The best boundaries of both sweeps: (gain, last code on the left, n_left, missing_left), or None."""
    n = len(codes)
    samples = Samples(np.arange(n, dtype=np.uint32), np.column_stack([np.ones(n), y]))
    criterion = new_criterion("squared_error", y[:, np.newaxis], (), n)
    keys = np.sort((codes << POSITION_BITS) | np.arange(n))
    gate = Gate(n, min_samples_leaf, 0.0, False, 0, -np.inf, np.inf, 1e-12)
    rows, order = np.zeros((N_CODES + 1) * 3), np.arange(N_CODES + 1)
    by_sample, by_bucket = sweep_both(
        criterion, samples, keys, rows, order, int(np.sum(codes == N_CODES)), missing_alone, gate
    )
    return [
        None if found.at < 0 else (found.gain, code_at(found.at), found.n_left, found.missing_left)
        for found, code_at in ((by_sample, lambda at: keys[at] >> POSITION_BITS), (by_bucket, lambda at: at))
    ]


def best_cut(codes, y, missing_alone, min_samples_leaf):
    """The same by enumeration; with equal gains the first, and missing values on the right."""
    criterion, is_missing, best = NaiveCriterion("squared_error"), codes == N_CODES, None
    for missing_left in (False, True) if is_missing.any() else (False,):
        for code in np.unique(codes[~is_missing]):
            is_left = (codes <= code) | (is_missing & missing_left)
            if min(is_left.sum(), (~is_left).sum()) < min_samples_leaf:
                continue
            if not missing_left and is_missing[~is_left].all() and is_missing.any() and not missing_alone:
                continue
            gain = criterion.gain(y[:, np.newaxis], np.ones(len(y)), is_left)
            if best is None or gain > best[0] + 1e-9:
                best = (gain, code, is_left.sum(), missing_left)
    return best


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(2, 30),
    has_missing=st.booleans(),
    missing_alone=st.booleans(),
    min_samples_leaf=st.integers(1, 4),
)
def test_both_sweeps_find_the_best_boundary(seed, n, has_missing, missing_alone, min_samples_leaf):
    random = np.random.default_rng(seed)
    codes, y = random.integers(0, N_CODES + has_missing, n), random.standard_normal(n)

    expected = best_cut(codes, y, missing_alone, min_samples_leaf)

    for found in boundaries(codes, y, missing_alone, min_samples_leaf):
        assert found == (expected and pytest.approx(expected))


def test_there_is_no_boundary_between_equal_values():
    assert boundaries(np.array([2, 2, 2]), np.array([0.0, 1.0, 2.0]), True) == [None, None]
    assert boundaries(np.array([5, 5, 5]), np.array([0.0, 1.0, 2.0]), True) == [None, None]


def test_missing_values_are_split_from_all_others_if_that_is_asked_for():
    codes, y = np.array([1, 1, 5]), np.array([0.0, 1.0, 2.0])

    assert [found[1:] for found in boundaries(codes, y, True)] == [(1, 2, False)] * 2
    assert boundaries(codes, y, False) == [None, None]
