"""Which features a node looks at."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skensemble._compile import kernel
from skensemble.splitting.features import feature_order
from tests.reference.naive_random import circle_of_features, shuffled_features

N_FEATURES = 7

pytestmark = pytest.mark.nojit


@kernel
def draw_all(features, key, drawn):
    """Draw some features of a node, and undo the draws."""
    for number in range(drawn.size):
        drawn[number] = features.draw_next(key, number)
    features.undo(drawn.size)


def draw_features(features, key, n):
    drawn = np.empty(n, np.int64)
    draw_all(features, np.uint64(key), drawn)
    return drawn.tolist()


@given(keys=st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5), n_drawn=st.integers(1, N_FEATURES))
def test_a_node_draws_without_replacement_and_its_key_alone_decides(keys, n_drawn):
    features = feature_order(N_FEATURES)

    for key in keys:
        expected = list(shuffled_features(key, N_FEATURES))
        assert sorted(expected) == list(range(N_FEATURES))
        assert draw_features(features, key, n_drawn) == expected[:n_drawn]


@kernel
def circle(features, key, found):
    first = features.draw_first(key)
    for number in range(found.size):
        found[number] = features.following(first, number)


@given(key=st.integers(0, 2**64 - 1))
def test_a_node_that_looks_at_all_features_draws_the_first(key):
    found = np.empty(N_FEATURES, np.int64)

    circle(feature_order(N_FEATURES), np.uint64(key), found)

    assert found.tolist() == circle_of_features(key, N_FEATURES)
    assert sorted(found) == list(range(N_FEATURES))


def test_every_feature_is_drawn_as_often():
    features = feature_order(N_FEATURES)
    first = [draw_features(features, key * 0x9E3779B97F4A7C15 % 2**64, 1)[0] for key in range(2_800)]

    assert np.abs(np.bincount(first) - 400).max() < 4 * np.sqrt(400)


def test_constant_features_come_to_the_front():
    features = feature_order(5)

    for n_constant, feature in enumerate([3, 0, 4]):
        features.mark_constant(feature, n_constant)

    assert features.active[:3].tolist() == [3, 0, 4]
    assert sorted(features.active) == list(range(5))
    assert features.active[features.where].tolist() == list(range(5))
