"""What the criteria of regression share: responses of one output (beside the weight) or of several (in a table)."""

from skensemble._compile import inlined, part
from skensemble.criteria.lanes import add_statistic, copy_statistic


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


@inlined
def collect_responses_below(panel, i, samples, position, targets, center):
    """Add sample i of the node to the statistics row of each lane in which it lies before the cut."""
    weight = samples.pair[position, 0]
    if samples.is_weighted:
        add_statistic(panel, i, 0, 1.0)
    add_statistic(panel, i, 1, weight)
    for output in range(center.size):
        deviation = weight * (response(samples, position, targets, output) - center[output])
        add_statistic(panel, i, 2 + output, deviation)


@part
def complete_responses_below(panel, samples):
    """Write the count of each lane, where it is the weight."""
    if not samples.is_weighted:
        copy_statistic(panel, 1, 0)
