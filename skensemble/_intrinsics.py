"""Machine instructions that Numba has no name for, and what stands for them where nothing is compiled.

Arrays are C-contiguous. An item is given by its index in the flat array, which nobody checks.
"""

from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

_BYTES_OF_INT64 = 8
_READ, _IN_ALL_CACHES, _DATA = 0, 3, 1  # arguments of llvm.prefetch


@intrinsic
def prefetch(typing_context, array, index):
    """Bring the cache line of an item near, without waiting for it: ``prefetch(array, index)``."""
    if not _is_flat(array):
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
    if not _is_flat(array) or array.dtype != types.int64:
        return None

    def generate(context, builder, signature, arguments):
        address = _address(context, builder, signature, arguments)
        return builder.atomic_rmw("add", address, arguments[2], "seq_cst")

    return types.int64(array, types.intp, types.int64), generate


@intrinsic
def atomic_load(typing_context, array, index):
    """Read an item of an int64 array anew; what its writer had written before it can be read afterwards."""
    if not _is_flat(array) or array.dtype != types.int64:
        return None

    def generate(context, builder, signature, arguments):
        address = _address(context, builder, signature, arguments)
        return builder.load_atomic(address, "acquire", align=_BYTES_OF_INT64)

    return types.int64(array, types.intp), generate


def _is_flat(array):
    return isinstance(array, types.Array) and array.layout == "C"


def _address(context, builder, signature, arguments):
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    return builder.gep(array.data, [arguments[1]])


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
