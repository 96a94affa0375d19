"""The dispersion of gradients: what the square of a sum of them is by chance, for a unit of the sum of their hessians.

Where a model has nothing more to learn, the gradients of some rows are independent, of mean 0 and of variances in
proportion to the hessians; Pearson's estimate of the factor is the sum of their squares over that of the hessians
(McCullagh and Nelder 1989, section 9.2.5).  With it a tree knows what a feature gains that says nothing.
"""

import math

from skensemble._compile import inlined, part
from skensemble.arrays.sorting import bit_length
from skensemble.splitting.histogram import MOST_BITS, SUM_BITS, sums_at, whole_at

SQUARES = 2  # where a thread's sum is in `Field.stretches`


@part
def note_squares(team, field, root, units):
    """Sum up the squares of the gradients of the thread's rows, in whole coarse steps: the same in any order."""
    rows, pairs, total = field.rows[root["start"] : root["stop"]], field.pairs, 0
    shift = shift_of_squares(pairs.shape[0] * units.n_outputs)
    half = (1 << shift) >> 1
    for i in range(rows.size):
        for output in range(units.n_outputs):
            gradient = (sums_at(pairs[rows[i]], 0, output, units).gradient + half) >> shift
            total += gradient * gradient
    field.stretches[team.number, SQUARES] = total


@part
def dispersion_of(team, field, total, units):
    """The dispersion of the gradients of all rows, whose sums are given, once all threads have noted their squares."""
    hessian, squares = units.hessian(whole_at(total, 0, units)), 0
    for thread in range(team.size):
        squares += field.stretches[thread, SQUARES]
    step = math.ldexp(units.gradient_step, shift_of_squares(field.pairs.shape[0] * units.n_outputs))
    return step * step * squares / hessian if hessian > 0.0 else 0.0


@inlined
def shift_of_squares(n_squares):
    """How many bits of a gradient are left out, so that a sum of squares of what remains fits a word."""
    n_bits = SUM_BITS - bit_length(n_squares)
    return max(0, min(MOST_BITS, n_bits + 1) - n_bits // 2)
