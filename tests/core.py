"""The numerical core as tests call it: data in, one grown tree out, always with the same types of arguments."""

import numpy as np
from scipy import sparse

from skensemble._compile import kernel
from skensemble.binning.ranks import rank_features, rank_sparse_features
from skensemble.binning.value_codes import encode_features, encode_sparse_features
from skensemble.growing.plan import TreePlan, grow
from skensemble.records import Constraints, Settings

GO_ON = np.zeros(1, np.int64)  # a stop flag that is not set
NO_LIMITS = Settings(
    max_depth=2**31 - 1,
    min_samples_split=2,
    min_samples_leaf=1,
    min_weight_leaf=0.0,
    min_impurity_decrease=0.0,
    max_features=2**31 - 1,
    max_leaf_nodes=0,
    random_splits=False,
    is_bounded=False,
)


def grow_tree(
    X,
    targets,
    criterion,
    *,
    n_classes=(),
    weights=None,
    n_categories=None,
    monotonic=None,
    groups=None,
    seed=0,
    stop_flag=GO_ON,
    **limits,
):
    """Grow a tree.

    Parameters
    ----------
    X : (n_samples, n_features) array or sparse matrix
    targets : (n_samples,) or (n_samples, n_outputs)
    criterion : str
    n_classes : tuple of int
    weights : (n_samples,) or None
    n_categories : (n_features,) of int, or None
    monotonic : (n_features,) of {1, 0, -1}, or None
    groups : list of sets of features, or None
    seed : int
    stop_flag : (1,) int64
    **limits
        Fields of `Settings`.
    """
    n_features = X.shape[1]
    settings = NO_LIMITS._replace(is_bounded=monotonic is not None, **limits)
    constraints = Constraints(
        np.array([] if monotonic is None else monotonic, np.int8),
        np.zeros((0, 0), np.uint64) if groups is None else _as_bits(groups, n_features),
    )
    targets = np.ascontiguousarray(targets, np.float64).reshape(X.shape[0], -1)
    plan = TreePlan(criterion, tuple(n_classes), settings, constraints)
    encode = as_values if settings.random_splits else rank
    return grow(plan, encode(X, n_categories), targets, weights, seed, stop_flag)


def rank(X, n_categories=None):
    """Codes for the best splits: ranks of the features of an array or of a sparse matrix."""
    if sparse.issparse(X):
        return rank_sparse_features(sparse.csc_array(X, dtype=np.float32))
    return rank_features(np.asarray(X, np.float32), _categories_of(X, n_categories))


def as_values(X, n_categories=None):
    """Codes for random splits, which are the values themselves."""
    if sparse.issparse(X):
        return encode_sparse_features(sparse.csc_array(X, dtype=np.float32))
    return encode_features(np.asarray(X, np.float32), _categories_of(X, n_categories))


def _categories_of(X, n_categories):
    return np.zeros(X.shape[1], np.int64) if n_categories is None else np.asarray(n_categories, np.int64)


def _as_bits(groups, n_features):
    bits = np.zeros((n_features, -(-len(groups) // 64)), np.uint64)
    for number, group in enumerate(groups):
        for feature in group:
            bits[feature, number // 64] |= np.uint64(1 << number % 64)
    return bits


def left_categories(tree, node, n_categories):
    """The categories that a split sends left; the number n_categories stands for missing values."""
    words = tree.categories[tree.nodes["category_offset"][node] :]
    return {code for code in range(n_categories + 1) if int(words[code // 64]) >> (code % 64) & 1}


def rows_of_nodes(tree, X, n_categories=None):
    """The rows of X that reach each node, by the node table alone."""
    rows = [np.arange(len(X))] + [None] * (len(tree.nodes) - 1)
    for number in _parents_first(tree.nodes):
        node = tree.nodes[number]
        values = X[rows[number], node["feature"]]
        if node["category_offset"] >= 0:
            n = n_categories[node["feature"]]
            is_left = np.isin(np.where(np.isnan(values), n, values), list(left_categories(tree, number, n)))
        else:
            is_left = np.where(np.isnan(values), node["missing_go_to_left"] == 1, values <= node["threshold"])
        rows[node["left"]], rows[node["right"]] = rows[number][is_left], rows[number][~is_left]
    return rows


def _parents_first(nodes):
    """The numbers of the nodes that are split, a node before its children."""
    pending = [0]
    while pending:
        number = pending.pop()
        if nodes["left"][number] >= 0:
            yield number
            pending += [nodes["left"][number], nodes["right"][number]]


def preorder(tree):
    """The tree with its nodes in preorder: fields of NODE and values, whatever the order in which it grew."""
    order, pending = [], [0]
    while pending:
        number = pending.pop()
        order.append(number)
        if tree.nodes["left"][number] >= 0:
            pending += [tree.nodes["right"][number], tree.nodes["left"][number]]
    new_numbers = np.empty(len(order) + 1, np.int64)
    new_numbers[order] = np.arange(len(order))
    new_numbers[-1] = -1
    nodes = tree.nodes[order]
    for side in ("left", "right"):
        nodes[side] = new_numbers[nodes[side]]
    return nodes, tree.values[order]


def entry(part):
    """A part of kernels as a kernel, so that Python can call it."""
    return kernel(plain(part))


def plain(part):
    """The Python function of a part that calls no other parts."""
    return getattr(part, "py_func", part)
