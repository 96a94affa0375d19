"""Machine instructions that Numba has no name for, and what stands for them where nothing is compiled.

Arrays are C-contiguous. An item is given by its index in the flat array, which nobody checks.
"""

import os

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 8  # numbers side by side that one instruction, or two, works on

_BYTES_OF_INT64 = 8
_YIELD = "SwitchToThread" if os.name == "nt" else "sched_yield"
_READ, _IN_ALL_CACHES, _DATA = 0, 3, 1  # arguments of llvm.prefetch


@intrinsic
def prefetch(typing_context, array, index):
    """Bring the cache line of an item near, without waiting for it: ``prefetch(array, index)``."""
    if not is_flat(array):
        return None

    def generate(context, builder, signature, arguments):
        address = builder.bitcast(_address(context, builder, signature, arguments), cgutils.voidptr_t)
        word = ir.IntType(32)
        function_type = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word])
        function = cgutils.get_or_insert_function(builder.module, function_type, "llvm.prefetch.p0")
        builder.call(function, [address, word(_READ), word(_IN_ALL_CACHES), word(_DATA)])
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


@intrinsic
def atomic_add(typing_context, array, index, value):
    """Add to an item of an int64 array, in one step for all threads; return what was there before."""
    if not is_flat(array) or array.dtype != types.int64:
        return None

    def generate(context, builder, signature, arguments):
        address = _address(context, builder, signature, arguments)
        return builder.atomic_rmw("add", address, arguments[2], "seq_cst")

    return types.int64(array, types.intp, types.int64), generate


@intrinsic
def atomic_load(typing_context, array, index):
    """Read an item of an int64 array anew; what its writer had written before it can be read afterwards."""
    if not is_flat(array) or array.dtype != types.int64:
        return None

    def generate(context, builder, signature, arguments):
        address = _address(context, builder, signature, arguments)
        return builder.load_atomic(address, "acquire", align=_BYTES_OF_INT64)

    return types.int64(array, types.intp), generate


@intrinsic
def offer_core(typing_context):
    """Let another thread that could run have this core."""

    def generate(context, builder, signature, arguments):
        function_type = ir.FunctionType(ir.IntType(32), [])
        builder.call(cgutils.get_or_insert_function(builder.module, function_type, _YIELD), [])
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def load_like(typing_context, array, at, items):
    """Read as many neighbouring items of an int64 array as a tuple has."""
    if not is_flat(array) or array.dtype != types.int64:
        return None

    def generate(context, builder, signature, arguments):
        n_items = signature.args[2].count
        read = load_lanes(context, builder, signature, arguments, 0, arguments[1], n_items)
        items = [builder.extract_element(read, ir.IntType(32)(lane)) for lane in range(n_items)]
        return context.make_tuple(builder, signature.return_type, items)

    return items(array, types.intp, items), generate


@intrinsic
def add_items(typing_context, totals, to, items):
    """Add a tuple to neighbouring items of an int64 array: ``totals[to : to + len(items)] += items``."""
    if not is_flat(totals) or totals.dtype != types.int64:
        return None

    def generate(context, builder, signature, arguments):
        n_items = signature.args[2].count
        added = ir.Constant(ir.VectorType(ir.IntType(64), n_items), ir.Undefined)
        for lane in range(n_items):
            item = builder.extract_value(arguments[2], lane)
            added = builder.insert_element(added, item, ir.IntType(32)(lane))
        total = load_lanes(context, builder, signature, arguments, 0, arguments[1], n_items)
        store_lanes(context, builder, signature, arguments, 0, builder.add(total, added), arguments[1], n_items)
        return context.get_dummy_value()

    return types.void(totals, types.intp, items), generate


@intrinsic
def copy_pair(typing_context, target, to, source, at):
    """Copy two neighbouring items of an array at once."""
    if not (is_flat(target) and is_flat(source)) or target.dtype != source.dtype:
        return None

    def generate(context, builder, signature, arguments):
        pair = load_lanes(context, builder, signature, arguments, 2, arguments[3], 2)
        store_lanes(context, builder, signature, arguments, 0, pair, arguments[1], 2)
        return context.get_dummy_value()

    return types.void(target, types.intp, source, types.intp), generate


@intrinsic
def items_in_word(typing_context, array):
    """How many items of an array `load_word` reads, as a constant, so that loops over them are unrolled."""
    if not is_flat(array):
        return None

    def generate(context, builder, signature, arguments):
        return context.get_constant(types.intp, 64 // array.dtype.bitwidth)

    return types.intp(array), generate


@intrinsic
def load_word(typing_context, array, at):
    """Read eight bytes of an array of unsigned integers, from an item on, as a uint64: the first in the lowest bits."""
    if not is_flat(array):
        return None

    def generate(context, builder, signature, arguments):
        address = _address(context, builder, signature, arguments)
        return builder.load(builder.bitcast(address, ir.IntType(64).as_pointer()), align=1)

    return types.uint64(array, types.intp), generate


@intrinsic
def count_ones(typing_context, word):
    """How many bits of a uint64 are set."""

    def generate(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


@intrinsic
def lowest_one(typing_context, word):
    """The number of the lowest bit of a uint64 that is set; one is."""

    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.int64(types.uint64), generate


@intrinsic
def find_extremes(typing_context, lowest, highest, codes, n):
    """Write the least and the greatest of each of LANES columns, unsigned, of the first n rows, at least one.

    The loop is in here since a compiler that has to think that `lowest` may lie in `codes` writes it at each turn.
    """
    if not (is_flat(lowest) and is_flat(codes)) or not lowest.dtype == highest.dtype == codes.dtype:
        return None

    def generate(context, builder, signature, arguments):
        zero = context.get_constant(types.intp, 0)
        first = load_lanes(context, builder, signature, arguments, 2, zero)
        bounds = [cgutils.alloca_once_value(builder, first) for _ in range(2)]
        with cgutils.for_range(builder, arguments[3]) as loop:
            at = builder.mul(loop.index, context.get_constant(types.intp, LANES))
            read = load_lanes(context, builder, signature, arguments, 2, at)
            for bound, relation in zip(bounds, "<>", strict=True):
                old = builder.load(bound)
                builder.store(builder.select(builder.icmp_unsigned(relation, read, old), read, old), bound)
        for number, bound in enumerate(bounds):
            store_lanes(context, builder, signature, arguments, number, builder.load(bound))
        return context.get_dummy_value()

    return types.void(lowest, highest, codes, types.intp), generate


@intrinsic
def gather_lanes(typing_context, gathered, to, table, first, columns):
    """Copy LANES items of a row of a table side by side: ``gathered[to + i] = table[first + columns[i]]``."""
    if not (is_flat(gathered) and is_flat(table) and is_flat(columns)) or gathered.dtype != table.dtype:
        return None

    def generate(context, builder, signature, arguments):
        columns = load_lanes(context, builder, signature, arguments, 4)
        items = ir.Constant(ir.VectorType(context.get_data_type(table.dtype), LANES), ir.Undefined)
        for lane in range(LANES):
            item = builder.add(arguments[3], builder.extract_element(columns, ir.IntType(32)(lane)))
            read = builder.load(address_of_item(context, builder, signature, arguments, 2, item))
            items = builder.insert_element(items, read, ir.IntType(32)(lane))
        store_lanes(context, builder, signature, arguments, 0, items, arguments[1])
        return context.get_dummy_value()

    return types.void(gathered, types.intp, table, types.intp, columns), generate


@intrinsic
def order_rows(typing_context, array, first, second):
    """Exchange LANES items from `first` on with as many from `second` on, item by item, where they are not in order.

    The items are unsigned; `first` and `second` differ.
    """
    if not is_flat(array):
        return None

    def generate(context, builder, signature, arguments):
        low, high = (load_lanes(context, builder, signature, arguments, 0, at) for at in arguments[1:])
        is_less = builder.icmp_unsigned("<", low, high)
        for at, lanes in zip(arguments[1:], ((low, high), (high, low)), strict=True):
            store_lanes(context, builder, signature, arguments, 0, builder.select(is_less, *lanes), at)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp), generate


def in_all_lanes(builder, value):
    """LANES times the same value."""
    lanes = ir.Constant(ir.VectorType(value.type, LANES), ir.Undefined)
    for lane in range(LANES):
        lanes = builder.insert_element(lanes, value, ir.IntType(32)(lane))
    return lanes


def load_lanes(context, builder, signature, arguments, number, at=None, n_lanes=LANES):
    """Read some neighbouring items of an array argument."""
    address, n_bytes = _lanes_address(context, builder, signature, arguments, number, at, n_lanes)
    return builder.load(address, align=n_bytes)


def store_lanes(context, builder, signature, arguments, number, lanes, at=None, n_lanes=LANES):
    """Write some neighbouring items of an array argument."""
    address, n_bytes = _lanes_address(context, builder, signature, arguments, number, at, n_lanes)
    builder.store(lanes, address, align=n_bytes)


def _lanes_address(context, builder, signature, arguments, number, at, n_lanes):
    """The address of some items of an array argument, and the bytes of one item."""
    array_type = signature.args[number]
    array = context.make_array(array_type)(context, builder, arguments[number])
    item = context.get_data_type(array_type.dtype)
    address = array.data if at is None else builder.gep(array.data, [at])
    pointer = ir.VectorType(item, n_lanes).as_pointer()
    return builder.bitcast(address, pointer), array_type.dtype.bitwidth // 8


def is_flat(array):
    """Whether a type is that of a C-contiguous array."""
    return isinstance(array, types.Array) and array.layout == "C"


def _address(context, builder, signature, arguments):
    return address_of_item(context, builder, signature, arguments, 0, arguments[1])


def address_of_item(context, builder, signature, arguments, number, at):
    """The address of an item of an array argument."""
    array = context.make_array(signature.args[number])(context, builder, arguments[number])
    return builder.gep(array.data, [at])


if config.DISABLE_JIT:

    def prefetch(array, index):
        """Do nothing."""

    def atomic_add(array, index, value):
        """Add to an item of an int64 array; return what was there before."""
        before = array.flat[index]
        array.flat[index] = before + value
        return before

    def atomic_load(array, index):
        """Read an item of an int64 array."""
        return array.flat[index]

    def offer_core():
        """Do nothing."""

    def load_like(array, at, items):
        """Read as many neighbouring items of an int64 array as a tuple has."""
        return tuple(array.reshape(-1)[at : at + len(items)].tolist())

    def add_items(totals, to, items):
        """Add a tuple to neighbouring items of an int64 array."""
        totals.reshape(-1)[to : to + len(items)] += items

    def copy_pair(target, to, source, at):
        """Copy two neighbouring items of an array."""
        target.reshape(-1)[to : to + 2] = source.reshape(-1)[at : at + 2]

    def items_in_word(array):
        """How many items of an array `load_word` reads."""
        return 8 // array.itemsize

    def load_word(array, at):
        """Read eight bytes of an array, from an item on, as a uint64."""
        return np.frombuffer(array.reshape(-1)[at : at + 8 // array.itemsize].tobytes(), "<u8")[0]

    def count_ones(word):
        """How many bits are set."""
        return int(word).bit_count()

    def lowest_one(word):
        """The number of the lowest bit that is set."""
        return (int(word) & -int(word)).bit_length() - 1

    def find_extremes(lowest, highest, codes, n):
        """Write the least and the greatest of each of LANES columns of the first n rows."""
        lowest[:LANES] = codes[:n].min(axis=0)
        highest[:LANES] = codes[:n].max(axis=0)

    def gather_lanes(gathered, to, table, first, columns):
        """Copy LANES items of a row of a table side by side."""
        gathered.reshape(-1)[to : to + LANES] = table.reshape(-1)[first + columns[:LANES]]

    def order_rows(array, first, second):
        """Exchange LANES items with LANES others, item by item, where they are not in order."""
        items = array.reshape(-1)
        low, high = items[first : first + LANES].copy(), items[second : second + LANES].copy()
        items[first : first + LANES], items[second : second + LANES] = np.minimum(low, high), np.maximum(low, high)
