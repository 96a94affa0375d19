"""How one column of X is read: as numbers, or as distinct values and a code per row.

A column comes from a NumPy array (`ArrayColumn`) or from a data frame, where one of numbers is an
`ArrayColumn` too and one of text, Python objects or categories is a `ValueColumn`. Both answer the same
questions: `name` (for messages), `suggests_categories`, `is_ordered`, `declared`, `factorization` and
`numbers`. Which columns become categories is not decided here.
"""

import contextlib
from functools import cached_property
from itertools import compress
from numbers import Real
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

_NUMBER_KINDS = "biuf"
_TEXT_OR_OBJECT_KINDS = "OUT"


class Factorization(NamedTuple):
    """A column as distinct values and where they stand.

    Attributes
    ----------
    codes : ndarray of shape (n_samples,), integer
        Position of each row's value in `values`; -1 where the value is missing.
    values : list
        The distinct values that occur, in no particular order, none of them missing.
    """

    codes: np.ndarray
    values: list


class ArrayColumn:
    """One column of a NumPy array, or a column of numbers or booleans of a data frame.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
    name : str
        What messages call it, such as ``"Column 'age'"``.
    """

    suggests_categories = False
    is_ordered = False
    declared = None

    def __init__(self, values, name):
        self._values = values
        self.name = name

    @cached_property
    def factorization(self):
        """The distinct values and a code per row.

        Raises
        ------
        TypeError
            If the values are neither numbers nor text nor Python objects that can be hashed.
        """
        kind = self._values.dtype.kind
        if kind in _NUMBER_KINDS:
            return _factorize_numbers(self._values)
        if kind in _TEXT_OR_OBJECT_KINDS:
            return _factorize_objects(self._values.tolist(), self.name)
        raise TypeError(f"{self.name} has dtype {self._values.dtype}; convert it to numbers or strings.")

    def numbers(self, remedy):
        """The column as numbers, missing values as NaN; text is parsed, as scikit-learn does in an array.

        Parameters
        ----------
        remedy : str
            What the message should advise if the column holds something else.

        Returns
        -------
        ndarray of shape (n_samples,)
            Any real dtype; not copied where the array has one.

        Raises
        ------
        TypeError
            If a value is not a number.
        ValueError
            If a Python integer is beyond float64.
        """
        if self._values.dtype.kind in _NUMBER_KINDS:
            return self._values
        try:
            return self._values.astype(np.float64)
        except (TypeError, ValueError, OverflowError):  # pandas.NA, or what is no number
            return _numbers_from(self.factorization, self.name, remedy)


class ValueColumn:
    """A data frame's column of strings, of Python objects, or of a categorical dtype.

    Parameters
    ----------
    series : narwhals.Series
    name : str
        What messages call it, such as ``"Column 'colour'"``.
    """

    def __init__(self, series, name):
        self._has_categorical_dtype = series.dtype in (nw.Categorical, nw.Enum)
        if self._has_categorical_dtype and _wraps_arrow(series):
            series = _unwrap_arrow(series)
        self._series = series
        self.name = name

    @cached_property
    def is_ordered(self):
        """Whether the dtype says that its categories have an order; a polars Enum only lists them."""
        if not self._has_categorical_dtype or self._series.implementation.is_polars():
            return False
        return nw.is_ordered_categorical(self._series)

    @cached_property
    def declared(self):
        """Every category that the dtype lists, in its order, or None.

        A polars Categorical and an unordered Arrow dictionary list theirs as they met them: that order says
        nothing.
        """
        lists_them = self._has_categorical_dtype and (
            self._series.implementation.is_pandas() or self._series.dtype == nw.Enum or self.is_ordered
        )
        return self._series.cat.get_categories().to_list() if lists_them else None

    @cached_property
    def suggests_categories(self):
        """Whether the column is one of categories unless told otherwise.

        So are unordered categorical dtypes, strings, and a column of strings or objects without any value,
        since nothing that comes later can contradict it. Python objects that are all numbers are numbers.

        Raises
        ------
        TypeError
            If Python objects are neither all strings nor all numbers.
        """
        if self._has_categorical_dtype:
            return not self.is_ordered
        kind = kind_of(self.factorization.values)
        if kind not in ("strings", "numbers", "nothing"):
            raise TypeError(f"{self.name} holds {kind}; convert it to numbers or to strings.")
        return kind != "numbers"

    @cached_property
    def factorization(self):
        """The distinct values and a code per row.

        Raises
        ------
        TypeError
            If a value cannot be hashed, such as a list.
        """
        series, implementation = self._series, self._series.implementation
        if implementation.is_pyarrow():
            return _factorize_arrow(series.to_native())
        if implementation.is_pandas():
            return _factorize_pandas(series.to_native(), self.name)
        if series.dtype == nw.Object:
            return _factorize_objects(series.to_list(), self.name)
        return _factorize_series(series.cast(nw.String) if self._has_categorical_dtype else series)

    def numbers(self, remedy):
        """The column's values as numbers, missing values as NaN; text is not parsed.

        Parameters
        ----------
        remedy : str
            What the message should advise if the column holds something else.

        Returns
        -------
        ndarray of shape (n_samples,), float64

        Raises
        ------
        TypeError
            If a value is not a number.
        ValueError
            If a Python integer is beyond float64.
        """
        return _numbers_from(self.factorization, self.name, remedy)


def frame_column(series, name):
    """Open one column of a data frame.

    Parameters
    ----------
    series : narwhals.Series
    name : str
        What messages call it.

    Returns
    -------
    ArrayColumn or ValueColumn

    Raises
    ------
    TypeError
        If the dtype is neither numeric nor boolean, text, Python objects or categorical.
    """
    dtype = series.dtype
    if dtype in (nw.String, nw.Object, nw.Categorical, nw.Enum):
        return ValueColumn(series, name)
    if dtype in (nw.Int128, nw.UInt128):
        series = series.cast(nw.Float64)
    if _is_sparse(series) or dtype == nw.Boolean or (dtype.is_numeric() and dtype != nw.Decimal):
        return ArrayColumn(series.to_numpy(), name)
    if dtype == nw.Unknown and series.null_count() == len(series):
        return ValueColumn(series.cast(nw.String), name)
    raise TypeError(
        f"{name} has dtype {getattr(series.to_native(), 'dtype', dtype)}, on which a tree cannot split; "
        "convert it to numbers (a date to its year, month, weekday, ...) or to strings."
    )


def kind_of(values):
    """Say in a word what a column holds.

    Parameters
    ----------
    values : list
        Distinct values, none of them missing.

    Returns
    -------
    str
        ``"numbers"`` (booleans are numbers), ``"strings"``, ``"nothing"``, or the names of the types.
    """
    types = set(map(type, values))
    if not types:
        return "nothing"
    if all(issubclass(each, str) for each in types):
        return "strings"
    if all(issubclass(each, (Real, np.bool_)) for each in types):
        return "numbers"
    return "values of type " + " and ".join(sorted(each.__name__ for each in types))


def _numbers_from(factorization, name, remedy):
    codes, values = factorization
    kind = kind_of(values)
    if kind == "strings":
        with contextlib.suppress(ValueError):  # as scikit-learn does
            return np.array([*values, np.nan], dtype=np.float64)[codes]
    if kind not in ("numbers", "nothing"):
        example = f", such as {values[0]!r}" if kind == "strings" else ""
        raise TypeError(f"{name} holds {kind}{example}, where numbers are expected; {remedy}.")
    try:
        numbers = np.array([*values, np.nan], dtype=np.float64)
    except OverflowError as error:
        raise ValueError(f"{name} holds an integer too large for float64; scale it down.") from error
    return numbers[codes]  # code -1, a missing value, takes the last one


def _factorize_numbers(array):
    values, codes = np.unique(array, return_inverse=True)
    if len(values) and values[-1] != values[-1]:
        values = values[:-1]
        codes[codes == len(values)] = -1
    return Factorization(codes, values.tolist())


def _factorize_objects(objects, name):
    positions: dict = {}
    try:
        met = (positions.setdefault(value, len(positions)) for value in objects)
        codes = np.fromiter(met, np.intp, len(objects))
    except TypeError as error:
        raise _unhashable(name, error) from error
    present = np.array([not _is_missing(value) for value in positions], dtype=bool)
    return Factorization(_renumber(codes, present), [*compress(positions, present)])


def _factorize_pandas(series, name):
    if hasattr(series.dtype, "categories"):
        codes, categories = series.cat.codes.to_numpy(), series.cat.categories
        used = _used(codes, len(categories))
        return Factorization(_renumber(codes, used), categories[used].tolist())
    try:
        codes, values = series.array.factorize()  # that of the series would guess the dtype of the values
    except TypeError as error:
        raise _unhashable(name, error) from error
    return Factorization(codes, values.tolist())


def _factorize_arrow(chunks):
    is_dictionary = hasattr(chunks.type, "value_type")
    encoded = (chunks.unify_dictionaries() if is_dictionary else chunks.dictionary_encode()).combine_chunks()
    codes = encoded.indices.cast("int64").fill_null(-1).to_numpy(zero_copy_only=False)
    values = encoded.dictionary
    # A dictionary may list values that no row has, and null itself.
    used = _used(codes, len(values)) & ~values.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
    occurring = values if used.all() else values.take(np.flatnonzero(used))
    return Factorization(_renumber(codes, used), occurring.to_pylist())


def _factorize_series(series):
    values = series.drop_nulls().unique().to_list()
    if not values:
        return Factorization(np.full(len(series), -1), [])
    codes = series.replace_strict(values, list(range(len(values))), return_dtype=nw.Int64)
    return Factorization(codes.fill_null(-1).to_numpy(), values)


def _used(codes, n_values):
    used = np.zeros(n_values + 1, dtype=bool)
    used[codes] = True
    return used[:-1]


def _renumber(codes, kept):
    """Count the kept values only: the codes of the others become -1."""
    if kept.all():
        return codes
    positions = np.full(len(kept) + 1, -1)
    positions[:-1][kept] = np.arange(kept.sum())
    return positions[codes]


def _is_missing(value):
    return value is None or type(value).__name__ == "NAType" or value != value


def _unhashable(name, error):
    return TypeError(f"{name} holds values that are no categories ({error}); convert them to numbers or strings.")


def _is_sparse(series):
    return series.implementation.is_pandas() and hasattr(series.to_native(), "sparse")


def _wraps_arrow(series):
    """Whether pandas holds an Arrow dictionary, which has no `cat` accessor there."""
    return series.implementation.is_pandas() and not hasattr(series.to_native().dtype, "categories")


def _unwrap_arrow(series):
    from pyarrow import chunked_array

    return nw.from_native(chunked_array([series.to_arrow()]), series_only=True)
