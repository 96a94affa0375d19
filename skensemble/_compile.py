"""The one door to Numba: how kernels and the records that they take are compiled, and kept on disk.

Numba's own cache has silent traps.  It looks only at the file of the function itself, and not at the
options, the records and the kernels of other files that went into the machine code; and Numba takes two
record classes of equal name and fields for one.  Here the name of an entry says all that it was made from
(`skensemble._digest`), a record class has a name that no other has, and what cannot be told apart for certain
is compiled anew in every process.
"""

import contextlib
import functools
import gc
import hashlib
import os
import pickle
import pkgutil
import re
import sys
import uuid
from collections import defaultdict, namedtuple
from typing import ClassVar

import llvmlite
import numba
import numpy as np
from llvmlite.binding import get_host_cpu_name
from numba import config, njit, types
from numba.core import caching, codegen, compiler, event, serialize, sigutils
from numba.core.datamodel import default_manager
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate
from numba.extending import infer_getattr, lower_builtin
from numba.misc.appdirs import AppDirs

from skensemble import _cache, _digest, _references

# nogil: threads run kernels side by side.  error_model: a division that may raise is never turned into
# vector code.  _nrt: see `kernel`.  No `parallel`: Numba's threading layers abort the process when two
# threads enter them, or end it after a fork.  No `fastmath`: a model must not depend on what the compiler
# makes of an expression.
_OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}
_PART_OPTIONS = {**_OPTIONS, "no_cpython_wrapper": True}
_USER_FOLDER = AppDirs(appname="skensemble", appauthor=False).user_cache_dir
_FLAGS = ("OPT", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "USING_SVML")
_PLAIN_TYPES = (
    types.Number,
    types.Boolean,
    types.NoneType,
    types.UnicodeType,
    types.StringLiteral,
    types.Record,
)
_PLAIN_REPR = namedtuple("_", "").__repr__.__code__

# The name of a kernel -> the argument types with which Python called it.
_entered: dict[str, set] = defaultdict(set)
_is_announced = False
# The module and the name of a record class -> how often it was defined.
_n_definitions: dict[tuple, int] = defaultdict(int)


def kernel(function):
    """Compile a function at its first call, without the GIL, and keep the machine code on disk.

    It returns numbers, booleans or records of them, and makes no arrays: without Numba's reference counts (a
    pair of atomic operations wherever a record of arrays is passed on) records cost nothing, and compile in a
    fraction of the time.

    Parameters
    ----------
    function : function
        It may call other kernels and the methods of records (`record`); globals are constants.

    Returns
    -------
    kernel : callable
        Called like the function. Without the compiler (``NUMBA_DISABLE_JIT=1``) the function itself, in which
        NumPy's integers overflow as silently as they do in machine code.
    """
    if config.DISABLE_JIT:
        plain = np.errstate(all="ignore")(function)
        plain.py_func = function
        return plain
    dispatcher = _general(njit(**_OPTIONS)(function))
    dispatcher._cache = _KernelCache(dispatcher)
    add_overload, compile_signature = dispatcher.add_overload, dispatcher.compile

    def compile_quickly(signature):
        with _garbage_kept():
            return compile_signature(signature)

    def check_and_add(compiled):
        _refuse_arrays(function, compiled.signature.return_type)
        add_overload(compiled)

    dispatcher.add_overload, dispatcher.compile = check_and_add, compile_quickly
    return dispatcher


@contextlib.contextmanager
def _garbage_kept():
    """Leave garbage alone for a while: a compilation makes so many objects that to look for it takes a fifth of it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _refuse_arrays(function, result):
    if default_manager.lookup(result).contains_nrt_meminfo():
        # Without reference counts Python would be given all of an array of which the kernel returns a part.
        raise TypeError(f"{function.__qualname__} returns {result}: a kernel returns numbers, and fills arrays")


def part(function):
    """Compile a part of kernels: a function that only kernels call.

    It is optimised as a piece of the kernel that it ends up in, once, and has no entry from Python: tests
    call its ``py_func``, or it from a kernel.
    """
    return _compiled_part(function, forceinline=False)  # said, since else a part does as the first that calls it does


def inlined(function):
    """Compile a part of kernels into each place where it is called.

    For what is small, or stands in one place of a loop over samples, features or nodes. What is large, and not in
    every loop, is a `part`: the time to compile a kernel grows faster than its length.
    """
    return _compiled_part(function, forceinline=True)


def _compiled_part(function, *, forceinline):
    if config.DISABLE_JIT:
        return kernel(function)
    dispatcher = _general(njit(pipeline_class=_PartCompiler, forceinline=forceinline, **_PART_OPTIONS)(function))

    def add_overload(compiled):
        dispatcher.overloads[tuple(compiled.signature.args)] = compiled

    def refuse(*args, **kws):
        raise TypeError(f"{function.__qualname__} is a part of kernels: call its py_func, or it from a kernel")

    dispatcher.add_overload, dispatcher._compile_for_args = add_overload, refuse
    return dispatcher


class _PartLibrary(codegen.JITCodeLibrary):
    """The code of a part: neither optimised nor made machine code before it is linked into a kernel."""

    @property
    def codegen(self):
        return self

    def set_env(self, name, environment):
        """Do nothing: only code that talks to Python asks for an environment."""

    def get_pointer_to_function(self, name):
        self._ensure_finalized()
        return 0

    def _optimize_final_module(self):
        pass

    def _finalize_final_module(self):
        self._finalize_dynamic_globals()
        self._finalized = True


class _PartCompiler(compiler.Compiler):
    def define_pipelines(self):
        self.state.library = _PartLibrary(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        return super().define_pipelines()


class _Flags(compiler.Flags):
    """Numba's options of a compilation: while it compiles a forest it compares them some 50,000 times."""

    __slots__ = ("_known", "_known_of")

    def values(self):
        known_of = getattr(self, "_known_of", None)
        if known_of != self._values:
            self._known_of, self._known = self._values.copy(), super().values()
        return self._known


def _general(dispatcher):
    """Let kernels that pass a constant to a kernel call the machine code for any value of its type."""
    dispatcher._compiler._customize_flags = _Flags
    resolve = dispatcher.get_call_template
    dispatcher.get_call_template = lambda args, kws: resolve(tuple(types.unliteral(arg) for arg in args), kws)
    return dispatcher


def record(cls):
    """Let kernels take and make instances of a NamedTuple class, and call its methods.

    Numba knows a NamedTuple class by its ``__name__``, which becomes one that no other class has;
    ``__qualname__``, the representation of the instances and their pickles keep the name that the class was
    given.

    Parameters
    ----------
    cls : class
        A `typing.NamedTuple` class. Its public methods are compiled where kernels call them.

    Returns
    -------
    cls : class
        The same class; decorating it again changes nothing.
    """
    if config.DISABLE_JIT or cls in _RecordMethods.compiled:
        return cls
    if "_record_name" not in vars(cls):
        _give_unique_name(cls)
    _references.pass_by_reference(cls)
    cls.__qualname__ = cls._record_name  # lost where cloudpickle has rebuilt the class in another process
    _RecordMethods.compiled[cls] = {name: inlined(method) for name, method in _digest.methods(cls)}
    for name, dispatcher in _RecordMethods.compiled[cls].items():
        _lower_method((cls, name), dispatcher)
    return cls


def _give_unique_name(cls):
    cls._record_name = cls.__qualname__
    module = sys.modules.get(cls.__module__)
    if cls.__module__ == "__main__" or "<locals>" in cls.__qualname__ or not hasattr(module, "__file__"):
        identity = uuid.uuid4().hex  # other processes may know other classes by that name
        cls.__reduce__ = _reduce_transient
    else:
        place = (cls.__module__, cls.__qualname__)
        _n_definitions[place] += 1
        identity = hashlib.sha256(repr((place, _n_definitions[place])).encode()).hexdigest()
    cls.__name__ = f"{cls.__name__}_{identity[:16]}"
    if cls.__repr__.__code__ is _PLAIN_REPR:
        cls.__repr__ = _represent


def _represent(self):
    fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
    return f"{type(self)._record_name.rpartition('.')[2]}({fields})"


def _reduce_transient(self):
    return _rebuild_transient, (type(self), tuple(self))


def _rebuild_transient(cls, values):
    """Make an instance of a class that came here by value, and so without its decorator."""
    return record(cls)(*values)


@infer_getattr
class _RecordMethods(AttributeTemplate):
    """Tells Numba the methods of record classes."""

    key = types.BaseNamedTuple
    compiled: ClassVar[dict] = {}  # record class -> {name of a method: dispatcher}

    def generic_resolve(self, record_type, name):
        dispatcher = self.compiled.get(record_type.instance_class, {}).get(name)
        if dispatcher is None:
            return None

        class Method(AbstractTemplate):
            key = (record_type.instance_class, name)

            def generic(self, arguments, keywords):
                function = types.Dispatcher(dispatcher)
                signature = function.get_call_type(self.context, (record_type, *arguments), keywords)
                return signature and signature.as_method()

        return types.BoundFunction(Method, record_type)


def _lower_method(key, dispatcher):
    @lower_builtin(key, types.VarArg(types.Any))
    def call(context, builder, signature, arguments):
        function = types.Dispatcher(dispatcher)
        signature = function.get_call_type(context.typing_context, signature.args, {})
        implementation = context.get_function(function, signature)
        context.add_linking_libs(getattr(implementation, "libs", ()))
        return implementation(builder, arguments)


class _KernelCache(caching._Cache):
    """The machine code of one kernel, in the place of Numba's cache of a function."""

    def __init__(self, dispatcher):
        self._dispatcher = dispatcher
        self._module = dispatcher.py_func.__module__
        self._name = f"{self._module}.{dispatcher.py_func.__qualname__}"
        self._is_enabled = True
        self._entries = {}  # signature that is being compiled -> the entry's name

    @property
    def cache_path(self):
        cache = _cache_of(self._module)
        return str(cache.folders[0]) if cache else None

    def enable(self):
        self._is_enabled = True

    def disable(self):
        self._is_enabled = False

    def flush(self):
        """Do nothing: no entry is ever out of date."""

    def load_overload(self, sig, target_context):
        target_context.refresh()
        signature = sigutils.normalize_signature(sig)
        if _compilations.depth == 0:
            _entered[self._name].add(signature)
        entry = self._entry(signature, target_context.codegen())
        cache = _cache_of(self._module) if entry else None
        payload = cache.read(entry) if cache else None
        if payload is not None:
            # Whatever is wrong with an entry, the compiler makes a better one.
            with contextlib.suppress(Exception):
                return compiler.CompileResult._rebuild(target_context, *pickle.loads(payload))
        self._entries[signature] = entry
        _announce(cache)
        return None

    def save_overload(self, sig, data):
        entry = self._entries.pop(sigutils.normalize_signature(sig), None)
        if entry and not data.library.has_dynamic_globals and all(loop.can_cache for loop in data.lifted):
            _cache_of(self._module).write(entry, serialize.dumps(data._reduce()))

    def _entry(self, signature, codegen):
        """Name the machine code for some argument types; None where it cannot be told from any other."""
        if not self._is_enabled or _cache_of(self._module) is None:
            return None
        code = _digest.Digest()
        try:
            code.add(self._dispatcher)
            for argument in signature[0]:
                _add_type(code, argument)
        except _digest.UndigestibleError:
            return None
        kind = repr((_environment(), codegen.magic_tuple(), list(map(str, signature[0])), str(signature[1])))
        name = re.sub(r"[^\w.]", "", self._name)[:120]
        return f"{name}-{hashlib.sha256(kind.encode()).hexdigest()[:24]}-{code.hexdigest()[:24]}"


def _add_type(code, numba_type):
    """Add the records in a type; raise `UndigestibleError` if apart from them its name does not say all."""
    if isinstance(numba_type, types.BaseTuple):
        if isinstance(numba_type, types.BaseNamedTuple):
            code.add(numba_type.instance_class)
        for item in numba_type:
            _add_type(code, item)
    elif isinstance(numba_type, types.Optional):
        _add_type(code, numba_type.type)
    elif type(numba_type) is types.Array:
        _add_type(code, numba_type.dtype)
    elif isinstance(numba_type, types.Omitted):
        code.add(numba_type.value)
    elif not isinstance(numba_type, _PLAIN_TYPES):
        raise _digest.UndigestibleError(numba_type)


def _environment():
    """What else machine code depends on; the processor is known to Numba's code generator."""
    versions = (numba.__version__, llvmlite.__version__, np.__version__, sys.version)
    return versions, _own_code(), _OPTIONS, [getattr(config, flag, None) for flag in _FLAGS]


@functools.cache
def _own_code():
    sources = (pkgutil.get_data(__package__, name) or b"" for name in ("_compile.py", "_references.py"))
    return hashlib.sha256(b"".join(sources)).hexdigest()


def _cache_of(module):
    return _cache.of_module(module, config.CACHE_DIR, _USER_FOLDER)


class _Compilations(event.Listener):
    """Counts the compilations under way; a kernel that begins inside another one was not called by Python."""

    depth = 0

    def on_start(self, event):
        self.depth += 1

    def on_end(self, event):
        self.depth -= 1


_compilations = _Compilations()
event.register("numba:compile", _compilations)


def _announce(cache):
    """Say once in a process that it compiles; one line on standard error, unless SKENSEMBLE_QUIET is 1."""
    global _is_announced
    if _is_announced or os.environ.get("SKENSEMBLE_QUIET", "0") not in ("", "0"):
        return
    _is_announced = True
    folder = cache.writable_folder() if cache else None
    kept = f"is cached in {folder}" if folder else "is not cached: it is a script, or no folder can be written"
    message = f"skensemble: compiling kernels for the first use; this takes a few seconds and {kept}"
    if sys.stderr is not None:
        print(message, file=sys.stderr)


def is_compiled():
    """Tell whether kernels are compiled; they are not under ``NUMBA_DISABLE_JIT=1``."""
    return not config.DISABLE_JIT


def compiled_signatures():
    """Count the argument types that each kernel which Python has called in this process was compiled for.

    Kernels that were only called by other kernels do not count; those that came from the cache do.

    Returns
    -------
    n_signatures : dict of str to int
    """
    return {name: len(signatures) for name, signatures in sorted(_entered.items())}


def cache_directory():
    """Return the folder that the machine code of this package is written to, `pathlib.Path`, or None."""
    cache = _cache_of(__name__)
    return cache.writable_folder() if cache else None


def cache_size():
    """Return the bytes of machine code that this package has on disk."""
    cache = _cache_of(__name__)
    return cache.size() if cache else 0


def processor():
    """Return LLVM's name for the processor that machine code is made for."""
    return get_host_cpu_name()
