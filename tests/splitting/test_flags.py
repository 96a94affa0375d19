"""Features of two values are cut as the naive twin cuts them, however many are set, and of however many words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skensemble._intrinsics import LANES
from tests.core import grow_tree
from tests.reference.comparison import assert_is_twin
from tests.reference.naive_tree import NaiveTree

CRITERIA = {"squared_error": (), "gini": (3,), "absolute_error": ()}


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("random_splits", [False, True])
@settings(max_examples=12)
@given(
    seed=st.integers(0, 10**6),
    share=st.sampled_from([0.03, 0.2, 0.5, 0.9]),
    n_flags=st.sampled_from([4, LANES, 66]),
    max_features=st.sampled_from([3, LANES, 100]),
    is_weighted=st.booleans(),
)
def test_flags_are_cut_as_the_twin_cuts_them(criterion, random_splits, seed, share, n_flags, max_features, is_weighted):
    """Few flags that are set are added up one by one; of many, and for criteria that ask for an order, codes are."""
    random = np.random.default_rng(seed)
    X = (random.random((40, n_flags + 3)) < share).astype(np.float32)
    X[:, 1::2][:, :3] = random.standard_normal((40, min(3, n_flags // 2 + 1)))
    y = random.standard_normal((40, 1)) + X[:, :1] - X[:, 2:3]
    if CRITERIA[criterion]:
        y = np.digitize(y, [-0.5, 0.5]).astype(float)
    weights = random.integers(1, 4, 40).astype(float) if is_weighted else None
    options = {"random_splits": random_splits, "max_features": max_features, "seed": seed, "weights": weights}
    options["n_classes"] = CRITERIA[criterion]

    assert_is_twin(grow_tree(X, y, criterion, **options), NaiveTree(X, y, criterion, **options))
