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
    origin: float | None = None  # the value of the parent
    path: frozenset = field(default_factory=frozenset)  # features on the way from the root
    feature: int = UNDEFINED
    bin: int = 0  # NaN: between categories
    gain: float = 0.0  # of its best cut, made or not
    is_left: np.ndarray | None = None
    cut: tuple = ()
    forced: dict | None = None
    sides: dict = field(default_factory=dict)  # of constrained cuts above it: 1 where values are larger


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
        path_smoothing=0.0,
        penalties=None,
        first_use_penalties=None,
        forced=None,
        is_symmetric=False,
        is_intermediate=False,
    ):
        self.codes, self.n_bins, self.is_categorical = data.codes.astype(int), data.n_bins, data.is_categorical
        self.max_leaf_nodes, self.max_depth, self.by_depth = max_leaf_nodes, max_depth, by_depth
        self.l1, self.l2, self.max_delta_step, self.smoothing = l1, l2, max_delta_step, smoothing
        self.min_child_weight, self.min_samples_leaf = min_child_weight, min_samples_leaf
        n_features = self.codes.shape[1]
        self.path_smoothing, self.forced, self.is_intermediate = path_smoothing, forced, is_intermediate
        self.penalties = np.zeros(n_features) if penalties is None else penalties
        self.first_use_penalties = np.zeros(n_features) if first_use_penalties is None else first_use_penalties
        self.used = set()
        self.signs = np.zeros(n_features, int) if monotonic is None else np.asarray(monotonic)
        self.groups = [set(range(n_features))] if groups is None else groups
        self.raw, self.trees = np.zeros(len(target)), []
        for _ in range(n_rounds):
            if loss == "log_loss":
                probability = 1 / (1 + np.exp(-self.raw))
                self.gradients, self.hessians = probability - target, probability * (1 - probability)
            else:
                self.gradients, self.hessians = self.raw - target, np.ones(len(target))
            self.dispersion = np.sum(self.gradients**2) / np.sum(self.hessians)
            self.trees.append(self.grow_symmetric() if is_symmetric else self.grow())
            for node in self.trees[-1]:
                if node.feature == UNDEFINED:
                    self.raw[node.rows] += 0.1 * self.value(node, node.rows)

    def value(self, node, rows):
        """Equation 5, with l1, a limit, and the bounds of a node."""
        gradient, hessian = self.gradients[rows].sum(), self.hessians[rows].sum()
        value = -np.sign(gradient) * max(abs(gradient) - self.l1, 0.0) / (hessian + self.l2)
        value = np.clip(value, -self.max_delta_step, self.max_delta_step)
        if node.origin is not None:
            share = len(rows) / (len(rows) + self.path_smoothing)
            value = share * value + (1 - share) * node.origin
        return np.clip(value, node.lower, node.upper)

    def lowered_loss(self, node, rows):
        """What a leaf of its value lowers the second-order objective by: equation 6."""
        gradient, hessian, value = self.gradients[rows].sum(), self.hessians[rows].sum(), self.value(node, rows)
        return -(gradient * value + 0.5 * (hessian + self.l2) * value**2 + self.l1 * abs(value))

    def gain_of(self, node, feature, is_left, child, uncut):
        """The gain of a cut and both children's values, or None if it is not allowed."""
        sides = node.rows[is_left], node.rows[~is_left]
        if min(map(len, sides)) < self.min_samples_leaf:
            return None
        if min(self.hessians[side].sum() for side in sides) < self.min_child_weight:
            return None
        left, right = (self.value(child, side) for side in sides)
        if (left - right) * self.signs[feature] > 0:
            return None
        return sum(self.lowered_loss(child, side) for side in sides) - uncut, left, right

    def before_cut(self, node):
        """Return a child, with the node's bounds and origin, and what the node itself lowers the loss by."""
        child = NaiveNode(node.rows, node.depth + 1, node.lower, node.upper, self.value(node, node.rows))
        return child, self.lowered_loss(node, node.rows)

    def price(self, feature):
        return self.penalties[feature] + (feature not in self.used) * self.first_use_penalties[feature]

    def chance(self, feature, codes):
        """What the best cut between as many categories gains by chance, beyond the best one between numbers."""
        if not self.is_categorical[feature] or self.smoothing == 0.0:
            return 0.0
        n_common = np.sum(np.unique(codes, return_counts=True)[1] >= self.smoothing)
        return 0.5 * self.dispersion * max(0.0, 2.0 / np.pi * (n_common - 1) - 6.0)

    def find_cut(self, node):
        """Find the best cut of a node: the first one of equal gains."""
        if node.depth >= self.max_depth:
            return
        child, uncut = self.before_cut(node)
        for feature in range(self.codes.shape[1]):
            if not any(group >= node.path | {feature} for group in self.groups):
                continue
            candidates = self.category_cuts if self.is_categorical[feature] else self.numeric_cuts
            codes = self.codes[node.rows, feature]
            cost = self.price(feature) + self.chance(feature, codes)
            for bin, is_left in candidates(feature, codes, node.rows):
                if node.forced and (feature, bin) != (node.forced["feature"], node.forced["bin"]):
                    continue
                found = self.gain_of(node, feature, is_left, child, uncut)
                if found is None:
                    continue
                gain = found[0] - cost
                if gain > max(node.gain * (1 + 1e-9), 1e-12 * abs(uncut)):
                    node.gain, node.is_left, node.cut = gain, is_left, (feature, bin, *found[1:])
        if node.forced and not node.cut:
            node.forced = None
            self.find_cut(node)

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
        nodes = [NaiveNode(np.arange(len(self.raw)), 0, forced=self.forced)]
        self.find_cut(nodes[0])
        leaves = [nodes[0]]
        while len(leaves) < self.max_leaf_nodes and max(leaf.gain for leaf in leaves) > 0:
            candidates = [i for i, leaf in enumerate(leaves) if leaf.gain > 0]
            chosen = max(
                candidates,
                key=lambda i: (bool(leaves[i].forced), -leaves[i].depth * self.by_depth, leaves[i].gain, -i),
            )
            children = self.divide(leaves[chosen])
            nodes += children
            leaves[chosen] = children[0]
            leaves.append(children[1])
            if self.is_intermediate:
                self.bound_others(leaves, children)
        return nodes

    def bound_others(self, leaves, children):
        """Bound the other leaves by the values of new ones, and look for the cuts of those again that this bounds."""
        values = [self.value(child, child.rows) for child in children]
        new = children[0].sides
        for leaf in leaves:
            if any(leaf is child for child in children):
                continue
            side = next((side for cut, side in leaf.sides.items() if side == -new.get(cut, 0)), 0)
            before = leaf.lower, leaf.upper
            if side > 0:
                leaf.lower = max(leaf.lower, *values)
            if side < 0:
                leaf.upper = min(leaf.upper, *values)
            if (leaf.lower, leaf.upper) != before and leaf.gain > 0:
                leaf.gain, leaf.is_left, leaf.cut = 0.0, None, ()
                self.find_cut(leaf)

    def divide(self, leaf):
        """Cut a leaf."""
        children = self.cut(leaf)
        for child in children:
            self.find_cut(child)
        return children

    def cut(self, leaf):
        """Make the cut that a leaf has."""
        leaf.feature, leaf.bin, left, right = leaf.cut
        sign, of_left, of_right = self.signs[leaf.feature], right, left
        if not self.is_intermediate:
            of_left = of_right = (left + right) / 2
        bounds = {
            0: ((leaf.lower, leaf.upper), (leaf.lower, leaf.upper)),
            1: ((leaf.lower, of_left), (of_right, leaf.upper)),
            -1: ((of_left, leaf.upper), (leaf.lower, of_right)),
        }[sign]
        self.used.add(leaf.feature)
        path, origin, forced = leaf.path | {leaf.feature}, self.value(leaf, leaf.rows), leaf.forced or {}
        children = [
            NaiveNode(leaf.rows[side], leaf.depth + 1, *bound, origin, path, forced=forced.get(name))
            for name, side, bound in zip(("left", "right"), (leaf.is_left, ~leaf.is_left), bounds, strict=True)
        ]
        for child, side in zip(children, (-sign, sign), strict=True):
            child.sides = {**leaf.sides, id(leaf): side} if sign else leaf.sides
        return children

    def grow_symmetric(self):
        """Grow a tree level by level with one cut for all leaves that it can cut; numeric features only."""
        nodes = [NaiveNode(np.arange(len(self.raw)), 0)]
        leaves, depth = nodes[:], 0
        while 2 * len(leaves) <= self.max_leaf_nodes and depth < self.max_depth:
            best = self.best_cut_of_level(leaves)
            if best is None:
                break
            feature, bin, missing_left = best
            path, depth = leaves[0].path | {feature}, depth + 1
            for at, leaf in enumerate(leaves[:]):
                is_left = self.goes_left(leaf, feature, bin, missing_left)
                found = self.gain_of(leaf, feature, is_left, *self.before_cut(leaf))
                if found is None:
                    leaf.path = path
                    continue
                leaf.gain, leaf.is_left, leaf.cut = found[0], is_left, (feature, bin, *found[1:])
                children = self.cut(leaf)
                nodes += children
                leaves[at] = children[0]
                leaves.append(children[1])
        return nodes

    def goes_left(self, leaf, feature, bin, missing_left):
        codes = self.codes[leaf.rows, feature]
        return np.where(codes == self.n_bins[feature], missing_left, codes <= bin)

    def best_cut_of_level(self, leaves):
        """Return (feature, bin, missing_left) of the cut whose gains over all leaves have the largest sum."""
        best, best_gain, before = None, 0.0, [self.before_cut(leaf) for leaf in leaves]
        for feature in range(self.codes.shape[1]):
            if not any(group >= leaves[0].path | {feature} for group in self.groups):
                continue
            for bin, is_left in self.numeric_cuts(feature, self.codes[:, feature], None):
                is_missing = self.codes[:, feature] == self.n_bins[feature]
                missing_left = bool(is_left[is_missing].any())
                found = [
                    self.gain_of(leaf, feature, is_left[leaf.rows], *known)
                    for leaf, known in zip(leaves, before, strict=True)
                ]
                gain = sum(each[0] for each in found if each) - self.price(feature)
                if gain > max(best_gain * (1 + 1e-9), 1e-12):
                    best, best_gain = (feature, bin, missing_left), gain
        return best
