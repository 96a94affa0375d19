"""Partial dependence of one tree by one pass over its nodes (Friedman 2001, section 8.2)."""

import numpy as np

from skensemble._compile import kernel
from skensemble.arrays.bitset import contains
from skensemble.records import LEAF


@kernel
def average_over_grid(nodes, categories, n_categories, values, weights, grid, columns, shares, out):
    """Add the average prediction at each point of a grid.

    Parameters
    ----------
    weights : (n_nodes,) float64
        In proportion to which points go to both children.
    values : (n_nodes,) float64
    grid : (n_points, n_fixed) float32 or float64
    columns : (n_features,) int64
        The column of a feature in the grid, -1 for one that is not fixed.
    shares : (n_nodes,) float64
        Work space: the share of a point that comes to a node.
    out : (n_points,) float64
    """
    for point in range(grid.shape[0]):
        for number in range(nodes.size):
            shares[number] = 0.0
        shares[0] = 1.0
        for number in range(nodes.size):
            share, node = shares[number], nodes[number]
            if share == 0.0:
                continue
            left, right, feature = node["left"], node["right"], node["feature"]
            if left == LEAF:
                out[point] += share * values[number]
                continue
            if columns[feature] >= 0:
                value = grid[point, columns[feature]]
                offset = node["category_offset"]
                if offset >= 0:
                    number_of_value = n_categories[feature] if np.isnan(value) else np.int64(value)
                    left_share = 1.0 if contains(categories, offset, number_of_value) else 0.0
                elif np.isnan(value):
                    left_share = 1.0 if node["missing_go_to_left"] else 0.0
                else:
                    left_share = 1.0 if value <= node["threshold"] else 0.0
            else:
                left_share = weights[left] / weights[number]
            shares[left] = share * left_share
            shares[right] = share * (1.0 - left_share)
