"""Every estimator passes scikit-learn's common checks, but those from which scikit-learn excuses its own."""

import pytest
from sklearn import ensemble, tree
from sklearn.utils._test_common.instance_generator import _get_expected_failed_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

import skensemble


def small(cls):
    return cls(n_estimators=5) if "n_estimators" in cls._parameter_constraints else cls()


def excused(estimator):
    name = type(estimator).__name__
    theirs = getattr(ensemble, name, None) or getattr(tree, name)
    return _get_expected_failed_checks(theirs())


@parametrize_with_checks(
    [small(getattr(skensemble, name)) for name in skensemble.__all__], expected_failed_checks=excused
)
# The checks are made for estimators of a library that warns, too.
@pytest.mark.filterwarnings("default")
def test_common_check(estimator, check):
    check(estimator)
