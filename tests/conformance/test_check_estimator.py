"""Every estimator passes scikit-learn's common checks.

Drawing rows in proportion to their weights cannot equal repeating them: from the checks of that scikit-learn excuses
its own classes, and so ours. Its other excuses are not needed.
"""

from sklearn import ensemble, tree
from sklearn.utils._test_common.instance_generator import _get_expected_failed_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

import skensemble


def small(name):
    cls = getattr(skensemble, name)
    return cls(n_estimators=5) if "n_estimators" in cls._parameter_constraints else cls()


def excused(estimator):
    name = type(estimator).__name__
    theirs = getattr(ensemble, name, None) or getattr(tree, name)
    checks = _get_expected_failed_checks(theirs())
    return {check: reason for check, reason in checks.items() if "sample_weight_equivalence" in check}


@parametrize_with_checks([small(name) for name in skensemble.__all__], expected_failed_checks=excused)
def test_common_check(estimator, check):
    check(estimator)
