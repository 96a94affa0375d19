"""One column of a data frame: which dtypes are categories, ordered, numbers, or refused."""

import datetime
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal

from skensemble.estimators.frames import FeatureEncoder

NAN = np.nan


def one_column(values, dtype=None):
    return pd.DataFrame({"x": pd.Series(values, dtype=dtype)})


# Categories


@pytest.mark.parametrize(
    "X",
    [
        one_column(["b", "a", None, "b"], "category"),
        pl.DataFrame({"x": pl.Series(["b", "a", None, "b"], dtype=pl.Categorical)}),
        pa.table({"x": pa.array(["b", "a", None, "b"]).dictionary_encode()}),
        pa.table({"x": pa.chunked_array([pa.array([each]).dictionary_encode() for each in ["b", "a"]])}),
        one_column(["b", "a", None, "b"], pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))),
        one_column(["b", "a", None, "b"], "object"),
        one_column(["b", "a", pd.NA, "b"], "string[python]"),
        one_column(["b", "a", pd.NA, "b"], "string[pyarrow]"),
        one_column(["b", "a", pd.NA, "b"], pd.ArrowDtype(pa.string())),
        pa.table({"x": pa.array(["b", "a", None, "b"], pa.large_string())}),
        pl.DataFrame({"x": ["b", "a", None, "b"]}).to_arrow(),  # text of polars' own Arrow type
        pl.DataFrame({"x": pl.Series(["b", "a", None, "b"], dtype=pl.Object)}),
    ],
    ids=lambda X: f"{type(X).__module__.split('.')[0]}-{X['x'].dtype if hasattr(X['x'], 'dtype') else X['x'].type}",
)
def test_dtypes_of_categories_and_text(X):
    encoder = FeatureEncoder()

    assert_array_equal(encoder.fit_transform(X)[:, 0], [1, 0, NAN, 1][: len(X)])
    assert encoder.is_categorical_.tolist() == [True]
    assert encoder.categories_[0].tolist() == ["a", "b"]


def test_pandas_categories_keep_the_order_of_the_dtype_and_lose_those_unused():
    dtype = pd.CategoricalDtype(["medium", "unused", "small", "large"])
    encoder = FeatureEncoder()

    codes = encoder.fit_transform(one_column(["large", "small", None, "medium"], dtype))

    assert_array_equal(codes, [[2], [1], [NAN], [0]])
    assert encoder.categories_[0].tolist() == ["medium", "small", "large"]
    assert_array_equal(encoder.transform(one_column(["unused", "large"], dtype)), [[NAN], [2]])


def test_an_enum_keeps_its_order_but_is_not_ordered():
    dtype = pl.Enum(["medium", "unused", "small"])
    encoder = FeatureEncoder()

    codes = encoder.fit_transform(pl.DataFrame({"x": pl.Series(["small", "medium", None], dtype=dtype)}))

    assert_array_equal(codes, [[1], [0], [NAN]])
    assert encoder.is_categorical_.tolist() == [True]
    assert encoder.categories_[0].tolist() == ["medium", "small"]


def test_an_arrow_dictionary_may_list_what_no_row_has_and_null():
    values = pa.DictionaryArray.from_arrays(pa.array([3, 1, 0, None], pa.uint8()), ["b", None, "unused", "a"])
    encoder = FeatureEncoder()

    assert_array_equal(encoder.fit_transform(pa.table({"x": values})), [[0], [NAN], [1], [NAN]])
    assert encoder.categories_[0].tolist() == ["a", "b"]


@pytest.mark.parametrize("values", [[3, 1, 3], [2.5, 0.5, 2.5], pd.interval_range(0, 2)[[1, 0, 1]]])
def test_pandas_categories_need_not_be_strings(values):
    encoder = FeatureEncoder()

    assert_array_equal(encoder.fit_transform(one_column(values, "category")), [[1], [0], [1]])
    assert encoder.categories_[0].tolist() == sorted(set(values))


ORDER = ["small", "medium", "large"]


@pytest.mark.parametrize(
    "X",
    [
        one_column(["large", "small", None], pd.CategoricalDtype(ORDER, ordered=True)),
        pa.table({"x": pa.DictionaryArray.from_arrays(pa.array([2, 0, None]), ORDER, ordered=True)}),
        one_column(
            pd.array(
                pa.DictionaryArray.from_arrays(pa.array([2, 0, None], pa.int8()), ORDER, ordered=True),
                dtype=pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string(), ordered=True)),
            )
        ),
    ],
    ids=["pandas", "pyarrow", "pandas-arrow"],
)
@pytest.mark.parametrize("categorical_features", ["from_dtype", None])
def test_ordered_categories_are_numbers(X, categorical_features):
    encoder = FeatureEncoder(categorical_features)

    assert_array_equal(encoder.fit_transform(X), [[2], [0], [NAN]])
    assert encoder.is_categorical_.tolist() == [False]
    assert encoder.categories_ == [None]
    assert encoder.vocabularies_[0].values.tolist() == ORDER
    # A value that no row of the training data has keeps its place; an undeclared one is unknown.
    assert_array_equal(encoder.transform(one_column(["medium", "huge", "large"])), [[1], [NAN], [2]])


def test_an_ordered_category_that_is_named_is_a_category():
    encoder = FeatureEncoder(["x"])

    encoder.fit_transform(one_column(["large", "small"], pd.CategoricalDtype(ORDER, ordered=True)))

    assert encoder.is_categorical_.tolist() == [True]
    assert encoder.categories_[0].tolist() == ["small", "large"]


# Numbers


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2.5, None], [1, 2.5, NAN]),
        ([True, None, False], [1, NAN, 0]),
        ([np.float32(0.5), pd.NA, np.True_], [0.5, NAN, 1]),
        ([1, NAN, 10**30], [1, NAN, 1e30]),
    ],
)
def test_objects_that_are_numbers_are_numbers(values, expected):
    encoder = FeatureEncoder()

    assert_array_equal(encoder.fit_transform(one_column(values, "object"))[:, 0], expected)
    assert not encoder.is_categorical_.any()


@pytest.mark.parametrize(
    "dtype", ["Int64", "Int8", "UInt16", "Float64", "Float32", "boolean", "int64[pyarrow]", "bool[pyarrow]"]
)
def test_nullable_dtypes(dtype):
    assert_array_equal(FeatureEncoder().fit_transform(one_column([1, None, 0], dtype)), [[1], [NAN], [0]])


def test_wide_integers_of_polars_become_floats():
    X = pl.DataFrame({"x": pl.Series([2**70, None], dtype=pl.Int128)})

    assert_array_equal(FeatureEncoder().fit_transform(X), [[2.0**70], [NAN]])


def test_categories_that_are_numbers_are_numbers_where_there_are_no_categories():
    X = one_column([3, 1, None], "category")

    assert_array_equal(FeatureEncoder(None).fit_transform(X), [[3], [1], [NAN]])


# What is refused

DATE = datetime.date(2020, 1, 1)


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame({"x": [1, "a"]}, dtype=object),
        pd.DataFrame({"x": [b"a", b"b"]}),
        pd.DataFrame({"x": [[1], [2]]}),
        pd.DataFrame({"x": [DATE]}, dtype=object),
        pd.DataFrame({"x": pd.to_datetime(["2020-01-01"])}),
        pd.DataFrame({"x": pd.to_timedelta(["1s"])}),
        pd.DataFrame({"x": pd.period_range("2020", periods=2)}),
        pd.DataFrame({"x": [1j]}),
        pd.DataFrame({"x": [decimal.Decimal(1)]}),
        pl.DataFrame({"x": [DATE]}),
        pl.DataFrame({"x": [datetime.datetime(2020, 1, 1)]}),
        pl.DataFrame({"x": [datetime.timedelta(1)]}),
        pl.DataFrame({"x": [[1], [2]]}),
        pl.DataFrame({"x": [{"a": 1}]}),
        pl.DataFrame({"x": [b"a"]}),
        pl.DataFrame({"x": [decimal.Decimal(1)]}),
        pl.DataFrame({"x": pl.Series([1, "a"], dtype=pl.Object)}),
        pl.DataFrame({"x": pl.Series([[1], "a"], dtype=pl.Object)}),
        pa.table({"x": [DATE]}),
        pa.table({"x": [[1]]}),
        pa.table({"x": [{"a": 1}]}),
        pa.table({"x": [decimal.Decimal(1)]}),
        pa.table({"x": [b"a"]}),
    ],
)
@pytest.mark.parametrize("categorical_features", ["from_dtype", None, ["x"]])
def test_other_columns_are_refused_by_name(X, categorical_features):
    with pytest.raises(TypeError, match=r"Column 'x' h.*convert|Column 'x' h.*categorical_features"):
        FeatureEncoder(categorical_features).fit_transform(X)


def test_an_object_too_large_for_a_float_is_refused():
    with pytest.raises(ValueError, match="Column 'x' holds an integer too large for float64"):
        FeatureEncoder().fit_transform(one_column([10**400, 1], "object"))
    with pytest.raises(ValueError, match="Column 0 holds an integer too large for float64"):
        FeatureEncoder([1]).fit_transform(np.array([[10**400, 1]], dtype=object))
