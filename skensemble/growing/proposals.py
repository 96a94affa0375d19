"""Proposals: each thread looks for the best cut of a leaf among its share of the features, and all adopt the best."""

import numpy as np

from skensemble._compile import part
from skensemble._random import THRESHOLD, below, draw
from skensemble._team import meet
from skensemble.arrays.copying import copy_items
from skensemble.growing.growth import NOTHING, choose_features
from skensemble.growing.leaves import can_be_cut, fence_of, score_of_leaf, sum_left
from skensemble.growing.thin_leaves import is_thin, sum_up_open
from skensemble.records import FLAT
from skensemble.splitting.histogram import ANY, fill_frequent_bin, no_cut, sums_at
from skensemble.splitting.histogram_categories import best_category_cut
from skensemble.splitting.histogram_numeric import best_cut

RELATIVE_GAIN = 1e-12  # of the node's score: less is rounding
MOST = np.uint64(2**31 - 1)


@part
def find_cuts(team, data, field, own, criterion, growth, constraints, units, first, second):
    """Find the best cuts of two leaves, or of one if both are the same, once their histograms are complete."""
    for _ in range(2):
        for child in range(1 if first == second else 2):
            propose(
                team, data, field, own, criterion, growth, constraints, units, first if child == 0 else second, child
            )
        meet(team)
        n_refused = 0
        for child in range(1 if first == second else 2):
            at = first if child == 0 else second
            n_refused += adopt(team, field, own, criterion, growth, constraints, units, at, child)
        if n_refused == 0:
            break
        meet(team)  # before proposals change that others still read


@part
def propose(team, data, field, own, criterion, growth, constraints, units, at, child):
    """Post the best cut of leaf `at` among the thread's share of the columns, as that of child 0 or 1."""
    leaf = own.leaves[at]
    node, values, best = own.sums[at], own.values[at], no_cut()
    posted, words = field.proposals[team.number, child], field.words[team.number, child]
    if can_be_cut(leaf, growth, criterion):
        choose_features(own, growth, constraints, at)
        first, stop = team.share(data.columns.shape[0])
        slot, is_sparse = leaf["slot"], is_thin(data, own, leaf["count"])
        if is_sparse:
            slot = sum_up_open(team, data, field, own, child, criterion.min_samples_leaf)
        histogram, has_signs = field.pool[slot], constraints.monotonic.size > 0
        for k in range(data.column_firsts[first], data.column_firsts[stop]):
            feature = data.column_features[k]
            sign = np.int64(constraints.monotonic[feature]) if has_signs else 0
            if not own.of_node[feature] or sign == FLAT or (is_sparse and not own.is_open[feature]):
                continue
            if data.frequent_bins[feature] >= 0:
                fill_frequent_bin(histogram, data, feature, node)
                at_frequent = data.offsets[feature] + data.frequent_bins[feature]
                if leaf["count"] - sums_at(histogram, at_frequent, 0, units).count < criterion.min_samples_leaf:
                    continue
            only = the_only_cut(histogram, data, feature, leaf, growth, units)
            fence = fence_of(own, at, criterion, constraints, sign, only)
            if data.is_categorical[feature]:
                cut = best_category_cut(
                    histogram, data, feature, node, values, units, criterion, fence, own.desk, own.several
                )
            else:
                cut = best_cut(
                    histogram, data, feature, node, values, units, criterion, fence, own.numeric, own.several
                )
            cut = cut.costing(2.0 * growth.price(feature, own.is_used[feature]))
            if is_better(cut.score, cut.feature, best.score, best.feature):
                best = cut
                if data.is_categorical[feature]:
                    copy_items(own.desk.words, words)
        if best.feature >= 0:
            left = field.left_sums[team.number, child]
            sum_left(histogram, data, best.feature, best.bin, best.missing_left, words, left)
    posted["score"], posted["feature"], posted["bin"] = best.score, best.feature, best.bin
    posted["missing_left"] = best.missing_left


@part
def the_only_cut(histogram, data, feature, leaf, growth, units):
    """The number of the cut that a leaf tries: a forced one, a random one, or ANY.

    A random threshold is a bin from the lowest one that has values of the node to the one before the highest (Geurts et
    al. 2006, table 1).
    """
    if leaf["forced"] != NOTHING:
        return growth.forced[leaf["forced"]]["bin"]
    if not growth.random_thresholds:
        return ANY
    bits = draw(leaf["key"], THRESHOLD, feature)
    if data.is_categorical[feature]:
        return np.int64(bits & MOST)
    lowest, highest, n_bins = -1, 0, data.n_bins[feature]
    for bin in range(n_bins):
        if sums_at(histogram, data.offsets[feature] + bin, 0, units).count:
            lowest, highest = (bin if lowest < 0 else lowest), bin
    if lowest < 0 or lowest == highest:
        return n_bins - 1  # all values against the missing ones
    return lowest + below(bits, highest - lowest)


@part
def adopt(team, field, own, criterion, growth, constraints, units, at, child):
    """Write the team's best proposal into a leaf; equal scores go to the lower feature.

    Returns
    -------
    is_refused : bool
        Whether the leaf was forced to a cut that cannot be made, and may now have any.
    """
    best = 0
    for thread in range(1, team.size):
        proposal, other = field.proposals[best, child], field.proposals[thread, child]
        if is_better(other["score"], other["feature"], proposal["score"], proposal["feature"]):
            best = thread
    leaf, proposal = own.leaves[at], field.proposals[best, child]
    leaf["gain"] = 0.0
    if proposal["feature"] < 0:
        is_refused = leaf["forced"] != NOTHING
        leaf["forced"] = NOTHING
        return is_refused
    uncut = score_of_leaf(own, at, criterion, constraints, units)
    gain = 0.5 * (proposal["score"] - uncut)
    if gain > RELATIVE_GAIN * abs(uncut) and gain >= growth.min_gain:
        leaf["gain"] = gain
    leaf["feature"], leaf["bin"] = proposal["feature"], proposal["bin"]
    leaf["missing_left"] = proposal["missing_left"]
    copy_items(field.words[best, child], own.words[at])
    copy_items(field.left_sums[best, child], own.left_sums[at])
    return False


@part
def is_better(score, feature, best_score, best_feature):
    """Whether a cut is better than the best one so far; of equal ones that of the lower feature is."""
    return score > best_score or (score == best_score and score > -np.inf and feature < best_feature)
