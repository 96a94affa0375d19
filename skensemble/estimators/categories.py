"""Which features are categories, and the values behind the codes of one that is."""

import numpy as np

from skensemble.estimators.columns import kind_of


class Categories:
    """The values of a categorical or ordered feature: the value of code ``k`` is ``values[k]``.

    Parameters
    ----------
    values : ndarray of shape (n_categories,)
        Distinct and hashable.

    Attributes
    ----------
    values : ndarray of shape (n_categories,)
        Numbers have a numeric dtype, anything else is of dtype object.
    """

    def __init__(self, values):
        self.values = values
        self._kind = kind_of(values.tolist())
        self._codes = {value: code for code, value in enumerate(values.tolist())}

    def __reduce__(self):
        return Categories, (self.values,)  # the codes follow from the values

    @classmethod
    def observed(cls, column):
        """Take the values that a column holds, in the order that its dtype declares, otherwise sorted.

        Neither order depends on the order of the rows. Numbers without a declared order are categories only if they
        are not negative.

        Parameters
        ----------
        column : ArrayColumn or ValueColumn

        Returns
        -------
        Categories

        Raises
        ------
        TypeError
            If values without a declared order are neither all strings nor all numbers.
        """
        values = column.factorization.values
        if column.declared is not None:
            occurring = set(values)
            return cls(_as_array([value for value in column.declared if value in occurring]))
        kind = kind_of(values)
        if kind not in ("strings", "numbers", "nothing"):
            raise TypeError(f"{column.name} holds {kind}; convert it to strings to use them as categories.")
        if kind == "numbers":  # negative codes stand for missing values, as in pandas, LightGBM and scikit-learn
            values = [value for value in values if value >= 0]
        return cls(_as_array(sorted(values)))

    @classmethod
    def declared(cls, column):
        """Take every value that a column's dtype declares, in its order, whether a row has it or not."""
        return cls(_as_array(column.declared))

    def encode(self, column):
        """Replace the values of a column by their codes; values are compared, whatever dtype holds them.

        Parameters
        ----------
        column : ArrayColumn or ValueColumn

        Returns
        -------
        ndarray of shape (n_samples,), float32
            NaN where the value is missing or not among the categories. Codes up to 2**24 are exact.

        Raises
        ------
        TypeError
            If the categories are strings and the column holds something else, or are numbers and it does.
        """
        codes, values = column.factorization
        kind = kind_of(values)
        if kind != self._kind and self._kind in ("strings", "numbers") and kind != "nothing":
            raise TypeError(
                f"{column.name} held {self._kind} when the model was fitted and holds {kind} now; "
                f"convert it to {self._kind}."
            )
        code_of = self._codes.get
        # One more for code -1, a missing value.
        return np.array([*(code_of(value, np.nan) for value in values), np.nan], dtype=np.float32)[codes]


def categorical_mask(categorical_features, n_features, feature_names):
    """Say for every feature whether it is among those that the user named.

    Parameters
    ----------
    categorical_features : array-like of bool, int or str, or None
        A mask, indices or names.
    n_features : int
    feature_names : list or None
        None where X has no names.

    Returns
    -------
    ndarray of shape (n_features,), bool

    Raises
    ------
    ValueError
        If a name or an index is not that of a feature, the mask has another length, or the values are of
        another type.
    """
    mask = np.zeros(n_features, dtype=bool)
    named = np.asarray([] if categorical_features is None else categorical_features)
    if named.size == 0:
        return mask
    if named.ndim != 1:
        raise ValueError(f"categorical_features must be one-dimensional, got: {categorical_features!r}.")
    if named.dtype.kind == "O" and all(isinstance(each, str) for each in named):
        named = named.astype(str)
    if named.dtype.kind == "U":
        mask[_positions(named.tolist(), feature_names)] = True
    elif named.dtype.kind in "iu":
        if named.max() >= n_features or named.min() < 0:
            raise ValueError("categorical_features set as integer indices must be in [0, n_features - 1]")
        mask[named] = True
    elif named.dtype.kind == "b":
        if named.shape != mask.shape:
            raise ValueError(
                "categorical_features set as a boolean mask must have shape (n_features,), "
                f"got: {named.shape}, n_features={n_features}"
            )
        mask = named
    else:
        types = {type(each).__name__ for each in named} if named.dtype.kind == "O" else {named.dtype.name}
        got = ", ".join(sorted(types))
        raise ValueError(f"categorical_features must be an array-like of bool, int or str, got: {got}.")
    return mask


def _positions(names, feature_names):
    if feature_names is None:
        raise ValueError(
            "categorical_features should be passed as an array of integers or as a boolean mask when the "
            "model is fitted on data without feature names."
        )
    for name in names:
        if name not in feature_names:
            raise ValueError(
                f"categorical_features has an item value '{name}' which is not a valid feature name of the "
                f"training data. Observed feature names: {feature_names}"
            )
    return [feature_names.index(name) for name in names]


def _as_array(values):
    if values and kind_of(values) == "numbers":
        numbers = np.array(values)
        if numbers.tolist() == values:  # integers beyond 64 bits would be rounded
            return numbers
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
