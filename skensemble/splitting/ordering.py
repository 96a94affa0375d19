"""The order of the categories in which a cut between them can be best; see `categorical`."""

from skensemble._compile import part
from skensemble.arrays.sorting import sort_by_score

TIE = 1e-9  # of two categories that are as far, up to rounding, the lower one gives the direction its sign
N_ITERATIONS = 20  # of the power method; an order needs no more


@part
def order_categories(buckets, n_statistics, n_present, total, smoothing):
    """Order the categories that a node has by their smoothed means.

    Reads `rows` and `present` of the buckets, writes `scores`, ascending, and `order`; of equal scores the lower
    category comes first.

    Parameters
    ----------
    total : (n_statistics,) float64
        The node's statistics row.
    smoothing : float
        Weight of the node's mean in the mean of each category.
    """
    rows, present, scores = buckets.rows, buckets.present, buckets.scores
    n_sums = n_statistics - 2
    if n_sums == 1:
        for i in range(n_present):
            scores[i] = deviation(rows, present[i] * n_statistics, total, 0, smoothing)
    else:
        find_principal_direction(buckets, n_statistics, n_present, total, smoothing)
        for i in range(n_present):
            scores[i] = 0.0
            for k in range(n_sums):
                scores[i] += buckets.directions[0, k] * deviation(rows, present[i] * n_statistics, total, k, smoothing)
    for i in range(n_present):
        buckets.order[i] = present[i]
    sort_by_score(scores, buckets.order, n_present, buckets.spare_scores, buckets.labels)


@part
def deviation(rows, at, total, k, smoothing):
    """How far the mean of a category is from the node's, shrunk towards it."""
    weight = rows[at + 1]
    return (rows[at + 2 + k] - weight * total[2 + k] / total[1]) / (weight + smoothing)


@part
def find_principal_direction(buckets, n_statistics, n_present, total, smoothing):
    """Write the direction in which the means of the categories vary most into directions[0], by the power method."""
    rows, present, directions = buckets.rows, buckets.present, buckets.directions
    n_sums = n_statistics - 2
    largest = -1.0
    for i in range(n_present):  # start at the category that is farthest from the mean
        square = 0.0
        for k in range(n_sums):
            square += deviation(rows, present[i] * n_statistics, total, k, smoothing) ** 2
        if square > largest * (1.0 + TIE):
            largest = square
            for k in range(n_sums):
                directions[0, k] = deviation(rows, present[i] * n_statistics, total, k, smoothing)
    for _ in range(N_ITERATIONS):
        for k in range(n_sums):
            directions[1, k] = 0.0
        for i in range(n_present):
            at = present[i] * n_statistics
            product = 0.0
            for k in range(n_sums):
                product += directions[0, k] * deviation(rows, at, total, k, smoothing)
            for k in range(n_sums):
                directions[1, k] += rows[at + 1] * product * deviation(rows, at, total, k, smoothing)
        length = 0.0
        for k in range(n_sums):
            length = max(length, abs(directions[1, k]))
        if length == 0.0:
            break
        for k in range(n_sums):
            directions[0, k] = directions[1, k] / length
