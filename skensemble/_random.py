"""Random draws without a stream: every draw is a hash of what it is for.

A tree's key comes from its seed, a node's key from its parent's and the side on which it hangs, and a draw from the
node's key, a purpose and a number.  Nothing depends on the order of the draws, so a model is the same for any number of
threads, and a tree that is grown again from its seed is that tree.

The hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
"""

import numpy as np

from skensemble._compile import kernel, part

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio

# What a draw is for; equal numbers for different purposes give independent draws.
BOOTSTRAP = np.uint64(1)
FEATURE = np.uint64(2)
THRESHOLD = np.uint64(3)
MISSING_SIDE = np.uint64(4)
LEFT = np.uint64(5)
RIGHT = np.uint64(6)
TREE = np.uint64(7)
RESPONSE = np.uint64(8)
PERMUTATION = np.uint64(9)
FEATURES_OF_TREE = np.uint64(10)
FEATURES_OF_LEVEL = np.uint64(11)
ROWS = np.uint64(12)
DROPOUT = np.uint64(13)

_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_HALF = np.uint64(32)
_MANTISSA_SHIFT = np.uint64(11)
_MANTISSA_STEP = 2.0**-53


@part
def mix(key):
    """Scramble a uint64; each bit of the result depends on every bit of the key."""
    key = (key ^ (key >> _SHIFTS[0])) * _MULTIPLIERS[0]
    key = (key ^ (key >> _SHIFTS[1])) * _MULTIPLIERS[1]
    return key ^ (key >> _SHIFTS[2])


@part
def draw(key, purpose, number):
    """64 random bits for one purpose and number (any integer) under a uint64 key."""
    return mix(mix(key + purpose * _GOLDEN) + np.uint64(number) * _GOLDEN)


@part
def child_key(key, is_right):
    """The key of a node's left or right child."""
    return mix(key + (RIGHT if is_right else LEFT) * _GOLDEN)


@part
def below(bits, n):
    """An integer of 0 to n - 1 (n < 2**32) from 64 random bits."""
    return np.int64(((bits >> _HALF) * np.uint64(n)) >> _HALF)


@part
def unit(bits):
    """A float64 in [0, 1) from 64 random bits."""
    return np.float64(bits >> _MANTISSA_SHIFT) * _MANTISSA_STEP


@kernel
def key_of_tree(seed, number):
    """The key of a tree of an ensemble with this seed."""
    return draw(np.uint64(seed), TREE, number)


@kernel
def draw_tree_seeds(seed, first, out):
    """Write the seeds of the trees first, first + 1, ... of an ensemble with this seed: int64 below 2**31 - 1."""
    for i in range(out.size):
        out[i] = below(draw(np.uint64(seed), TREE, first + i), 2**31 - 1)


@kernel
def draw_units(seed, purpose, out):
    """Fill a float64 array with draws from [0, 1)."""
    for i in range(out.size):
        out[i] = unit(draw(np.uint64(seed), purpose, i))
