"""Boosted trees as a data frame: a row a node."""

import numpy as np

from skensemble.records import LEAF, NODE


def tree_frame(trees, n_trees, classes, feature_names, categories, statistics):
    """Return the nodes of all trees as a pandas DataFrame.

    Parameters
    ----------
    trees : Trees or None
    n_trees : int
        Of a round.
    classes : (n_outputs,) array or None
        The labels that the trees of a round, or the values of a leaf, stand for, if there are several of them.
    feature_names : (n_features,) array of str or None
        None: features have their index instead.
    categories : sequence of array or None, n_features long
        The values of a categorical feature by code.
    statistics : TargetStatistics
        What trees see instead of some categories.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    ImportError
        pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError("to_frame returns a pandas DataFrame, but pandas is not installed.") from error
    nodes = np.empty(0, NODE) if trees is None else trees.nodes
    is_leaf = nodes["left"] == LEAF
    tree, node, depth, values = _places(trees)
    columns = {"tree": tree, "round": tree // n_trees}
    if n_trees > 1:
        columns["class"] = np.asarray(classes)[tree % n_trees]
    columns |= {"node": node, "depth": depth, "is_leaf": is_leaf}
    for side in ("left", "right"):
        columns[f"{side}_child"] = pd.Series(nodes[side], dtype="Int64").mask(is_leaf)
    column = np.where(is_leaf, 0, nodes["feature"])
    feature, shared_class = statistics.sources(len(categories))[column], statistics.class_numbers(len(categories))
    columns["feature"] = pd.Series(feature, dtype="Int64").mask(is_leaf)
    if feature_names is not None:
        columns["feature"] = pd.Series(np.asarray(feature_names, object)[feature], dtype=object).mask(is_leaf, None)
    if np.any(shared_class >= 0):
        is_share = ~is_leaf & (shared_class[column] >= 0)
        columns["share_of"] = pd.Series(np.asarray(classes, object)[shared_class[column]]).where(is_share, None)
    columns["threshold"] = np.where(is_leaf, np.nan, nodes["threshold"])
    columns["categories"] = pd.Series(_left_categories(trees, categories), dtype=object)
    columns["missing_go_to_left"] = pd.Series(nodes["missing_go_to_left"] != 0, dtype="boolean").mask(is_leaf)
    columns["gain"] = np.where(is_leaf, np.nan, nodes["gain"])
    columns["n_samples"], columns["weight"] = nodes["n_node_samples"], nodes["weighted_n_node_samples"]
    if values.shape[1] == 1:
        return pd.DataFrame(columns | {"value": values[:, 0]})
    return pd.DataFrame(columns | {f"value_{label}": values[:, k] for k, label in enumerate(classes)})


def _places(trees):
    """Return the tree, the number in it, the depth and the values of each node."""
    if trees is None:
        return (*np.zeros((3, 0), np.int64), np.zeros((0, 1)))
    tree = np.repeat(np.arange(len(trees)), np.diff(trees.node_starts))
    depth = np.concatenate([trees[index].depths for index in range(len(trees))])
    return tree, np.arange(len(tree)) - trees.node_starts[tree], depth, trees.values[:, 0]


def _left_categories(trees, categories):
    """Return the categories that go left of each node: a tuple, or None where no categories split it."""
    found = [None] * (0 if trees is None else len(trees.nodes))
    for index in range(0 if trees is None else len(trees)):
        tree, start = trees[index], trees.node_starts[index]
        for node in np.flatnonzero(trees.grown(index).nodes["category_offset"] >= 0):
            values = categories[tree.feature[node]]
            found[start + node] = tuple(values[tree.left_categories(node)].tolist())
    return found
