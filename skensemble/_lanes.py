"""Lanes: LANES floats side by side, on which one instruction, or two, works.

A kernel computes with them as with one float: ``gains = sums * sums / weights``.  Where nothing is compiled they are
arrays.
"""

import operator
from functools import partial
from typing import ClassVar

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core.typing import signature as signature_of
from numba.core.typing.templates import ConcreteTemplate, infer_global
from numba.extending import intrinsic, lower_builtin, models, register_model

from skensemble._intrinsics import LANES, address_of_item, in_all_lanes, is_flat, load_lanes, store_lanes

_OPERATIONS = {operator.add: "fadd", operator.sub: "fsub", operator.mul: "fmul", operator.truediv: "fdiv"}


class Lanes(types.Type):
    """Numba's type of LANES floats."""

    defined_by: ClassVar[tuple] = ()  # what machine code that computes with them is made from, see `_digest`

    def __init__(self):
        super().__init__(name=f"lanes({LANES})")


lanes = Lanes()


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager, type_of_lanes):
        super().__init__(manager, type_of_lanes, ir.VectorType(ir.DoubleType(), LANES))


def _compute(instruction, context, builder, signature, arguments):
    both = [
        value if argument_type == lanes else in_all_lanes(builder, value)
        for argument_type, value in zip(signature.args, arguments, strict=True)
    ]
    return getattr(builder, instruction)(*both)


def _define_operators():
    """Let operators work on lanes, and on lanes and a float."""
    pairs = [(lanes, lanes), (lanes, types.float64), (types.float64, lanes)]
    for operation, instruction in _OPERATIONS.items():
        cases = [signature_of(lanes, *pair) for pair in pairs]
        infer_global(operation)(type(f"Lanes_{instruction}", (ConcreteTemplate,), {"cases": cases}))
        for pair in pairs:
            lower_builtin(operation, *pair)(partial(_compute, instruction))


Lanes.defined_by = (_compute, LANES, tuple(_OPERATIONS.values()))
_define_operators()


@intrinsic
def all_lanes(typing_context, value):
    """The same float in all lanes."""

    def generate(context, builder, signature, arguments):
        return in_all_lanes(builder, arguments[0])

    return lanes(types.float64), generate


@intrinsic
def store(typing_context, array, at, values):
    """Write lanes into ``array[at : at + LANES]``."""
    if not is_flat(array) or array.dtype != types.float64:
        return None

    def generate(context, builder, signature, arguments):
        store_lanes(context, builder, signature, arguments, 0, arguments[2], arguments[1])
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), generate


@intrinsic
def add(typing_context, array, at, values):
    """Add lanes to ``array[at : at + LANES]``."""
    if not is_flat(array) or array.dtype != types.float64:
        return None

    def generate(context, builder, signature, arguments):
        total = load_lanes(context, builder, signature, arguments, 0, arguments[1])
        store_lanes(context, builder, signature, arguments, 0, builder.fadd(total, arguments[2]), arguments[1])
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), generate


@intrinsic
def where_below(typing_context, value, codes, row, bounds):
    """A float where ``codes[row]``, unsigned, do not exceed the bounds, and 0 elsewhere."""
    if not (is_flat(codes) and is_flat(bounds)) or codes.dtype != bounds.dtype:
        return None

    def generate(context, builder, signature, arguments):
        at = builder.mul(arguments[2], context.get_constant(types.intp, LANES))
        code = load_lanes(context, builder, signature, arguments, 1, at)
        bound = load_lanes(context, builder, signature, arguments, 3)
        values = in_all_lanes(builder, arguments[0])
        zeros = ir.Constant(values.type, [0.0] * LANES)
        return builder.select(builder.icmp_unsigned("<=", code, bound), values, zeros)

    return lanes(types.float64, codes, types.intp, bounds), generate


@intrinsic
def take_pairs(typing_context, pairs, first, keys, row, mask):
    """For each lane, the pair at ``first + (keys[row, lane] & mask)``: returns the first items and the second items."""
    if not (is_flat(pairs) and is_flat(keys)) or pairs.dtype != types.float64:
        return None

    def generate(context, builder, signature, arguments):
        at = builder.mul(arguments[3], context.get_constant(types.intp, LANES))
        positions = load_lanes(context, builder, signature, arguments, 2, at)
        positions = builder.and_(positions, in_all_lanes(builder, arguments[4]))
        taken, item_of = [_undefined(), _undefined()], ir.IntType(32)
        for lane in range(LANES):
            position = builder.zext(builder.extract_element(positions, item_of(lane)), ir.IntType(64))
            item = builder.shl(builder.add(position, arguments[1]), ir.IntType(64)(1))
            address = address_of_item(context, builder, signature, arguments, 0, item)
            pair = builder.load(builder.bitcast(address, ir.VectorType(ir.DoubleType(), 2).as_pointer()), align=8)
            for number in range(2):
                of_pair = builder.extract_element(pair, item_of(number))
                taken[number] = builder.insert_element(taken[number], of_pair, item_of(lane))
        return context.make_tuple(builder, signature.return_type, taken)

    return types.UniTuple(lanes, 2)(pairs, types.intp, keys, types.intp, keys.dtype), generate


@intrinsic
def take(typing_context, array, first, numbers):
    """For each lane, the item ``first + number`` of an array, where the number is a whole float."""
    if not is_flat(array) or array.dtype != types.float64:
        return None

    def generate(context, builder, signature, arguments):
        return _take(context, builder, signature, arguments, _items(builder, arguments[2], 1, arguments[1]))

    return lanes(array, types.intp, lanes), generate


@intrinsic
def take_in_lanes(typing_context, array, numbers):
    """For each lane, its own item of row `number` of an array of rows of LANES."""
    if not is_flat(array) or array.dtype != types.float64:
        return None

    def generate(context, builder, signature, arguments):
        return _take(context, builder, signature, arguments, _items(builder, arguments[1], LANES))

    return lanes(array, lanes), generate


@intrinsic
def put_in_lanes(typing_context, array, numbers, values):
    """Write each lane of `values` where `take_in_lanes` reads it."""
    if not is_flat(array) or array.dtype != types.float64:
        return None

    def generate(context, builder, signature, arguments):
        for lane, item in enumerate(_items(builder, arguments[1], LANES)):
            address = address_of_item(context, builder, signature, arguments, 0, item)
            builder.store(builder.extract_element(arguments[2], ir.IntType(32)(lane)), address)
        return context.get_dummy_value()

    return types.void(array, lanes, lanes), generate


@intrinsic
def raised_at_boundaries(typing_context, highest, values, keys, row, mask):
    """The greater of two lanes where ``keys[row]`` and ``keys[row + 1]`` differ above the mask, else `highest`."""
    if not is_flat(keys):
        return None

    def generate(context, builder, signature, arguments):
        at = builder.mul(arguments[3], context.get_constant(types.intp, LANES))
        here = load_lanes(context, builder, signature, arguments, 2, at)
        at = builder.add(at, context.get_constant(types.intp, LANES))
        there = load_lanes(context, builder, signature, arguments, 2, at)
        is_boundary = builder.icmp_unsigned(">", builder.xor(here, there), in_all_lanes(builder, arguments[4]))
        is_more = builder.fcmp_ordered(">", arguments[1], arguments[0])
        return builder.select(builder.and_(is_boundary, is_more), arguments[1], arguments[0])

    return lanes(lanes, lanes, keys, types.intp, keys.dtype), generate


def _undefined():
    return ir.Constant(ir.VectorType(ir.DoubleType(), LANES), ir.Undefined)


def _items(builder, numbers, width, first=None):
    """The number of each lane's item in an array: from `first` on, or the lane's own of a row of that width."""
    word = ir.IntType(64)
    whole = builder.fptosi(numbers, ir.VectorType(word, LANES))
    for lane in range(LANES):
        item = builder.mul(builder.extract_element(whole, ir.IntType(32)(lane)), word(width))
        yield builder.add(item, word(lane) if first is None else first)


def _take(context, builder, signature, arguments, items):
    taken = _undefined()
    for lane, item in enumerate(items):
        address = address_of_item(context, builder, signature, arguments, 0, item)
        taken = builder.insert_element(taken, builder.load(address), ir.IntType(32)(lane))
    return taken


if config.DISABLE_JIT:

    def all_lanes(value):
        """The same float in all lanes."""
        return np.full(LANES, value)

    def store(array, at, values):
        """Write lanes into an array."""
        array.reshape(-1)[at : at + LANES] = values

    def add(array, at, values):
        """Add lanes to those of an array."""
        array.reshape(-1)[at : at + LANES] += values

    def where_below(value, codes, row, bounds):
        """A float where codes do not exceed the bounds, and 0 elsewhere."""
        return np.where(codes[row] <= bounds[:LANES], value, 0.0)

    def take_pairs(pairs, first, keys, row, mask):
        """For each lane, the items of a pair."""
        taken = pairs[first + (keys[row] & mask).astype(np.int64)]
        return taken[:, 0], taken[:, 1]

    def take(array, first, numbers):
        """For each lane, an item of an array."""
        return array[first + numbers.astype(np.int64)]

    def take_in_lanes(array, numbers):
        """For each lane, its own item of a row of LANES."""
        return array[LANES * numbers.astype(np.int64) + np.arange(LANES)]

    def put_in_lanes(array, numbers, values):
        """Write lanes where `take_in_lanes` reads them."""
        array[LANES * numbers.astype(np.int64) + np.arange(LANES)] = values

    def raised_at_boundaries(highest, values, keys, row, mask):
        """The greater of two lanes where two rows of keys differ above the mask."""
        is_raised = ((keys[row] ^ keys[row + 1]) > mask) & (values > highest)
        return np.where(is_raised, values, highest)
