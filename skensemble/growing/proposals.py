"""Proposals: each thread looks for the best cut of a leaf among its share of the features, and all adopt the best."""

import math

import numpy as np

from skensemble._compile import inlined, part
from skensemble._random import FEATURES_OF_LEVEL, draw
from skensemble.arrays.copying import copy_items
from skensemble.growing.leaves import sums_of
from skensemble.splitting.features import is_allowed
from skensemble.splitting.histogram import Fence, best_cut, fill_frequent_bin, no_cut
from skensemble.splitting.histogram_categories import best_category_cut

RELATIVE_GAIN = 1e-12  # of the node's score: less is rounding
ROUNDING = 1e-9  # 0.1 * 30 features are 3, not 4


@inlined
def propose(team, data, field, own, criterion, growth, constraints, units, at, child):
    """Post the best cut of leaf `at` among the thread's share of the columns, as that of child 0 or 1."""
    leaf = own.leaves[at]
    node, best = sums_of(leaf), no_cut()
    posted, words = field.proposals[team.number, child], field.words[team.number, child]
    if leaf["depth"] < growth.max_depth and units.count(node) >= 2 * criterion.min_samples_leaf:
        choose_features(own, growth, constraints, at)
        first, stop = team.share(data.columns.shape[0])
        histogram, is_bounded = field.pool[leaf["slot"]], constraints.monotonic.size > 0
        is_fenced = is_bounded or np.isfinite(criterion.max_delta_step)
        for k in range(data.column_firsts[first], data.column_firsts[stop]):
            feature = data.column_features[k]
            if not own.of_node[feature]:
                continue
            if data.frequent_bins[feature] >= 0:
                fill_frequent_bin(histogram, data, feature, node)
            sign = np.int64(constraints.monotonic[feature]) if is_bounded else 0
            fence = Fence(is_fenced, sign, leaf["lower"], leaf["upper"])
            if data.is_categorical[feature]:
                cut = best_category_cut(histogram, data, feature, node, units, criterion, fence, own.desk)
            else:
                cut = best_cut(histogram, data, feature, node, units, criterion, fence)
            if is_better(cut.score, cut.feature, best.score, best.feature):
                best = cut
                if data.is_categorical[feature]:
                    copy_items(own.desk.words, words)
    posted["score"], posted["feature"], posted["bin"] = best.score, best.feature, best.bin
    posted["missing_left"] = best.missing_left
    posted["gradient"], posted["hessian_and_count"] = best.left.gradient, best.left.hessian_and_count


@inlined
def adopt(team, field, own, criterion, growth, constraints, units, at, child):
    """Write the team's best proposal into a leaf; equal scores go to the lower feature."""
    best = 0
    for thread in range(1, team.size):
        proposal, other = field.proposals[best, child], field.proposals[thread, child]
        if is_better(other["score"], other["feature"], proposal["score"], proposal["feature"]):
            best = thread
    leaf, proposal = own.leaves[at], field.proposals[best, child]
    leaf["gain"] = 0.0
    if proposal["feature"] < 0:
        return
    is_fenced = constraints.monotonic.size > 0 or np.isfinite(criterion.max_delta_step)
    uncut = criterion.score_of_leaf(sums_of(leaf), units, Fence(is_fenced, 0, leaf["lower"], leaf["upper"]))
    gain = 0.5 * (proposal["score"] - uncut)
    if gain > RELATIVE_GAIN * abs(uncut) and gain >= growth.min_gain:
        leaf["gain"] = gain
    leaf["feature"], leaf["bin"] = proposal["feature"], proposal["bin"]
    leaf["missing_left"] = proposal["missing_left"]
    leaf["left_gradient"], leaf["left_hessian_and_count"] = proposal["gradient"], proposal["hessian_and_count"]
    copy_items(field.words[best, child], own.words[at])


@part
def is_better(score, feature, best_score, best_feature):
    """Whether a cut is better than the best one so far; of equal ones that of the lower feature is."""
    return score > best_score or (score == best_score and score > -np.inf and feature < best_feature)


@part
def choose_features(own, growth, constraints, at):
    """Mark the features that leaf `at` looks at: those of its tree, its level, its interaction groups, its own draw."""
    if not growth.draws_features() and constraints.groups.shape[1] == 0:
        return
    leaf = own.leaves[at]
    copy_items(own.of_tree, own.of_node)
    level_key = draw(leaf["tree_key"], FEATURES_OF_LEVEL, leaf["depth"])
    keep_some(own.order, own.of_node, growth.max_features_by_level, level_key)
    for feature in range(own.of_node.size):
        if own.of_node[feature] and not is_allowed(constraints.groups, own.groups, at, feature):
            own.of_node[feature] = 0
    keep_some(own.order, own.of_node, growth.max_features, leaf["key"])


@part
def keep_some(order, is_kept, share, key):
    """Draw a share of the features that are marked, at least one of them, and unmark the others."""
    n_marked = 0
    for feature in range(is_kept.size):
        n_marked += is_kept[feature]
    n_kept = max(1, math.ceil(share * n_marked - ROUNDING))
    if n_kept >= n_marked:
        return
    n_drawn = 0
    while n_kept > 0:
        feature = order.draw_next(key, n_drawn)
        n_drawn += 1
        if is_kept[feature]:
            is_kept[feature] = 2
            n_kept -= 1
    order.undo(n_drawn)
    for feature in range(is_kept.size):
        is_kept[feature] >>= 1
