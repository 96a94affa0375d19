"""How kernels pass on the records that they were given: by reference.

Numba flattens an argument that is a NamedTuple: a record of records of arrays becomes some 500 arguments, which each
call between kernels writes to the stack, and each kernel takes apart and puts together again.  A record that holds
arrays comes from Python, is never changed, and outlives the call of the kernel; so its fields are laid down in memory
once, where Python calls a kernel, and from there on its address is its value.  A field that is a record of that kind
lies inside the outer one.

Records of numbers alone, and those that kernels make, stay what they are: values in registers.
"""

import functools

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_getattr_generic
from numba.extending import NativeValue, box, models, register_model, typeof_impl, unbox

# What the optimiser may take for granted of such an address: while a kernel runs nobody writes there, so that fields
# are read once, and not again after each write to an array.
_PROMISES = ("captures(none)", "noalias", "nonnull", "readonly")


class ReferenceRecord(types.NamedTuple):
    """Numba's type of a record that is passed by reference."""

    def __init__(self, field_types, cls):
        super().__init__(field_types, cls)
        self.name = f"&{self}"

    @property
    def key(self):
        return "reference", self.instance_class, self.types


def pass_by_reference(cls):
    """Let kernels take the instances of a NamedTuple class by reference, if they hold arrays."""
    by_value = typeof_impl.dispatch(tuple)

    def type_of(value, context):
        numba_type = by_value(value, context)
        if numba_type is None or not any(_holds_arrays(field) for field in numba_type):
            return numba_type
        return ReferenceRecord(tuple(numba_type), cls)

    typeof_impl.register(cls)(type_of)


def _holds_arrays(numba_type):
    if isinstance(numba_type, types.BaseTuple):
        return any(_holds_arrays(item) for item in numba_type)
    return isinstance(numba_type, types.Array)


@register_model(ReferenceRecord)
class _ReferenceModel(models.DataModel):
    def __init__(self, manager, record_type):
        super().__init__(manager, record_type)
        self._fields = [manager.lookup(field) for field in record_type.types]

    def inner_models(self):
        return self._fields

    @functools.cached_property
    def layout(self):
        """The type of what lies at the address."""
        fields = (
            field.layout if isinstance(field, _ReferenceModel) else field.get_value_type() for field in self._fields
        )
        return ir.LiteralStructType(tuple(fields))

    @functools.cached_property
    def _address(self):
        return self.layout.as_pointer()

    def get_value_type(self):
        return self._address

    def from_argument(self, builder, value):
        set.update(value.attributes, _PROMISES)  # not by its `add`: llvmlite does not know all of them
        return value

    def _same(self, builder, value):
        return value

    as_data = from_data = as_argument = as_return = from_return = _same


def _address_of_field(builder, record, index):
    return cgutils.gep_inbounds(builder, record, 0, index)


@lower_getattr_generic(ReferenceRecord)
def _read_field(context, builder, record_type, record, name):
    index = record_type.fields.index(name)
    address = _address_of_field(builder, record, index)
    return address if isinstance(record_type.types[index], ReferenceRecord) else builder.load(address)


@unbox(ReferenceRecord)
def _lay_down(record_type, instance, c):
    model = c.context.data_model_manager[record_type]
    address = cgutils.alloca_once(c.builder, model.layout)
    is_error, cleanups = cgutils.false_bit, []
    for field_type, field, item in _fields_of(record_type, instance, c, address):
        native = c.unbox(field_type, item)
        c.builder.store(native.value, field)
        is_error = c.builder.or_(is_error, native.is_error)
        cleanups += [native.cleanup] if native.cleanup else []
    return NativeValue(address, is_error=is_error, cleanup=lambda: [cleanup() for cleanup in cleanups])


def _fields_of(record_type, instance, c, address):
    """Yield type, address and object of the fields of a record and of the records inside it."""
    for index, field_type in enumerate(record_type.types):
        field, item = _address_of_field(c.builder, address, index), c.pyapi.tuple_getitem(instance, index)
        if isinstance(field_type, ReferenceRecord):
            yield from _fields_of(field_type, item, c, field)
        else:
            yield field_type, field, item


@box(ReferenceRecord)
def _leave_out(record_type, record, c):
    return c.pyapi.make_none()  # no kernel gets as far as that: `_compile` refuses those that return arrays
