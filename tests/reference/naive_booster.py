"""A slow, transparent twin of the histogram booster, in float64, from the equations of Chen and Guestrin (2016)."""

from dataclasses import dataclass

import numpy as np

UNDEFINED = -2


@dataclass
class NaiveNode:
    """A node of a boosted tree; feature UNDEFINED: a leaf."""

    rows: np.ndarray
    depth: int
    feature: int = UNDEFINED
    bin: int = 0
    missing_left: bool = False
    gain: float = 0.0  # of its best cut, made or not
    is_left: np.ndarray | None = None


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
        max_delta_step=0.0,
    ):
        self.codes, self.n_bins, self.missing = data.codes.astype(int), data.n_bins, data.missing_code
        self.max_leaf_nodes, self.max_depth = max_leaf_nodes, max_depth
        self.l1, self.l2, self.max_delta_step = l1, l2, max_delta_step
        self.min_child_weight, self.min_samples_leaf = min_child_weight, min_samples_leaf
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
                    self.raw[node.rows] += 0.1 * self.value(node.rows)

    def value(self, rows):
        """Equation 5, with l1 and a limit."""
        gradient, hessian = self.gradients[rows].sum(), self.hessians[rows].sum()
        value = -np.sign(gradient) * max(abs(gradient) - self.l1, 0.0) / (hessian + self.l2)
        return np.clip(value, -self.max_delta_step, self.max_delta_step) if self.max_delta_step else value

    def lowered_loss(self, rows):
        """What a leaf of its best value lowers the second-order objective by: equation 6."""
        gradient, hessian, value = self.gradients[rows].sum(), self.hessians[rows].sum(), self.value(rows)
        return -(gradient * value + 0.5 * (hessian + self.l2) * value**2 + self.l1 * abs(value))

    def find_cut(self, node):
        """Find the best cut of a node: the first one of equal gains."""
        if node.depth >= self.max_depth:
            return
        uncut = self.lowered_loss(node.rows)
        for feature in range(self.codes.shape[1]):
            codes = self.codes[node.rows, feature]
            has_missing = np.any(codes == self.missing)
            for missing_left in (False, True) if has_missing else (False,):
                n_bins = self.n_bins[feature] if has_missing and not missing_left else self.n_bins[feature] - 1
                for bin in range(n_bins):
                    is_left = np.where(codes == self.missing, missing_left, codes <= bin)
                    sides = node.rows[is_left], node.rows[~is_left]
                    if min(map(len, sides)) < self.min_samples_leaf:
                        continue
                    if min(self.hessians[side].sum() for side in sides) < self.min_child_weight:
                        continue
                    gain = sum(map(self.lowered_loss, sides)) - uncut
                    if gain > max(node.gain * (1 + 1e-9), 1e-12 * abs(uncut)):
                        goes_left = missing_left if has_missing else 2 * is_left.sum() > len(is_left)
                        node.gain, node.is_left = gain, is_left
                        self.cuts[id(node)] = (feature, bin, goes_left)

    def grow(self):
        """Grow a tree, always at the leaf of largest gain."""
        self.cuts = {}
        nodes = [NaiveNode(np.arange(len(self.raw)), 0)]
        self.find_cut(nodes[0])
        leaves = [nodes[0]]
        while len(leaves) < self.max_leaf_nodes:
            chosen = max(range(len(leaves)), key=lambda i: (leaves[i].gain, -i))
            leaf = leaves[chosen]
            if leaf.gain <= 0:
                break
            leaf.feature, leaf.bin, leaf.missing_left = self.cuts[id(leaf)]
            children = [NaiveNode(leaf.rows[side], leaf.depth + 1) for side in (leaf.is_left, ~leaf.is_left)]
            for child in children:
                self.find_cut(child)
            nodes += children
            leaves[chosen] = children[0]
            leaves.append(children[1])
        return nodes
