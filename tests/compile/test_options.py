"""The second trap: machine code that was made from the same body with other options."""

import pytest

from skensemble._compile import kernel

RATIO = "@kernel\ndef ratio(a, b):\n    return a / b\n"
OTHER_OPTIONS = "from skensemble import _compile\n\n_compile._OPTIONS['error_model'] = 'python'\n\n"
BOTH = """
from numba import njit, prange

def total(x):
    result = 0.0
    for i in prange(x.size):
        result += x[i]
    return result

serial = kernel(total)
parallel = njit(parallel=True, cache=True, nogil=True, error_model="numpy")(total)
"""
INNER = """
from numba import njit

def quotient(a, b):
    return a / b

quotient = njit(error_model="{}")(quotient)

@kernel
def ratio(a, b):
    return quotient(a, b)
"""


def test_a_kernel_takes_no_options():
    with pytest.raises(TypeError, match="parallel"):
        kernel(abs, parallel=True)


def test_code_of_other_options_is_not_taken(package):
    package.write("kernels", RATIO)
    assert package.evaluate("kernels.ratio(1.0, 0.0)").value == float("inf")

    package.write("kernels", OTHER_OPTIONS + RATIO)

    with pytest.raises(ZeroDivisionError):
        package.evaluate("kernels.ratio(1.0, 0.0)")


def test_options_of_a_called_function_count(package):
    package.write("kernels", INNER.format("numpy"))
    assert package.evaluate("kernels.ratio(1.0, 0.0)").value == float("inf")

    package.write("kernels", INNER.format("python"))

    with pytest.raises(ZeroDivisionError):
        package.evaluate("kernels.ratio(1.0, 0.0)")


def test_the_checks_that_an_environment_variable_asks_for_are_not_lost(package):
    package.write("kernels", "@kernel\ndef item(x, i):\n    return x[i]\n")
    package.evaluate("kernels.item(np.ones(2), 0)", "import numpy as np")

    with pytest.raises(IndexError):
        package.evaluate(
            "kernels.item(np.ones(2), 5)", "import numpy as np", "import numba; numba.config.BOUNDSCHECK = 1"
        )


@pytest.mark.parametrize(("first", "second"), [("serial", "parallel"), ("parallel", "serial")])
def test_serial_and_parallel_builds_of_one_body_are_apart(package, first, second):
    package.write("kernels", BOTH)
    package.evaluate(f"kernels.{first}(np.ones(3))", "import numpy as np")

    answer = package.evaluate(f"kernels.{second}(np.ones(3))", "import numpy as np")

    assert answer.value == 3.0
    assert answer.n_compiled == 1
