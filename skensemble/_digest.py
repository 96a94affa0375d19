"""What the machine code of a kernel is made from, as a digest.

A digest walks from a kernel over all that the compiler would read: the byte code of the kernel and of every
kernel that it calls, the records and their methods, the constants.  It reads the code in memory and not the
files: it sees an edit in any file and a constant that was set at run time, but no comments, and not yet an
edit of a file that was imported before.  Whatever it does not understand makes a kernel unfit for the cache,
never a wrong entry.
"""

import dis
import functools
import hashlib
import inspect
import sys
import types

import numpy as np

# Their code goes into machine code only by their version, which names the entries of the cache as well.
_VERSIONED = frozenset({"numpy", "numba", "llvmlite"}) | sys.stdlib_module_names
_SCALARS = (type(None), type(...), bool, int, float, complex, str, bytes, slice)
_GLOBAL_LOADS = ("LOAD_GLOBAL", "LOAD_NAME")


class UndigestibleError(Exception):
    """A kernel refers to something that may be another thing in another process."""


class Digest:
    """A digest that grows by `add`."""

    def __init__(self):
        self._hash = hashlib.sha256()
        self._walked = {}  # ids -> the objects, which are held so that no other object takes their ids

    def hexdigest(self):
        """Return the digest of all that was added, 64 hexadecimal digits."""
        return self._hash.hexdigest()

    def add(self, value):
        """Add a constant, a kernel, an intrinsic, a record class or type of ours, or what others provide.

        Raises
        ------
        UndigestibleError
            If the value is anything else, or refers to anything else.
        """
        if isinstance(value, _SCALARS):
            self._note(type(value).__name__, repr(value))
        elif isinstance(value, np.generic | np.ndarray | np.dtype):
            self._add_numpy(value)
        elif isinstance(value, types.CodeType):
            self._note("code", _code_digest(value))
        elif isinstance(value, tuple | frozenset):
            self._add_items(value)
        elif hasattr(value, "py_func") and hasattr(value, "targetoptions"):
            self._note("kernel", repr(sorted(value.targetoptions.items())))
            self._add_function(value.py_func, is_compiled=True)
        elif hasattr(value, "_defn"):  # an intrinsic: Python code that writes the instructions
            self._note("intrinsic")
            self._add_function(value._defn, is_compiled=False)
        elif is_record(value):
            self._add_record(value)
        elif hasattr(type(value), "defined_by"):  # a type of Numba's that is ours
            self._note("type", repr(value))
            self._add_defined(value.defined_by)
        else:
            self._note("versioned", _versioned_name(value))

    def _note(self, *words):
        for word in words:
            data = word if isinstance(word, bytes) else word.encode("utf-8", "surrogatepass")
            self._hash.update(len(data).to_bytes(8, "little"))
            self._hash.update(data)

    def _is_new(self, *objects):
        """Tell whether to walk on from here; what refers to itself would be walked forever."""
        key = tuple(map(id, objects))
        if key in self._walked:
            self._note("again", str(list(self._walked).index(key)))
            return False
        self._walked[key] = objects
        return True

    def _add_numpy(self, value):
        if isinstance(value, np.dtype):
            self._note("dtype", repr(value), str(value.fields), str(value.isalignedstruct))
        elif value.dtype.hasobject:
            raise UndigestibleError(value)
        else:
            self._note("array", repr(value.dtype), str(value.shape), str(value.flags), value.tobytes())

    def _add_items(self, values):
        self._note(type(values).__name__, str(len(values)))
        if type(values) not in (tuple, frozenset):
            self.add(type(values))
        for value in sorted(values, key=repr) if isinstance(values, frozenset) else values:
            self.add(value)

    def _add_defined(self, parts):
        for part in parts:
            if inspect.isfunction(part):
                self._add_function(part, is_compiled=False)
            else:
                self.add(part)

    def _add_function(self, function, is_compiled):
        if not self._is_new(function):
            return
        self._note("function", function.__module__ or "", function.__qualname__)
        self.add(function.__code__)
        self.add(function.__defaults__)
        self.add(tuple(sorted((function.__kwdefaults__ or {}).items())))
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            try:
                enclosed = cell.cell_contents
            except ValueError as error:  # it has no value yet
                raise UndigestibleError(name) from error
            self._add_reference(name, enclosed, function, is_compiled)
        for name in sorted(_names(function.__code__) & function.__globals__.keys()):
            n_walked = len(self._walked)
            try:
                self._add_reference(name, function.__globals__[name], function, is_compiled)
            except UndigestibleError:
                if _loads_global(function.__code__, name):
                    raise
                # Some attribute has the name of a global, which is of no interest here but may be elsewhere.
                while len(self._walked) > n_walked:
                    self._walked.popitem()

    def _add_reference(self, name, value, function, is_compiled):
        """Add what a name in a function stands for."""
        self._note(name)
        if inspect.ismodule(value):
            self._add_module(value, function, is_compiled)
        elif inspect.isfunction(value) and _owner(value) not in _VERSIONED:
            if is_compiled:  # a kernel cannot call it, unless an overload says what it means
                raise UndigestibleError(value)
            self._add_function(value, is_compiled)
        else:
            self.add(value)

    def _add_module(self, module, function, is_compiled):
        """Add all that a function may take out of a module."""
        self._note("module", module.__name__)
        if module.__name__.partition(".")[0] in _VERSIONED or not self._is_new(module, function):
            return
        for name in sorted(_names(function.__code__) & vars(module).keys()):
            self._add_reference(name, vars(module)[name], function, is_compiled)

    def _add_record(self, cls):
        if not self._is_new(cls):
            return
        if not is_importable(cls):
            raise UndigestibleError(cls)
        self._note("record", cls.__module__, cls.__qualname__)
        self.add(cls._fields)
        self.add(tuple(sorted(cls._field_defaults.items())))
        for name, method in methods(cls):
            self._note(name)
            self._add_function(method, is_compiled=True)


@functools.lru_cache(maxsize=4096)
def _code_digest(code):
    digest = Digest()
    digest.add((code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags))
    digest.add((code.co_code, code.co_exceptiontable, code.co_consts, code.co_names))
    digest.add((code.co_varnames, code.co_freevars, code.co_cellvars))
    return digest.hexdigest()


def is_record(value):
    """Tell whether a value is a NamedTuple class."""
    return isinstance(value, type) and issubclass(value, tuple) and hasattr(value, "_field_defaults")


def methods(cls):
    """List the names and functions of the methods that a record class defines for kernels."""
    return [
        (name, method)
        for name, method in sorted(vars(cls).items())
        if inspect.isfunction(method) and not name.startswith("_")
    ]


def is_importable(cls):
    """Tell whether another process finds a class under its name."""
    if cls.__module__ == "__main__":
        return False
    found = sys.modules.get(cls.__module__)
    for name in cls.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is cls


def _names(code):
    """Names of globals and attributes in a code object and in those inside it."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names


def _loads_global(code, name):
    if any(step.opname in _GLOBAL_LOADS and step.argval == name for step in dis.get_instructions(code)):
        return True
    return any(_loads_global(inner, name) for inner in code.co_consts if isinstance(inner, types.CodeType))


def _owner(value):
    return (getattr(value, "__module__", None) or type(value).__module__).partition(".")[0]


def _versioned_name(value):
    kind = type(value).__module__
    if kind.startswith("numba.core.types."):
        return f"{kind}: {value}"
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    is_function = isinstance(value, type | types.FunctionType | types.BuiltinFunctionType)
    is_bound = not inspect.ismodule(getattr(value, "__self__", inspect))
    if name is None or is_bound or not (is_function or kind.partition(".")[0] == "numpy"):
        raise UndigestibleError(value)
    if _owner(value) not in _VERSIONED:
        raise UndigestibleError(value)
    return f"{_owner(value)}: {name}"
