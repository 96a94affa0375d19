"""Every estimator passes scikit-learn's common checks.

Rows that are drawn in proportion to their weights cannot equal rows that are repeated: from the checks of that
scikit-learn excuses its classes, and so ours. What else it excuses them from, ours pass.
"""

from sklearn import ensemble
from sklearn.utils._test_common.instance_generator import _get_expected_failed_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

import skensemble

DRAW_BY_WEIGHT = ("IsolationForest", "RandomForestClassifier", "RandomForestRegressor")


def small(name):
    cls = getattr(skensemble, name)
    return cls(n_estimators=5) if "n_estimators" in cls._parameter_constraints else cls()


def excused(estimator):
    name = type(estimator).__name__
    if name not in DRAW_BY_WEIGHT:
        return {}
    checks = _get_expected_failed_checks(getattr(ensemble, name)())
    return {check: reason for check, reason in checks.items() if "sample_weight_equivalence" in check}


@parametrize_with_checks([small(name) for name in skensemble.__all__], expected_failed_checks=excused)
def test_common_check(estimator, check):
    check(estimator)
