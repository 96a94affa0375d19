"""Partition: the samples of a node, reordered so that those of the left child come first."""

import numpy as np

from skensemble._compile import inlined, part
from skensemble._intrinsics import copy_pair
from skensemble.arrays.bitset import contains
from skensemble.arrays.sorting import POSITION_MASK, code_of
from skensemble.splitting.flags import WORD
from skensemble.splitting.gathering import gather_stored


@inlined
def partition(task, codes, split, left_categories, category_offset, place):
    """Reorder a node's samples, stably; returns where those of the right child start.

    Parameters
    ----------
    codes : Codes
        What `samples.index` points into.
    left_categories, category_offset
        The set of the categories that go left, where the split is between categories.
    """
    data, desk, index, start, stop = task.data, task.desk, task.samples.index, place.start, place.stop
    if data.is_categorical[split.feature]:
        mark_categories(codes.ranks, index, split, left_categories, category_offset, start, stop, desk.sides)
    elif data.flags.bit_of[split.feature] >= 0:
        mark_flags(codes.words, index, data.flags.bit_of[split.feature], start, stop, desk.sides)
    elif data.is_sparse:
        mark_sparse(data, index, desk, split, start, stop)
    else:
        mark_codes(codes.ranks, index, split, data.missing_code(split.feature), start, stop, desk.sides)
    middle = move_by_side(task.samples, task.spare, desk.sides, start, stop)
    if data.is_sparse:
        for position in range(start, stop):
            desk.positions[index[position]] = position
    return middle


@inlined
def mark_codes(ranks, index, split, missing_code, start, stop, sides):
    """Write 1 for each sample that goes left, 0 for the others."""
    feature = split.feature
    for i in range(stop - start):
        code = int(ranks[index[start + i], feature])
        is_left = code <= split.code
        if split.missing_left:
            is_left |= code == missing_code
        sides[i] = is_left


@inlined
def mark_flags(words, index, bit, start, stop, sides):
    """Write 1 for each sample that has the lower of two values, 0 for the others."""
    flags, shift = words[bit // WORD], np.uint64(bit % WORD)
    for i in range(stop - start):
        sides[i] = ~(flags[index[start + i]] >> shift) & np.uint64(1)


@part
def mark_categories(ranks, index, split, left_categories, category_offset, start, stop, sides):
    """Write 1 for each sample whose category goes left, 0 for the others."""
    feature = split.feature
    for i in range(stop - start):
        sides[i] = contains(left_categories, category_offset, int(ranks[index[start + i], feature]))


@part
def mark_sparse(data, index, desk, split, start, stop):
    """Write 1 for each sample that goes left, 0 for the others, from the entries that a sparse matrix stores."""
    n = stop - start
    is_left = data.zero_ranks[split.feature] <= split.code
    for i in range(n):
        desk.sides[i] = is_left
    n_keys, _, _ = gather_stored(data, index, desk.positions, split.feature, start, n, desk.keys)
    for i in range(n_keys):
        desk.sides[desk.keys[i] & POSITION_MASK] = code_of(desk.keys[i]) <= split.code


@inlined
def move_by_side(samples, spare, sides, start, stop):
    """Each sample is written to both sides and one counter moves, so that there is no branch to mispredict."""
    index, pair = samples.index, samples.pair
    left, n_right = start, 0
    for i in range(start, stop):
        row, goes_left = index[i], np.int64(sides[i - start])
        copy_pair(spare.pair, 2 * n_right, pair, 2 * i)
        copy_pair(pair, 2 * left, pair, 2 * i)
        index[left] = row
        spare.index[n_right] = row
        left += goes_left
        n_right += 1 - goes_left
    for i in range(n_right):
        index[left + i] = spare.index[i]
        copy_pair(pair, 2 * (left + i), spare.pair, 2 * i)
    return left
