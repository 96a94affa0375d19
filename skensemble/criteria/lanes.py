"""Gains of all lanes of a panel at once; see `skensemble.splitting.panel`."""

import numpy as np

from skensemble._compile import part
from skensemble._lanes import all_lanes, raised_at_boundaries, store


@part
def sweep_lanes(criterion, keys, gains, node, samples, place, mask):
    """Write the greatest gain of the boundaries of each lane, whose keys are sorted; the mask is the positions'."""
    greatest, left = all_lanes(-np.inf), criterion.begin_lanes(node)
    for row in range(place.stop - place.start - 1):
        left = criterion.move_lanes(left, node, samples, place.start, (keys, row, mask))
        greatest = raised_at_boundaries(greatest, criterion.evaluate_lanes(left, node), keys, row, mask)
    store(gains, 0, greatest)
