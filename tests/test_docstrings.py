"""The texts: every public name is described, as numpydoc asks, and every example runs."""

import contextlib
import doctest
import importlib
import inspect
import io
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

import skensemble
from skensemble import callbacks
from tests.estimators.problems import small_of_all as small

ROOT = Path(__file__).parents[1]
REQUIRED = {
    "GL06": "an unknown section",
    "GL07": "sections in the wrong order",
    "GL08": "no docstring",
    "SS01": "no summary",
    "PR01": "a parameter that is not described",
    "PR02": "a description without its parameter",
    "PR03": "parameters in the wrong order",
    "PR04": "a parameter without a type",
    "PR07": "a parameter without a description",
    "RT01": "no section Returns",
    "RT03": "a return value without a description",
}

ESTIMATORS = [name for name in skensemble.__all__ if inspect.isclass(getattr(skensemble, name))]
MODULES = ["skensemble"] + [
    module.name
    for module in pkgutil.walk_packages(skensemble.__path__, "skensemble.")
    if not module.name.endswith("__main__")
]


def _own_members(cls):
    """Yield the public methods and properties that the package itself defines."""
    for name, member in inspect.getmembers(cls):
        function = member.fget if isinstance(member, property) else member
        if not name.startswith("_") and getattr(function, "__module__", "").startswith("skensemble"):
            yield name


PUBLIC_NAMES = [f"skensemble.{name}" for name in skensemble.__all__ if callable(getattr(skensemble, name))] + [
    f"skensemble.{name}.{member}" for name in ESTIMATORS for member in _own_members(getattr(skensemble, name))
]
PUBLIC_NAMES += [f"skensemble.callbacks.{name}" for name in callbacks.__all__] + ["skensemble.callbacks.Round.model"]


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_docstring(name):
    errors = [f"{code}: {text}" for code, text in validate(name)["errors"] if code in REQUIRED]

    assert errors == []


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_parameter_is_validated(name):
    estimator = getattr(skensemble, name)

    assert set(estimator._parameter_constraints) == set(inspect.signature(estimator).parameters)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_fitted_attribute_is_described(name):
    X = np.arange(24.0).reshape(12, 2)
    estimator = small(name).fit(X, np.arange(12) % 2)
    fitted = {each for each in dir(estimator) if each.endswith("_") and not each.startswith("_")}
    described = {each.name for each in NumpyDocString(inspect.getdoc(type(estimator)))["Attributes"]}

    # An attribute that depends on a parameter (oob_score_) or on names of columns need not be there.
    assert {each for each in fitted if hasattr(estimator, each)} - described == set()


def test_the_reference_lists_every_public_name():
    page = (ROOT / "docs/reference/index.rst").read_text("utf-8")

    assert set(re.findall(r"^   ([A-Za-z]\w*)$", page, re.MULTILINE)) == set(skensemble.__all__)
    assert set(re.findall(r"^   callbacks\.(\w+)$", page, re.MULTILINE)) == set(callbacks.__all__)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    results = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)

    assert results.failed == 0


@pytest.mark.parametrize("page", ["README.md", "docs/start/index.rst"])
def test_the_examples_of_a_page_run(page):
    text = (ROOT / page).read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    blocks += re.findall(r"^\.\. code-block:: python\n\n((?:    .*\n|\n)+)", text, re.MULTILINE)

    assert blocks
    for block in blocks:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(inspect.cleandoc(block), {})
        assert "nan" not in printed.getvalue()
