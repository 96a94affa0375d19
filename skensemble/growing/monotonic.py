"""Bounds of the leaves' values under monotonic constraints, for trees that a team grows on histograms.

Two methods keep the values below a constrained cut in order.  The basic one bounds both children by the middle of their
values, for good.  The intermediate one (Auguste, Malory and Smirnov 2020) bounds each child by the value of the other::

    basic           left <= middle <= right
    intermediate    left <= every leaf on the right,  every leaf on the left <= right

so that a later cut on one side, which changes values there, bounds the leaves on the other side anew, and their best
cuts have to be looked for again.  All leaves on the other side count, whether or not they touch.
"""

from typing import NamedTuple

import numpy as np

from skensemble._compile import part, record
from skensemble.growing.growth import NOTHING


@record
class Kin(NamedTuple):
    """Who is related to whom in the tree so far; each thread has its own."""

    parents: np.ndarray  # (2 * max_leaf_nodes - 1,) int64: the node above a node; basic: no length
    signs: np.ndarray  # (2 * max_leaf_nodes - 1,) int64: of the constraint of the feature that a node is cut by
    searched: np.ndarray  # (max_leaf_nodes,) int64: the leaves whose best cuts have to be looked for


def new_kin(max_leaf_nodes, *, is_intermediate=False):
    """Return the `Kin` of a thread."""
    n_nodes = 2 * max_leaf_nodes - 1 if is_intermediate else 0
    return Kin(np.zeros(n_nodes, np.int64), np.zeros(n_nodes, np.int64), np.zeros(max_leaf_nodes, np.int64))


@part
def bound_children(own, parent, first, second, sign):
    """Keep the values of two new leaves in order, all the way down.

    Parameters
    ----------
    own : Own
    parent : int
        Number of the node that has been cut.
    first, second : int
        The left child and the right one, in the table of leaves.
    sign : int
        Of the constraint of the feature that it has been cut by.
    """
    kin, left, right = own.kin, own.leaves[first], own.leaves[second]
    if kin.parents.size:
        kin.parents[left["number"]], kin.parents[right["number"]], kin.signs[parent] = parent, parent, sign
    if sign == 0:
        return
    below, above = (first, second) if sign > 0 else (second, first)
    low, high = own.leaves[below], own.leaves[above]
    if kin.parents.size:
        low["upper"], high["lower"] = own.values[above, 0], own.values[below, 0]
    else:
        low["upper"] = high["lower"] = 0.5 * (own.values[first, 0] + own.values[second, 0])


@part
def bound_others(own, chosen, n_leaves):
    """Bound the other leaves by the values of two new ones, `chosen` and `n_leaves`.

    Bounds only become tighter.  Each new value lies within the bounds of the leaf that was cut, which those of the
    other leaves have tightened, so that these stay within theirs.

    Returns
    -------
    n_searched : int
        How many leaves have to be looked at, the new ones first; they are in `kin.searched`.
    """
    kin, leaves = own.kin, own.leaves
    kin.searched[0], kin.searched[1] = chosen, n_leaves
    n_searched = 2
    if kin.parents.size == 0:
        return n_searched
    least = min(own.values[chosen, 0], own.values[n_leaves, 0])
    greatest = max(own.values[chosen, 0], own.values[n_leaves, 0])
    for at in range(n_leaves):
        leaf, is_tighter = leaves[at], False
        side = 0 if at == chosen else side_of(kin, leaf["number"], leaves[chosen]["number"])
        if side > 0 and greatest > leaf["lower"]:
            leaf["lower"], is_tighter = greatest, True
        if side < 0 and least < leaf["upper"]:
            leaf["upper"], is_tighter = least, True
        if is_tighter and (leaf["gain"] > 0.0 or leaf["forced"] != NOTHING):
            kin.searched[n_searched] = at
            n_searched += 1
    return n_searched


@part
def side_of(kin, node, other):
    """Whether the value of a node has to be at least that of another one, 1, or at most that, -1, or may be any, 0.

    Where their paths from the root part decides.  A child has a greater number than its parent, and a right one an even
    number.
    """
    goes_right = False
    while node != other:
        if node > other:
            goes_right = node % 2 == 0
            node = kin.parents[node]
        else:
            goes_right = other % 2 == 1
            other = kin.parents[other]
    return kin.signs[node] if goes_right else -kin.signs[node]


def bounds_halfway(leaf, value):
    """Return bounds within which all leaves of the intermediate method may move at once, and stay in order.

    The upper bound of a leaf is at most the value of any leaf above it, whose lower bound is at least that of the leaf
    below: halfway to its bound neither gets beyond the middle between both values.
    """
    return 0.5 * (value + leaf["lower"]), 0.5 * (value + leaf["upper"])
