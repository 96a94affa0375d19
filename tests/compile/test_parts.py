"""Parts of kernels, which nobody but a kernel calls, and what a kernel may return."""

import numpy as np
import pytest

from skensemble._compile import inlined, kernel, part


@part
def item(x, at):
    return 2.0 * x[at]


@inlined
def total(x):
    result = 0.0
    for at in range(x.size):
        result += item(x, at)
    return result


@kernel
def total_of_tail(x, start):
    return total(x[start:])


@kernel
def split(x):
    return x[:1], x[1:]


@pytest.mark.nojit
def test_kernels_call_parts():
    assert total_of_tail(np.arange(4.0), 2) == 10.0


@pytest.mark.nojit
def test_the_function_of_a_part_can_be_called():
    assert item.py_func(np.arange(4.0), 1) == 2.0


def test_python_does_not_call_a_part():
    with pytest.raises(TypeError, match="item is a part of kernels"):
        item(np.ones(2), 0)


@pytest.mark.parametrize("_", range(2))
def test_a_kernel_that_returns_arrays_is_refused(_):
    with pytest.raises(TypeError, match=r"split returns .*: a kernel returns numbers"):
        split(np.ones(2))


def test_an_edit_of_a_part_in_another_file_is_seen(package):
    part_source = "from skensemble._compile import part\n\n@part\ndef scaled(x):\n    return {} * x\n"
    package.write("kernels", "from tiny.helper import scaled\n\n@kernel\ndef total(x):\n    return scaled(x)\n")
    for scale in (2.0, 3.0):
        package.write("helper", part_source.format(scale))

        assert package.evaluate("kernels.total(1.0)").value == scale
    assert package.evaluate("kernels.total(1.0)").n_compiled == 0
