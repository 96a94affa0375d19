"""Leaves whose rows have few codes for the bins of a histogram keep none.

That their cuts are those of other leaves is in `tests/boosting/test_booster.py`: sparse data has the trees of dense.
"""

import numpy as np
import pytest
from scipy.sparse import csc_array

from tests.boosting.problems import boost

N_SAMPLES, N_FEATURES, N_LEAVES = 400, 300, 40


@pytest.mark.parametrize("is_sparse", [True, False])
def test_thin_leaves_do_not_write_on_their_places_in_the_pool(is_sparse):
    random = np.random.default_rng(0)
    X = np.where(random.random((N_SAMPLES, N_FEATURES)) < 0.02, random.standard_normal((N_SAMPLES, N_FEATURES)), 0.0)
    y = np.abs(X).sum(axis=1) + random.standard_normal(N_SAMPLES)
    options = {"max_leaf_nodes": N_LEAVES, "min_samples_leaf": 2, "bundles": is_sparse}
    booster, _, _ = boost(csc_array(X) if is_sparse else X, y, "squared_error", n_rounds=1, **options)
    pool, (own,) = booster.team.field.pool, booster.team.own

    assert (own.leaves["number"] > 0).sum() == N_LEAVES
    pool[:] = -1
    booster.boost(1)
    n_written = (pool != -1).any(axis=1)[:N_LEAVES].sum()

    assert n_written < N_LEAVES / 2 if is_sparse else n_written >= N_LEAVES - 4
