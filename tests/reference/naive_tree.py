"""A slow, transparent twin of the core: the same trees, grown from copies of the rows of each node."""

import heapq
from dataclasses import dataclass

import numpy as np

from tests.reference.naive_criteria import NaiveCriterion
from tests.reference.naive_random import child_key, mix
from tests.reference.naive_splits import TIE, Candidate, NaiveSplitter, Node

NO_IMPURITY = np.finfo(float).eps  # in proportion to the root's


@dataclass
class NaiveNode:
    """A node of the tree."""

    rows: np.ndarray  # (n,) int: its samples among those of weight > 0
    depth: int
    key: int
    lower: float
    upper: float
    path: frozenset  # the features that lead to it
    impurity: float
    weight: float
    value: np.ndarray  # (n_outputs, n_values)
    split: Candidate | None = None
    left: int = -1
    right: int = -1


class NaiveTree:
    """A tree; `nodes` is a list of NaiveNode in the order in which the core numbers them.

    Parameters
    ----------
    X : (n_samples, n_features) float32
        NaN is missing; categories are their numbers.
    targets : (n_samples, n_outputs) float64
    criterion : str
    n_classes : tuple of int
        Classes of each output; empty for regression.
    weights : (n_samples,) or None
    n_categories : (n_features,) int or None
    monotonic : (n_features,) int or None
    groups : list of sets of features, or None
        Interaction constraints: a set has to hold all features on the way to a leaf.
    seed : int
    max_depth, min_samples_split, min_samples_leaf, max_features, max_leaf_nodes, random_splits
        As in `skensemble.records.Settings`.
    min_weight_leaf, min_impurity_decrease : float
        As shares of the tree's weight, and of its weighted impurity.
    """

    def __init__(
        self,
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
        max_depth=np.inf,
        min_samples_split=2,
        min_samples_leaf=1,
        min_weight_leaf=0.0,
        min_impurity_decrease=0.0,
        max_features=np.inf,
        max_leaf_nodes=0,
        random_splits=False,
    ):
        n_samples, n_features = X.shape
        weights = np.ones(n_samples) if weights is None else weights
        self.X, self.targets, self.weights = X[weights > 0], targets[weights > 0], weights[weights > 0]
        self.criterion = NaiveCriterion(criterion, n_classes)
        self.monotonic = monotonic
        self.groups = [set(range(n_features))] if groups is None else groups
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.min_weight = min_weight_leaf * self.weights.sum()
        self.min_impurity_decrease = min_impurity_decrease
        n_categories = np.zeros(n_features, int) if n_categories is None else n_categories
        self.splitter = NaiveSplitter(
            self.criterion,
            n_categories,
            monotonic,
            min_samples_leaf,
            self.min_weight,
            max_features,
            random_splits,
        )
        self.nodes = []
        root = (np.arange(len(self.X)), 0, mix(seed), -np.inf, np.inf, frozenset())
        if max_leaf_nodes:
            self.grow_best_first(root, max_leaf_nodes)
        else:
            self.grow_depth_first(*root)

    def grow_depth_first(self, *place):
        """Finish a node's left subtree before its right one; returns the node's number."""
        number = self.open(*place)
        split = self.find_split(number)
        if split is not None:
            node = self.nodes[number]
            node.split = split
            node.left, node.right = (self.grow_depth_first(*child) for child in self.children(number, split))
        return number

    def grow_best_first(self, root, max_leaf_nodes):
        """Split the node that gains most, again and again."""
        heap, n_leaves = [], 1

        def look_at(place):
            number = self.open(*place)
            split = self.find_split(number)
            if split is not None:
                heapq.heappush(heap, (-split.gain, number, split))
            return number

        look_at(root)
        while heap and n_leaves < max_leaf_nodes:
            _, number, split = heapq.heappop(heap)
            self.nodes[number].split = split
            left, right = self.children(number, split)
            self.nodes[number].left, self.nodes[number].right = look_at(left), look_at(right)
            n_leaves += 1

    def open(self, rows, depth, key, lower, upper, path):
        """Add a leaf; returns its number."""
        targets, weights = self.targets[rows], self.weights[rows]
        impurity, value = self.criterion.impurity(targets, weights), self.criterion.value(targets, weights)
        self.nodes.append(NaiveNode(rows, depth, key, lower, upper, path, impurity, weights.sum(), value))
        return len(self.nodes) - 1

    def find_split(self, number):
        """The split of a node, None where it has to stay a leaf."""
        node, root = self.nodes[number], self.nodes[0]
        n, targets = len(node.rows), self.targets[node.rows]
        if (
            node.depth >= self.max_depth
            or n < max(self.min_samples_split, 2 * self.min_samples_leaf)
            or node.weight < 2 * self.min_weight
            or node.impurity <= NO_IMPURITY * root.impurity
            or np.all(targets == targets[0])
        ):
            return None
        features = frozenset().union(*(group for group in self.groups if node.path <= group))
        view = Node(self.X[node.rows], targets, self.weights[node.rows], node.key, features, node.lower, node.upper)
        split = self.splitter.best(view)
        if split is None and number == 0:
            split = self.splitter.best(view, pools_rare=False)
        least_gain = self.min_impurity_decrease * root.weight - TIE * node.weight * node.impurity
        return split if split is not None and split.gain >= least_gain else None

    def children(self, number, split):
        """What the children are opened with, the left one first."""
        node = self.nodes[number]
        sign = 0 if self.monotonic is None else self.monotonic[split.feature]
        for is_right in (False, True):
            lower, upper = node.lower, node.upper
            if sign and (sign > 0) == is_right:
                lower = split.middle
            elif sign:
                upper = split.middle
            rows = node.rows[split.is_left != is_right]
            path = node.path | {split.feature}
            yield rows, node.depth + 1, child_key(node.key, is_right), lower, upper, path
