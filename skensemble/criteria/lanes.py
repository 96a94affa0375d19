"""Statistics rows of all lanes of a panel at once; see `skensemble.splitting.panel`."""

from skensemble._compile import inlined
from skensemble._intrinsics import LANES, add_below


@inlined
def add_statistic(panel, i, k, value):
    """Add a value to statistic k of each lane in which sample i of the node lies before the cut."""
    add_below(panel.sums, k * LANES, value, panel.codes, i * LANES, panel.bounds)


@inlined
def add_weight(panel, i, weight):
    """Count sample i, and add its weight, in each lane in which it lies before the cut."""
    add_statistic(panel, i, 0, 1.0)
    add_statistic(panel, i, 1, weight)
