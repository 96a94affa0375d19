"""Predictions of classes as scikit-learn returns them: an array, or for several outputs a list of arrays."""

import numpy as np


def by_output(values, n_classes):
    """Return shares (n_samples, n_outputs * most classes) as one array, or as a list of one for each output."""
    if np.ndim(n_classes) == 0:
        return values
    values = values.reshape(len(values), len(n_classes), -1)
    return [np.ascontiguousarray(values[:, output, :n]) for output, n in enumerate(n_classes)]


def most_probable(probabilities, classes):
    """Return the class with the largest probability, the first of equal ones, of each output."""
    if not isinstance(probabilities, list):
        return classes.take(probabilities.argmax(axis=1), axis=0)
    columns = [known.take(shares.argmax(axis=1), axis=0) for known, shares in zip(classes, probabilities, strict=True)]
    return np.column_stack(columns)


def logarithms(probabilities):
    """Return the logarithms of an array or of a list of arrays; -inf of 0."""
    with np.errstate(divide="ignore"):
        return (
            [np.log(shares) for shares in probabilities] if isinstance(probabilities, list) else np.log(probabilities)
        )
