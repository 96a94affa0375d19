"""Ordered target statistics, alone and in the histogram boosters."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from skensemble.estimators.early_stopping import hold_out
from skensemble.estimators.target_statistics import TargetStatistics, encoded_features, row_order

N_SAMPLES, N_SHOPS = 1500, 300
SEED = 7


def codes(n_samples=200):
    """Two categorical features around a number, targets and weights; the first misses some values."""
    random = np.random.default_rng(0)
    X = np.column_stack(
        [random.integers(0, 9, n_samples), random.standard_normal(n_samples), random.integers(0, 40, n_samples)]
    )
    X[::11, 0] = np.nan
    return X, 5.0 + random.standard_normal(n_samples), random.integers(1, 4, n_samples) * 0.5


def statistics(X, target, weight=None):
    return TargetStatistics(np.array([0, 2]), smoothing=2.0).fit(X, target, weight)


def naive_encoding(X, target, weight, order, smoothing):
    """The same as `TargetStatistics.encode_in_order`, row by row, from equation 5 of the paper."""
    prior = np.sum(weight * target) / np.sum(weight)
    encoded = X.copy()
    for feature in (0, 2):
        for position, row in enumerate(order):
            if np.isnan(X[row, feature]):
                continue
            earlier = [other for other in order[:position] if X[other, feature] == X[row, feature]]
            total = sum(weight[other] * target[other] for other in earlier) + smoothing * prior
            encoded[row, feature] = total / (sum(weight[other] for other in earlier) + smoothing)
    return encoded


def shops():
    """A frame with a column of many names, some missing, that say much, and a number that says a little."""
    random = np.random.default_rng(1)
    numbers = random.integers(0, N_SHOPS, N_SAMPLES)
    effects, noise = 2.0 * random.standard_normal(N_SHOPS), random.standard_normal(N_SAMPLES)
    names = np.array([f"shop {n}" for n in range(N_SHOPS)], dtype=object)[numbers]
    names[::50] = None
    return pd.DataFrame({"size": noise, "shop": names}), effects[numbers] + noise + random.standard_normal(N_SAMPLES)


def regressor(**parameters):
    options = {"max_iter": 10, "categorical_encoding": "ordered_target", "random_state": 0}
    return HistGradientBoostingRegressor(**{**options, **parameters})


@pytest.mark.parametrize("weighted", [False, True])
def test_a_loop_gives_the_same_values(weighted):
    X, target, weight = codes()
    fitted = statistics(X, target, weight if weighted else None)
    encoded = fitted.encode_in_order(X, target, weight if weighted else None, seed=SEED)

    weight = weight if weighted else np.ones(len(X))
    assert_allclose(encoded, naive_encoding(X, target, weight, row_order(len(X), SEED), 2.0), rtol=1e-12)


def test_new_rows_see_all_training_rows():
    X, target, weight = codes()
    encoded = statistics(X, target, weight).encode(X)

    rows = X[:, 2] == 3.0
    total = np.sum(weight[rows] * target[rows]) + 2.0 * np.average(target, weights=weight)
    assert_allclose(encoded[rows, 2], total / (np.sum(weight[rows]) + 2.0))
    assert_array_equal(encoded[:, 1], X[:, 1])


def test_a_row_does_not_see_its_own_target_nor_later_ones():
    X, target, _ = codes()
    fitted, order = statistics(X, target), row_order(len(X), SEED)
    before = fitted.encode_in_order(X, target, seed=SEED)
    changed = target.copy()
    changed[order[100:]] += 1e3
    after = fitted.encode_in_order(X, changed, seed=SEED)

    firsts = np.isin(np.arange(len(X)), order[:101])
    assert_allclose(after[firsts], before[firsts], rtol=1e-9)
    assert np.nanmax(np.abs(after[~firsts] - before[~firsts])) > 1.0


def test_missing_and_unseen_categories_are_missing():
    X, target, weight = codes()
    weight[X[:, 2] == 5.0] = 0.0  # rows without weight do not count
    fitted = statistics(X, target, weight)
    new = np.array([[np.nan, 0.0, 5.0], [0.0, 0.0, 1000.0], [1.0, 0.0, 0.0]])

    assert_array_equal(np.isnan(fitted.encode(new)), [[True, False, True], [False, False, True], [False] * 3])
    in_order = fitted.encode_in_order(X, target, weight, seed=SEED)
    assert_array_equal(np.isnan(in_order[:, 0]), np.isnan(X[:, 0]))


def test_only_categories_are_encoded_and_in_a_copy():
    X, target, _ = codes()
    original = X.copy()
    fitted = statistics(X, target)
    fitted.encode(X), fitted.encode_in_order(X, target, seed=SEED)
    of_none = TargetStatistics(np.zeros(0, np.int64)).fit(X, target)

    assert_array_equal(X, original)
    assert of_none.encode(X) is X
    assert of_none.encode_in_order(X, target, seed=SEED) is X
    assert fitted.as_trees_see(np.array([9, 0, 40])).tolist() == [0, 0, 0]


def test_a_feature_whose_values_are_all_missing_stays_missing():
    X, target, _ = codes()
    X[:, 0] = np.nan
    fitted = statistics(X, target)

    assert np.isnan(fitted.encode(X)[:, 0]).all()
    assert np.isnan(fitted.encode_in_order(X, target, seed=SEED)[:, 0]).all()


@pytest.mark.parametrize(("encoding", "expected"), [("split", []), ("auto", [2]), ("ordered_target", [1, 2])])
def test_features_are_chosen_by_their_numbers_of_categories(encoding, expected):
    assert encoded_features(encoding, np.array([0, 255, 256])).tolist() == expected


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"categorical_encoding": "target"}, "'categorical_encoding' parameter"),
        ({"monotonic_cst": {"shop": 1}}, "Categorical features cannot have monotonic constraints"),
    ],
)
def test_contradictions_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        regressor(**parameters).fit(*shops())


@pytest.mark.parametrize("encoding", ["ordered_target", "auto"])
def test_categories_and_strings_predict_the_same(encoding):
    X, y = shops()
    as_categories = X.astype({"shop": "category"})
    model = regressor(categorical_encoding=encoding, max_iter=50).fit(X, y)
    of_categories = regressor(categorical_encoding=encoding, max_iter=50).fit(as_categories, y)

    assert model.is_categorical_.tolist() == [False, True]
    assert model.score(X, y) > 0.4
    assert_array_equal(of_categories.predict(as_categories), model.predict(X))
    assert_array_equal(model.predict(X.assign(shop="new")), model.predict(X.assign(shop=None)))


def test_predictions_of_new_rows_are_better_than_those_of_split_categories():
    X, y = shops()
    split, ordered = (
        HistGradientBoostingClassifier(categorical_encoding=encoding, random_state=0).fit(X[:1000], y[:1000] > 0)
        for encoding in ("split", "ordered_target")
    )

    assert ordered.score(X[1000:], y[1000:] > 0) > split.score(X[1000:], y[1000:] > 0)


def test_threads_and_pickles_keep_the_bits():
    X, y = shops()
    model = regressor().fit(X, y)

    assert_array_equal(regressor(n_jobs=2).fit(X, y).predict(X), model.predict(X))
    assert_array_equal(pickle.loads(pickle.dumps(model)).predict(X), model.predict(X))


@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_warm_start_goes_on_to_the_same_bits(early_stopping):
    X, y = shops()
    at_once = regressor(early_stopping=early_stopping, max_iter=8).fit(X, y)
    model = regressor(early_stopping=early_stopping, max_iter=3, warm_start=True).fit(X, y)
    model.set_params(max_iter=8).fit(X, y)

    assert_array_equal(model.predict(X), at_once.predict(X))
    assert_array_equal(model.validation_score_, at_once.validation_score_)


def test_a_warm_start_keeps_the_statistics():
    X, y = shops()
    model = regressor(max_iter=3, warm_start=True).fit(X, y)
    before = model._statistics
    model.set_params(max_iter=5).fit(X, y + 1.0)

    assert model._statistics is before


def test_rows_that_are_held_out_or_of_weight_0_do_not_count():
    X, y = shops()
    weight = np.where(np.arange(N_SAMPLES) % 3, 1.0, 0.0)
    model = regressor().fit(X, y, sample_weight=weight)
    without = regressor().fit(X[weight > 0.0], y[weight > 0.0])
    assert_array_equal(model.predict(X[weight > 0.0]), without.predict(X[weight > 0.0]))

    model = regressor(early_stopping=True, max_iter=5)
    model.fit(X[:1000], y[:1000], X_val=X[1000:], y_val=y[1000:])
    assert model.validation_score_[-1] == pytest.approx(-0.5 * np.mean((y[1000:] - model.predict(X[1000:])) ** 2))
    assert model._statistics.prior.tolist() == [pytest.approx(np.mean(y[:1000]))]


def test_held_out_rows_are_encoded_like_new_ones():
    X, y = shops()
    for scoring in ("loss", "neg_mean_squared_error"):
        model = regressor(early_stopping=True, max_iter=5, scoring=scoring).fit(X, y)
        assert len(model.validation_score_) == 6
    kept, held_out = hold_out(model, X, y, None, model._seed)
    other = y.copy()
    other[held_out] += 10.0  # which changes no statistic
    again = regressor(early_stopping=True, max_iter=5).fit(X, other)
    for values, same in zip(model._statistics.values, again._statistics.values, strict=True):
        assert_array_equal(values, same)
    assert model._statistics.prior.tolist() == [np.mean(y[kept])]
