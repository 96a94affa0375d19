"""Histograms of gradients and hessians, in integers.

A sample's gradient is rounded to an integer; its hessian too, and mostly shares a word with a count of 1::

    single   word 0   [ sum of the gradients, in steps   | number of rows ]

    packed   word 0   [ sum of the gradients, in steps                    ]
             word 1   [ sum of the hessians, in steps    | number of rows ]

    wide     word 0   [ sum of the gradients of the first output          ]
             word 1   [ sum of the hessians of the first output           ]
             ...      [ the same of the others, where leaves are vectors  ]
             last     [ number of rows                                    ]

Bins are single where every hessian is 1.  One vector addition updates a packed bin.  Where weights differ by many
powers of ten, the bits that are left for the hessians are too few for the smallest, and bins are wide.  Integer sums do
not depend on their order, so the model does not depend on the number of threads, to the bit, and the number of rows in
a child is known exactly for every loss and weight.
"""

from typing import NamedTuple

import numpy as np

from skensemble._compile import inlined, part, record
from skensemble._intrinsics import add_items, items_in_word, load_like, load_word, prefetch

AHEAD = 12  # rows between a prefetch and its use: about one latency of memory
LINE = 64  # bytes of a cache line
SINGLE, PACKED = 1, 2  # words of a bin, and of a sample
ANY = -1
SUM_BITS = 62  # of the sum of a word over all rows, so that no sum overflows
MOST_BITS = 51  # of a word of one row: what a float64 can be rounded to by an addition

_SIGN, _HALF, _LOWER_HALF = np.uint64(1 << 63), np.uint64(32), np.uint64((1 << 32) - 1)
_UPPER, _LOWER = np.float64(2.0**84).view(np.uint64), np.float64(2.0**52).view(np.uint64)
_OFFSET = 2.0**84 + 2.0**63 + 2.0**52


@inlined
def to_float(x):
    """The float64 next to an int64, by steps that machines without such a conversion of several numbers have too.

    The upper half is added to the mantissa of 2**84, the lower one to that of 2**52; only the last sum is rounded.
    """
    word = np.uint64(x) ^ _SIGN
    upper = np.uint64((word >> _HALF) | _UPPER).view(np.float64)
    lower = np.uint64((word & _LOWER_HALF) | _LOWER).view(np.float64)
    return (upper - _OFFSET) + lower


@record
class Sums(NamedTuple):
    """What a histogram knows of some rows."""

    gradient: int  # in steps
    hessian: int  # in steps
    count: int  # of the rows

    def plus(self, other):
        """What both know together."""
        return Sums(self.gradient + other.gradient, self.hessian + other.hessian, self.count + other.count)

    def minus(self, other):
        """What the others leave."""
        return Sums(self.gradient - other.gradient, self.hessian - other.hessian, self.count - other.count)


@record
class Units(NamedTuple):
    """What the integers of a tree stand for."""

    gradient_step: float  # a power of two
    hessian_step: float  # a power of two
    count_bits: int
    n_words: int  # of a bin
    n_outputs: int  # of a tree

    def gradient(self, sums):
        """The sum of the gradients."""
        return to_float(sums.gradient) * self.gradient_step

    def hessian(self, sums):
        """The sum of the hessians."""
        return to_float(sums.hessian) * self.hessian_step

    def count(self, sums):
        """How many rows there are."""
        return sums.count

    def with_words(self, n_words):
        """The same of bins that are known not to be wide, and to have so many words."""
        return Units(self.gradient_step, self.hessian_step, self.count_bits, n_words, 1)


@record
class Fence(NamedTuple):
    """What the values of a node's children must respect when they are cut by one feature."""

    is_fenced: bool  # else the values need not be looked at
    sign: int  # of the feature's monotonic constraint
    lower: float
    upper: float
    origin: float  # the value of the node that is cut: where path smoothing draws the children's to
    only: int  # the number of the one cut that is tried; ANY: all

    def around(self, origin):
        """The same for an output of which the node has another value."""
        return Fence(self.is_fenced, self.sign, self.lower, self.upper, origin, self.only)


@record
class Cut(NamedTuple):
    """The best cut of a node so far: what lies up to a bin goes left, and missing values if `missing_left`."""

    score: float  # of both children
    feature: int  # -1: there is none
    bin: int  # the last one on the left; of a categorical feature how many categories are on the left
    missing_left: bool

    def costing(self, penalty):
        """The same cut at a price."""
        return Cut(self.score - penalty, self.feature, self.bin, self.missing_left)


@inlined
def no_cut():
    """The cut of a node that has none."""
    return Cut(-np.inf, -1, 0, False)


@inlined
def no_sums():
    """What is known of no rows."""
    return Sums(0, 0, 0)


@inlined
def sums_at(histogram, bin, output, units):
    """What lies in a bin of a histogram, of one output."""
    n_words, mask = units.n_words, (1 << units.count_bits) - 1
    if n_words == SINGLE:
        word = histogram[bin]
        return Sums(word >> units.count_bits, word & mask, word & mask)
    if n_words == PACKED:
        word = histogram[PACKED * bin + 1]
        return Sums(histogram[PACKED * bin], word >> units.count_bits, word & mask)
    first = n_words * bin
    return Sums(histogram[first + 2 * output], histogram[first + 2 * output + 1], histogram[first + n_words - 1])


@inlined
def whole_at(histogram, bin, units):
    """What lies in a bin, with the hessians of all outputs together: what the size of a child is measured by."""
    whole = sums_at(histogram, bin, 0, units)
    hessian = whole.hessian
    for output in range(1, units.n_outputs):
        hessian += sums_at(histogram, bin, output, units).hessian
    return Sums(whole.gradient, hessian, whole.count)


@part
def add_rows(histogram, codes, offsets, pairs, rows, first_column, stop_column):
    """Add samples to some columns of a histogram.

    Parameters
    ----------
    histogram : (n_codes * n_words,) int64
        With n_codes those of all columns.
    codes : (n_samples, n_columns) uint8 or uint16
    offsets : (n_columns + 1,) int64
        Where the codes of each column start.
    pairs : (n_samples, n_words) int64
        The words of each sample.
    rows : (n_rows,) uint32
        The samples.
    first_column, stop_column : int
    """
    if pairs.shape[1] == SINGLE:
        add_short_rows(histogram, codes, offsets, pairs, rows, first_column, stop_column, (0,))
    elif pairs.shape[1] == PACKED:
        add_short_rows(histogram, codes, offsets, pairs, rows, first_column, stop_column, (0, 0))
    else:
        add_wide_rows(histogram, codes, offsets, pairs, rows, first_column, stop_column)


@part
def add_short_rows(histogram, codes, offsets, pairs, rows, first_column, stop_column, nothing):
    """Add samples of as many words as there are in `nothing`, a tuple of zeros."""
    n_columns, n_added, n_in_word = codes.shape[1], stop_column - first_column, items_in_word(codes)
    n_bits = np.uint64(64 // n_in_word)
    mask = (np.uint64(1) << n_bits) - np.uint64(1)
    flat, n_words = codes.reshape(-1), len(nothing)
    is_long, last = n_added * codes.itemsize > 2 * LINE, rows.size - 1
    stop_of_words = first_column + n_added // n_in_word * n_in_word
    for i in range(0, rows.size, 4):  # four rows at once share what a column asks for
        for k in range(4):
            ahead = np.int64(rows[min(i + k + AHEAD, last)])
            prefetch(pairs, n_words * ahead)
            first_code = ahead * n_columns + first_column
            prefetch(codes, first_code)
            prefetch(codes, first_code + n_added - 1)  # a row may begin in the middle of a line
            if is_long:
                prefetch_between(codes, first_code, n_added)
        a, b = np.int64(rows[i]), np.int64(rows[min(i + 1, last)])
        c, d = np.int64(rows[min(i + 2, last)]), np.int64(rows[min(i + 3, last)])
        # Read once: for all that compilers know, pairs might lie in the histogram.
        of_a, of_b, of_c, of_d = (
            load_like(pairs, n_words * a, nothing),
            load_like(pairs, n_words * b, nothing) if i < last else nothing,
            load_like(pairs, n_words * c, nothing) if i + 1 < last else nothing,
            load_like(pairs, n_words * d, nothing) if i + 2 < last else nothing,
        )
        a, b, c, d = a * n_columns, b * n_columns, c * n_columns, d * n_columns
        for column in range(first_column, stop_of_words, n_in_word):
            word_a, word_b = load_word(codes, a + column), load_word(codes, b + column)
            word_c, word_d = load_word(codes, c + column), load_word(codes, d + column)
            for k in range(n_in_word):
                first, shift = n_words * offsets[np.uint64(column + k)], n_bits * np.uint64(k)
                add_items(histogram, first + n_words * np.int64((word_a >> shift) & mask), of_a)
                add_items(histogram, first + n_words * np.int64((word_b >> shift) & mask), of_b)
                add_items(histogram, first + n_words * np.int64((word_c >> shift) & mask), of_c)
                add_items(histogram, first + n_words * np.int64((word_d >> shift) & mask), of_d)
        for column in range(stop_of_words, stop_column):
            first = n_words * offsets[np.uint64(column)]
            add_items(histogram, first + n_words * np.int64(flat[np.uint64(a + column)]), of_a)
            add_items(histogram, first + n_words * np.int64(flat[np.uint64(b + column)]), of_b)
            add_items(histogram, first + n_words * np.int64(flat[np.uint64(c + column)]), of_c)
            add_items(histogram, first + n_words * np.int64(flat[np.uint64(d + column)]), of_d)


@part
def add_wide_rows(histogram, codes, offsets, pairs, rows, first_column, stop_column):
    """Add samples to some columns of a histogram of wide bins."""
    n_words = pairs.shape[1]
    for i in range(rows.size):
        row = np.uint64(rows[i])
        added = pairs[row]
        for column in range(first_column, stop_column):
            at = n_words * (offsets[column] + np.int64(codes[row, np.uint64(column)]))
            bin = histogram[at : at + n_words]
            for word in range(n_words):
                bin[word] += added[word]


@part
def add_listed(histogram, listed, pairs, rows, span, sign, is_open):
    """Add samples to the bins that are listed for them, or take them off.

    Parameters
    ----------
    listed : Listed
    pairs : (n_samples, n_words) int64
    rows : (n_rows,) uint32
    span : (first, stop)
        The bins that count.
    sign : int
        1 or -1.
    is_open : (n_features,) uint8
        The features that count; no length: all.
    """
    first, stop, n_words, last = span[0], span[1], pairs.shape[1], rows.size - 1
    for i in range(rows.size):
        ahead = np.uint64(rows[min(i + AHEAD, last)])
        prefetch(pairs, n_words * np.int64(ahead))
        prefetch(listed.places, listed.starts[ahead])
        row = np.uint64(rows[i])
        added = pairs[row]
        for k in range(listed.starts[row], listed.starts[row + np.uint64(1)]):
            bin = np.int64(listed.places[np.uint64(k)])
            if first <= bin < stop and (is_open.size == 0 or is_open[listed.features[np.uint64(k)]]):
                for word in range(n_words):
                    histogram[n_words * bin + word] += sign * added[word]


@part
def prefetch_between(codes, first, n):
    """Ask for the lines between the first and the last one of n codes; a loop here does not slow the caller's down."""
    n_per_line = LINE // codes.itemsize
    for offset in range(n_per_line, n - 1, n_per_line):
        prefetch(codes, first + offset)


@part
def merge(pool, slot, sibling, n_merged, first, stop):
    """Complete the items first to stop - 1 of a histogram and, by subtraction, of its sibling's.

    Thread 0 has added its rows to the slot itself, thread t of those that are merged to the t-th slot before the last.
    The sibling's slot holds the parent's histogram; -1: there is no parent.
    """
    merged = pool[slot, first:stop]
    for thread in range(1, n_merged):
        of_thread = pool[pool.shape[0] - 1 - thread, first:stop]
        for item in range(merged.size):
            merged[item] += of_thread[item]
    if sibling >= 0:
        rest = pool[sibling, first:stop]
        for item in range(merged.size):
            rest[item] -= merged[item]


@part
def fill_frequent_bin(histogram, data, feature, node):
    """Write what lies in the most frequent bin of a feature that shares its column: what its other bins leave."""
    first, n_words = data.offsets[feature] * node.size, node.size
    at, stop = first + data.frequent_bins[feature] * n_words, first + (data.n_bins[feature] + 1) * n_words
    if n_words == PACKED:
        gradients, others = node[0], node[1]
        for item in range(first, stop, PACKED):
            gradients -= histogram[item]
            others -= histogram[item + 1]
        histogram[at] += gradients  # what was there has been taken away too
        histogram[at + 1] += others
        return
    for word in range(n_words):
        rest = node[word]
        for item in range(first + word, stop, n_words):
            rest -= histogram[item]
        histogram[at + word] += rest
