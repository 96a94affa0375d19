"""Which features are categorical, and the codes of values."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skensemble.estimators.categories import Categories, categorical_mask
from skensemble.estimators.columns import ArrayColumn

NAMES = ["a", "b", "c"]


@pytest.mark.parametrize(
    "categorical_features",
    [
        ["c", "a"],
        ("a", "c"),
        np.array(["a", "c"], dtype=object),
        pd.Index(["a", "c"]),
        [0, 2],
        np.array([2, 0], dtype=np.uint8),
        [True, False, True],
    ],
)
def test_features_are_named_or_counted_or_masked(categorical_features):
    assert categorical_mask(categorical_features, 3, NAMES).tolist() == [True, False, True]


@pytest.mark.parametrize("categorical_features", [None, [], [False] * 3])
def test_no_feature_is_categorical(categorical_features):
    assert categorical_mask(categorical_features, 3, None).tolist() == [False] * 3


@pytest.mark.parametrize(
    ("categorical_features", "names", "message"),
    [
        (["a"], None, "should be passed as an array of integers or as a boolean mask"),
        (["z"], NAMES, r"has an item value 'z' which is not a valid feature name.*\['a', 'b', 'c'\]"),
        ([3], NAMES, r"integer indices must be in \[0, n_features - 1\]"),
        ([-1], NAMES, r"integer indices must be in \[0, n_features - 1\]"),
        ([True], NAMES, r"boolean mask must have shape \(n_features,\), got: \(1,\), n_features=3"),
        ([0.5], NAMES, "must be an array-like of bool, int or str, got: float64"),
        ([b"a", None], NAMES, "must be an array-like of bool, int or str, got: NoneType, bytes"),
        (0, NAMES, "must be one-dimensional"),
        ([["a"]], NAMES, "must be one-dimensional"),
        ({"a"}, NAMES, "must be one-dimensional"),
    ],
)
def test_wrong_categorical_features_are_refused_in_the_words_of_scikit_learn(categorical_features, names, message):
    with pytest.raises(ValueError, match=f"categorical_features .*{message}"):
        categorical_mask(categorical_features, 3, names)


def test_categories_are_sorted_and_others_are_nan():
    categories = Categories.observed(ArrayColumn(np.array([3, 1, 3, 7]), "Column 0"))

    assert categories.values.tolist() == [1, 3, 7]
    assert_array_equal(
        categories.encode(ArrayColumn(np.array([7.0, 3.5, np.nan, 1.0]), "Column 0")), [2, np.nan, np.nan, 0]
    )


def test_negative_numbers_stand_for_missing_values():
    """As in `Series.cat.codes` of pandas, and in scikit-learn's and LightGBM's boosters."""
    categories = Categories.observed(ArrayColumn(np.array([3, -1, 3, 7]), "Column 0"))

    assert categories.values.tolist() == [3, 7]
    assert_array_equal(categories.encode(ArrayColumn(np.array([-1, 7]), "Column 0")), [np.nan, 1])


def test_integers_beyond_64_bits_are_not_rounded():
    column = ArrayColumn(np.array([2**63, 2**63 + 1, 5], dtype=object), "Column 0")

    assert_array_equal(Categories.observed(column).encode(column), [1, 2, 0])


def test_categories_of_several_types_are_refused():
    with pytest.raises(TypeError, match="Column 4 holds values of type int and str; convert it to strings"):
        Categories.observed(ArrayColumn(np.array([1, "a"], dtype=object), "Column 4"))


@pytest.mark.parametrize(
    ("before", "now", "message"),
    [
        (["a"], [1], "Column 0 held strings when the model was fitted and holds numbers now"),
        ([1], ["a"], "Column 0 held numbers when the model was fitted and holds strings now"),
        (["a"], ["a", 1], "holds values of type int and str now; convert it to strings"),
    ],
)
def test_later_values_are_of_the_same_kind(before, now, message):
    categories = Categories.observed(ArrayColumn(np.array(before, dtype=object), "Column 0"))

    with pytest.raises(TypeError, match=message):
        categories.encode(ArrayColumn(np.array(now, dtype=object), "Column 0"))
