"""Every estimator passes scikit-learn's common checks.

Rows that are drawn in proportion to their weights cannot equal rows that are repeated: from the checks of that
scikit-learn excuses its classes, and so ours. What else it excuses them from, ours pass.
"""

import pytest
from sklearn import ensemble
from sklearn.utils._test_common.instance_generator import _get_expected_failed_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

import skensemble
from tests.estimators.problems import small_of_all as small

DRAW_BY_WEIGHT = (
    "BaggingClassifier",
    "BaggingRegressor",
    "IsolationForest",
    "RandomForestClassifier",
    "RandomForestRegressor",
)
NAMES = [name for name in skensemble.__all__ if name != "GreedyEnsembleSelector"]  # whose features are predictions


def excused(estimator):
    name = type(estimator).__name__
    if name not in DRAW_BY_WEIGHT:
        return {}
    checks = _get_expected_failed_checks(getattr(ensemble, name)())
    return {check: reason for check, reason in checks.items() if "sample_weight_equivalence" in check}


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")  # by scikit-learn, of infinite y
@parametrize_with_checks([small(name) for name in NAMES], expected_failed_checks=excused)
def test_common_check(estimator, check):
    check(estimator)
