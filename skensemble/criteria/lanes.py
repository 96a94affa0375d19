"""Statistics rows of all lanes of a panel at once; see `skensemble.splitting.panel`."""

from skensemble._compile import inlined
from skensemble._intrinsics import LANES, add_below


@inlined
def add_statistic(panel, i, k, value):
    """Add a value to statistic k of each lane in which sample i of the node lies before the cut."""
    add_below(panel.sums, k * LANES, value, panel.codes, i * LANES, panel.bounds)


@inlined
def copy_statistic(panel, k, to):
    """Copy statistic k of each lane."""
    for lane in range(LANES):
        panel.sums[to * LANES + lane] = panel.sums[k * LANES + lane]
