"""Records that hold arrays are passed on by their address, and nothing else about them changes."""

from typing import NamedTuple

import numpy as np
import pytest
from numba import typeof, types
from numpy.testing import assert_array_equal

from skensemble._compile import kernel, part, record
from skensemble._references import ReferenceRecord


@record
class Size(NamedTuple):
    rows: int
    columns: int = 2


@record
class Inner(NamedTuple):
    values: np.ndarray
    size: Size
    factor: float

    def scaled(self, i):
        return self.values[i] * self.factor


@record
class Outer(NamedTuple):
    name: str
    inner: Inner
    others: tuple
    result: np.ndarray


@part
def write(record, i):
    record.result[i] = record.inner.scaled(i) + record.others[0].values[i] + record.others[1]


@part
def inner_of(record):
    return record.inner


@kernel
def write_all(record):
    inner = inner_of(record)
    for i in range(inner.size.rows):
        write(record, i)
    return inner.size.columns


@kernel
def double_own(record):
    """Write to the array that the record tells the length of."""
    for i in range(record.values.size):
        record.values[i] = record.values[i] + record.values[0]
    return record.values.size


@kernel
def first_of(record, other, chooses_other):
    chosen = other if chooses_other else record
    return chosen.values[0]


@kernel
def given_back(record):
    return record


def inner(values, factor=2.0):
    return Inner(np.array(values), Size(len(values)), factor)


def test_a_record_that_holds_arrays_is_a_reference_and_one_of_numbers_is_not():
    numba_type = typeof(Outer("x", inner([1.0]), (inner([1.0]), 3.0), np.zeros(1)))

    assert isinstance(numba_type, ReferenceRecord)
    assert isinstance(numba_type.types[1], ReferenceRecord)
    assert not isinstance(typeof(Size(1)), ReferenceRecord)


def test_a_reference_and_the_same_record_by_value_are_two_types():
    reference = typeof(inner([1.0]))

    assert reference != types.NamedTuple(reference.types, Inner)
    assert str(reference) != str(types.NamedTuple(reference.types, Inner))


def test_parts_and_methods_read_the_fields_of_records_in_records_and_in_tuples():
    record = Outer("x", inner([1.0, 2.0, 3.0]), (inner([10.0, 20.0, 30.0]), 0.5), np.zeros(3))

    assert write_all(record) == 2
    assert_array_equal(record.result, [12.5, 24.5, 36.5])


def test_what_a_kernel_writes_into_an_array_of_a_record_it_reads_again():
    values = np.array([1.0, 2.0, 3.0])

    assert double_own(Inner(values, Size(3), 1.0)) == 3
    assert_array_equal(values, [2.0, 4.0, 5.0])


def test_a_kernel_chooses_between_records():
    assert [first_of(inner([1.0]), inner([2.0]), which) for which in (False, True)] == [1.0, 2.0]


def test_the_same_record_may_be_passed_twice():
    record = inner([3.0])

    assert first_of(record, record, False) == 3.0


def test_a_record_of_arrays_cannot_be_returned_to_python():
    with pytest.raises(TypeError, match="returns numbers"):
        given_back(inner([1.0]))


def test_an_array_that_may_not_be_written_is_another_type():
    values = np.ones(2)
    values.flags.writeable = False

    assert first_of(Inner(values, Size(2), 1.0), Inner(values, Size(2), 1.0), False) == 1.0


def test_optimised_code_has_an_argument_for_a_record():
    compiled = kernel(double_own.py_func)
    compiled._cache.disable()  # Numba does not show code that it has read
    compiled(inner([1.0]))
    (code,) = compiled.inspect_llvm().values()
    (definition,) = [line for line in code.split("\n") if line.startswith("define") and "cpython" not in line]

    assert definition.count("noalias") >= 1
    assert definition.count(",") == 2  # where the result goes, where an exception goes, the record
