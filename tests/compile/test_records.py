"""The third trap: record classes of equal name and fields. Also what a record is otherwise."""

import copy
import pickle
from typing import NamedTuple

import joblib
import numpy as np
import pytest

from skensemble._compile import kernel, record

CELL = """
class Shape(NamedTuple):
    x: float
{}
Shape = record(Shape)
"""
VALUE = """
    def value(self):
        return self.x * {}
"""


def run_cell(source, module="__main__"):
    """Define the class `Shape` as a cell of a notebook does."""
    names = {"__name__": module, "NamedTuple": NamedTuple, "record": record}
    exec(CELL.format(source), names)
    return names["Shape"]


@record
class Interval(NamedTuple):
    """A class that other processes can import."""

    low: float
    high: float = 1.0

    def length(self):
        return self.high - self.low

    def scaled(self, by=2.0, shift=0.0):
        return Interval(self.low * by + shift, self.high * by + shift)


@record
class Rectangle(NamedTuple):
    width: float
    height: float

    def length(self, other, n):
        return (self.width + other.width) * n


@kernel
def value_of(shape):
    return shape.value()


@kernel
def same(shape):
    return shape


@kernel
def length_of(interval):
    return interval.length()


@kernel
def three_ways(interval):
    return interval.scaled(), interval.scaled(3.0, shift=1.0), interval.scaled(by=4.0)


@kernel
def length_with(rectangle, other):
    return rectangle.length(other, n=3)


@pytest.mark.parametrize("module", ["__main__", __name__, "somewhere"])
def test_a_class_that_is_defined_again_runs_its_new_code(module):
    first = run_cell(VALUE.format(1), module)
    second = run_cell(VALUE.format(2), module)

    assert [value_of(first(1.0)), value_of(second(1.0)), value_of(first(1.0))] == [1.0, 2.0, 1.0]


def test_classes_of_equal_name_in_two_modules_are_apart():
    first = run_cell(VALUE.format(3), "one_module")
    second = run_cell(VALUE.format(4), "another_module")

    assert [value_of(first(1.0)), value_of(second(1.0))] == [3.0, 4.0]


def test_classes_without_methods_are_apart():
    first, second = (record(NamedTuple("Bare", [("x", float)])) for _ in range(2))

    assert type(same(first(1.0))) is first
    assert type(same(second(1.0))) is second


def test_records_in_tuples_are_apart():
    first, second = run_cell(VALUE.format(5)), run_cell(VALUE.format(6))
    first_of = kernel(lambda shapes: shapes[0].value())

    assert [first_of((first(1.0), 0)), first_of((second(1.0), 0))] == [5.0, 6.0]


@pytest.mark.nojit
def test_a_record_looks_like_a_named_tuple():
    interval = Interval(0.5)

    assert repr(interval) == "Interval(low=0.5, high=1.0)"
    assert Interval.__qualname__ == "Interval"
    assert interval == (0.5, 1.0)
    assert interval._replace(high=2.0) == Interval(0.5, 2.0)
    assert interval._asdict() == {"low": 0.5, "high": 1.0}


@pytest.mark.nojit
def test_a_representation_of_its_own_is_kept():
    shape = run_cell("    def __repr__(self):\n        return 'round'\n")

    assert repr(shape(1.0)) == "round"


@pytest.mark.nojit
@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_and_pickles_are_of_the_same_class(clone):
    interval = clone(Interval(0.5, 2.5))

    assert type(interval) is Interval
    assert length_of(interval) == 2.0


@pytest.mark.nojit
def test_methods_take_defaults_and_keywords():
    assert three_ways(Interval(1.0, 2.0)) == ((2.0, 4.0), (4.0, 7.0), (4.0, 8.0))


@pytest.mark.nojit
def test_methods_of_one_name_may_differ_in_parameters():
    assert length_of(Interval(1.0, 4.0)) == 3.0
    assert length_with(Rectangle(1.0, 9.0), Rectangle(2.0, 9.0)) == 9.0


@pytest.mark.nojit
def test_decorating_twice_changes_nothing():
    name = Interval.__name__

    assert record(Interval) is Interval
    assert Interval.__name__ == name


@pytest.mark.nojit
@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_a_class_of_a_notebook_works_in_the_workers_of_joblib(backend):
    shape = run_cell(VALUE.format(7))

    def evaluate(instance):
        return value_of(instance), instance.value(), repr(instance)

    values = joblib.Parallel(2, backend=backend)(joblib.delayed(evaluate)(shape(x)) for x in (1.0, 2.0))

    assert values == [(7.0, 7.0, "Shape(x=1.0)"), (14.0, 14.0, "Shape(x=2.0)")]


def test_a_class_of_a_notebook_is_compiled_in_every_process(package):
    package.write("kernels", "@kernel\ndef value_of(shape):\n    return shape.value()\n")
    cells = [f"exec({CELL.format(VALUE.format(factor))!r})" for factor in (2, 3)]
    names = "from tiny.kernels import NamedTuple, record; __name__ = '__main__'"

    answers = [package.evaluate("kernels.value_of(Shape(1.0))", names, cell) for cell in cells]

    assert [(answer.value, answer.n_compiled) for answer in answers] == [(2.0, 1), (3.0, 1)]
    assert package.entries() == []


def test_a_module_that_is_loaded_again_runs_its_new_code(package):
    package.write("shape", "@record\nclass Shape(NamedTuple):\n    x: float\n" + VALUE.format("2.0"))
    package.write("kernels", "@kernel\ndef value_of(shape):\n    return shape.value()\n")
    path = package.root / "shape.py"
    edit = f"open({str(path)!r}, 'w').write({path.read_text('utf-8').replace('2.0', '30.0')!r})"
    before, again = "before = kernels.value_of(shape.Shape(1.0))", "__import__('importlib').reload(shape)"

    answer = package.evaluate("before, kernels.value_of(shape.Shape(1.0))", before, edit, again)

    assert answer.value == (2.0, 30.0)
    assert package.evaluate("kernels.value_of(shape.Shape(1.0))").value == 30.0


def test_a_kernel_names_a_method_that_a_record_lacks():
    with pytest.raises(Exception, match="value"):
        value_of(Interval(np.float64(0.0)))
