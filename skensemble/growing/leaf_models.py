"""Linear models in leaves: a leaf that has one adds an intercept and a sum of products instead of a constant."""

import math
from typing import NamedTuple

import numpy as np

from skensemble._compile import part, record


@record
class LeafModels(NamedTuple):
    """The models of the nodes of a tree, or of several trees one after the other.

    A node has the terms from its start to the next one's; inner nodes, and leaves that are constant, have none.
    """

    starts: np.ndarray  # (n_nodes + 1,) int64
    intercepts: np.ndarray  # (n_nodes,) float64, shrunk as the coefficients are
    features: np.ndarray  # (n_terms,) int32, ascending in a node
    coefficients: np.ndarray  # (n_terms,) float64


def new_models(n_nodes, of_nodes=()):
    """Return the `LeafModels` of a tree.

    Parameters
    ----------
    n_nodes : int
    of_nodes : iterable of (int, float, array, array)
        Number of a node, its intercept, its features and their coefficients.
    """
    of_nodes = sorted(of_nodes, key=lambda model: model[0])
    lengths, intercepts = np.zeros(n_nodes, np.int64), np.zeros(n_nodes)
    for number, intercept, features, _ in of_nodes:
        lengths[number], intercepts[number] = len(features), intercept
    features = np.concatenate([np.zeros(0, np.int32), *(model[2] for model in of_nodes)])
    coefficients = np.concatenate([np.zeros(0), *(model[3] for model in of_nodes)])
    return LeafModels(_starts_of(lengths), intercepts, features.astype(np.int32), coefficients)


def joined_models(models, n_nodes):
    """Return the models of several trees in common arrays, or None if no tree has any.

    Parameters
    ----------
    models : list of LeafModels or None
        None: the leaves of the tree are constant.
    n_nodes : sequence of int
        Of each tree.
    """
    if all(each is None for each in models):
        return None
    models = [new_models(n) if each is None else each for each, n in zip(models, n_nodes, strict=True)]
    lengths = np.concatenate([np.diff(each.starts) for each in models])
    columns = zip(*(each[1:] for each in models), strict=True)
    return LeafModels(_starts_of(lengths), *(np.concatenate(column) for column in columns))


def models_between(models, first, stop):
    """Return the models of the nodes first to stop - 1, as views but for the starts; None if there are none at all."""
    if models is None:
        return None
    starts = models.starts[first : stop + 1]
    terms = slice(starts[0], starts[-1])
    return LeafModels(
        starts - starts[0], models.intercepts[first:stop], models.features[terms], models.coefficients[terms]
    )


@part
def value_in_leaf(models, values, leaf, X, row):
    """What a leaf adds to a row: the constant where a value of the model, or what comes out, is not finite."""
    start, stop = models.starts[leaf], models.starts[leaf + 1]
    if start == stop:
        return values[leaf]
    value = models.intercepts[leaf]
    for term in range(start, stop):
        x = X[row, models.features[term]]
        if not math.isfinite(x):
            return values[leaf]
        value += models.coefficients[term] * x
    return value if math.isfinite(value) else values[leaf]


def _starts_of(lengths):
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
