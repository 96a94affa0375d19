"""What the criteria of classification share: weights of classes, output after output in one row."""

from skensemble._compile import part
from skensemble._intrinsics import LANES
from skensemble._lanes import add, all_lanes, store, where_below


@part
def class_column(samples, position, targets, offsets, output):
    """The place of a sample's class of one output among the classes of all outputs."""
    if offsets.size == 2:
        return int(samples.pair[position, 1])
    return offsets[output] + int(targets[samples.index[position], output])


@part
def sum_classes(samples, start, stop, targets, offsets, total):
    """Write the node's statistics row `[n_rows, weight, class weights...]` into total; returns the weight.

    The sum of a run of samples of one class stays in a register; see `growing.plan.class_order`.
    """
    for k in range(total.size):
        total[k] = 0.0
    for output in range(offsets.size - 1):
        column, weight = class_column(samples, start, targets, offsets, output), 0.0
        for position in range(start, stop):
            here = class_column(samples, position, targets, offsets, output)
            if here != column:
                total[2 + column] += weight
                column, weight = here, 0.0
            weight += samples.pair[position, 0]
        total[2 + column] += weight
    total_weight = 0.0
    for column in range(offsets[1]):
        total_weight += total[2 + column]
    total[0] = stop - start
    total[1] = total_weight
    return total_weight


@part
def collect_classes(rows, at, samples, position, targets, offsets):
    """Add a sample to the statistics row at rows[at:]."""
    weight = samples.pair[position, 0]
    rows[at] += 1.0
    rows[at + 1] += weight
    for output in range(offsets.size - 1):
        rows[at + 2 + class_column(samples, position, targets, offsets, output)] += weight


@part
def sum_classes_below(panel, samples, place, targets, offsets):
    """Write the statistics row of the samples before the cut of each lane; the sums of a run stay in registers."""
    for k in range(panel.sums.size):
        panel.sums[k] = 0.0
    for output in range(offsets.size - 1):
        column, weights = class_column(samples, place.start, targets, offsets, output), all_lanes(0.0)
        for i in range(place.stop - place.start):
            here = class_column(samples, place.start + i, targets, offsets, output)
            if here != column:
                add(panel.sums, (2 + column) * LANES, weights)
                column, weights = here, all_lanes(0.0)
            weights = weights + where_below(samples.pair[place.start + i, 0], panel.codes, i, panel.bounds)
        add(panel.sums, (2 + column) * LANES, weights)
    for column in range(offsets[1]):  # what the weights of the classes of one output tell
        for lane in range(LANES):
            panel.sums[LANES + lane] += panel.sums[(2 + column) * LANES + lane]
    if samples.is_weighted:
        counts = all_lanes(0.0)
        for i in range(place.stop - place.start):
            counts = counts + where_below(1.0, panel.codes, i, panel.bounds)
        store(panel.sums, 0, counts)
    else:
        for lane in range(LANES):
            panel.sums[lane] = panel.sums[LANES + lane]


@part
def write_shares(total, offsets, values, number):
    """Write the shares of the classes of each output into a row of values (n_nodes, n_outputs * most classes)."""
    width = values.shape[1] // (offsets.size - 1)
    for output in range(offsets.size - 1):
        for column in range(offsets[output], offsets[output + 1]):
            values[number, output * width + column - offsets[output]] = total[2 + column] / total[1]


@part
def class_spread(total):
    """The weighted sum of squares of the classes' indicators about their means."""
    spread = 0.0
    for k in range(2, total.size):
        spread += total[k] - total[k] * total[k] / total[1]
    return spread
