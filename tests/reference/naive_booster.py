"""A slow, transparent twin of the histogram booster, in float64, from the equations of Chen and Guestrin (2016)."""

from dataclasses import dataclass, field

import numpy as np

UNDEFINED = -2


@dataclass
class NaiveNode:
    """A node of a boosted tree; feature UNDEFINED: a leaf."""

    rows: np.ndarray
    depth: int
    lower: float = -np.inf
    upper: float = np.inf
    path: frozenset = field(default_factory=frozenset)  # features on the way from the root
    feature: int = UNDEFINED
    bin: int = 0  # NaN: between categories
    gain: float = 0.0  # of its best cut, made or not
    is_left: np.ndarray | None = None
    cut: tuple = ()


class NaiveBooster:
    """Boosts from raw predictions of 0 with a learning rate of 0.1.

    Attributes
    ----------
    trees : list of list of NaiveNode
        In the order in which the core numbers them.
    raw : (n_samples,) float64
    """

    def __init__(
        self,
        data,
        target,
        loss,
        *,
        n_rounds,
        max_leaf_nodes=8,
        max_depth=2**31,
        l1=0.0,
        l2=0.0,
        min_child_weight=1e-3,
        min_samples_leaf=5,
        max_delta_step=np.inf,
        by_depth=False,
        monotonic=None,
        groups=None,
        smoothing=10.0,
    ):
        self.codes, self.n_bins, self.is_categorical = data.codes.astype(int), data.n_bins, data.is_categorical
        self.max_leaf_nodes, self.max_depth, self.by_depth = max_leaf_nodes, max_depth, by_depth
        self.l1, self.l2, self.max_delta_step, self.smoothing = l1, l2, max_delta_step, smoothing
        self.min_child_weight, self.min_samples_leaf = min_child_weight, min_samples_leaf
        n_features = self.codes.shape[1]
        self.signs = np.zeros(n_features, int) if monotonic is None else np.asarray(monotonic)
        self.groups = [set(range(n_features))] if groups is None else groups
        self.raw, self.trees = np.zeros(len(target)), []
        for _ in range(n_rounds):
            if loss == "log_loss":
                probability = 1 / (1 + np.exp(-self.raw))
                self.gradients, self.hessians = probability - target, probability * (1 - probability)
            else:
                self.gradients, self.hessians = self.raw - target, np.ones(len(target))
            self.trees.append(self.grow())
            for node in self.trees[-1]:
                if node.feature == UNDEFINED:
                    self.raw[node.rows] += 0.1 * self.value(node, node.rows)

    def value(self, node, rows):
        """Equation 5, with l1, a limit, and the bounds of a node."""
        gradient, hessian = self.gradients[rows].sum(), self.hessians[rows].sum()
        value = -np.sign(gradient) * max(abs(gradient) - self.l1, 0.0) / (hessian + self.l2)
        return np.clip(np.clip(value, -self.max_delta_step, self.max_delta_step), node.lower, node.upper)

    def lowered_loss(self, node, rows):
        """What a leaf of its best value lowers the second-order objective by: equation 6."""
        gradient, hessian, value = self.gradients[rows].sum(), self.hessians[rows].sum(), self.value(node, rows)
        return -(gradient * value + 0.5 * (hessian + self.l2) * value**2 + self.l1 * abs(value))

    def find_cut(self, node):
        """Find the best cut of a node: the first one of equal gains."""
        if node.depth >= self.max_depth:
            return
        uncut = self.lowered_loss(node, node.rows)
        for feature in range(self.codes.shape[1]):
            if not any(group >= node.path | {feature} for group in self.groups):
                continue
            candidates = self.category_cuts if self.is_categorical[feature] else self.numeric_cuts
            for bin, is_left in candidates(feature, self.codes[node.rows, feature], node.rows):
                sides = node.rows[is_left], node.rows[~is_left]
                if min(map(len, sides)) < self.min_samples_leaf:
                    continue
                if min(self.hessians[side].sum() for side in sides) < self.min_child_weight:
                    continue
                left, right = (self.value(node, side) for side in sides)
                if (left - right) * self.signs[feature] > 0:
                    continue
                gain = sum(self.lowered_loss(node, side) for side in sides) - uncut
                if gain > max(node.gain * (1 + 1e-9), 1e-12 * abs(uncut)):
                    node.gain, node.is_left, node.cut = gain, is_left, (feature, bin, left, right)

    def numeric_cuts(self, feature, codes, rows):
        """Yield the cuts between bins, with missing values on the right, then on the left."""
        is_missing = codes == self.n_bins[feature]
        for missing_left in (False, True) if is_missing.any() else (False,):
            last = self.n_bins[feature] if is_missing.any() and not missing_left else self.n_bins[feature] - 1
            for bin in range(last):
                yield bin, np.where(is_missing, missing_left, codes <= bin)

    def category_cuts(self, feature, codes, rows):
        """Yield the cuts of common categories in the order of their values, from both ends."""
        common = [code for code in np.unique(codes) if np.sum(codes == code) >= self.smoothing]
        values = [
            self.gradients[rows[codes == code]].sum() / (self.hessians[rows[codes == code]].sum() + self.smoothing)
            for code in common
        ]
        order = np.array(common)[np.argsort(values, kind="stable")] if common else []
        for ordered in (order, order[::-1]):
            for n_left in range(1, (len(common) + 1) // 2 + 1):
                yield np.nan, np.isin(codes, ordered[:n_left])

    def grow(self):
        """Grow a tree, always at the leaf of largest gain, or nearest to the root."""
        nodes = [NaiveNode(np.arange(len(self.raw)), 0)]
        self.find_cut(nodes[0])
        leaves = [nodes[0]]
        while len(leaves) < self.max_leaf_nodes and max(leaf.gain for leaf in leaves) > 0:
            candidates = [i for i, leaf in enumerate(leaves) if leaf.gain > 0]
            chosen = max(candidates, key=lambda i: (-leaves[i].depth * self.by_depth, leaves[i].gain, -i))
            children = self.divide(leaves[chosen])
            nodes += children
            leaves[chosen] = children[0]
            leaves.append(children[1])
        return nodes

    def divide(self, leaf):
        """Cut a leaf."""
        leaf.feature, leaf.bin, left, right = leaf.cut
        sign, middle = self.signs[leaf.feature], (left + right) / 2
        bounds = {
            0: ((leaf.lower, leaf.upper), (leaf.lower, leaf.upper)),
            1: ((leaf.lower, middle), (middle, leaf.upper)),
            -1: ((middle, leaf.upper), (leaf.lower, middle)),
        }[sign]
        path = leaf.path | {leaf.feature}
        children = [
            NaiveNode(leaf.rows[side], leaf.depth + 1, *bound, path)
            for side, bound in zip((leaf.is_left, ~leaf.is_left), bounds, strict=True)
        ]
        for child in children:
            self.find_cut(child)
        return children
