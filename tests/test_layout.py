"""The layout of the package: sizes, imports and public names."""

import ast
import importlib
import importlib.metadata
import pkgutil

import pytest

import skensemble
from tests import sizes

MAX_FILE_LINES = 450
MAX_CODE_LINES = 60
MAX_PARAMETERS = 12
TOP_FLOOR = ("inspection", "interchange", "plotting", "dask")
VAGUE_NAMES = {"utils", "helpers", "common", "misc"}

MODULES = ["skensemble"] + [
    module.name
    for module in pkgutil.walk_packages(skensemble.__path__, "skensemble.")
    if not module.name.endswith("__main__")
]


def test_files_are_short():
    assert [size for size in sizes.file_sizes() if size.lines > MAX_FILE_LINES] == []


def test_functions_are_short():
    """A kernel may be longer, where splitting it would hide the loop."""
    long = [size for size in sizes.function_sizes() if size.lines > MAX_CODE_LINES and not size.is_kernel]

    assert long == []


def test_functions_take_few_parameters():
    """An estimator takes the parameters of scikit-learn's class of that name."""
    many = [size for size in sizes.function_sizes() if size.n_parameters > MAX_PARAMETERS]

    assert [size for size in many if not size.place.endswith(" __init__")] == []


def test_a_file_is_named_by_its_noun():
    assert [path for path in sizes.package_files() if path.stem.strip("_") in VAGUE_NAMES] == []


@pytest.mark.parametrize("name", MODULES)
def test_all_names_what_a_module_offers(name):
    """A folder inside the package need not offer anything; the package does."""
    module = importlib.import_module(name)
    offered = module.__all__ if name == "skensemble" else getattr(module, "__all__", [])

    assert len(set(offered)) == len(offered)
    assert [each for each in offered if not hasattr(module, each)] == []


def test_the_version_is_public():
    assert skensemble.__version__ == importlib.metadata.version("skensemble")


def _outside_functions(tree):
    """Yield the imports of a module that run when it is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _outside_functions(node)


def test_estimators_import_the_floor_above_lazily():
    for path in (sizes.PACKAGE / "estimators").rglob("*.py"):
        for node in _outside_functions(ast.parse(path.read_text("utf-8"))):
            origin = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            assert not (origin or "").startswith(tuple(f"skensemble.{name}" for name in TOP_FLOOR)), path
