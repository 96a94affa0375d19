"""Codes of values: the number of thresholds below them, or their category, or the code of missing values."""

import numpy as np

from skensemble._compile import kernel, part
from skensemble.arrays.sorting import bit_length

GREATEST = np.finfo(np.float64).max


@kernel
def encode_values(X, start, thresholds, n_bins, is_categorical, columns):
    """Write the number of thresholds below each value, or the category, or the code of missing values for NaN.

    The rows of X are those from `start` on of columns, (n_features, n_samples).
    """
    n_rows = X.shape[0]
    n_in_fours = n_rows - n_rows % 4
    for feature in range(X.shape[1]):
        missing_code, column = n_bins[feature], columns[feature, start : start + n_rows]
        if is_categorical[feature]:
            for i in range(n_rows):
                column[i] = missing_code if np.isnan(X[i, feature]) else np.int64(X[i, feature])
        else:
            row = thresholds[feature, : 1 << bit_length(n_bins[feature] - 1)]
            for i in range(0, n_in_fours, 4):
                a, b, c, d = X[i, feature], X[i + 1, feature], X[i + 2, feature], X[i + 3, feature]
                code_a, code_b, code_c, code_d = search_four(row, a, b, c, d)
                column[i] = missing_code if np.isnan(a) else code_a
                column[i + 1] = missing_code if np.isnan(b) else code_b
                column[i + 2] = missing_code if np.isnan(c) else code_c
                column[i + 3] = missing_code if np.isnan(d) else code_d
            for i in range(n_in_fours, n_rows):
                value = X[i, feature]
                column[i] = missing_code if np.isnan(value) else search_four(row, value, value, value, value)[0]


@kernel
def copy_rows(columns, start, stop, codes):
    """Write some rows of codes (n_samples, n_columns), given by column; a `stop` past the last one is the end."""
    for i in range(start, min(stop, codes.shape[0])):
        for column in range(codes.shape[1]):
            codes[i, column] = columns[column, i]


@kernel
def encode_stored(values, starts, first, stop, thresholds, n_bins, is_categorical, codes):
    """Write the codes (n_stored,) of the values of some features of a CSC matrix; starts: its indptr, of int64."""
    for feature in range(first, min(stop, n_bins.size)):
        row = thresholds[feature, : 1 << bit_length(n_bins[feature] - 1)]
        for i in range(starts[feature], starts[feature + 1]):
            value = values[i]
            if np.isnan(value):
                codes[i] = n_bins[feature]
            elif is_categorical[feature]:
                codes[i] = np.int64(value)
            else:
                codes[i] = search_four(row, value, value, value, value)[0]


@part
def search_four(thresholds, a, b, c, d):
    """How many of the thresholds, whose number is a power of two, are below each of four values.

    A binary search takes the same steps for all values, so that the four overlap: it is a chain of results that wait
    for each other.
    """
    place_a = place_b = place_c = place_d = np.uint64(0)
    a, b, c, d = min(a, GREATEST), min(b, GREATEST), min(c, GREATEST), min(d, GREATEST)
    step = np.uint64(thresholds.size >> 1)
    while step > 0:
        last = step - np.uint64(1)
        place_a += step & is_below(thresholds[place_a + last], a)
        place_b += step & is_below(thresholds[place_b + last], b)
        place_c += step & is_below(thresholds[place_c + last], c)
        place_d += step & is_below(thresholds[place_d + last], d)
        step >>= np.uint64(1)
    return place_a, place_b, place_c, place_d


@part
def is_below(threshold, value):
    """All bits if it is, else none: the sign of the difference, as compilers make a branch of a comparison."""
    return np.uint64(np.float64(threshold - value).view(np.int64) >> 63)
