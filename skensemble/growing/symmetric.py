"""Growth by levels with one cut for all leaves of a level: symmetric trees (Prokhorenkova et al. 2018, "CatBoost").

A level is cut where the scores of all its leaves together gain most.  A leaf that the cut would leave with too small
children, or with children that break a constraint, is not cut by it, and takes part in the next level all the same.
"""

import numpy as np

from skensemble._compile import part
from skensemble._team import meet
from skensemble.arrays.bitset import contains
from skensemble.arrays.copying import copy_items
from skensemble.growing.growth import NOTHING, choose_features
from skensemble.growing.leaf_wise import partition_rows, plant, weigh_root
from skensemble.growing.leaves import divide, fence_of, score_of_leaf, sum_left, write_cut, write_node, write_sides
from skensemble.growing.proposals import RELATIVE_GAIN, is_better, the_only_cut
from skensemble.growing.summation import sum_up
from skensemble.records import FLAT, UNDEFINED
from skensemble.splitting.histogram import ANY, Cut, fill_frequent_bin, no_cut, no_sums, sums_at
from skensemble.splitting.histogram_categories import chance_of, list_common, order_categories, write_left


@part
def grow_symmetric_tree(team, data, field, own, criterion, growth, constraints, units, key, tree):
    """Grow a symmetric tree; otherwise as `leaf_wise.grow_tree`."""
    plant(team, field, own, growth, key)
    sum_up(team, data, field, own.leaves[0], data.codes.shape[0], NOTHING)
    criterion = weigh_root(team, data, field, own, criterion, units)
    leaves, n_leaves, depth = own.leaves, 1, 0
    if team.number == 0:
        write_node(tree, own, 0, units, growth.learning_rate)
    while 2 * n_leaves <= growth.max_leaf_nodes and depth < growth.max_depth and team.stop[0] == 0:
        propose_level(team, data, field, own, criterion, growth, constraints, units, n_leaves)
        meet(team)
        cut = adopt_level(team, field, own, criterion, growth, constraints, units, n_leaves)
        if cut.feature < 0:
            break
        n_before, n_after = n_leaves, n_leaves
        for at in range(n_before):  # before a histogram changes
            n_after += fits(field.pool[leaves[at]["slot"]], data, own, criterion, constraints, units, cut, at)
        depth += 1
        is_last = 2 * n_after > growth.max_leaf_nodes or depth == growth.max_depth
        for at in range(n_before):
            if leaves[at]["feature"] < 0:
                leaves[at]["depth"] = depth
                for word in range(constraints.groups.shape[1]):  # as if it had been cut: a level has one choice
                    own.groups[at, word] &= constraints.groups[cut.feature, word]
                continue
            if team.number == 0:
                write_cut(tree, own, at, n_leaves, data)
            write_sides(own, at, data)
            n_left = partition_rows(data, field, own.sides, leaves[at])
            left, right = leaves[at], leaves[n_leaves]
            of_cut = left["feature"], left["bin"], left["missing_left"] != 0, own.words[at]
            sum_left(field.pool[left["slot"]], data, *of_cut, own.left_sums[at])
            smaller_is_left = divide(own, at, n_left, n_leaves, n_leaves, growth, constraints, criterion, units)
            if team.number == 0:
                write_node(tree, own, at, units, growth.learning_rate)
                write_node(tree, own, n_leaves, units, growth.learning_rate)
            n_leaves += 1
            if is_last:
                continue
            smaller, larger = (left, right) if smaller_is_left else (right, left)
            sum_up(team, data, field, smaller, smaller["count"], larger["slot"])
            meet(team)
    return n_leaves


@part
def propose_level(team, data, field, own, criterion, growth, constraints, units, n_leaves):
    """Post the best cut of all leaves among the thread's share of the columns."""
    totals, best = field.pool[field.pool.shape[0] - 1], no_cut()
    posted, words, has_signs = field.proposals[team.number, 0], field.words[team.number, 0], constraints.monotonic.size
    choose_features(own, growth, constraints, 0)
    first, stop = team.share(data.columns.shape[0])
    for k in range(data.column_firsts[first], data.column_firsts[stop]):
        feature = data.column_features[k]
        sign = np.int64(constraints.monotonic[feature]) if has_signs else 0
        if not own.of_node[feature] or sign == FLAT:
            continue
        sum_leaves(field.pool, totals, data, own, units, feature, n_leaves)
        only = the_only_cut(totals, data, feature, own.leaves[0], growth, units)
        if data.is_categorical[feature]:
            cut = best_category_cut_of_level(
                field.pool, totals, data, own, criterion, constraints, units, feature, only, n_leaves
            )
        else:
            cut = best_cut_of_level(
                field.pool, totals, data, own, criterion, constraints, units, feature, sign, only, n_leaves
            )
        cut = cut.costing(2.0 * growth.price(feature, own.is_used[feature]))
        if is_better(cut.score, cut.feature, best.score, best.feature):
            best = cut
            if data.is_categorical[feature]:
                copy_items(own.desk.words, words)
    posted["score"], posted["feature"], posted["bin"] = best.score, best.feature, best.bin
    posted["missing_left"] = best.missing_left


@part
def sum_leaves(pool, totals, data, own, units, feature, n_leaves):
    """Write the sum of the leaves' histograms of a feature."""
    n_words = units.n_words
    first, stop = n_words * data.offsets[feature], n_words * (data.offsets[feature] + data.n_bins[feature] + 1)
    for item in range(first, stop):
        totals[item] = 0
    for at in range(n_leaves):
        histogram = pool[own.leaves[at]["slot"]]
        if data.frequent_bins[feature] >= 0:
            fill_frequent_bin(histogram, data, feature, own.sums[at])
        for item in range(first, stop):
            totals[item] += histogram[item]


@part
def score_of_cut(left, own, at, criterion, constraints, units, sign):
    """The score of a leaf with some sums on the left of a cut; of the whole leaf if it cannot be cut there."""
    node, fence = sums_at(own.sums[at], 0, 0, units), fence_of(own, at, criterion, constraints, sign, ANY)
    score = criterion.score_of_cut(left, node.minus(left), units, fence)
    return score if score > -np.inf else criterion.score_of_leaf(node, units, fence)


@part
def best_cut_of_level(pool, totals, data, own, criterion, constraints, units, feature, sign, only, n_leaves):
    """The best cut of all leaves by a numeric feature; see `splitting.histogram.best_cut`."""
    best, first, n_bins, scores = no_cut(), data.offsets[feature], data.n_bins[feature], own.desk.scores
    n_missing, n_samples = units.count(sums_at(totals, first + n_bins, 0, units)), 0
    for at in range(n_leaves):
        n_samples += own.leaves[at]["count"]
    for missing_left in range(2 if n_missing else 1):
        n_cuts = n_bins if n_missing and not missing_left else n_bins - 1
        scores[:n_cuts] = 0.0
        for at in range(n_leaves):
            leaf = own.leaves[at]
            histogram = pool[leaf["slot"]]
            left = sums_at(histogram, first + n_bins, 0, units) if missing_left else no_sums()
            for bin in range(n_cuts):
                left = left.plus(sums_at(histogram, first + bin, 0, units))
                scores[bin] += score_of_cut(left, own, at, criterion, constraints, units, sign)
        total = no_sums()
        for bin in range(n_cuts):
            total = total.plus(sums_at(totals, first + bin, 0, units))
            if scores[bin] > best.score and only in (ANY, bin):
                goes_left = missing_left == 1 if n_missing else 2 * units.count(total) > n_samples
                best = Cut(scores[bin], feature, bin, goes_left)
    return best


@part
def best_category_cut_of_level(pool, totals, data, own, criterion, constraints, units, feature, only, n_leaves):
    """The best cut of all leaves between categories, which the level orders; the left codes are in `desk.words`."""
    first, desk = data.offsets[feature], own.desk
    n_common = list_common(totals, data, feature, units, criterion, desk)
    order_categories(totals, data, feature, own.sums[0], n_common, units, criterion, desk, None)
    n_tried, best, from_end = (n_common + 1) // 2, no_cut(), False
    for is_backwards in range(2):
        scores = desk.scores
        scores[:n_tried] = 0.0
        for at in range(n_leaves):
            leaf, left = own.leaves[at], no_sums()
            for i in range(n_tried):
                code = desk.order[n_common - 1 - i if is_backwards else i]
                left = left.plus(sums_at(pool[leaf["slot"]], first + code, 0, units))
                scores[i] += score_of_cut(left, own, at, criterion, constraints, units, 0)
        for i in range(n_tried):
            is_tried = only == ANY or only % (2 * n_tried) == is_backwards * n_tried + i
            if is_tried and scores[i] > best.score:
                best, from_end = Cut(scores[i], feature, i + 1, False), is_backwards == 1
    if best.feature < 0:
        return best
    total, left = no_sums(), no_sums()
    for code in range(data.n_bins[feature] + 1):
        total = total.plus(sums_at(totals, first + code, 0, units))
    for i in range(best.bin):
        left = left.plus(sums_at(totals, first + desk.order[n_common - 1 - i if from_end else i], 0, units))
    missing_left = 2 * units.count(left) > units.count(total)
    missing_left &= units.count(sums_at(totals, first + data.n_bins[feature], 0, units)) == 0
    missing_left = write_left(data, feature, n_common, best.bin, from_end, missing_left, desk)
    return Cut(best.score, feature, best.bin, missing_left).costing(chance_of(n_common, criterion))


@part
def adopt_level(team, field, own, criterion, growth, constraints, units, n_leaves):
    """Return the team's best cut, and give its categories to all leaves; feature -1: it gains too little."""
    best = 0
    for thread in range(1, team.size):
        proposal, other = field.proposals[best, 0], field.proposals[thread, 0]
        if is_better(other["score"], other["feature"], proposal["score"], proposal["feature"]):
            best = thread
    proposal, uncut = field.proposals[best, 0], 0.0
    for at in range(n_leaves):
        uncut += score_of_leaf(own, at, criterion, constraints, units)
        copy_items(field.words[best, 0], own.words[at])
    gain = 0.5 * (proposal["score"] - uncut)
    if proposal["feature"] < 0 or gain < growth.min_gain or not gain > RELATIVE_GAIN * abs(uncut):
        return no_cut()
    return Cut(proposal["score"], proposal["feature"], proposal["bin"], proposal["missing_left"] != 0)


@part
def fits(histogram, data, own, criterion, constraints, units, cut, at):
    """Write the cut of a level into a leaf; returns whether the leaf can be cut there."""
    leaf, first, left = own.leaves[at], data.offsets[cut.feature], no_sums()
    is_categorical, n_bins = data.is_categorical[cut.feature], data.n_bins[cut.feature]
    for bin in range(n_bins + 1):
        if is_categorical:
            is_left = contains(own.words[at], 0, bin)
        else:
            is_left = cut.missing_left if bin == n_bins else bin <= cut.bin
        if is_left:
            left = left.plus(sums_at(histogram, first + bin, 0, units))
    sign = np.int64(constraints.monotonic[cut.feature]) if constraints.monotonic.size else 0
    node, fence = sums_at(own.sums[at], 0, 0, units), fence_of(own, at, criterion, constraints, sign, ANY)
    score = criterion.score_of_cut(left, node.minus(left), units, fence)
    if score == -np.inf:
        leaf["feature"] = UNDEFINED
        return False
    leaf["feature"], leaf["bin"], leaf["missing_left"] = cut.feature, cut.bin, cut.missing_left
    leaf["gain"] = 0.5 * (score - criterion.score_of_leaf(node, units, fence))
    return True
