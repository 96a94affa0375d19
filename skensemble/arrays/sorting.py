"""Sorting of integer keys, `(rank << 32) | position`, by rank, of columns side by side, and of floats."""

import numpy as np

from skensemble._compile import inlined, kernel, part
from skensemble._intrinsics import LANES, order_rows

POSITION_BITS = 32
POSITION_MASK = (1 << POSITION_BITS) - 1

INSERTION_LIMIT = 24  # keys up to which insertion sort wins
RUN = 24  # floats, likewise
MAX_DIGIT_BITS = 11  # a pass then counts in 16 KiB, half of a first level cache
N_COUNTS = 1 << MAX_DIGIT_BITS

LEAST_BY_DIGITS = 1 << 12  # floats: fewer are sorted by comparison
_FLOAT_BITS, _SIGN, _ALL = 64, np.int64(-(1 << 63)), np.int64(-1)


@inlined
def code_of(key):
    """The code in a key, also one of 32 bits, whose key is negative."""
    return (key >> POSITION_BITS) & POSITION_MASK


@part
def sort_keys(keys, spare, counts, n, lowest, highest):
    """Sort the first n keys by rank, stably, given the lowest and the highest rank.

    Radix sort: passes from the low digit to the high one.  A pass costs time for every key and for every value of a
    digit, so few keys get short digits.

    Parameters
    ----------
    keys : (n,) int64
        Sorted in place.
    spare : (n,) int64
        Work space.
    counts : (N_COUNTS,) int64
        Work space.
    """
    if n <= INSERTION_LIMIT:
        insertion_sort(keys, n)
        return
    n_bits = bit_length(highest - lowest)
    most_bits = min(MAX_DIGIT_BITS, bit_length(n))
    n_passes = (n_bits + most_bits - 1) // most_bits
    if n_passes == 0:
        return
    digit_bits = (n_bits + n_passes - 1) // n_passes
    offset = lowest << POSITION_BITS
    for number in range(n_passes):
        shift = POSITION_BITS + number * digit_bits
        if number % 2 == 0:
            move_by_digit(keys, spare, counts, n, offset, shift, digit_bits)
        else:
            move_by_digit(spare, keys, counts, n, offset, shift, digit_bits)
    if n_passes % 2 == 1:
        for i in range(n):
            keys[i] = spare[i]


@part
def bit_length(number):
    """How many bits a number that is not negative has."""
    n_bits = 0
    while number >> n_bits:
        n_bits += 1
    return n_bits


@part
def insertion_sort(keys, n):
    """Sort the first n keys, positions included."""
    for i in range(1, n):
        key = keys[i]
        j = i
        while j > 0 and keys[j - 1] > key:
            keys[j] = keys[j - 1]
            j -= 1
        keys[j] = key


@part
def move_by_digit(source, target, counts, n, offset, shift, digit_bits):
    """Copy n keys, sorted stably by one digit."""
    n_digits = 1 << digit_bits
    mask = n_digits - 1
    for digit in range(n_digits):
        counts[digit] = 0
    for i in range(n):
        counts[((source[i] - offset) >> shift) & mask] += 1
    total = 0
    for digit in range(n_digits):
        count = counts[digit]
        counts[digit] = total
        total += count
    for i in range(n):
        digit = ((source[i] - offset) >> shift) & mask
        target[counts[digit]] = source[i]
        counts[digit] += 1


def sorted_floats(values):
    """Return float64 values in order, without NaN; -0 may have become 0.

    By radix where there are many: in a third of the time of `numpy.sort` on processors that are slow at storing some
    items of a vector (AMD's Zen 4), which it needs.
    """
    if len(values) < LEAST_BY_DIGITS:
        values = np.sort(values)
        return values[: np.searchsorted(values, np.nan)]  # which is last
    codes, spare = np.empty(len(values), np.int64), np.empty(len(values), np.int64)
    n = sort_floats(values, codes, spare, np.empty(N_COUNTS, np.int64))
    return codes[:n].view(np.float64)


@kernel
def sort_floats(values, codes, spare, counts):
    """Write the bits of those of n values that are not NaN in order; returns how many these are.

    Passes go from the low digit to the high one, but for digits that are the same in all, such as the last ones of
    what was float32.

    Parameters
    ----------
    values : (n,) float64
    codes : (n,) int64
    spare : (n,) int64
        Work space, as is `counts`, (N_COUNTS,) int64.
    """
    n = 0
    different = np.int64(0)
    for i in range(values.size):
        if not np.isnan(values[i]):
            codes[n] = code_of_float(values[i])
            different |= codes[n] ^ codes[0]
            n += 1
    source, target = codes, spare
    for shift in range(0, _FLOAT_BITS, MAX_DIGIT_BITS):
        if (different >> shift) & (N_COUNTS - 1):
            move_by_digit(source, target, counts, n, 0, shift, MAX_DIGIT_BITS)
            source, target = target, source
    for i in range(n):
        code = source[i]
        codes[i] = code ^ (_SIGN if code < 0 else _ALL)
    return n


@inlined
def code_of_float(value):
    """The bits of a float64 that is not NaN, turned so that they compare, as if they had no sign, as it does."""
    bits = np.float64(value + 0.0).view(np.int64)
    return bits ^ (_ALL if bits < 0 else _SIGN)


@part
def sort_lanes(keys, n):
    """Sort each of LANES columns of the first n rows.

    Merge exchange (Batcher 1968; Knuth 1998, algorithm 5.2.2M) orders pairs of rows that do not depend on what is in
    them: one instruction works on all columns, and there is no branch that nobody can foresee.

    Parameters
    ----------
    keys : (>= n, LANES), unsigned
    """
    top = 1
    while 2 * top < n:
        top *= 2
    run = top
    while run > 0:
        reach, remainder, distance = top, 0, run
        while True:
            order_pairs(keys, remainder, n - distance, run, distance)
            if reach == run:
                break
            distance, reach, remainder = reach - run, reach // 2, run
        run //= 2


@part
def order_pairs(keys, first, stop, run, distance):
    """Order rows i and i + distance: for `run` rows i from `first` on, not the next `run`, and so on up to `stop`.

    Whichever of the two loops is longer is the inner one.
    """
    if 2 * run * run < stop - first:
        for offset in range(run):
            for i in range(first + offset, stop, 2 * run):
                order_rows(keys, LANES * i, LANES * (i + distance))
    else:
        for start in range(first, stop, 2 * run):
            for i in range(start, min(start + run, stop)):
                order_rows(keys, LANES * i, LANES * (i + distance))


@part
def sort_by_score(scores, order, n, spare_scores, spare_order):
    """Sort scores, and order with them, stably: insertion sort of short runs, which are then merged."""
    for start in range(0, n, RUN):
        for i in range(start + 1, min(start + RUN, n)):
            score, bucket = scores[i], order[i]
            j = i
            while j > start and scores[j - 1] > score:
                scores[j] = scores[j - 1]
                order[j] = order[j - 1]
                j -= 1
            scores[j] = score
            order[j] = bucket
    if n > RUN:
        merge_runs(scores, order, n, spare_scores, spare_order)


@part
def merge_runs(scores, order, n, spare_scores, spare_order):
    """Merge sorted runs of RUN items, bottom up."""
    width = RUN
    while width < n:
        for start in range(0, n, 2 * width):
            middle, stop = min(start + width, n), min(start + 2 * width, n)
            left, right = start, middle
            for i in range(start, stop):
                if left < middle and (right >= stop or scores[left] <= scores[right]):
                    spare_scores[i], spare_order[i] = scores[left], order[left]
                    left += 1
                else:
                    spare_scores[i], spare_order[i] = scores[right], order[right]
                    right += 1
        for i in range(n):
            scores[i], order[i] = spare_scores[i], spare_order[i]
        width *= 2
