"""What users pass as X, turned into numbers and knowledge of categories: `FeatureEncoder`.

Names and the number of features, infinities, shapes and dtypes are checked elsewhere, by scikit-learn's
validation.
"""

import warnings

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from skensemble.estimators.categories import Categories, categorical_mask
from skensemble.estimators.columns import ArrayColumn, frame_column

FROM_DTYPE = "from_dtype"


class FeatureEncoder:
    """Encodes the features of X as numbers, and learns which of them are categories.

    Data frames are those of pandas, polars and pyarrow (a Table), and others that narwhals reads eagerly.
    Their columns are known by position. With ``categorical_features="from_dtype"``:

    - strings, unordered categorical dtypes (an Enum of polars is one: it lists categories without ranking
      them), Python objects that are strings, and columns of strings or objects without any value are
      categorical;
    - numbers and Python objects that are numbers stay as they are; booleans are 0 and 1, which for a tree is
      the same as two categories;
    - a value of an ordered categorical dtype becomes its position among all categories that the dtype
      declares: a number, and a category that training lacks still has its place;
    - NumPy arrays, lists and sparse matrices hold numbers, whatever their dtype.

    Missing values (None, NaN, null, ``pandas.NA``) are NaN. The codes of a categorical feature count the
    values that occur in training, in the order of the dtype (pandas categories, Enum) or sorted, so they do
    not depend on the order of the rows. Later values are compared with them, whatever dtype holds them; an
    unknown one is NaN.

    Parameters
    ----------
    categorical_features : "from_dtype", None or array-like of bool, int or str, default="from_dtype"
        Names, indices or a mask of the categorical features, which then are the only ones; None means that
        there are none. Only a data frame has names.

    Attributes
    ----------
    is_categorical_ : ndarray of shape (n_features,), bool
    n_categories_ : ndarray of shape (n_features,), int64
        0 where the feature is not categorical.
    categories_ : list of ndarray or None, n_features long
        The values of a categorical feature by code; None for another.
    vocabularies_ : dict of int to Categories
        The values behind the codes of categorical and of ordered features, by feature.
    """

    def __init__(self, categorical_features=FROM_DTYPE):
        self.categorical_features = categorical_features

    def fit_transform(self, X):
        """Learn the categories of the training data and encode it.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n_samples, n_features)

        Returns
        -------
        ndarray or sparse matrix of shape (n_samples, n_features)
            X itself where there is nothing to encode. Else float32, or float64 where a column of numbers asks
            for it.

        Raises
        ------
        TypeError
            If a column holds neither numbers nor categories, or strings that ``categorical_features`` leaves
            out, or X is a lazy frame.
        ValueError
            If ``categorical_features`` does not fit X, X is sparse and has categorical features, or a data
            frame has two columns of one name.
        """
        by_dtype = isinstance(self.categorical_features, str)
        if by_dtype and self.categorical_features != FROM_DTYPE:
            raise ValueError(
                f"categorical_features must be {FROM_DTYPE!r}, None or an array-like of bool, int or str, "
                f"got: {self.categorical_features!r}."
            )
        source, names = _open(X)
        if not isinstance(source, nw.DataFrame) and (by_dtype or self.categorical_features is None):
            self._remember(_n_features(source), {}, [])
            return source
        source = _as_columnar(source)
        n_features = source.shape[1]
        mask = categorical_mask(None if by_dtype else self.categorical_features, n_features, names)
        if not mask.any() and _holds_only_numbers(source):
            self._remember(n_features, {}, [])
            return _numbers(source)
        vocabularies, encoded = {}, []
        for feature, column in enumerate(_columns(source)):
            if by_dtype:
                mask[feature] = column.suggests_categories
            if mask[feature]:
                vocabularies[feature] = Categories.observed(column)
            elif column.is_ordered:
                vocabularies[feature] = Categories.declared(column)
            remedy = "list it in categorical_features or encode it first"
            encoded.append(_encode(column, vocabularies.get(feature), remedy))
        self._remember(n_features, vocabularies, np.flatnonzero(mask))
        return _stack(encoded, len(source))

    def transform(self, X):
        """Encode later data, column by column as `fit_transform` has learnt it.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n_samples, n_features)
            Not necessarily of the container or the dtypes of the training data.

        Returns
        -------
        ndarray or sparse matrix of shape (n_samples, n_features)
            X itself where there is nothing to encode. Else float32, or float64 where a column of numbers asks
            for it.

        Raises
        ------
        TypeError
            If a column of numbers holds something else now, or a categorical one of strings no strings.
        ValueError
            If the number of features is another, or X is sparse and a feature was encoded.
        """
        source, _ = _open(X)
        if not isinstance(source, nw.DataFrame) and not self.vocabularies_:
            return source
        source = _as_columnar(source)
        n_features = len(self.categories_)
        if source.shape[1] != n_features:
            raise ValueError(f"X has {source.shape[1]} features, but the model was fitted with {n_features}.")
        if not self.vocabularies_ and _holds_only_numbers(source):
            return _numbers(source)
        remedy = "the model was fitted on numbers there"
        encoded = [
            _encode(column, self.vocabularies_.get(feature), remedy) for feature, column in enumerate(_columns(source))
        ]
        return _stack(encoded, len(source))

    def _remember(self, n_features, vocabularies, categorical):
        self.vocabularies_ = vocabularies
        self.is_categorical_ = np.zeros(n_features, dtype=bool)
        self.n_categories_ = np.zeros(n_features, dtype=np.int64)
        self.categories_ = [None] * n_features
        for feature in categorical:
            values = vocabularies[feature].values
            self.is_categorical_[feature] = True
            self.n_categories_[feature] = len(values)
            self.categories_[feature] = values


def _encode(column, vocabulary, remedy):
    return column.numbers(remedy) if vocabulary is None else vocabulary.encode(column)


def _stack(encoded, n_samples):
    # float32 holds the codes and integers of 16 bits; a column of wider numbers makes it float64.
    dtype = np.result_type(np.float32, *{each.dtype for each in encoded})
    result = np.empty((n_samples, len(encoded)), dtype=dtype, order="F")
    for feature, each in enumerate(encoded):
        result[:, feature] = each
    return result


def _open(X):
    """Take a data frame as one of narwhals, with its names; anything else as it is, without names.

    A pandas frame of sparse columns becomes a sparse matrix, as in scikit-learn.
    """
    if isinstance(X, np.ndarray | list) or sparse.issparse(X):
        return X, None
    if nw.dependencies.is_polars_lazyframe(X):
        raise TypeError("X is a lazy frame; pass X.collect().")
    if not nw.dependencies.is_into_dataframe(X):
        return X, None
    frame = nw.from_native(X)  # refuses two columns of one name
    if frame.implementation.is_pandas_like() and not frame.implementation.is_pandas():
        frame = nw.from_native(frame.to_pandas())  # Modin and cuDF
    if frame.implementation.is_pandas():
        are_sparse = [hasattr(dtype, "fill_value") for dtype in frame.to_native().dtypes]
        if are_sparse and all(are_sparse):
            return frame.to_native().sparse.to_coo().tocsc(), frame.columns
        if any(are_sparse):
            warnings.warn(
                "pandas.DataFrame with sparse columns found. It will be converted to a dense numpy array.",
                stacklevel=4,
            )
    return frame, frame.columns


def _as_columnar(source):
    """Make an array of what is neither a data frame nor a sparse matrix."""
    if isinstance(source, nw.DataFrame) or sparse.issparse(source):
        return source
    return check_array(
        source,
        dtype=None if hasattr(source, "__array__") else object,  # a list may mix strings and numbers
        ensure_all_finite=False,
        ensure_min_samples=0,
        ensure_min_features=0,
    )


def _columns(source):
    """Yield the columns one by one, so that what is known of one can be forgotten before the next."""
    if sparse.issparse(source):
        raise ValueError("categorical_features needs a dense X or a data frame, got a sparse one.")
    if isinstance(source, nw.DataFrame):
        for series in source.iter_columns():
            yield frame_column(series, f"Column {series.name!r}")
    else:
        for feature in range(source.shape[1]):
            yield ArrayColumn(source[:, feature], f"Column {feature}")


def _holds_only_numbers(source):
    """Whether the whole can be taken as it is: not a data frame, or a pandas one that NumPy arrays back."""
    if not isinstance(source, nw.DataFrame):
        return True
    if not source.implementation.is_pandas():
        return False
    return all(isinstance(dtype, np.dtype) and dtype.kind in "iuf" for dtype in source.to_native().dtypes)


def _numbers(source):
    return source.to_native().to_numpy() if isinstance(source, nw.DataFrame) else source


def _n_features(X):
    """Count features before validation: 0 for what scikit-learn will refuse."""
    shape = getattr(X, "shape", None)
    if shape is not None:
        return shape[1] if len(shape) == 2 else 0
    try:
        return len(X[0])
    except (TypeError, IndexError, KeyError):
        return 0
