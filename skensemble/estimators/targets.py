"""Targets as the core takes them: float64 (n_samples, n_outputs), classes as numbers."""

import warnings
from numbers import Real

import numpy as np
from scipy.sparse import issparse
from sklearn.exceptions import DataConversionWarning
from sklearn.utils import check_array, check_consistent_length, compute_class_weight, compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _num_samples

_LARGEST_SUM = 1e150  # of responses: float64 has room for its square, and for some weights


def as_columns(y, X, estimator, *, is_numeric, check=None, warns_of_column=False):
    """Return y as (n_samples, n_outputs) after scikit-learn's checks.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    is_numeric : bool
        Whether y has to hold numbers.
    check : callable, default=None
        A further check of the values of y, before shapes are compared.
    warns_of_column : bool, default=False
        Whether a column vector is pointed out.

    Raises
    ------
    ValueError
        y is missing, sparse, or of another length than X, or holds NaN, infinity, or numbers whose squares are.
    """
    if y is None:
        raise ValueError(
            f"This {type(estimator).__name__} estimator requires y to be passed, but the target y is None."
        )
    if issparse(y):
        # A tree raises scikit-learn's TypeError for sparse arrays, a forest its ValueError.
        if warns_of_column:
            raise ValueError("sparse multilabel-indicator for y is not supported.")
        raise TypeError("Sparse y is not supported: pass y.toarray() to convert it to a dense numpy array.")
    dtype = np.float64 if is_numeric else None
    y = check_array(y, ensure_2d=False, dtype=dtype, input_name="y", estimator=estimator, ensure_min_samples=0)
    if y.ndim == 0:
        y = y.reshape(1)
    if check is not None:
        check(y)
    if len(y) != _num_samples(X):
        raise ValueError(f"Number of labels={len(y)} does not match number of samples={_num_samples(X)}")
    check_consistent_length(X, y)
    if y.ndim == 2 and y.shape[1] == 1 and warns_of_column:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. Please change the shape of y to "
            "(n_samples,), for example using ravel().",
            DataConversionWarning,
            stacklevel=4,
        )
    if y.ndim > 2:
        raise ValueError(f"Found array with dim {y.ndim}, while dim <= 2 is required for y.")
    if is_numeric:
        check_size(y)
    return y.reshape(len(y), -1) if y.ndim == 1 else y


def check_size(y):
    """Refuse numbers whose squares, or the sums of these, float64 has no room for."""
    if np.abs(y / _LARGEST_SUM).sum() > 1.0:
        raise ValueError(
            f"y holds values too large for their variance: scale y so that they add up to {_LARGEST_SUM:g}."
        )


def encode_classes(y):
    """Return the classes of each output, and y as their numbers, float64.

    Raises
    ------
    ValueError
        y looks like a regression target.
    """
    check_classification_targets(y)
    classes, numbers = [], np.empty(y.shape)
    for output in range(y.shape[1]):
        known, numbers[:, output] = np.unique(y[:, output], return_inverse=True)
        classes.append(known)
    return classes, numbers


def goes_on_with_other(estimator, name, now):
    """Whether a warm start is given targets of another kind than the fit that it goes on with.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.
    name : {"classes_", "n_outputs_"}
        The attribute that must not change.
    now : array, list of arrays or int
        What it is going to be.
    """
    before = vars(estimator).get(name)
    if before is None or not getattr(estimator, "warm_start", False):
        return False
    before, now = (each if isinstance(each, list) else [each] for each in (before, now))
    return len(before) != len(now) or not all(map(np.array_equal, before, now))


def check_goes_on(estimator, name, now):
    """Raise a ValueError for what `goes_on_with_other` finds."""
    if goes_on_with_other(estimator, name, now):
        what = "classes" if name == "classes_" else "outputs"
        raise ValueError(
            f"y has other {what} than in the fit that warm_start=True goes on with: give both the same, or fit anew."
        )


def learn_classes(estimator, y):
    """Let a classifier note the classes of its training data; returns their numbers, (n_samples,) int64.

    Raises
    ------
    ValueError
        y looks like a regression target, or has other classes than the fit that a warm start goes on with.
    """
    check_classification_targets(y)
    classes, numbers = np.unique(y, return_inverse=True)
    check_goes_on(estimator, "classes_", classes)
    estimator.classes_ = classes
    return numbers


def class_weights(class_weight, y, classes, sample_weight):
    """Return the weight (n_samples,) that each sample has by its classes, or None."""
    if class_weight is None:
        return None
    if class_weight == "balanced":
        # Not compute_sample_weight("balanced"), which does not know sample weights.
        weights = np.ones(len(y))
        for output, known in enumerate(classes):
            with np.errstate(divide="ignore"):  # a class without weight: none of its rows counts
                balanced = compute_class_weight("balanced", classes=known, y=y[:, output], sample_weight=sample_weight)
            balanced[np.isinf(balanced)] = 0.0
            weights *= balanced[np.searchsorted(known, y[:, output])]
        return weights
    by_output = class_weight if isinstance(class_weight, list) else [class_weight]
    if isinstance(class_weight, list) and len(by_output) != y.shape[1]:
        raise ValueError(
            f"The number of elements in class_weight should match number of outputs. They are {len(by_output)}, but y "
            f"has {y.shape[1]}."
        )
    if not all(isinstance(each, dict | str) for each in by_output):
        raise ValueError(f"class_weight={class_weight!r} has to be a dict, or a list of a dict for each output.")
    numbers = [number for each in by_output if isinstance(each, dict) for number in each.values()]
    if not all(isinstance(number, Real) and 0.0 <= float(number) < np.inf for number in numbers):
        raise ValueError("class_weight must not be negative, and has to hold finite numbers.")
    return compute_sample_weight(class_weight, y)


def weights_with_classes(by_class, sample_weight):
    """Return the weights of samples times those by their classes, (n_samples,), or None if there are neither.

    Raises
    ------
    ValueError
        A product is negative, or all are 0.
    """
    if by_class is None:
        return sample_weight
    weights = by_class if sample_weight is None else by_class * sample_weight
    if weights.min() < 0.0 or not weights.any():
        raise ValueError("class_weight must not be negative, and leave a sample of positive weight.")
    return weights


def check_poisson(y, positive="positive"):
    """Refuse targets that no Poisson distribution has; `positive` is scikit-learn's word for their sum."""
    if np.any(y < 0):
        raise ValueError("Some value(s) of y are negative which is not allowed for Poisson regression.")
    if np.sum(y) <= 0:
        raise ValueError(f"Sum of y is not {positive} which is necessary for Poisson regression.")
