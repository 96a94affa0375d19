"""The splitter: the best split of a node over the features that it looks at."""

from skensemble._compile import inlined
from skensemble.records import Place
from skensemble.splitting.categorical import split_categories
from skensemble.splitting.features import is_allowed
from skensemble.splitting.gate import ABSOLUTE_TIE, RELATIVE_TIE, Gate, lowered, raised
from skensemble.splitting.gathering import fill_in, gather, gather_stored, highest_below
from skensemble.splitting.numeric import no_split, split_best, split_randomly


@inlined
def find_some_split(task, ranks, place, node, number, groups, n_constant):
    """`find_split`, and once more with all rare categories by themselves where there is no other split."""
    split = no_split()
    for attempt in range(2):
        tried = Place(place.start, place.stop, place.key, place.lower, place.upper, attempt == 0)
        split, n_constant = find_split(task, ranks, tried, node, number, groups, n_constant)
        if split.feature >= 0 or not task.settings.has_categories or number > 0:
            break
    return split, n_constant


@inlined
def find_split(task, ranks, place, node, number, groups, n_constant):
    """Return the best split of a node, and how many features are known to be constant in it.

    Draws `max_features` features, and more until one of them is not constant.  Of equal splits the one of the lowest
    feature wins, and of one feature's the one at the lowest code, with the missing values on the right.

    Parameters
    ----------
    ranks : (n_features, n_rows)
        The codes that `samples.index` points into: the data's, or the block's.
    number : int
        Of the node.
    groups : (capacity, n_group_words) uint64
        The interaction groups that are open to each node.
    n_constant : int
        Features known to be constant above the node.
    """
    features, settings, constraints = task.features, task.settings, task.constraints
    n_features = features.active.size
    draws_all = settings.max_features >= n_features
    tie = ABSOLUTE_TIE * node.magnitude
    # The gain of a split into pure children: from there on only a lower feature can win, by a tie.
    perfect = (1.0 - RELATIVE_TIE) * node.weight * node.impurity
    best = no_split()
    n_drawn, n_visited, has_variable = 0, 0, False
    while n_drawn < n_features and n_constant < n_features and (n_visited < settings.max_features or not has_variable):
        feature = n_drawn if draws_all else features.draw_next(place.key, n_drawn)
        n_drawn += 1
        if not is_allowed(constraints.groups, groups, number, feature):
            continue
        n_visited += 1
        if features.where[feature] < n_constant:
            continue
        if best.gain >= perfect and feature > best.feature:
            continue
        if task.block.current[1]:
            copy_feature(task.data.ranks, task.block, feature)
        gate = Gate(
            place.stop - place.start,
            settings.min_samples_leaf,
            settings.min_weight_leaf,
            settings.is_bounded,
            constraints.monotonic[feature] if settings.is_bounded else 0,
            place.lower,
            place.upper,
            tie,
        )
        bar = raised(best.gain, tie) if feature > best.feature else lowered(best.gain, tie)
        split, is_constant = split_feature(task, ranks, place, node, gate, feature, bar)
        if split.feature == feature:
            best = split
        if is_constant:
            features.mark_constant(feature, n_constant)
            n_constant += 1
        else:
            has_variable = True
    if not draws_all:
        features.undo(n_drawn)
    return best, n_constant


@inlined
def copy_feature(ranks, block, feature):
    """Copy a feature into the block, if it has not been copied yet."""
    if block.owners[feature] != block.current[0]:
        block.owners[feature] = block.current[0]
        for i in range(block.current[1]):
            block.ranks[feature, i] = ranks[feature, block.rows[i]]


@inlined
def split_feature(task, ranks, place, node, gate, feature, bar):
    """Return the feature's split, if it exceeds the bar, and whether the feature is constant in the node."""
    data, desk, index, n = task.data, task.desk, task.samples.index, gate.n_samples
    is_random = task.settings.random_splits
    n_keys, zero_rank = n, 0
    if data.is_sparse:
        zero_rank = data.zero_ranks[feature]
        n_keys, lowest, highest = gather_stored(data, index, desk.positions, feature, place.start, n, desk.keys)
        if n_keys < n and (is_random or task.criterion.needs_order()):
            fill_in(desk.keys, n_keys, n, zero_rank, desk.spare_keys)
            n_keys = n
    else:
        lowest, highest = gather(ranks, index, feature, place.start, n, desk.keys)
    if lowest == highest:
        return no_split(), True
    first = data.offsets[feature]
    missing_code = data.missing_code(feature)
    if data.is_categorical[feature]:
        return split_categories(task, missing_code, (lowest, highest), place, node, gate, feature, bar), False
    n_missing = 0
    if highest == missing_code:
        highest, n_missing = highest_below(desk.keys, n_keys, missing_code)
    span = (first, lowest, highest, n_missing)
    if is_random:
        return split_randomly(task, span, place, node, gate, feature, bar), False
    return split_best(task, span, (n_keys, zero_rank), place, node, gate, feature, bar), False
