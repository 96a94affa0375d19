"""Gradients and hessians of all samples: as the integers that histograms sum up, or as they are."""

import math
from typing import NamedTuple

import numpy as np

from skensemble._compile import inlined, kernel, part, record
from skensemble._team import CHUNK, meet
from skensemble.arrays.copying import copy_items
from skensemble.arrays.sorting import bit_length
from skensemble.objectives.elementary import exponential, logarithm
from skensemble.splitting.histogram import MOST_BITS, PACKED, SINGLE, SUM_BITS, Units

_ROUND = 6755399441055744.0  # 1.5 * 2**52: to add it rounds to an integer, which is left in the low bits
_BITS_OF_ROUND = np.float64(_ROUND).view(np.int64).item()


@record
class Training(NamedTuple):
    """What a fit reads, and the raw predictions that it updates."""

    target: np.ndarray  # (n_samples,) float64
    weight: np.ndarray  # (n_samples,) float64; no length: each row counts once
    greatest_weight: float
    raw: np.ndarray  # (n_outputs, n_samples) float64
    peaks: np.ndarray  # several outputs: (n_samples,) float64: a sample's greatest raw prediction at a round's start
    scales: np.ndarray  # several outputs: (n_samples,) float64: 1 / sum of exp(raw - peak) at a round's start
    extremes: np.ndarray  # (team size, 8) float64: greatest |gradient| and hessian among each thread's rows
    words: np.ndarray  # (team size, 2, CHUNK) int64: work space


@kernel
def start_round(team, training):
    """Write the peaks and the scales of the thread's rows."""
    raw, n_samples = training.raw, training.raw.shape[1]
    for first in range(team.number * CHUNK, n_samples, team.size * CHUNK):
        stop = min(first + CHUNK, n_samples)
        peaks, scales = training.peaks[first:stop], training.scales[first:stop]
        copy_items(raw[0, first:stop], peaks)
        for output in range(1, raw.shape[0]):
            here = raw[output, first:stop]
            for i in range(here.size):
                peaks[i] = max(peaks[i], here[i])
        scales[:] = 0.0
        for output in range(raw.shape[0]):
            here = raw[output, first:stop]
            for i in range(here.size):
                scales[i] += exponential(here[i] - peaks[i])
        for i in range(scales.size):
            scales[i] = 1.0 / scales[i]


@part
def write_pairs(team, training, loss, first_output, n_outputs, pairs):
    """Write the words of the thread's rows, (n_samples, n_words) int64, for a tree of some outputs.

    Returns
    -------
    units : Units

    Steps are as fine as sums over all rows allow; powers of two that depend on greatest values only, so that neither
    threads nor the order of the rows change them.
    """
    n_samples = training.target.size
    greatest_gradient = loss.greatest_gradient() * training.greatest_weight
    greatest_hessian = loss.greatest_hessian() * training.greatest_weight
    if not (np.isfinite(greatest_gradient) and np.isfinite(greatest_hessian)):
        greatest_gradient, greatest_hessian = find_extremes(team, training, loss, first_output)
        for output in range(first_output + 1, first_output + n_outputs):
            gradient, hessian = find_extremes(team, training, loss, output)
            greatest_gradient, greatest_hessian = max(greatest_gradient, gradient), max(greatest_hessian, hessian)
    n_words, sum_bits = pairs.shape[1], SUM_BITS
    count_bits = bit_length(n_samples) if n_words <= PACKED else 0
    if n_outputs > 1:
        sum_bits -= bit_length(n_outputs)  # the hessians of all outputs are added up, too
    gradient_step = step_of(greatest_gradient, greatest_gradient * n_samples, sum_bits)
    hessian_step = step_of(greatest_hessian, greatest_hessian * n_samples, sum_bits - count_bits)
    if n_words == SINGLE:  # a few large gradients shall not take the bits of all others
        total = sum_of_sizes(team, training, loss, greatest_gradient)
        gradient_step, hessian_step = step_of(greatest_gradient, total, sum_bits - count_bits), 1.0
    units = Units(gradient_step, hessian_step, count_bits, n_words, n_outputs)
    for first in range(team.number * CHUNK, n_samples, team.size * CHUNK):
        stop = min(first + CHUNK, n_samples)
        for output in range(first_output, first_output + n_outputs):
            if training.weight.size:
                write_words(training, loss, output, units, training.words[team.number], first, stop, True)
            else:
                write_words(training, loss, output, units, training.words[team.number], first, stop, False)
            interleave(training.words[team.number], pairs[first:stop], output - first_output)
        if n_words > PACKED:
            pairs[first:stop, -1] = 1
    return units


@kernel
def write_gradients(training, loss, output, first, stop, gradients, hessians):
    """Write the weighted gradients and hessians of rows first to stop - 1, each (n_samples,) float64.

    Several outputs need what `start_round` writes.
    """
    several = training.peaks.size > 0
    for i in range(first, stop):
        weight = training.weight[i] if training.weight.size else 1.0
        target, raw = training.target[i], training.raw[output, i]
        peak, scale = (training.peaks[i], training.scales[i]) if several else (0.0, 1.0)
        prediction = loss.prediction(raw, peak, scale)
        gradients[i] = weight * loss.gradient(target, raw, prediction, output)
        hessians[i] = weight * loss.hessian(target, raw, prediction)


@part
def find_extremes(team, training, loss, output):
    """The greatest |gradient| and the greatest hessian of all rows."""
    greatest_gradient, greatest_hessian = 0.0, 0.0
    n_samples, several = training.target.size, training.peaks.size > 0
    for first in range(team.number * CHUNK, n_samples, team.size * CHUNK):
        for i in range(first, min(first + CHUNK, n_samples)):
            weight = training.weight[i] if training.weight.size else 1.0
            target, raw = training.target[i], training.raw[output, i]
            peak, scale = (training.peaks[i], training.scales[i]) if several else (0.0, 1.0)
            prediction = loss.prediction(raw, peak, scale)
            greatest_gradient = max(greatest_gradient, weight * abs(loss.gradient(target, raw, prediction, output)))
            greatest_hessian = max(greatest_hessian, weight * loss.hessian(target, raw, prediction))
    extremes = training.extremes
    meet(team)
    extremes[team.number, 0], extremes[team.number, 1] = greatest_gradient, greatest_hessian
    meet(team)
    for thread in range(team.size):
        greatest_gradient = max(greatest_gradient, extremes[thread, 0])
        greatest_hessian = max(greatest_hessian, extremes[thread, 1])
    return greatest_gradient, greatest_hessian


@part
def sum_of_sizes(team, training, loss, greatest):
    """The sum of the |gradients| of all rows, of the only output, or a little more; the same in any order."""
    total, n_samples, sizes = 0, training.target.size, training.extremes
    step = step_of(greatest, greatest * n_samples, MOST_BITS)
    for first in range(team.number * CHUNK, n_samples, team.size * CHUNK):
        for i in range(first, min(first + CHUNK, n_samples)):
            target, raw = training.target[i], training.raw[0, i]
            size = abs(loss.gradient(target, raw, loss.prediction(raw, 0.0, 1.0), 0))
            total += rounded(size / step) + 1
    meet(team)
    sizes[team.number, 0] = total
    meet(team)
    of_all = 0.0
    for thread in range(team.size):
        of_all += sizes[thread, 0]  # whole numbers, with less than 53 bits together
    return step * of_all


@part
def step_of(greatest, total, n_bits):
    """The least power of two of which the total has fewer than 2**n_bits, and the greatest fewer than 2**MOST_BITS."""
    if not greatest > 0.0:
        return 1.0
    return math.ldexp(1.0, max(math.frexp(total)[1] - n_bits, math.frexp(greatest)[1] - MOST_BITS, -1000))


@part
def write_words(training, loss, output, units, words, first, stop, has_weights):
    """Write the words of rows first to stop - 1; loops from 0 over slices, and stores side by side, are vector code."""
    target, raw = training.target[first:stop], training.raw[output, first:stop]
    first_words, second_words = words[0], words[1]
    weights = training.weight[first:stop] if has_weights else target
    several = training.peaks.size > 0
    peaks = training.peaks[first:stop] if several else target
    scales = training.scales[first:stop] if several else target
    shift, own_count = (units.count_bits, 1) if units.n_words == SINGLE else (0, 0)
    count_beside_hessian = 1 if units.n_words == PACKED else 0
    per_gradient, per_hessian = 1.0 / units.gradient_step, 1.0 / units.hessian_step
    for i in range(target.size):
        weight = weights[i] if has_weights else 1.0
        prediction = loss.prediction(raw[i], peaks[i], scales[i])
        gradient = weight * loss.gradient(target[i], raw[i], prediction, output) * per_gradient
        hessian = weight * loss.hessian(target[i], raw[i], prediction) * per_hessian
        first_words[i] = (rounded(gradient) << shift) + own_count
        second_words[i] = (rounded(hessian) << units.count_bits) + count_beside_hessian


@part
def interleave(words, pairs, place):
    """Put the words of a sample side by side, as the histograms want them, those of an output in its place."""
    if pairs.shape[1] == SINGLE:
        for i in range(pairs.shape[0]):
            pairs[i, 0] = words[0, i]
        return
    for i in range(pairs.shape[0]):
        pairs[i, 2 * place] = words[0, i]
        pairs[i, 2 * place + 1] = words[1, i]


@inlined
def rounded(x):
    """The integer next to a number below 2**MOST_BITS; not by conversion, which few machines do side by side."""
    return np.int64(np.float64(x + _ROUND).view(np.int64) - _BITS_OF_ROUND)


@kernel
def sum_losses(training, loss, first, stop):
    """The weighted sum of the losses of rows first to stop - 1."""
    total = 0.0
    raw, n_outputs = training.raw, training.raw.shape[0]
    for i in range(first, stop):
        target, log_total = training.target[i], 0.0
        own = raw[int(target) if n_outputs > 1 else 0, i]
        if n_outputs > 1:
            peak = raw[0, i]
            for output in range(1, n_outputs):
                peak = max(peak, raw[output, i])
            for output in range(n_outputs):
                log_total += exponential(raw[output, i] - peak)
            log_total = peak + logarithm(log_total)
        total += (training.weight[i] if training.weight.size else 1.0) * loss.value(target, own, log_total)
    return total
