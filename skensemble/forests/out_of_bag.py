"""What a forest learns from the rows that a tree was not drawn (Breiman 2001, section 3.1)."""

import numpy as np

from skensemble._compile import kernel
from skensemble._random import PERMUTATION, draw_units
from skensemble._threads import run_in_threads
from skensemble.trees.walking import feature_at, next_node


def out_of_bag_rows(bootstrap, seed):
    """Return the rows that the tree with this seed was not drawn, int64."""
    return np.flatnonzero(bootstrap.counts(seed) == 0)


def out_of_bag_sums(trees, seeds, bootstrap, X, n_threads=1):
    """Add up the predictions of the trees that were not drawn a row.

    Parameters
    ----------
    trees : Trees
    seeds : sequence of int
    bootstrap : Bootstrap
    X : (n_samples, n_features) float32 array or CSR matrix

    Returns
    -------
    sums : (n_samples, n_outputs, most classes) float64
    n_trees : (n_samples,) int64
        How many trees have been added.
    """
    sums, n_trees = np.zeros((X.shape[0], *trees.values.shape[1:])), np.zeros(X.shape[0], np.int64)

    def predict(index):
        rows = out_of_bag_rows(bootstrap, seeds[index])
        tree = trees.subset(index)
        return rows, tree.values[tree.leaves(X[rows])[:, 0]]

    for first in range(0, len(trees), 4 * n_threads):
        tasks = [lambda index=index: predict(index) for index in range(first, min(first + 4 * n_threads, len(trees)))]
        for rows, values in run_in_threads(tasks, n_threads):
            sums[rows] += values
            n_trees[rows] += 1
    return sums, n_trees


def responses(targets, n_classes, most_classes):
    """Return the targets as a row of numbers each, (n_samples, n_outputs * most_classes): classes as indicators."""
    if not len(n_classes):
        return targets
    indicators = np.zeros((*targets.shape, most_classes))
    np.put_along_axis(indicators, targets.astype(np.int64)[:, :, np.newaxis], 1.0, axis=2)
    return indicators.reshape(len(targets), -1)


def out_of_bag_importances(trees, seeds, bootstrap, X, responses, n_threads=1):
    """Return how much each feature explains of the responses of out-of-bag rows, (n_features,) float64.

    The impurity that a split removes among the rows that it was chosen on is positive for pure noise.  Li, Wang, Basu,
    Kumbier and Yu 2019 ("A debiased MDI feature importance measure for random forests", equation 5) write it as the
    mean product of a sample's response and of the steps that its prediction takes at the splits on a feature; taken
    over the out-of-bag rows, it is 0 on average for a feature that has nothing to do with the response.

    Parameters
    ----------
    responses : (n_samples, n_values) float64
    """
    values = np.ascontiguousarray(trees.values.reshape(len(trees.nodes), -1))
    n_features = X.shape[1]

    def explain(index):
        rows = out_of_bag_rows(bootstrap, seeds[index])
        importances = np.zeros(n_features)
        root = trees.node_starts[index]
        inputs = X[rows] if isinstance(X, np.ndarray) else X[rows].toarray()
        centred = responses[rows] - values[root]
        add_steps(
            trees.steps(np.float32, 1), trees.categories, trees.n_categories, root, values, inputs, centred, importances
        )
        return importances / max(len(rows), 1)

    tasks = [lambda index=index: explain(index) for index in range(len(trees))]
    return np.sum(run_in_threads(tasks, n_threads), axis=0) / len(trees)


@kernel
def add_steps(steps, categories, n_categories, root, values, X, responses, importances):
    """Add the products of the responses and of the steps at each node to the importance of the node's feature."""
    for row in range(X.shape[0]):
        at = np.uint64(root)
        following = next_node(steps, categories, n_categories, at, X, row)
        while following != at:
            for k in range(values.shape[1]):
                step = values[following, k] - values[at, k]
                importances[feature_at(steps, at)] += step * responses[row, k]
            at = following
            following = next_node(steps, categories, n_categories, at, X, row)


def permutation_importances(trees, seeds, bootstrap, X, loss, n_repeats, seed, n_threads=1):
    """Return how much worse the trees get on out-of-bag rows when a feature's values are permuted among them.

    Breiman 2001, section 10.  A feature that a tree does not split on costs it nothing.

    Parameters
    ----------
    X : (n_samples, n_features) float32 array
    loss : callable
        From rows and the values of their leaves to the mean loss.
    n_repeats : int
        Permutations of each feature and tree.
    seed : int

    Returns
    -------
    (n_features, n_repeats) float64
    """

    def explain(index):
        tree = trees.subset(index)
        rows = out_of_bag_rows(bootstrap, seeds[index])
        increase = np.zeros((X.shape[1], n_repeats))
        if not len(rows):
            return increase
        inputs = X[rows]
        before = loss(rows, tree.values[tree.leaves(inputs)[:, 0]])
        for feature in np.unique(tree.nodes["feature"][tree.nodes["feature"] >= 0]):
            column = inputs[:, feature].copy()
            for repeat in range(n_repeats):
                keys = np.empty(len(rows))
                number = (index * X.shape[1] + int(feature)) * n_repeats + repeat
                draw_units(np.uint64(seed), PERMUTATION + np.uint64(number) * np.uint64(8), keys)
                inputs[:, feature] = column[np.argsort(keys, kind="stable")]
                increase[feature, repeat] = loss(rows, tree.values[tree.leaves(inputs)[:, 0]]) - before
            inputs[:, feature] = column
        return increase

    tasks = [lambda index=index: explain(index) for index in range(len(trees))]
    return np.sum(run_in_threads(tasks, n_threads), axis=0) / len(trees)
