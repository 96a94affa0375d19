"""Small nodes, whose features are sorted and screened side by side, are cut as all others are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config

from skensemble.splitting import desk, screening
from tests.core import grow_tree

CRITERIA = {"squared_error": (), "gini": (3,), "entropy": (3,), "poisson": (), "absolute_error": ()}


def grow_both(monkeypatch, *arguments, **options):
    """The same tree with the features of all nodes one by one, and side by side."""
    trees = []
    for most_sorted in (0, 256):
        monkeypatch.setattr(desk, "MOST_SORTED", most_sorted)
        trees.append(grow_tree(*arguments, **options))
    return trees


def assert_same_bits(one, other):
    for name in one.nodes.dtype.names:
        np.testing.assert_array_equal(one.nodes[name], other.nodes[name])
    np.testing.assert_array_equal(one.values, other.values)


@pytest.mark.parametrize("criterion", CRITERIA)
@settings(max_examples=25)
@given(data=st.data())
def test_trees_are_the_same_bit_by_bit(criterion, data):
    """Ties, missing values, categories, weights and least sizes included."""
    seed, n = data.draw(st.integers(0, 10**6)), data.draw(st.integers(2, 300))
    n_values, n_features = data.draw(st.sampled_from([2, 5, 1000])), data.draw(st.sampled_from([1, 3, 11]))
    random = np.random.default_rng(seed)
    X = random.integers(0, n_values, (n, n_features)).astype(np.float32)
    if data.draw(st.booleans()):
        X[random.random(X.shape) < 0.1] = np.nan
    options = {
        "n_classes": CRITERIA[criterion],
        "seed": seed,
        "weights": data.draw(st.sampled_from([None, random.integers(0, 3, n) + (np.arange(n) < 2.0)])),
        "max_features": data.draw(st.sampled_from([2, 100])),
        "min_samples_leaf": data.draw(st.sampled_from([1, 4])),
    }
    if data.draw(st.booleans()):
        X[:, 0] = random.integers(0, 6, n)
        options["n_categories"] = [6] + [0] * (n_features - 1)
    y = random.integers(0, 3, n).astype(np.float64)
    if criterion == "squared_error":
        y += random.random(n).round(1)

    with pytest.MonkeyPatch.context() as monkeypatch:
        assert_same_bits(*grow_both(monkeypatch, X, y, criterion, **options))


def test_monotonic_constraints_refuse_the_best_boundary_of_a_feature(monkeypatch):
    """What screening promises, the gate may forbid: the sweep then takes the next one."""
    random = np.random.default_rng(0)
    X = random.random((200, 4), dtype=np.float32)
    y = X[:, 0] - X[:, 1] + np.sin(20 * X[:, 0])

    one, other = grow_both(monkeypatch, X, y, "squared_error", monotonic=[1, -1, 0, 0])

    assert_same_bits(one, other)
    assert len(one.nodes) > 20


@pytest.mark.nojit
@pytest.mark.skipif(not config.DISABLE_JIT, reason="machine code does not see that a constant is another one")
def test_codes_too_far_apart_are_sorted_one_by_one(monkeypatch):
    """Code and position share a key: what does not fit in, 2**24 values in a node of 256 samples, is not screened."""
    X, y = np.arange(60, dtype=np.float32)[:, np.newaxis], np.random.default_rng(1).random(60)
    expected = grow_tree(X, y, "squared_error")
    monkeypatch.setattr(screening, "KEY_BITS", 6)

    assert_same_bits(grow_tree(X, y, "squared_error"), expected)


def test_rows_of_keys_do_not_straddle_cache_lines():
    keys = desk.new_desk(10, 10, 3, 0, False, np.uint16).panel.keys

    assert keys.ctypes.data % 64 == 0
    assert keys.shape[0] == desk.MOST_SORTED


@pytest.mark.nojit
def test_missing_values_come_first_once_more():
    """Lane 0 has two missing values, the last two; lane 1 has none; others are not in the panel."""
    panel = desk.new_desk(5, 5, 3, 0, False, np.uint16).panel
    panel.n_missing[:] = [2, 0, *[4] * 6]
    lane = np.array([[0, 3], [0, 4], [1, 0], [7, 1], [7, 2]], np.uint32)  # code, position
    panel.keys[:5, :] = (lane[:, 0] << 3 | lane[:, 1])[:, np.newaxis]

    screening.put_missing_first.py_func(panel, 5, 2, np.uint32(7))

    codes, positions = panel.keys_left[:5] >> 3, panel.keys_left[:5] & 7
    np.testing.assert_array_equal(positions[:, 0], [1, 2, 3, 4, 0])
    np.testing.assert_array_equal(codes[:, 0], [0, 0, 1, 1, 2])
    for other in (1, 7):
        np.testing.assert_array_equal(positions[:, other], [3, 4, 0, 1, 2])
        np.testing.assert_array_equal(codes[:, other], [1, 1, 2, 8, 8])
