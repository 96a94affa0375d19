"""A node's codes of one feature of a sparse matrix, as keys."""

from skensemble._compile import part
from skensemble.arrays.sorting import POSITION_BITS, bit_length
from skensemble.splitting.sweeps import NOT_STORED


@part
def gather_stored(data, index, positions, feature, start, n, keys):
    """Write the keys of the node's samples that a sparse matrix stores.

    Looks each sample of the node up among the feature's entries, or each entry up in the node, whichever is less work.

    Parameters
    ----------
    index : (n_samples of the tree,) uint32
        Rows, sorted by node.
    positions : (n_samples of the fit,) int64
        The inverse: where a row is in `index`; -1: the tree does not use it.

    Returns
    -------
    n_keys, lowest, highest : int
        The lowest and highest code of all samples, with the code of values that are not stored where there are any.
    """
    first, last = data.indptr[feature], data.indptr[feature + 1]
    n_keys = 0
    lowest, highest = 1 << POSITION_BITS, -1
    if n * bit_length(last - first) < last - first:
        for i in range(n):
            entry = find_row(data.rows, first, last, index[start + i])
            if entry >= 0:
                rank = int(data.codes.ranks[entry, 0])
                lowest = min(lowest, rank)
                highest = max(highest, rank)
                keys[n_keys] = (rank << POSITION_BITS) | i
                n_keys += 1
    else:
        for entry in range(first, last):
            i = positions[data.rows[entry]] - start
            if 0 <= i < n:
                rank = int(data.codes.ranks[entry, 0])
                lowest = min(lowest, rank)
                highest = max(highest, rank)
                keys[n_keys] = (rank << POSITION_BITS) | i
                n_keys += 1
    if n_keys < n:
        lowest = min(lowest, data.zero_ranks[feature])
        highest = max(highest, data.zero_ranks[feature])
    return n_keys, lowest, highest


@part
def find_row(rows, first, last, row):
    """Where a row is among the ascending `rows[first:last]`, or -1."""
    while first < last:
        middle = (first + last) >> 1
        if rows[middle] < row:
            first = middle + 1
        elif rows[middle] == row:
            return middle
        else:
            last = middle
    return -1


@part
def fill_in(keys, n_keys, n, zero_rank, spare):
    """Turn the keys of the stored samples into keys of all samples."""
    for i in range(n):
        spare[i] = (zero_rank << POSITION_BITS) | i
    for i in range(n_keys):
        spare[keys[i] & NOT_STORED] = keys[i]
    for i in range(n):
        keys[i] = spare[i]
