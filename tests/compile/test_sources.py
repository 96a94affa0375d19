"""The first trap: machine code that is older than the source code that it stands for."""

import pytest

HELPER = """
SCALE = 2.0

@kernel
def scaled(x):
    return SCALE * x
"""
KERNELS = """
from tiny.helper import scaled

@kernel
def total(x, n):
    result = 0.0
    for _ in range(n):
        result += scaled(x)
    return result
"""
POINT = """
from tiny.helper import scaled

@record
class Point(NamedTuple):
    x: float
    y: float

    def length(self):
        return scaled(self.x) + self.y
"""
POINT_KERNELS = """
from tiny.point import Point

@kernel
def measure(point):
    return point.length()

@kernel
def measure_new(x):
    return Point(x, 0.0).length()
"""


@pytest.fixture
def package(package):
    package.write("helper", HELPER)
    package.write("kernels", KERNELS)
    return package


@pytest.fixture
def points(package):
    package.write("point", POINT)
    package.write("kernels", POINT_KERNELS)
    return package


def test_a_second_process_compiles_nothing(package):
    first = package.evaluate("kernels.total(1.5, 3)")
    second = package.evaluate("kernels.total(1.5, 3)")

    assert (first.value, first.n_compiled) == (9.0, 2)
    assert (second.value, second.n_compiled) == (9.0, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SCALE * x", "SCALE * x + 1.0"),
        ("SCALE = 2.0", "SCALE = 2.5"),
        ("scaled(x):", "scaled(x, by=0.0):\n    x -= by"),
    ],
    ids=["code", "constant", "signature"],
)
def test_an_edit_of_a_called_kernel_in_another_file_is_seen(package, before, after):
    package.evaluate("kernels.total(1.5, 3)")
    package.write("helper", HELPER.replace(before, after))

    answer = package.evaluate("kernels.total(1.5, 3)")

    assert answer.value == package.evaluate("kernels.total.py_func(1.5, 3)").value
    assert answer.n_compiled == 2


def test_an_edit_two_files_away_is_seen(package):
    package.write("kernels", "from tiny.between import twice\n\n@kernel\ndef total(x):\n    return twice(x)\n")
    package.write("between", "from tiny import helper\n\n@kernel\ndef twice(x):\n    return 2 * helper.scaled(x)\n")
    assert package.evaluate("kernels.total(1.0)").value == 4.0

    package.write("helper", HELPER.replace("2.0", "3.0"))

    assert package.evaluate("kernels.total(1.0)").value == 6.0


def test_a_default_value_in_another_file_is_seen(package):
    package.write("helper", "@kernel\ndef scaled(x, scale=2.0):\n    return x * scale\n")
    assert package.evaluate("kernels.total(1.0, 1)").value == 2.0

    package.write("helper", "@kernel\ndef scaled(x, scale=3.0):\n    return x * scale\n")

    assert package.evaluate("kernels.total(1.0, 1)").value == 3.0


@pytest.mark.parametrize("call", ["kernels.measure(point.Point(1.0, 0.0))", "kernels.measure_new(1.0)"])
def test_an_edit_of_a_method_of_a_record_is_seen(points, call):
    assert points.evaluate(call).value == 2.0

    points.write("point", POINT.replace("+ self.y", "+ self.y + 5.0"))

    assert points.evaluate(call).value == 7.0


@pytest.mark.parametrize("call", ["kernels.measure(point.Point(1.0, 0.0))", "kernels.measure_new(1.0)"])
def test_an_edit_behind_a_method_of_a_record_is_seen(points, call):
    assert points.evaluate(call).value == 2.0

    points.write("helper", HELPER.replace("2.0", "3.0"))

    assert points.evaluate(call).value == 3.0


def test_a_constant_that_is_set_at_run_time_is_seen(package):
    assert package.evaluate("kernels.total(1.0, 1)", "helper.SCALE = 8.0").value == 8.0

    assert package.evaluate("kernels.total(1.0, 1)").value == 2.0


def test_arrays_and_dtypes_are_constants_too(package):
    source = "TABLE = np.array([1, 2], np.{})\n\n@kernel\ndef scaled(x):\n    return x + TABLE[1] / 2\n"
    package.write("helper", source.format("int64"))
    assert package.evaluate("kernels.total(0.0, 1)").value == 1.0

    package.write("helper", source.format("int64").replace("2]", "4]"))

    assert package.evaluate("kernels.total(0.0, 1)").value == 2.0


def test_a_comment_compiles_nothing_anew(package):
    package.evaluate("kernels.total(1.5, 3)")
    package.write("helper", "# Twice as much.\n" + HELPER)

    assert package.evaluate("kernels.total(1.5, 3)").n_compiled == 0


def test_an_old_version_is_still_known(package):
    package.evaluate("kernels.total(1.5, 3)")
    package.write("helper", HELPER.replace("2.0", "3.0"))
    package.evaluate("kernels.total(1.5, 3)")
    package.write("helper", HELPER)

    answer = package.evaluate("kernels.total(1.5, 3)")

    assert (answer.value, answer.n_compiled) == (9.0, 0)
