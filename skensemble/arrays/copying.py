"""Copies between arrays in kernels; Numba's own would allocate."""

from skensemble._compile import part


@part
def copy_items(source, target):
    """Copy a one-dimensional array into another."""
    for i in range(target.size):
        target[i] = source[i]
