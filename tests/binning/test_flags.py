"""Features of two values have a bit each, and trees are the same without."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skensemble import ExtraTreesClassifier, RandomForestClassifier
from skensemble.binning import flags
from skensemble.binning.flags import find_flags

NEVER = 1000  # a code that is not there


def found(ranks, *, is_numeric=None, missing=NEVER):
    n_features = ranks.shape[1]
    is_numeric = np.ones(n_features, bool) if is_numeric is None else np.array(is_numeric)
    codes, flags = find_flags(ranks, is_numeric, np.full(n_features, missing))
    assert codes.ranks is ranks
    return codes.words, flags


def bits(words, flags, feature):
    bit = flags.bit_of[feature]
    return (words[bit // 64] >> np.uint64(bit % 64)) & np.uint64(1)


@pytest.mark.nojit
@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_a_bit_says_whether_a_sample_has_the_higher_value(dtype):
    random = np.random.default_rng(0)
    ranks = random.choice(np.array([3, 7], dtype), (30, 70))  # more than a word

    words, flags = found(ranks)

    assert words.shape == (2, 30)
    assert_array_equal(flags.codes, np.tile([3, 7], (70, 1)))
    for feature in range(70):
        assert_array_equal(bits(words, flags, feature), ranks[:, feature] == 7)


@pytest.mark.nojit
def test_only_numeric_features_of_at_most_two_values_without_missing_ones_are_flags():
    ranks = np.tile(np.array([[0, 1]] * 6 + [[0, 9]] * 2, np.uint16).T, (6, 1))
    ranks[5, 1] = 2

    _, flags = found(ranks, is_numeric=[False] + [True] * 7, missing=9)

    assert_array_equal(flags.bit_of, [-1, -1, 0, 1, 2, 3, -1, -1])


@pytest.mark.nojit
def test_a_constant_feature_is_a_flag_that_never_varies():
    words, flags = found(np.full((5, 4), 6, np.uint16))

    assert not words.any()
    assert_array_equal(flags.bit_of, np.arange(4))


@pytest.mark.parametrize("forest", [ExtraTreesClassifier, RandomForestClassifier])
@pytest.mark.parametrize("options", [{}, {"max_leaf_nodes": 12}])
def test_trees_are_the_same_with_flags_and_without(monkeypatch, forest, options):
    random = np.random.default_rng(0)
    X = np.hstack([random.standard_normal((300, 3)), random.integers(0, 2, (300, 9)), random.random((300, 2)) < 0.02])
    y = (X[:, 0] + X[:, 4] - X[:, 5] * X[:, 6] > 0).astype(int) + (X[:, 12] > 0)
    model = forest(5, random_state=0, **options)

    with_flags = model.fit(X, y).predict_proba(X)
    monkeypatch.setattr(flags, "_LEAST_SHARE", 2.0)
    without = model.fit(X, y).predict_proba(X)

    assert_array_equal(with_flags, without)
