"""The size table: the longest files and functions of the package; `python -m tests.sizes` prints it.

What counts is the code of a function without its docstring, and its parameters without `self` and `cls`.
"""

import ast
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "skensemble"
ROWS_SHOWN = 8


class Size(NamedTuple):
    """Lines of a file or a function; the rest is of functions."""

    lines: int
    n_parameters: int
    place: str
    is_kernel: bool = False


def package_files():
    """Yield every Python file of the package, sorted by path."""
    return sorted(PACKAGE.rglob("*.py"))


def file_sizes():
    """Measure every file of the package."""
    return [
        Size(len(path.read_text("utf-8").splitlines()), 0, str(path.relative_to(PACKAGE.parent)))
        for path in package_files()
    ]


def function_sizes():
    """Measure every function and method of the package, nested ones included in the outer one."""
    sizes = []
    for path in package_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                place = f"{path.relative_to(PACKAGE.parent)}:{node.lineno} {node.name}"
                sizes.append(Size(_code_lines(node), _n_parameters(node), place, _is_kernel(node)))
    return sizes


def _code_lines(function):
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    docstring_lines = first.end_lineno - first.lineno + 1 if has_docstring else 0
    return function.end_lineno - function.lineno + 1 - docstring_lines


def _n_parameters(function):
    arguments = function.args
    names = [each.arg for each in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]
    return len([name for name in names if name not in ("self", "cls")])


def _is_kernel(function):
    return any(ast.unparse(decorator).startswith("kernel") for decorator in function.decorator_list)


def _print_table(title, sizes):
    print(f"{title:>10}  parameters  place")
    for size in sorted(sizes, reverse=True)[:ROWS_SHOWN]:
        print(f"{size.lines:>10}  {size.n_parameters or '':>10}  {size.place}")


def main():
    """Print the largest files and functions, and the totals."""
    files, functions = file_sizes(), function_sizes()
    _print_table("file lines", files)
    _print_table("code lines", functions)
    print(f"{sum(size.lines for size in files):,} lines in {len(files)} files, {len(functions)} functions")


if __name__ == "__main__":
    main()
