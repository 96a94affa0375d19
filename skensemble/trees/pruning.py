"""Minimal cost-complexity pruning (Breiman et al. 1984, chapter 3)."""

import numpy as np

from skensemble._compile import kernel, part
from skensemble.growing.plan import GrownTree
from skensemble.records import LEAF, UNDEFINED

_KEPT, _COLLAPSED, _GONE = 0, 1, 2


def pruning_path(nodes):
    """Collapse the weakest link again and again.

    Parameters
    ----------
    nodes : (n_nodes,) NODE

    Returns
    -------
    alphas : (n_steps + 1,) float64
        The complexity parameter from which on each subtree is best; 0 for the whole tree.
    impurities : (n_steps + 1,) float64
        Sum of the leaves' impurities, by their shares of the weight.
    collapsed : (n_steps,) int64
        The node that becomes a leaf at each step.
    """
    n_inner = int(np.count_nonzero(nodes["left"] != LEAF))
    size = 1
    while size < len(nodes):
        size *= 2
    alphas, impurities = np.zeros(n_inner + 1), np.zeros(n_inner + 1)
    collapsed, table = np.zeros(n_inner, np.int64), np.zeros((5, len(nodes)))
    n_steps = collapse(
        nodes,
        alphas,
        impurities,
        collapsed,
        table,
        np.zeros(2 * size, np.int64),
        np.zeros(len(nodes), np.int64),
    )
    return alphas[: n_steps + 1], impurities[: n_steps + 1], collapsed[:n_steps]


def pruned(grown, ccp_alpha):
    """Return a `GrownTree` without the branches that are not worth ccp_alpha a leaf."""
    alphas, _, collapsed = pruning_path(grown.nodes)
    n_steps = np.searchsorted(np.maximum.accumulate(alphas[1:]), ccp_alpha, side="right")
    if n_steps == 0:
        return grown
    state, numbers = np.zeros(len(grown.nodes), np.int8), np.full(len(grown.nodes), LEAF, np.int64)
    state[collapsed[:n_steps]] = _COLLAPSED
    spread_gone(grown.nodes, state)
    kept = np.flatnonzero(state != _GONE)
    numbers[kept] = np.arange(len(kept))
    nodes = grown.nodes[kept]
    is_leaf = (state[kept] == _COLLAPSED) | (nodes["left"] == LEAF)
    for side in ("left", "right"):
        nodes[side] = np.where(is_leaf, LEAF, numbers[nodes[side]])
    for name, value in (
        ("feature", UNDEFINED),
        ("threshold", UNDEFINED),
        ("gain", 0.0),
        ("category_offset", -1),
    ):
        nodes[name][is_leaf] = value
    nodes["missing_go_to_left"][is_leaf] = 0
    return GrownTree(nodes, grown.values[kept], grown.categories)


@kernel
def collapse(nodes, alphas, impurities, collapsed, table, winners, stack):
    """Fill `alphas`, `impurities` and `collapsed`; returns the number of steps.

    The rows of `table` (5, n_nodes) are a node's parent, its own cost, the cost and the number of the leaves below it,
    and its link's strength; `winners` (2 * size,) is a tournament for the weakest link, `stack` (n_nodes,) work space.
    """
    parent, cost, branch_cost, n_leaves, strength = table[0], table[1], table[2], table[3], table[4]
    n, size = nodes.size, winners.size // 2
    parent[0] = LEAF
    for number in range(n):
        share = nodes[number]["weighted_n_node_samples"] / nodes[0]["weighted_n_node_samples"]
        cost[number] = share * nodes[number]["impurity"]
        if nodes[number]["left"] != LEAF:
            parent[nodes[number]["left"]] = number
            parent[nodes[number]["right"]] = number
    for number in range(n - 1, -1, -1):
        left, right = nodes[number]["left"], nodes[number]["right"]
        strength[number] = np.inf
        if left == LEAF:
            branch_cost[number], n_leaves[number] = cost[number], 1.0
        else:
            branch_cost[number] = branch_cost[left] + branch_cost[right]
            n_leaves[number] = n_leaves[left] + n_leaves[right]
            strength[number] = (cost[number] - branch_cost[number]) / (n_leaves[number] - 1.0)
    for place in range(size):
        winners[size + place] = min(place, n - 1)
    for place in range(size - 1, 0, -1):
        winners[place] = weaker(strength, winners[2 * place], winners[2 * place + 1])
    impurities[0] = branch_cost[0]
    n_steps = 0
    while strength[winners[1]] < np.inf:
        weakest = winners[1]
        alphas[n_steps + 1] = strength[weakest]
        collapsed[n_steps] = weakest
        n_steps += 1
        forget_below(nodes, strength, winners, weakest, stack)
        more_cost, fewer_leaves = cost[weakest] - branch_cost[weakest], n_leaves[weakest] - 1.0
        above = np.int64(weakest)
        while above != LEAF:
            branch_cost[above] += more_cost
            n_leaves[above] -= fewer_leaves
            if above != weakest:
                change(strength, winners, above, (cost[above] - branch_cost[above]) / (n_leaves[above] - 1.0))
            above = np.int64(parent[above])
        impurities[n_steps] = branch_cost[0]
    return n_steps


@part
def weaker(strength, one, other):
    """The weaker of two links, the first of equal ones."""
    return other if strength[other] < strength[one] or (strength[other] == strength[one] and other < one) else one


@part
def change(strength, winners, number, value):
    """Give a link another strength."""
    strength[number] = value
    place = (winners.size // 2 + number) >> 1
    while place > 0:
        winners[place] = weaker(strength, winners[2 * place], winners[2 * place + 1])
        place >>= 1


@part
def forget_below(nodes, strength, winners, top, stack):
    """Take a node and all nodes below it out of the tournament."""
    stack[0] = top
    n_waiting = 1
    while n_waiting > 0:
        n_waiting -= 1
        number = stack[n_waiting]
        change(strength, winners, number, np.inf)
        for child in (nodes[number]["left"], nodes[number]["right"]):
            if strength[child] < np.inf:  # else a leaf, or collapsed before
                stack[n_waiting] = child
                n_waiting += 1


@kernel
def spread_gone(nodes, state):
    """Mark all nodes below the collapsed ones; parents come before their children."""
    for number in range(nodes.size):
        if state[number] != _KEPT and nodes[number]["left"] != LEAF:
            state[nodes[number]["left"]] = _GONE
            state[nodes[number]["right"]] = _GONE
