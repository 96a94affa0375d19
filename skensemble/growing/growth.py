"""How the trees of a booster grow: what the user asks for, and which features a node looks at."""

import math
from typing import NamedTuple

import numpy as np

from skensemble._compile import part, record
from skensemble._random import FEATURE, FEATURES_OF_LEVEL, draw, unit
from skensemble.arrays.copying import copy_items
from skensemble.arrays.sorting import sort_by_score
from skensemble.splitting.features import is_allowed

FORCED = np.dtype(
    [
        ("feature", np.int64),
        ("bin", np.int64),
        ("left", np.int64),  # number of the forced cut of the left child; NOTHING: there is none
        ("right", np.int64),
    ],
    align=True,
)
NOTHING = -1
ROUNDING = 1e-9  # 0.1 * 30 features are 3, not 4


@record
class Growth(NamedTuple):
    """How far trees grow, and what a node may look at; arrays of no length where nothing is asked for."""

    max_leaf_nodes: int
    max_depth: int
    min_gain: float  # least gain of a cut, in the loss
    by_depth: bool  # whether the leaves nearest to the root are cut first; else those that gain most
    is_unlimited: bool  # whether every leaf that can be cut is, so that their order is free
    learning_rate: float
    max_features: float  # share of the features that a node draws
    max_features_by_level: float
    max_features_by_tree: float
    random_thresholds: bool  # whether a node tries one cut of each feature, a random one
    feature_weights: np.ndarray  # (n_features,) float64: in proportion to which features are drawn
    penalties: np.ndarray  # (n_features,) float64: what each cut by a feature costs, in the loss
    first_use_penalties: np.ndarray  # (n_features,) float64: what the first cut of all trees by a feature costs
    forced: np.ndarray  # FORCED: the first cuts of each tree; the root's is number 0

    def draws_features(self):
        """Whether some features are left out somewhere."""
        return min(self.max_features, self.max_features_by_level, self.max_features_by_tree) < 1.0

    def price(self, feature, is_used):
        """What a cut by a feature costs."""
        price = self.penalties[feature] if self.penalties.size else 0.0
        if self.first_use_penalties.size and not is_used:
            price += self.first_use_penalties[feature]
        return price


@part
def choose_features(own, growth, constraints, at):
    """Mark the features that leaf `at` looks at: those of its tree, its level, its interaction groups, its own draw."""
    leaf = own.leaves[at]
    if leaf["forced"] != NOTHING:
        own.of_node[:] = 0
        own.of_node[growth.forced[leaf["forced"]]["feature"]] = 1
        leave_out_forbidden(own, constraints, at)
        return
    if not growth.draws_features() and constraints.groups.shape[1] == 0 and growth.forced.size == 0:
        return
    copy_items(own.of_tree, own.of_node)
    level_key = draw(leaf["tree_key"], FEATURES_OF_LEVEL, leaf["depth"])
    keep_some(own, own.of_node, growth.max_features_by_level, growth.feature_weights, level_key)
    leave_out_forbidden(own, constraints, at)
    keep_some(own, own.of_node, growth.max_features, growth.feature_weights, leaf["key"])


@part
def leave_out_forbidden(own, constraints, at):
    """Unmark the features that no interaction group allows leaf `at`."""
    for feature in range(own.of_node.size):
        if own.of_node[feature] and not is_allowed(constraints.groups, own.groups, at, feature):
            own.of_node[feature] = 0


@part
def keep_some(own, is_kept, share, weights, key):
    """Draw a share of the features that are marked, at least one of them, and unmark the others.

    Weighted draws without replacement: a feature's turn comes after a time that is exponential with its weight for a
    rate (Efraimidis and Spirakis 2006).
    """
    n_marked = 0
    for feature in range(is_kept.size):
        n_marked += is_kept[feature]
    n_kept = max(1, math.ceil(share * n_marked - ROUNDING))
    if n_kept >= n_marked:
        return
    turns, n_turns = own.desk, 0
    for feature in range(is_kept.size):
        weight = weights[feature] if weights.size else 1.0
        if is_kept[feature] and weight > 0.0:
            turn = unit(draw(key, FEATURE, feature))
            turns.scores[n_turns] = -math.log(1.0 - turn) / weight if weights.size else turn
            turns.order[n_turns] = feature
            n_turns += 1
    sort_by_score(turns.scores, turns.order, n_turns, turns.spare_scores, turns.labels)
    is_kept[:] = 0
    for i in range(min(n_kept, n_turns)):
        is_kept[turns.order[i]] = 1
