"""A warm start goes on with data of the same kind, or says what differs; the fit that there was stays."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import skensemble as sk

random = np.random.default_rng(0)
X = random.standard_normal((80, 4)).astype(np.float32)
y = np.exp(X[:, 0] + 0.1 * random.standard_normal(80))
CLASSES = np.digitize(y, np.quantile(y, [0.3, 0.6]))

CLASSIFIERS = [
    sk.RandomForestClassifier(2),
    sk.ExtraTreesClassifier(2),
    sk.AdaBoostClassifier(n_estimators=2),
    sk.BaggingClassifier(n_estimators=2),
    sk.GradientBoostingClassifier(n_estimators=2),
    sk.HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=3),
    sk.HistGradientBoostingClassifier(max_iter=2, multi_strategy="vector_leaf"),
]
REGRESSORS = [
    sk.RandomForestRegressor(2),
    sk.ExtraTreesRegressor(2),
    sk.AdaBoostRegressor(n_estimators=2),
    sk.BaggingRegressor(n_estimators=2),
    sk.GradientBoostingRegressor(n_estimators=2),
    sk.HistGradientBoostingRegressor(max_iter=2),
    sk.IsolationForest(n_estimators=2),
]


def named(estimators):
    return pytest.mark.parametrize("estimator", estimators, ids=lambda each: type(each).__name__)


def started(estimator, X, y):
    """A model that is fitted and asked for more, and what it predicts."""
    size = "max_iter" if "max_iter" in estimator.get_params() else "n_estimators"
    model = type(estimator)(**{**estimator.get_params(), "warm_start": True, "random_state": 0}).fit(X, y)
    return model.set_params(**{size: 4}), model.predict(X)


@named(CLASSIFIERS)
@pytest.mark.parametrize(("before", "now"), [((0, 1), (0, 1, 2)), ((0, 1, 2), (0, 1)), ((1, 2), (0, 1, 2))])
def test_other_classes_are_refused(estimator, before, now):
    of_before, of_now = np.isin(CLASSES, before), np.isin(CLASSES, now)
    model, predicted = started(estimator, X[of_before], CLASSES[of_before])

    with pytest.raises(ValueError, match="y has other classes than in the fit that warm_start=True goes on with"):
        model.fit(X[of_now], CLASSES[of_now])
    assert_array_equal(model.predict(X[of_before]), predicted)


@named(CLASSIFIERS + REGRESSORS)
@pytest.mark.parametrize("other", [X[:, :1], np.hstack([X, X])], ids=["fewer", "more"])
def test_other_numbers_of_columns_are_refused(estimator, other):
    target = CLASSES if estimator in CLASSIFIERS else y
    model, predicted = started(estimator, X, target)

    with pytest.raises(ValueError, match=f"X has {other.shape[1]} features, but .* is expecting 4 features"):
        model.fit(other, target)
    assert_array_equal(model.predict(X), predicted)


@named(CLASSIFIERS + REGRESSORS)
def test_columns_in_another_order_are_refused(estimator):
    frame, target = pd.DataFrame(X, columns=list("abcd")), CLASSES if estimator in CLASSIFIERS else y
    model, predicted = started(estimator, frame, target)

    with pytest.raises(ValueError, match="feature names"):
        model.fit(frame[list("dcba")], target)
    assert_array_equal(model.predict(frame), predicted)


@pytest.mark.parametrize("now", [np.column_stack([y, y]), y])
def test_other_numbers_of_outputs_are_refused(now):
    before = y if now.ndim == 2 else np.column_stack([y, y])
    model, _ = started(sk.RandomForestRegressor(2), X, before)

    with pytest.raises(ValueError, match="y has other outputs than in the fit that warm_start=True goes on with"):
        model.fit(X, now)


def test_another_link_is_refused():
    model, _ = started(sk.HistGradientBoostingRegressor(max_iter=2, loss="poisson"), X, y)

    assert model.set_params(loss="gamma").fit(X, y).n_iter_ == 4  # a logarithm, too
    with pytest.raises(ValueError, match="loss='squared_error' has another link than that of the rounds before"):
        model.set_params(loss="squared_error", max_iter=5).fit(X, y)


def test_another_encoding_of_categories_is_refused():
    codes = np.column_stack([X, CLASSES])
    model = sk.HistGradientBoostingRegressor(max_iter=2, categorical_features=[4])
    model, _ = started(model, codes, y)

    with pytest.raises(ValueError, match="categorical_encoding cannot change between the rounds of a warm start"):
        model.set_params(categorical_encoding="ordered_target").fit(codes, y)


def test_other_outputs_without_more_trees_change_nothing():
    """There is nothing to grow from them: that is a warning, as in scikit-learn."""
    model = sk.RandomForestRegressor(2, warm_start=True, random_state=0).fit(X, y)

    with pytest.warns(UserWarning, match="without increasing n_estimators"):
        model.fit(X, np.column_stack([y, y]))
    assert model.n_outputs_ == 1
    assert model.predict(X).shape == (80,)
