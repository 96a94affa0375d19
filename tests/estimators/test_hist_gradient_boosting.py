"""The histogram boosters as estimators."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn.ensemble
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from tests.boosting.problems import problem

N_SAMPLES = 600


def regression(positive=False, n_samples=N_SAMPLES):
    X, y = make_regression(n_samples, 6, noise=5.0, random_state=0)
    return X, np.exp(y / 200) if positive else y


def classification(n_classes=2):
    return make_classification(N_SAMPLES, n_informative=5, n_classes=n_classes, random_state=0)


def colours(n_samples=N_SAMPLES, n_colours=30):
    """A frame with a column of text whose letters say little and whose values say all."""
    random = np.random.default_rng(0)
    numbers = random.integers(0, n_colours, n_samples)
    effects = random.standard_normal(n_colours)
    X = pd.DataFrame({"noise": random.standard_normal(n_samples), "colour": [f"colour {n}" for n in numbers]})
    return X, effects[numbers] + 0.1 * random.standard_normal(n_samples)


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "poisson", "gamma"])
def test_scikit_learn_predicts_the_same(loss):
    X, y = regression(loss in ("poisson", "gamma"), 2000)  # of fewer rows, absolute errors gain alike
    ours, theirs = (
        cls(loss=loss, max_iter=20).fit(X, y)
        for cls in (HistGradientBoostingRegressor, sklearn.ensemble.HistGradientBoostingRegressor)
    )

    assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_scikit_learn_gives_classes_the_same_probabilities(n_classes):
    X, y = problem("log_loss", 2000, n_classes=n_classes)  # scikit-learn's float32 decides between redundant features
    ours, theirs = (
        cls(max_iter=10).fit(X, y)
        for cls in (HistGradientBoostingClassifier, sklearn.ensemble.HistGradientBoostingClassifier)
    )

    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-5)
    assert_array_equal(ours.predict(X), theirs.predict(X))


def test_both_libraries_hold_the_same_rows_out():
    X, y = regression()
    ours, theirs = (
        cls(early_stopping=True, max_iter=30, random_state=3).fit(X, y)
        for cls in (HistGradientBoostingRegressor, sklearn.ensemble.HistGradientBoostingRegressor)
    )

    assert ours.n_iter_ == theirs.n_iter_
    assert_allclose(ours.train_score_, theirs.train_score_, rtol=1e-6)
    assert_allclose(ours.validation_score_, theirs.validation_score_, rtol=1e-6)


@pytest.mark.parametrize(("loss", "parameters"), [("tweedie", {"tweedie_power": 1.3}), ("huber", {"huber_delta": 0.5})])
def test_further_losses_are_descended(loss, parameters):
    X, y = regression(positive=True)
    model = HistGradientBoostingRegressor(loss=loss, early_stopping=True, **parameters, random_state=0).fit(X, y)

    assert model.score(X, y) > 0.85
    assert model.validation_score_[-1] > model.validation_score_[0]


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_a_quantile_has_its_share_of_rows_below(quantile):
    X, y = regression()
    model = HistGradientBoostingRegressor(loss="quantile", quantile=quantile, max_iter=50).fit(X, y)

    assert np.mean(y <= model.predict(X)) == pytest.approx(quantile, abs=0.05)


def test_staged_predictions_end_in_the_prediction():
    X, y = classification(3)
    model = HistGradientBoostingClassifier(max_iter=5).fit(X, y)

    assert_array_equal(list(model.staged_predict_proba(X))[-1], model.predict_proba(X))
    assert_array_equal(list(model.staged_decision_function(X))[-1], model.decision_function(X))
    assert_array_equal(list(model.staged_predict(X))[-1], model.predict(X))


@pytest.mark.parametrize("make", [regression, classification, lambda: classification(3)])
def test_a_warm_start_goes_on_to_the_same_bits(make):
    X, y = make()
    cls = HistGradientBoostingRegressor if make is regression else HistGradientBoostingClassifier
    at_once = cls(max_iter=8, max_features=0.7, random_state=0).fit(X, y)
    model = cls(max_iter=3, max_features=0.7, random_state=0, warm_start=True).fit(X, y)
    model.set_params(max_iter=8).fit(X, y)

    assert_array_equal(model._raw_predict(X), at_once._raw_predict(X))


def test_a_warm_start_does_not_shrink():
    X, y = regression()
    model = HistGradientBoostingRegressor(max_iter=3, warm_start=True).fit(X, y)

    with pytest.raises(ValueError, match="max_iter=2 must be larger than or equal to n_iter_=3"):
        model.set_params(max_iter=2).fit(X, y)
    assert model.n_iter_ == 3


def test_strings_are_categories():
    X, y = colours()
    options = {"max_iter": 30, "min_samples_leaf": 5, "categorical_smoothing": 1.0}
    model = HistGradientBoostingRegressor(**options).fit(X, y)

    assert model.is_categorical_.tolist() == [False, True]
    assert model.score(X, y) > 0.9
    unseen = X.assign(colour="none of them")
    missing = X.assign(colour=None)
    assert_array_equal(model.predict(unseen), model.predict(missing))


def test_there_may_be_more_categories_than_bins():
    X, y = colours(3000, 600)
    model = HistGradientBoostingRegressor(min_samples_leaf=2, categorical_smoothing=0.5).fit(X, y)

    assert model.score(X, y) > 0.9


@pytest.mark.parametrize("growth", ["leaf", "depth"])
def test_predictions_are_monotonic(growth):
    X, y = regression()
    X[::7, 0] = np.nan
    model = HistGradientBoostingRegressor(monotonic_cst=[1, -1, 0, 0, 0, 0], growth=growth).fit(X, y)
    grid = np.repeat(X[:50], 20, axis=0)

    for feature, sign in ((0, 1), (1, -1)):
        varied = grid.copy()
        varied[:, feature] = np.tile(np.linspace(-3, 3, 20), 50)
        steps = np.diff(model.predict(varied).reshape(50, 20), axis=1)
        assert np.all(sign * steps >= 0.0)


def test_features_of_different_groups_do_not_interact():
    X, y = regression()
    model = HistGradientBoostingRegressor(interaction_cst=[[0, 1], [2, 3, 4, 5]]).fit(X, y)
    base, other = X[0], X[1]
    mixed = np.array([base, np.r_[other[:2], base[2:]], np.r_[base[:2], other[2:]], other])
    here, first, second, both = model.predict(mixed)

    assert both - here == pytest.approx((first - here) + (second - here))


@pytest.mark.parametrize("scoring", ["loss", None, "neg_mean_squared_error", lambda model, X, y: model.score(X, y)])
def test_rounds_end_when_the_score_no_longer_improves(scoring):
    X, y = regression()
    model = HistGradientBoostingRegressor(
        early_stopping=True, scoring=scoring, max_iter=500, n_iter_no_change=3, tol=1e-2, learning_rate=0.5
    ).fit(X, y)

    assert model.n_iter_ < 500
    assert len(model.train_score_) == len(model.validation_score_) == model.n_iter_ + 1


def test_early_stopping_looks_at_the_rows_that_the_user_holds_out():
    X, y = classification()
    labels = np.array(["no", "yes"])[y]
    model = HistGradientBoostingClassifier(early_stopping=True, max_iter=20)
    model.fit(X[:400], labels[:400], X_val=X[400:], y_val=labels[400:])

    shares = model.predict_proba(X[400:])[np.arange(200), y[400:]]
    assert model.validation_score_[-1] == pytest.approx(np.log(shares).mean())


def test_early_stopping_works_in_a_grid_search_in_a_pipeline():
    X, y = classification()
    model = make_pipeline(StandardScaler(), HistGradientBoostingClassifier(early_stopping=True, max_iter=30))
    search = GridSearchCV(model, {"histgradientboostingclassifier__max_leaf_nodes": [4, 8]}, cv=2).fit(X, y)

    assert search.best_score_ > 0.8


@pytest.mark.parametrize("importance", ["gain", "split", "cover"])
def test_importances_point_at_what_matters(importance):
    random = np.random.default_rng(0)
    X = random.standard_normal((N_SAMPLES, 5))
    model = HistGradientBoostingRegressor(importance=importance, max_leaf_nodes=4, max_iter=10)
    importances = model.fit(X, X[:, 3]).feature_importances_

    assert importances.argmax() == 3
    assert importances.sum() == pytest.approx(1.0)


def test_rows_of_weight_0_do_not_exist():
    X, y = regression()
    weight = np.ones(N_SAMPLES)
    weight[::3] = 0.0
    model = HistGradientBoostingRegressor(max_iter=5).fit(X, y, sample_weight=weight)
    without = clone(model).fit(X[weight > 0], y[weight > 0])

    assert_array_equal(model.predict(X), without.predict(X))


def test_a_weight_stands_for_rows_that_are_repeated():
    X, y = regression()
    weight = np.random.default_rng(0).integers(1, 4, N_SAMPLES)
    options = {"max_iter": 5, "min_samples_leaf": 1, "min_child_weight": 0.0}
    weighted = HistGradientBoostingRegressor(**options).fit(X, y, sample_weight=weight)
    repeated = HistGradientBoostingRegressor(**options).fit(np.repeat(X, weight, axis=0), np.repeat(y, weight))

    assert_allclose(weighted.predict(X), repeated.predict(X), rtol=1e-6)


def test_class_weights_are_weights():
    X, y = classification()
    by_class = HistGradientBoostingClassifier(max_iter=5, class_weight={0: 3.0, 1: 1.0}).fit(X, y)
    by_sample = HistGradientBoostingClassifier(max_iter=5).fit(X, y, sample_weight=np.where(y == 0, 3.0, 1.0))

    assert_array_equal(by_class.predict_proba(X), by_sample.predict_proba(X))


def test_a_pickle_predicts_the_same_bits():
    X, y = classification(3)
    model = HistGradientBoostingClassifier(max_iter=5).fit(X, y)

    assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X))


def test_permuted_rows_leave_the_bits():
    X, y = classification()
    order = np.random.default_rng(0).permutation(N_SAMPLES)
    model = HistGradientBoostingClassifier(max_iter=5).fit(X, y)
    permuted = clone(model).fit(X[order], y[order])

    assert_array_equal(permuted.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"early_stopping": True, "categorical_features": [0], "categorical_encoding": "ordered_target"},
        {"early_stopping": True, "categorical_features": [0], "scoring": "r2"},
        {"leaf_model": "linear"},
    ],
    ids=str,
)
def test_float32_data_are_not_copied_to_float64_and_the_model_is_the_same(order, parameters):
    """Not even where a warm start has to know the predictions so far."""
    X, y = problem("squared_error", N_SAMPLES)
    X[:, 0] = np.random.default_rng(0).integers(0, 40, N_SAMPLES)
    X = X.astype(np.float32, order=order)
    models = []
    for values in (X, X.astype(np.float64, order="K")):
        model = HistGradientBoostingRegressor(max_iter=3, random_state=0, warm_start=True, **parameters)
        models.append(model.fit(values, y).set_params(max_iter=6).fit(values, y))

    assert_array_equal(models[0].predict(X), models[1].predict(X))
    assert models[0].n_iter_ == models[1].n_iter_


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"loss": "quantile"}, 'loss="quantile" needs the parameter quantile'),
        ({"quantile": 0.3}, 'quantile=0.3 needs loss="quantile"'),
        ({"loss": "poisson"}, "loss='poisson' requires non-negative y"),
        ({"loss": "gamma"}, "loss='gamma' requires strictly positive y"),
        ({"monotonic_cst": [1, 0]}, "monotonic_cst has shape .2"),
        ({"categorical_features": [0], "monotonic_cst": [1, 0, 0, 0, 0, 0]}, "Categorical features cannot have"),
        ({"max_bins": 1}, "'max_bins' parameter"),
        ({"tweedie_power": 2.0}, "'tweedie_power' parameter"),
        ({"growth": "wide"}, "'growth' parameter"),
    ],
)
def test_contradictions_are_named(parameters, message):
    X, y = regression()

    with pytest.raises(ValueError, match=message):
        HistGradientBoostingRegressor(**parameters).fit(np.round(X) + 10, y)


def test_a_target_of_one_class_or_with_nan_is_refused():
    X, y = regression()

    with pytest.raises(ValueError, match="only one class"):
        HistGradientBoostingClassifier().fit(X, np.ones(N_SAMPLES))
    with pytest.raises(ValueError, match="contains NaN"):
        HistGradientBoostingRegressor().fit(X, np.where(y > 0, np.nan, y))
    with pytest.raises(ValueError, match="too large for their variance"):
        HistGradientBoostingRegressor().fit(X, np.full(N_SAMPLES, 1e308))
    with pytest.raises(ValueError, match="previously unseen labels"):
        HistGradientBoostingClassifier(early_stopping=True).fit(X, y > 0, X_val=X[:2], y_val=["a", "b"])


def test_a_failed_fit_leaves_the_model_as_it_was():
    X, y = regression()
    model = HistGradientBoostingRegressor(max_iter=3).fit(X, y)
    before = model.predict(X)

    with pytest.raises(ValueError, match="strictly positive"):
        model.set_params(loss="gamma").fit(X, y)
    assert_array_equal(model.set_params(loss="squared_error").predict(X), before)
