"""The kernels of this package: each is in the cache once it has been compiled."""

import numpy as np
import pytest
from numba.core import event

import skensemble
from tests.compile.fresh import call


def fit_and_predict(name):
    """Return how many kernels a fit and a prediction compile in this process."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), rng.integers(3, size=40)
    with event.install_recorder("numba:compile") as compilations:
        getattr(skensemble, name)(n_estimators=2).fit(X, y).predict(X)
    return len(compilations.buffer)


@pytest.mark.parametrize("name", ["RandomForestClassifier", "RandomForestRegressor"])
def test_a_second_process_compiles_nothing(name):
    call(fit_and_predict, name)

    assert call(fit_and_predict, name) == 0
