"""The histogram of a leaf, which a team sums up, and that of its sibling, by subtraction.

Threads share either the rows of the leaf or the columns of its histogram.  Shared rows leave a histogram a thread,
which travel between cores when they are merged: dear where a leaf has fewer rows than its histogram has bins.  Shared
columns leave nothing to merge, but every thread looks at every row.  Sums of integers are the same either way.
"""

from skensemble._compile import inlined, part
from skensemble._team import meet
from skensemble.splitting.histogram import add_rows, merge

# In additions to a bin:
COST_OF_ROW = 5  # what a row costs besides
COST_OF_MERGER = 6  # what one bin costs to merge


@inlined
def sum_up(team, data, field, leaf, n_rows, sibling):
    """Write the histogram of a leaf, once all threads know their rows of it; each completes its share of the columns.

    Parameters
    ----------
    leaf : OPEN_LEAF
        The thread's own.
    n_rows : int
        Of all threads together.
    sibling : int
        The slot of the parent's histogram, which becomes that of the other child; -1: there is none.
    """
    first, stop = team.share(data.columns.shape[0])
    if shares_columns(team, data, n_rows):
        field.stretches[team.number, 0], field.stretches[team.number, 1] = leaf["start"], leaf["stop"]
        meet(team)
        start_histogram(data, field, leaf["slot"], first, stop)
        for thread in range(team.size):
            stretch = field.stretches[thread]
            add_stretch(data, field, leaf["slot"], stretch[0], stretch[1], first, stop)
        complete(data, field, leaf["slot"], sibling, 1, first, stop)
        return
    slot = leaf["slot"] if team.number == 0 else slot_of_thread(team, field)
    start_histogram(data, field, slot, 0, data.columns.shape[0])
    add_stretch(data, field, slot, leaf["start"], leaf["stop"], 0, data.columns.shape[0])
    meet(team)
    complete(data, field, leaf["slot"], sibling, team.size, first, stop)


@part
def shares_columns(team, data, n_rows):
    """Whether threads share the columns of a leaf, not its rows."""
    n_columns, n_codes = data.columns.shape[0], data.column_offsets[data.columns.shape[0]]
    by_rows = n_rows * (n_columns + COST_OF_ROW) // team.size + COST_OF_MERGER * n_codes
    by_columns = n_rows * ((n_columns + team.size - 1) // team.size + COST_OF_ROW)
    return team.size > 1 and by_columns < by_rows


@inlined
def start_histogram(data, field, slot, first_column, stop_column):
    """Clear some columns of a histogram."""
    n_words = field.pairs.shape[1]
    histogram = field.pool[
        slot, n_words * data.column_offsets[first_column] : n_words * data.column_offsets[stop_column]
    ]
    for item in range(histogram.size):
        histogram[item] = 0


@inlined
def add_stretch(data, field, slot, start, stop, first_column, stop_column):
    """Add a stretch of the rows to some columns of a histogram."""
    add_rows(
        field.pool[slot],
        data.codes,
        data.column_offsets,
        field.pairs,
        field.rows,
        start,
        stop,
        first_column,
        stop_column,
    )


@inlined
def complete(data, field, slot, sibling, n_merged, first_column, stop_column):
    """Merge the histograms of some threads and subtract them from the sibling's, in some columns."""
    n_words = field.pairs.shape[1]
    first, stop = n_words * data.column_offsets[first_column], n_words * data.column_offsets[stop_column]
    merge(field.pool, slot, sibling, n_merged, first, stop)


@part
def slot_of_thread(team, field):
    """Where a thread other than 0 sums up its rows of a leaf; the last slot is for the sums over a level."""
    return field.pool.shape[0] - 1 - team.number
