"""Flags: the features of two values, such as the columns of a one-hot encoding, a bit each."""

import numpy as np

from skensemble._compile import kernel
from skensemble.records import Codes, Flags

_FEWEST = 4  # flags that are worth to look at all of them in each node
_LEAST_SHARE = 0.25  # of the features
_WORD = 64


def find_flags(ranks, is_numeric, missing_codes):
    """Return `Codes` and `Flags` of ranks (n_samples, n_features).

    Parameters
    ----------
    ranks : (n_samples, n_features) uint16 or uint32
    is_numeric : (n_features,) bool
    missing_codes : (n_features,) int64
    """
    n_features = ranks.shape[1]
    codes = np.zeros((n_features, 2), ranks.dtype)
    features = np.flatnonzero(is_numeric)
    if len(ranks):
        features = features[: find_two_codes(ranks, features, codes)]
    features = np.sort(features[np.all(codes[features] != missing_codes[features, np.newaxis], axis=1)])
    if len(features) < max(_FEWEST, _LEAST_SHARE * n_features):
        return without_flags(ranks, n_features)
    bit_of = np.full(n_features, -1)
    bit_of[features] = np.arange(len(features))
    words = np.zeros((-(-len(features) // _WORD), len(ranks)), np.uint64)
    write_flags(ranks, features, codes, words)
    return Codes(ranks, words), Flags(bit_of, codes)


def without_flags(ranks, n_features):
    """Return `Codes` and `Flags` of ranks among which nobody looks for flags."""
    return Codes(ranks, np.zeros((0, 0), np.uint64)), Flags(
        np.full(n_features, -1), np.zeros((n_features, 2), ranks.dtype)
    )


@kernel
def find_two_codes(ranks, features, codes):
    """Move the features that have at most two codes to the front and write these, the lower first.

    Returns
    -------
    n : int
        How many such features there are.
    """
    n = features.size
    for k in range(n):
        codes[features[k], 0] = codes[features[k], 1] = ranks[0, features[k]]
    for row in range(1, ranks.shape[0]):
        k = 0
        while k < n:
            feature = features[k]
            code, low, high = ranks[row, feature], codes[feature, 0], codes[feature, 1]
            k += 1
            if code in (low, high):
                continue
            if low == high:
                codes[feature, 0], codes[feature, 1] = min(low, code), max(high, code)
            else:
                n -= 1
                k -= 1
                features[k], features[n] = features[n], feature
    return n


@kernel
def write_flags(ranks, features, codes, words):
    """Write the bits of some features."""
    for row in range(ranks.shape[0]):
        for k in range(features.size):
            is_higher = ranks[row, features[k]] != codes[features[k], 0]
            words[k // _WORD, row] |= np.uint64(is_higher) << np.uint64(k % _WORD)
