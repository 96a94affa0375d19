"""Sets of small integers as bits of uint64 words, several sets behind each other in one array."""

import numpy as np

from skensemble._compile import kernel, part

_ONE = np.uint64(1)


@kernel
def n_words(size):
    """How many words hold a set of numbers below `size`."""
    return (size + 63) >> 6


@part
def contains(words, offset, number):
    """Whether the set that starts at `offset` holds a number."""
    return (words[offset + (number >> 6)] >> np.uint64(number & 63)) & _ONE != 0


@part
def insert(words, offset, number):
    """Put a number into the set that starts at `offset`."""
    words[offset + (number >> 6)] |= _ONE << np.uint64(number & 63)


@part
def remove(words, offset, number):
    """Take a number out of the set that starts at `offset`."""
    words[offset + (number >> 6)] &= ~(_ONE << np.uint64(number & 63))
