"""What users pass as X: containers, missing values, what is learnt about categories, and later data."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import sparse

from skensemble.estimators.frames import FeatureEncoder

CONTAINERS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}
NAN = np.nan

every_container = pytest.mark.parametrize("frame", CONTAINERS.values(), ids=CONTAINERS)


def encoded(X, categorical_features="from_dtype"):
    return FeatureEncoder(categorical_features).fit_transform(X)


def fitted(X, categorical_features="from_dtype"):
    encoder = FeatureEncoder(categorical_features)
    encoder.fit_transform(X)
    return encoder


def decoded(encoder, codes):
    """The values behind the codes of the first feature, None where one is missing."""
    return [None if np.isnan(code) else encoder.categories_[0][int(code)] for code in codes[:, 0]]


def one_column(values, dtype=None):
    return pd.DataFrame({"x": pd.Series(values, dtype=dtype)})


# Arrays, lists and sparse matrices


@pytest.mark.parametrize(
    "X",
    [
        np.eye(3),
        np.eye(3, dtype=np.int8),
        np.eye(3).astype(object),
        np.array([["a", "b", "c"]]),
        [[1, 2, 3], [4, 5, 6]],
        sparse.csr_array(np.eye(3)),
        sparse.csc_matrix(np.eye(3)),
    ],
    ids=lambda X: type(X).__name__,
)
@pytest.mark.parametrize("categorical_features", ["from_dtype", None])
def test_what_is_no_frame_passes_untouched(X, categorical_features):
    encoder = FeatureEncoder(categorical_features)

    assert encoder.fit_transform(X) is X
    assert encoder.transform(X) is X
    assert encoder.is_categorical_.tolist() == [False] * 3
    assert encoder.n_categories_.tolist() == [0] * 3
    assert encoder.categories_ == [None] * 3


@pytest.mark.parametrize("X", [np.zeros(3), np.array(3.0), [1.0, 2.0], [], pd.Series([1.0]), "text", None])
def test_what_is_no_table_is_left_to_scikit_learn(X):
    assert encoded(X) is X


def test_columns_of_an_array_become_categories_by_their_sorted_values():
    X = np.array([[7.5, 3.0], [0.0, 2.0], [7.5, NAN], [1.0, 3.0]])
    encoder = FeatureEncoder([1])

    assert_array_equal(encoder.fit_transform(X), [[7.5, 1], [0, 0], [7.5, NAN], [1, 1]])
    assert encoder.is_categorical_.tolist() == [False, True]
    assert encoder.n_categories_.tolist() == [0, 2]
    assert encoder.categories_[0] is None
    assert encoder.categories_[1].tolist() == [2, 3]
    assert_array_equal(encoder.transform(np.array([[1.0, 2.0], [1.0, 5.0]])), [[1, 0], [1, NAN]])


@pytest.mark.parametrize(
    "X",
    [
        [["b", 1.5], ["a", 2.5], [None, None]],
        np.array([["b", 1.5], ["a", 2.5], [NAN, NAN]], dtype=object),
        np.array([["b", 1.5], ["a", 2.5], [pd.NA, pd.NA]], dtype=object),
        np.array([["b", "1.5"], ["a", "2.5"], ["c", "nan"]]),
    ],
    ids=["list", "object", "pandas.NA", "text"],
)
def test_arrays_of_strings_and_numbers(X):
    first = [1, 0, 2] if isinstance(X, np.ndarray) and X.dtype.kind == "U" else [1, 0, NAN]

    assert_array_equal(encoded(X, [True, False]), np.column_stack([first, [1.5, 2.5, NAN]]))


def test_an_array_with_categories_must_have_two_dimensions():
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array instead"):
        encoded(np.zeros(3), [0])


def test_an_array_column_that_is_left_out_must_hold_numbers():
    X = np.array([["a", "b"], ["c", "d"]], dtype=object)

    with pytest.raises(TypeError, match=r"Column 1 holds strings, such as 'b'.*categorical_features"):
        encoded(X, [0])


def test_a_date_in_an_array_is_no_category():
    with pytest.raises(TypeError, match=r"Column 0 has dtype datetime64\[D\]"):
        encoded(np.array([["2020-01-01"]], dtype="datetime64[D]"), [0])


def test_sparse_matrices_have_no_categories():
    with pytest.raises(ValueError, match="categorical_features needs a dense X"):
        encoded(sparse.eye_array(3, format="csr"), [0])
    assert sparse.issparse(encoded(sparse.eye_array(3, format="csr"), [False] * 3))


# Frames


@every_container
def test_strings_are_categories_in_sorted_order(frame):
    encoder = FeatureEncoder()
    X = frame({"size": [1.5, 2.5, 3.5, 4.5], "colour": ["red", "blue", None, "red"]})

    assert_array_equal(encoder.fit_transform(X), [[1.5, 1], [2.5, 0], [3.5, NAN], [4.5, 1]])
    assert encoder.is_categorical_.tolist() == [False, True]
    assert encoder.n_categories_.tolist() == [0, 2]
    assert encoder.n_categories_.dtype == np.int64
    assert encoder.categories_[0] is None
    assert encoder.categories_[1].tolist() == ["blue", "red"]


@every_container
def test_unknown_and_missing_values_are_nan_at_predict(frame):
    encoder = fitted(frame({"colour": ["red", "blue"]}))

    codes = encoder.transform(frame({"colour": ["green", "blue", None, "red"]}))

    assert_array_equal(codes, [[NAN], [0], [NAN], [1]])


@every_container
def test_booleans_are_zero_and_one(frame):
    encoder = FeatureEncoder()
    X = frame({"x": [True, False, None], "y": [False, True, True]})

    assert_array_equal(encoder.fit_transform(X), [[1, 0], [0, 1], [NAN, 1]])
    assert not encoder.is_categorical_.any()
    assert_array_equal(encoder.transform(frame({"x": [0, 1], "y": [1, 0]})), [[0, 1], [1, 0]])


@every_container
def test_integers_with_missing_values(frame):
    assert_array_equal(encoded(frame({"x": [3, None, -1], "y": [1, 2, 3]})), [[3, 1], [NAN, 2], [-1, 3]])


@every_container
def test_a_column_of_strings_without_a_value_has_no_categories(frame):
    encoder = FeatureEncoder()
    X = frame({"x": [None, None]})

    assert np.isnan(encoder.fit_transform(X)).all()
    assert encoder.is_categorical_.tolist() == [True]
    assert encoder.n_categories_.tolist() == [0]
    for later in (["a", "b"], [1.0, 2.0], [None, None]):
        assert np.isnan(encoder.transform(frame({"x": later}))).all()


@every_container
def test_a_constant_column_has_one_category(frame):
    encoder = FeatureEncoder()

    assert_array_equal(encoder.fit_transform(frame({"x": ["a", "a"]})), [[0], [0]])
    assert encoder.n_categories_.tolist() == [1]


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        (["float32", "int8", "uint16", "bool", "str"], np.float32),
        (["float32", "int32"], np.float64),
        (["int64", "str"], np.float64),
        (["float64", "bool"], np.float64),
        (["str", "str"], np.float32),
    ],
)
@pytest.mark.parametrize("container", ["pandas", "polars", "pyarrow"])
def test_the_result_is_as_wide_as_the_widest_number(dtypes, expected, container):
    X = pd.DataFrame({f"x{i}": pd.Series([0, 1]).astype(dtype) for i, dtype in enumerate(dtypes)})
    convert = {"pandas": pd.DataFrame, "polars": pl.from_pandas, "pyarrow": pa.Table.from_pandas}[container]

    assert_array_equal(encoded(convert(X)), np.array([[0] * len(dtypes), [1] * len(dtypes)]))
    if container != "pandas" or "bool" in dtypes or "str" in dtypes:  # else NumPy converts the whole frame
        assert encoded(convert(X)).dtype == expected


def test_values_beyond_float32_survive_for_the_estimators_check():
    assert encoded(pd.DataFrame({"x": [1e300], "y": ["a"]}))[0, 0] == 1e300
    assert np.isinf(encoded(pl.DataFrame({"x": [np.inf]})))[0, 0]


def test_a_pandas_frame_of_numbers_is_not_copied():
    X = pd.DataFrame(np.arange(6.0).reshape(3, 2), columns=["a", "b"])
    encoder = FeatureEncoder()

    assert np.shares_memory(encoder.fit_transform(X), X["a"].to_numpy())
    assert np.shares_memory(encoder.transform(X), X["a"].to_numpy())


def test_pandas_sparse_columns():
    X = pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 3]), "b": pd.arrays.SparseArray([0, 1.5, 0], fill_value=0)})
    encoder = FeatureEncoder()

    result = encoder.fit_transform(X)
    assert sparse.issparse(result)
    assert_array_equal(result.toarray(), X.to_numpy())
    assert sparse.issparse(encoder.transform(X))
    with pytest.raises(ValueError, match="categorical_features needs a dense X"):
        encoded(X, ["a"])
    with pytest.warns(UserWarning, match="sparse columns found"):
        assert_array_equal(encoded(X.assign(c=["u", "v", "u"])), [[0, 0, 0], [0, 1.5, 1], [3, 0, 0]])


@every_container
def test_strings_that_categorical_features_leaves_out_are_refused(frame):
    X = frame({"colour": ["red", "blue"], "size": [1, 2]})

    for categorical_features in (None, [], ["size"], [1], [False, True]):
        with pytest.raises(TypeError, match=r"Column 'colour' holds strings, such as '(red|blue)'.*list it in"):
            encoded(X, categorical_features)


@pytest.mark.parametrize("X", [pd.DataFrame([[1, 2]], columns=["a", "a"]), pa.table([[1], [2]], names=["a", "a"])])
def test_names_must_be_unique(X):
    with pytest.raises(ValueError, match="unique column names, got:\n- 'a' 2 times"):
        encoded(X)


def test_a_lazy_frame_must_be_collected():
    with pytest.raises(TypeError, match=r"X\.collect"):
        encoded(pl.LazyFrame({"a": [1]}))


@every_container
def test_empty_frames_are_left_to_scikit_learn(frame):
    assert encoded(frame({})).shape == (0, 0)
    assert encoded(frame({"x": [1.0, 2.0], "y": ["a", "b"]})[:0]).shape == (0, 2)


# Named categories


@every_container
@pytest.mark.parametrize("categorical_features", [["b"], np.array(["b"], dtype=object), [1], [False, True]])
def test_features_are_named_or_counted_or_masked(frame, categorical_features):
    encoder = FeatureEncoder(categorical_features)

    assert_array_equal(encoder.fit_transform(frame({"a": [5, 6, 7], "b": [40, 20, 40]})), [[5, 1], [6, 0], [7, 1]])
    assert encoder.is_categorical_.tolist() == [False, True]
    assert encoder.categories_[1].tolist() == [20, 40]


def test_a_name_stands_in_a_list():
    with pytest.raises(ValueError, match="categorical_features must be 'from_dtype', None or an array-like"):
        encoded(pd.DataFrame({"a": [1]}), "a")


@every_container
def test_named_booleans_are_two_categories(frame):
    encoder = FeatureEncoder(["x"])

    assert_array_equal(encoder.fit_transform(frame({"x": [True, None, False]})), [[1], [NAN], [0]])
    assert encoder.categories_[0].tolist() == [False, True]


# Later data in another container or dtype


@pytest.mark.parametrize("fit_frame", CONTAINERS.values(), ids=CONTAINERS)
@pytest.mark.parametrize("predict_frame", CONTAINERS.values(), ids=CONTAINERS)
def test_values_count_not_containers(fit_frame, predict_frame):
    encoder = fitted(fit_frame({"x": ["b", "a"], "y": [1, 2]}))

    assert_array_equal(encoder.transform(predict_frame({"x": ["a", "z", "b"], "y": [5, 6, 7]}))[:, 0], [0, NAN, 1])


@pytest.mark.parametrize("dtype", ["object", "str", "category", "string[python]"])
@pytest.mark.parametrize("later_dtype", ["object", "str", "category", "string[python]"])
def test_values_count_not_dtypes(dtype, later_dtype):
    encoder = fitted(one_column(["b", "a"], dtype))

    assert_array_equal(encoder.transform(one_column(["a", "z", "b", None], later_dtype)), [[0], [NAN], [1], [NAN]])


def test_an_array_may_follow_a_frame_and_a_frame_an_array():
    by_frame = fitted(pd.DataFrame({"x": ["b", "a"], "y": [1, 2]}))
    by_array = fitted(np.array([[3, 1.5], [2, 2.5]]), [0])

    assert_array_equal(by_frame.transform(np.array([["a", 7], [None, 8]], dtype=object)), [[0, 7], [NAN, 8]])
    assert_array_equal(by_frame.transform([["b", 7.5]]), [[1, 7.5]])
    assert_array_equal(by_array.transform(pl.DataFrame({"x": [3, 9], "y": [1, 2]})), [[1, 1], [NAN, 2]])


def test_an_array_follows_a_frame_of_numbers_untouched():
    X = np.eye(2)

    assert fitted(pd.DataFrame({"x": [1.5], "y": [True]})).transform(X) is X


def test_integer_categories_are_found_among_floats():
    encoder = fitted(pd.DataFrame({"x": [3, 1]}), ["x"])

    assert_array_equal(encoder.transform(pd.DataFrame({"x": [1.0, NAN, 3.0]})), [[0], [NAN], [1]])


def test_strings_where_numbers_were_are_refused():
    encoder = fitted(pd.DataFrame({"x": [1, 2], "y": ["a", "b"]}))

    with pytest.raises(TypeError, match=r"Column 'x' holds strings, such as 'u'.*fitted on numbers"):
        encoder.transform(pd.DataFrame({"x": ["u"], "y": ["a"]}))
    with pytest.raises(TypeError, match="Column 'y' held strings when the model was fitted and holds numbers"):
        encoder.transform(pd.DataFrame({"x": [1], "y": [2]}))


def test_strings_where_a_frame_had_only_numbers_are_refused():
    with pytest.raises(TypeError, match="Column 'x' holds strings"):
        fitted(pd.DataFrame({"x": [1, 2]})).transform(pd.DataFrame({"x": ["u"]}))


def test_later_data_of_another_shape_is_refused():
    encoder = fitted(pd.DataFrame({"x": ["a", "b"]}))

    with pytest.raises(ValueError, match="X has 2 features, but the model was fitted with 1"):
        encoder.transform(pd.DataFrame({"x": ["a"], "y": [1]}))
    with pytest.raises(ValueError, match="needs a dense X"):
        encoder.transform(sparse.csr_array([[1.0]]))


# Properties


@every_container
@given(values=st.lists(st.none() | st.text(max_size=3), min_size=1))
def test_decoding_restores_the_values(frame, values):
    X = frame({"x": values})
    encoder = FeatureEncoder()

    codes = encoder.fit_transform(X)

    assert decoded(encoder, codes) == values
    assert encoder.categories_[0].tolist() == sorted(set(values) - {None})
    assert_array_equal(encoder.transform(X), codes)
    assert_array_equal(encoder.transform(X[::-1]), codes[::-1])


@given(values=st.lists(st.floats() | st.integers(-5, 5), min_size=1), dtype=st.sampled_from([float, object]))
def test_decoding_restores_the_numbers_of_an_array(values, dtype):
    X = np.array(values, dtype=dtype)[:, np.newaxis]
    encoder = FeatureEncoder([0])

    codes = encoder.fit_transform(X)

    assert decoded(encoder, codes) == [None if np.isnan(value) or value < 0 else value for value in values]


@given(st.permutations(["a", "b", "b", "c", None]))
def test_the_order_of_the_rows_does_not_matter(values):
    for X in (pl.DataFrame({"x": pl.Series(values, dtype=pl.Categorical)}), one_column(values, "object")):
        assert fitted(X).categories_[0].tolist() == ["a", "b", "c"]


@every_container
def test_many_categories(frame):
    values = [f"customer {number}" for number in range(100_000)]
    encoder = FeatureEncoder()

    codes = encoder.fit_transform(frame({"x": values}))

    assert decoded(encoder, codes) == values
    assert encoder.n_categories_.tolist() == [100_000]


def test_a_pickle_is_small_and_encodes_alike():
    values = [f"customer {number}" for number in range(1000)]
    encoder = fitted(one_column(values))

    restored = pickle.loads(pickle.dumps(encoder))

    assert_array_equal(restored.transform(one_column(values)), encoder.transform(one_column(values)))
    assert len(pickle.dumps(encoder)) < 1.2 * len(pickle.dumps(values))


@pytest.mark.parametrize("dtype", [object, "category"])
def test_strings_of_numbers_are_numbers_where_they_are_no_categories(dtype):
    """As in scikit-learn; other strings are refused."""
    numbers, words = (one_column(values, dtype) for values in (["2", "10", None], ["2", "ten", None]))

    assert_array_equal(np.asarray(encoded(numbers, None), float), [[2.0], [10.0], [NAN]])
    with pytest.raises(TypeError, match="where numbers are expected"):
        encoded(words, None)
