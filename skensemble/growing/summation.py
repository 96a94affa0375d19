"""The histogram of a leaf, which a team sums up, and that of its sibling, by subtraction.

Threads share either the rows of the leaf or the columns of its histogram.  Shared rows leave a histogram a thread,
which travel between cores when they are merged: dear where a leaf has fewer rows than its histogram has bins.  Shared
columns leave nothing to merge, but every thread looks at every row.  Sums of integers are the same either way.
"""

from skensemble._compile import inlined, part
from skensemble._team import meet
from skensemble.splitting.histogram import add_listed, add_rows, merge

# In additions to a bin:
COST_OF_ROW = 5  # what a row costs besides
COST_OF_MERGER = 6  # what one bin costs to merge


@part
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
    n_columns = data.columns.shape[0]
    first, stop = team.share(n_columns)
    field.stretches[team.number, 0], field.stretches[team.number, 1] = leaf["start"], leaf["stop"]
    by_columns = shares_columns(team, data, n_rows)
    first_column, stop_column = (first, stop) if by_columns else (0, n_columns)
    first_thread, n_threads = (0, team.size) if by_columns else (team.number, 1)
    slot = leaf["slot"] if by_columns or team.number == 0 else slot_of_thread(team, field)
    if by_columns:
        meet(team)
    n_words, offsets = field.pairs.shape[1], data.column_offsets
    clear(field.pool[slot, n_words * offsets[first_column] : n_words * offsets[stop_column]])
    for thread in range(first_thread, first_thread + n_threads):
        start_row, stop_row = field.stretches[thread, 0], field.stretches[thread, 1]
        rows = field.rows[start_row:stop_row]
        stop_whole = min(stop_column, data.codes.shape[1])  # the other columns are listed
        add_rows(field.pool[slot], data.codes, offsets, field.pairs, rows, min(first_column, stop_whole), stop_whole)
        if data.listed.places.size:
            span = (offsets[first_column], offsets[stop_column])
            add_listed(field.pool[slot], data.listed, field.pairs, rows, span, 1, field.kept[:0])
    if not by_columns:
        meet(team)
    n_merged = 1 if by_columns else team.size
    merge(field.pool, leaf["slot"], sibling, n_merged, n_words * offsets[first], n_words * offsets[stop])


@part
def shares_columns(team, data, n_rows):
    """Whether threads share the columns of a leaf, not its rows."""
    n_codes = data.column_offsets[data.columns.shape[0]]
    n_columns = data.codes.shape[1] + data.listed.places.size // data.columns.shape[1]  # that a row has a code in
    by_rows = n_rows * (n_columns + COST_OF_ROW) // team.size + COST_OF_MERGER * n_codes
    by_columns = n_rows * ((n_columns + team.size - 1) // team.size + COST_OF_ROW)
    return team.size > 1 and by_columns < by_rows


@inlined
def clear(histogram):
    """Make all sums 0."""
    for item in range(histogram.size):
        histogram[item] = 0


@part
def slot_of_thread(team, field):
    """Where a thread other than 0 sums up its rows of a leaf; the last slot is for the sums over a level."""
    return field.pool.shape[0] - 1 - team.number
