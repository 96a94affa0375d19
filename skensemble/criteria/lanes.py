"""Gains of all lanes of a panel at once; see `skensemble.splitting.panel`."""

import numpy as np

from skensemble._compile import part
from skensemble._lanes import all_lanes, raised_at_boundaries, store


@part
def sweep_lanes(criterion, panel, node, samples, place, mask):
    """Write the greatest gain of the boundaries of each lane, whose keys are sorted; the mask is the positions'."""
    gains, left = all_lanes(-np.inf), criterion.begin_lanes(node)
    for row in range(place.stop - place.start - 1):
        left = criterion.move_lanes(left, node, samples, place.start, (panel.keys, row, mask))
        gains = raised_at_boundaries(gains, criterion.evaluate_lanes(left, node), panel.keys, row, mask)
    store(panel.most_gains, 0, gains)
