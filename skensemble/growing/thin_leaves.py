"""Thin leaves: their rows have fewer codes than a histogram has bins, as most leaves of a sparse matrix have.

Nobody keeps a histogram of such a leaf.  It is taken off its sibling's row by row, unless that is thin too, and what it
is cut by is looked for in sums of its own rows.  A feature of which fewer rows than a leaf must have are off the most
frequent bin cannot cut it, since one child would have no other rows: few features are left, and few bins to clear, to
sum up and to score.
"""

import numpy as np

from skensemble._compile import inlined, part
from skensemble._team import meet
from skensemble.growing.summation import clear, sum_up
from skensemble.splitting.histogram import add_listed, add_rows

COST_OF_CODE = 8  # of a thin leaf's rows, in bins of a histogram that is kept
ROWS_OF = (0, 3)  # where the start and the stop of a thread's rows of child 0 and 1 are in `Field.stretches`


@inlined
def is_thin(data, own, n_rows):
    """Whether a leaf of so many rows is thin; never where leaves are looked at again after others have been cut."""
    n_of_row = data.codes.shape[1] + data.listed.places.size // data.columns.shape[1]
    n_codes = data.column_offsets[data.columns.shape[0]]
    return data.listed.places.size > 0 and own.kin.parents.size == 0 and COST_OF_CODE * n_rows * n_of_row < n_codes


@part
def sum_up_children(team, data, field, own, left, right, smaller, larger):
    """Write the histograms of two new leaves, as far as they are not thin, once all threads know their rows of them."""
    small, large = own.leaves[smaller], own.leaves[larger]
    if not is_thin(data, own, small["count"]):
        sum_up(team, data, field, small, small["count"], large["slot"])
        return
    stretch = field.stretches[team.number]
    stretch[ROWS_OF[0]], stretch[ROWS_OF[0] + 1] = own.leaves[left]["start"], own.leaves[left]["stop"]
    stretch[ROWS_OF[1]], stretch[ROWS_OF[1] + 1] = own.leaves[right]["start"], own.leaves[right]["stop"]
    meet(team)
    if not is_thin(data, own, large["count"]):
        take_off(team, data, field, large["slot"], 0 if smaller == left else 1)


@part
def take_off(team, data, field, slot, child):
    """Take the rows of a child off some histogram; each thread does so in its share of the columns."""
    first, stop_whole, _, items, span = share_of(team, data, field)
    histogram, whole = field.pool[slot, items[0] : items[1]], field.pool[field.pool.shape[0] - 1]
    clear(whole[items[0] : items[1]])
    for thread in range(team.size):
        start_row, stop_row = stretch_of(field, thread, child)
        rows = field.rows[start_row:stop_row]
        add_rows(whole, data.codes, data.column_offsets, field.pairs, rows, first, stop_whole)
        add_listed(field.pool[slot], data.listed, field.pairs, rows, span, -1, field.kept[:0])
    for item in range(histogram.size):
        histogram[item] -= whole[items[0] + item]


@part
def sum_up_open(team, data, field, own, child, least):
    """Write a thin leaf's histogram, of the features that can cut it, into the last slot; returns which slot that is.

    Parameters
    ----------
    child : int
        Which child the leaf is.
    least : int
        Rows that a leaf must have.
    """
    first, stop_whole, stop, items, span = share_of(team, data, field)
    slot, n_words = field.pool.shape[0] - 1, field.pairs.shape[1]
    histogram = field.pool[slot]
    open_features(team, data, field, own, child, least)
    clear(histogram[items[0] : items[1]])
    for k in range(data.column_firsts[stop_whole], data.column_firsts[stop]):
        feature = data.column_features[k]
        if own.is_open[feature]:
            start = n_words * data.offsets[feature]
            clear(histogram[start : start + n_words * (data.n_bins[feature] + 1)])
    for thread in range(team.size):
        start_row, stop_row = stretch_of(field, thread, child)
        rows = field.rows[start_row:stop_row]
        add_rows(histogram, data.codes, data.column_offsets, field.pairs, rows, first, stop_whole)
        add_listed(histogram, data.listed, field.pairs, rows, span, 1, own.is_open)
    return slot


@part
def open_features(team, data, field, own, child, least):
    """Write which listed features have as many rows of a leaf off their most frequent bins as a child must have."""
    own.n_off[:] = 0
    for thread in range(team.size):
        start_row, stop_row = stretch_of(field, thread, child)
        for row in field.rows[start_row:stop_row]:
            for k in range(data.listed.starts[row], data.listed.starts[np.int64(row) + 1]):
                own.n_off[data.listed.features[k]] += 1
    for feature in range(own.n_off.size):
        is_listed = data.column_of[feature] >= data.codes.shape[1]
        own.is_open[feature] = not is_listed or own.n_off[feature] >= max(least, 1)


@part
def share_of(team, data, field):
    """A thread's columns: the first, the stops of those that are not listed and of all, and the same as items and bins.

    Items are those of the columns that are not listed, bins those of all.
    """
    offsets, n_words = data.column_offsets, field.pairs.shape[1]
    first, stop = team.share(data.columns.shape[0])
    stop_whole = max(min(stop, data.codes.shape[1]), first)
    items = n_words * offsets[first], n_words * offsets[stop_whole]
    return first, stop_whole, stop, items, (offsets[first], offsets[stop])


@part
def stretch_of(field, thread, child):
    """Where the rows that a thread has of a child start and stop."""
    stretch = field.stretches[thread]
    return stretch[ROWS_OF[child]], stretch[ROWS_OF[child] + 1]
