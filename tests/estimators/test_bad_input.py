"""What estimators say of input that they cannot take, and that it leaves them as they were."""

import _thread
import threading
import time

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.base import is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from skensemble import DecisionTreeClassifier, DecisionTreeRegressor, RandomForestClassifier, RandomForestRegressor
from tests.estimators.problems import FORESTS, TREES, answer, problem, small

SUPERVISED = [*TREES, *FORESTS]
supervised = pytest.mark.parametrize("cls", SUPERVISED)


def assert_refuses(estimator, X, y, match, error=ValueError, **arguments):
    """The fit fails with a message; an estimator that is not fitted stays so, and one that is stays as it is."""
    cls = type(estimator)
    with pytest.raises(error, match=match):
        estimator.fit(X, y, **arguments)
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)

    good_X, good_y = problem(cls)
    fitted = small(cls).fit(good_X, good_y)
    expected = answer(fitted, good_X)
    parameters = estimator.get_params()
    attributes = {name: value for name, value in vars(fitted).items() if name not in parameters}
    with pytest.raises(error, match=match):
        fitted.set_params(**parameters).fit(X, y, **arguments)
    after = {name: value for name, value in vars(fitted).items() if name not in parameters}
    assert after.keys() == attributes.keys()
    assert all(after[name] is attributes[name] for name in attributes)
    fitted.set_params(**small(cls).get_params())
    assert_array_equal(answer(fitted, good_X), expected)


def changed(X, value):
    X = X.astype(np.float64)
    X[3, 1] = value
    return X


# X


@supervised
@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda X: changed(X, np.inf), "X contains infinity"),
        (lambda X: changed(X, -np.inf), "X contains infinity"),
        (lambda X: changed(X, 1e308), "X contains infinity or a value too large for dtype..float32"),
        (lambda X: csr_array(changed(np.nan_to_num(X), np.inf)), "X contains infinity"),
        (lambda X: csr_array(changed(np.nan_to_num(X), np.nan)), "X contains NaN"),
        (lambda X: X[:, :0], "0 feature"),
        (lambda X: X[:0], "0 sample|number of samples=0"),
        (lambda X: X[:, 0], "Expected 2D array"),
        (lambda X: X[np.newaxis], "dim 3"),
        (lambda X: X * 1j, "Complex data not supported"),
        (lambda X: X[:-1], "number of samples=119"),
        (lambda X: np.full(X.shape, "blue"), "could not convert string to float"),
        (lambda X: None, "Expected 2D array"),
    ],
)
def test_an_X_that_is_none(cls, change, match):
    X, y = problem(cls)

    assert_refuses(small(cls), change(X), y, match)


@supervised
def test_no_rows_at_all(cls):
    assert_refuses(small(cls), np.zeros((0, 3)), np.zeros(0), "0 sample")


@supervised
@pytest.mark.parametrize("value", [np.inf, 1e308])
def test_infinity_is_refused_in_prediction_too(cls, value):
    X, y = problem(cls)
    model = small(cls).fit(X, y)

    with pytest.raises(ValueError, match="X contains infinity"):
        model.predict(changed(X, value))
    with pytest.raises(ValueError, match="X has 4 features, but"):
        model.predict(X[:, :4])
    with pytest.raises(ValueError, match="0 sample"):
        model.predict(X[:0])


@supervised
def test_columns_that_say_nothing_are_not_split_on(cls):
    X, y = problem(cls)
    X[:, 1], X[:, 2] = np.nan, 7.0
    model = small(cls).fit(X, y)

    assert {1, 2}.isdisjoint(model._trees.nodes["feature"])
    assert_array_equal(model.feature_importances_[1:3], 0.0)
    assert model.score(X, y) > 0.5


@supervised
def test_a_matrix_that_says_nothing_predicts_the_mean(cls):
    y = problem(cls)[1]
    model = small(cls, **({"bootstrap": False} if cls in FORESTS else {})).fit(np.full((len(y), 2), np.nan), y)
    expected = np.bincount(y) / len(y) if is_classifier(model) else y.mean()

    assert_allclose(answer(model, [[1.0, 2.0]])[0], expected)
    assert_array_equal(model.feature_importances_, 0.0)


@supervised
@pytest.mark.parametrize("sparse", [False, True])
def test_the_whole_range_of_float32_can_be_split(cls, sparse):
    X = np.repeat([[-3.4e38], [3.4e38]], 20, axis=0)
    X = csr_array(X) if sparse else X
    y = np.repeat([0, 1], 20)

    assert_array_equal(small(cls).fit(X, y).predict(X), y)


@supervised
def test_one_row_is_a_leaf(cls):
    X, y = problem(cls)
    model = small(cls).fit(X[:1], y[:1])

    assert_array_equal(model.predict(X), np.full(len(X), y[0]))
    assert set(np.ravel(model.apply(X))) == {0}


def test_a_hundred_thousand_strings_are_as_many_categories():
    names = [f"row {row}" for row in range(100_000)]
    frame = pd.DataFrame({"name": names})
    y = np.arange(100_000) % 2
    tree = DecisionTreeClassifier(max_depth=1).fit(frame, y)

    assert_array_equal(tree.predict(frame), y)


# y


@supervised
@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda y: None, "requires y to be passed"),
        (lambda y: y[:-1], "labels=119 does not match number of samples=120"),
        (lambda y: y.reshape(-1, 1, 1), "dim 3"),
        (lambda y: np.where(np.arange(len(y)) == 5, np.nan, y), "y contains NaN"),
        (lambda y: np.where(np.arange(len(y)) == 5, np.inf, y), "y contains infinity"),
    ],
)
def test_a_y_that_is_none(cls, change, match):
    X, y = problem(cls)

    assert_refuses(small(cls), X, change(y), match)


@supervised
def test_a_y_of_another_kind(cls):
    X, y = problem(cls)
    if is_classifier(small(cls)):
        assert_refuses(small(cls), X, y + 0.5, "Unknown label type: continuous")
        assert_refuses(small(cls), X, np.array([1, "a"] * 60, object), "Unknown label type: unknown")
    else:
        assert_refuses(small(cls), X, np.full(len(y), "a"), "could not convert string to float")
        assert_refuses(small(cls), X, np.where(np.arange(len(y)) == 5, 1e308, y), "y holds values too large")
        assert_refuses(small(cls, criterion="poisson"), X, y, "y are negative")


@supervised
def test_a_constant_y_is_predicted(cls):
    X, y = problem(cls)
    model = small(cls).fit(X, np.full(len(y), 4))

    assert_array_equal(model.predict(X), 4)
    assert set(np.ravel(model.apply(X))) == {0}


# Weights


@supervised
@pytest.mark.parametrize(
    ("weight", "match"),
    [
        (np.r_[-1.0, np.ones(119)], "Negative values in data passed to `sample_weight`"),
        (np.zeros(120), "Sample weights must contain at least one non-zero number"),
        (np.ones(119), "sample_weight.shape == .119,., expected .120,."),
        (np.ones((120, 1)), "Sample weights must be 1D"),
        (np.r_[np.nan, np.ones(119)], "sample_weight contains NaN"),
        (np.r_[np.inf, np.ones(119)], "sample_weight contains infinity"),
        (np.full(120, 1e308), "sum of sample_weight is beyond float64"),
    ],
)
def test_weights_that_are_none(cls, weight, match):
    assert_refuses(small(cls), *problem(cls), match, sample_weight=weight)


@pytest.mark.parametrize("cls", [cls for cls in SUPERVISED if is_classifier(cls())])
@pytest.mark.parametrize(
    ("class_weight", "match"),
    [
        ({7: 1.0}, "not in class_weight"),
        ({0: -1.0, 1: 1.0, 2: 1.0}, "class_weight must not be negative"),
        ([1.0], "class_weight"),
        ({0: np.inf}, "class_weight must not be negative, and has to hold finite numbers"),
        ({0: np.nan}, "class_weight must not be negative, and has to hold finite numbers"),
        ({0: None}, "class_weight must not be negative, and has to hold finite numbers"),
        ({0: 0.0, 1: 0.0, 2: 0.0}, "class_weight must not be negative, and leave a sample of positive weight"),
        ("even", "class_weight"),
    ],
)
def test_class_weights_that_are_none(cls, class_weight, match):
    assert_refuses(small(cls, class_weight=class_weight), *problem(cls), match)


# Data frames


def frame(X):
    return pd.DataFrame(X, columns=list("abcde"))


@supervised
@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda X: X[list("bacde")], "Feature names must be in the same order"),
        (lambda X: X[list("abcd")], "Feature names seen at fit time, yet now missing:\n- e"),
        (lambda X: X.rename(columns={"a": "z"}), "Feature names unseen at fit time:\n- z"),
    ],
)
def test_columns_are_those_of_the_training_data(cls, change, match):
    X, y = problem(cls)
    model = small(cls).fit(frame(X), y)

    with pytest.raises(ValueError, match=match):
        model.predict(change(frame(X)))


@supervised
@pytest.mark.parametrize(
    ("column", "match"),
    [
        ([1, "a"] * 60, "Column 'c' holds"),
        (pd.date_range("2000", periods=120), "Column 'c' has dtype datetime64"),
        ([[1]] * 120, "Column 'c'"),
        ([{"a": 1}] * 120, "Column 'c'"),
    ],
    ids=["mixed", "dates", "lists", "dicts"],
)
def test_a_column_that_is_neither_numbers_nor_categories(cls, column, match):
    X, y = problem(cls)

    assert_refuses(small(cls), frame(X).assign(c=column), y, match, error=TypeError)


@supervised
def test_a_column_that_becomes_another_kind(cls):
    X, y = problem(cls)
    model = small(cls).fit(frame(X), y)

    with pytest.raises(TypeError, match="Column 'b'"):
        model.predict(frame(X).assign(b="blue"))


@supervised
def test_two_columns_of_one_name(cls):
    X, y = problem(cls)

    assert_refuses(small(cls), pd.DataFrame(X, columns=list("aabcd")), y, "name|unique")


# Parameters


WRONG = {
    "criterion": "gain",
    "max_depth": 0,
    "min_samples_split": 1,
    "min_samples_leaf": 0,
    "min_weight_fraction_leaf": 0.6,
    "max_features": 0,
    "max_leaf_nodes": 1,
    "min_impurity_decrease": -0.1,
    "random_state": "x",
    "ccp_alpha": -1.0,
    "monotonic_cst": 1,
    "categorical_features": "all",
    "interaction_cst": "all",
}
WRONG_IN_TREES = {"splitter": "worst"}
WRONG_IN_FORESTS = {
    "n_estimators": 0,
    "bootstrap": "yes",
    "oob_score": "yes",
    "n_jobs": 1.5,
    "verbose": -1,
    "warm_start": "yes",
    "max_samples": 0,
    "importance": "gain",
}


@pytest.mark.parametrize(
    ("cls", "name", "value"),
    [
        *((cls, name, value) for cls in SUPERVISED for name, value in WRONG.items()),
        *((cls, name, value) for cls in TREES for name, value in WRONG_IN_TREES.items()),
        *((cls, name, value) for cls in FORESTS for name, value in WRONG_IN_FORESTS.items()),
    ],
)
def test_a_wrong_value_is_named(cls, name, value):
    assert_refuses(
        small(cls).set_params(**{name: value}), *problem(cls), f"The '{name}' parameter of {cls.__name__} must be"
    )


@supervised
@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"monotonic_cst": [1, 0]}, "monotonic_cst has shape 2 but"),
        ({"monotonic_cst": np.ones((5, 1))}, r"monotonic_cst has shape \(5, 1\) but"),
        ({"monotonic_cst": [2, 0, 0, 0, 0]}, "monotonic_cst must be None or an array-like of -1, 0 or 1"),
        ({"interaction_cst": [[1, 7]]}, r"Interaction constraints must consist of integer indices in \[0, n_features"),
        ({"interaction_cst": [1, 2]}, "Interaction constraints must be a sequence of tuples or lists"),
        ({"categorical_features": [9]}, "categorical_features set as integer indices"),
        ({"categorical_features": ["a"]}, "categorical_features should be"),
        ({"categorical_features": [True]}, "categorical_features set as a boolean mask must have shape"),
    ],
    ids=str,
)
def test_constraints_fit_the_data(cls, parameters, match):
    X, y = problem(cls)

    assert_refuses(small(cls, **parameters), X, (y > 0).astype(int), match)


@supervised
def test_monotonic_constraints_are_for_one_response(cls):
    X, y = problem(cls)
    model = small(cls, monotonic_cst=[1, 0, 0, 0, 0])

    assert_refuses(
        model, X, np.column_stack([y, y]), "Monotonicity constraints are not supported with multiple outputs"
    )
    if is_classifier(model):
        assert_refuses(model, X, y, "Monotonicity constraints are not supported with multiclass")


@supervised
def test_categories_are_not_sparse(cls):
    X, y = problem(cls)

    assert_refuses(small(cls, categorical_features=[0]), csr_array(np.nan_to_num(X)), y, "sparse")


@pytest.mark.parametrize("cls", FORESTS)
@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"oob_score": True}, "Out of bag estimation only available if bootstrap=True"),
        ({"max_samples": 0.5}, "`max_sample` cannot be set if `bootstrap=False`"),
        ({"importance": "oob"}, 'importance="oob" needs out-of-bag rows: set bootstrap=True'),
    ],
    ids=str,
)
def test_only_a_bootstrap_leaves_rows_out(cls, parameters, match):
    assert_refuses(small(cls, bootstrap=False, **parameters), *problem(cls), match)


@pytest.mark.parametrize("cls", FORESTS)
@pytest.mark.parametrize("max_samples", [10**12, 1e12])
def test_a_tree_is_not_drawn_more_rows_than_can_be_counted(cls, max_samples):
    forest = small(cls, bootstrap=True, max_samples=max_samples)

    assert_refuses(forest, *problem(cls), "max_samples=.* draws .* rows a tree; use at most 2147483647")


@pytest.mark.parametrize("cls", FORESTS)
def test_no_jobs_do_nothing(cls):
    assert_refuses(small(cls, n_jobs=0), *problem(cls), "n_jobs == 0 has no meaning")


# Interrupts


@pytest.mark.parametrize(
    ("estimator", "n_samples"),
    [
        (DecisionTreeRegressor(), 400_000),
        (RandomForestRegressor(n_estimators=20_000, n_jobs=1), 20_000),
        (RandomForestRegressor(n_estimators=20_000, n_jobs=2), 20_000),
        (RandomForestClassifier(n_estimators=20_000, n_jobs=2), 20_000),
    ],
    ids=str,
)
def test_an_interrupted_fit_ends_at_once_and_leaves_nothing(estimator, n_samples):
    rng = np.random.default_rng(0)
    X = rng.random((n_samples, 12), np.float32)
    y = rng.integers(0, 2, n_samples) if is_classifier(estimator) else rng.random(n_samples)
    small(type(estimator)).fit(X[:100], y[:100])  # so that the interrupt does not hit the compiler
    timer = threading.Timer(0.5, _thread.interrupt_main)
    start = time.perf_counter()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(X, y)

    assert time.perf_counter() - start < 5.0
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)
    assert len(small(type(estimator)).fit(X[:100], y[:100])._trees) > 0
