"""What the criteria of regression share: responses of one output (beside the weight) or of several (in a table)."""

from skensemble._compile import part
from skensemble._intrinsics import LANES
from skensemble._lanes import all_lanes, store, where_below


@part
def response(samples, position, targets, output):
    """The response of a sample; the first output of several travels with the sample too, but is not used."""
    if targets.shape[1] == 1:
        return samples.pair[position, 1]
    return targets[samples.index[position], output]


@part
def sum_responses(samples, start, stop, targets, sums):
    """Write the weighted sums of the responses of a node into sums (n_outputs,); returns the node's weight."""
    weight = 0.0
    for output in range(sums.size):
        sums[output] = 0.0
    for position in range(start, stop):
        weight += samples.pair[position, 0]
        for output in range(sums.size):
            sums[output] += samples.pair[position, 0] * response(samples, position, targets, output)
    return weight


@part
def collect_responses(rows, at, samples, position, targets, center):
    """Add a sample's `[1, w, w * (y - center), ...]` to the statistics row at rows[at:]."""
    weight = samples.pair[position, 0]
    rows[at] += 1.0
    rows[at + 1] += weight
    for output in range(center.size):
        rows[at + 2 + output] += weight * (response(samples, position, targets, output) - center[output])


@part
def sum_responses_below(panel, samples, place, targets, center):
    """Write the statistics row of the samples before the cut of each lane.

    A pass for each output: its sums stay in registers.
    """
    for output in range(center.size):
        counts, weights, sums = all_lanes(0.0), all_lanes(0.0), all_lanes(0.0)
        for i in range(place.stop - place.start):
            position = place.start + i
            weight = samples.pair[position, 0]
            deviation = weight * (response(samples, position, targets, output) - center[output])
            if samples.is_weighted:
                counts = counts + where_below(1.0, panel.codes, i, panel.bounds)
            weights = weights + where_below(weight, panel.codes, i, panel.bounds)
            sums = sums + where_below(deviation, panel.codes, i, panel.bounds)
        store(panel.sums, (2 + output) * LANES, sums)
        store(panel.sums, LANES, weights)
        store(panel.sums, 0, counts if samples.is_weighted else weights)
