"""What a process says and counts when it compiles."""

import pytest

KERNELS = """
@kernel
def scaled(x):
    return 2 * x

@kernel
def total(x):
    return scaled(x) + 1
"""


@pytest.fixture
def package(package):
    package.write("kernels", KERNELS)
    return package


def test_the_first_compilation_is_said_in_one_line(package):
    said = package.evaluate("kernels.total(1), kernels.total(1.0)").said

    assert said.startswith("skensemble: compiling kernels for the first use; ")
    assert said.count("\n") == 1
    assert str(package.cache) in said


def test_nothing_is_said_where_all_is_cached(package):
    package.evaluate("kernels.total(1)")

    assert package.evaluate("kernels.total(1)").said == ""


def test_nothing_is_said_to_those_who_want_quiet(package):
    answer = package.evaluate("kernels.total(1)", "import os; os.environ['SKENSEMBLE_QUIET'] = '1'")

    assert (answer.value, answer.n_compiled, answer.said) == (3, 2, "")


def test_there_may_be_no_standard_error(package):
    assert package.evaluate("kernels.total(1)", "import sys; sys.stderr = None").value == 3


def test_signatures_count_where_python_enters(package):
    package.write("kernels", KERNELS)
    count = "import skensemble._compile as compiler"
    calls = "kernels.total(1), kernels.total(1), kernels.total(1.0)"

    for _ in ("compiled", "loaded"):
        answer = package.evaluate("compiler.compiled_signatures()", count, calls)

        assert answer.value == {"tiny.kernels.total": 2}
