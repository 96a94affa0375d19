"""What a kernel is to those who call it, compiled or not."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest

from skensemble import _compile
from skensemble._compile import kernel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@kernel
def scramble(key, n):
    for _ in range(n):
        key = (key ^ (key >> np.uint64(30))) * GOLDEN + GOLDEN
    return key


@kernel
def ratio(x, y):
    return x[0] / y[0]


@kernel
def factorial(n):
    return 1 if n <= 1 else n * factorial(n - 1)


pytestmark = pytest.mark.nojit


def test_integers_overflow_silently():
    key = 1
    for _ in range(5):
        key = ((key ^ (key >> 30)) * int(GOLDEN) + int(GOLDEN)) % 2**64

    assert int(scramble(np.uint64(1), 5)) == key


def test_divisions_by_zero_are_silent():
    assert ratio(np.ones(1), np.zeros(1)) == math.inf
    assert math.isnan(ratio(np.zeros(1), np.zeros(1)))


def test_a_kernel_may_call_itself():
    assert factorial(5) == 120


def test_a_kernel_keeps_its_function():
    assert ratio.py_func.__name__ == ratio.__name__ == "ratio"


def test_the_environment_can_turn_the_compiler_off():
    program = "from skensemble._compile import *; print(is_compiled(), type(kernel(lambda: 1)).__name__)"
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}

    printed = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )

    assert printed.stdout.split() == ["False", "function"]
    assert printed.stderr == ""


def test_the_processor_has_a_name():
    assert _compile.processor()
