"""The one place that says how code is compiled, and why.

Five decorators, and nowhere else in the project does ``njit`` appear:

``compiled``
    An entry point: called from Python, cached on disk.
``part``
    A function that kernels call through its address: compiled, and cached on disk, when a model
    needs it for the first time.  So a training pays only for the loss that it has.
``piece``
    A large part of a kernel, compiled once and called.
``inlined``
    A small part of a kernel: merged into every caller by LLVM.
``formula``
    Element-wise mathematics that is written once and read three ways: as plain NumPy, as
    compiled scalars and as compiled SIMD lanes (:mod:`engine.kernels.lanes`).

The options, each with its reason:

``fastmath`` stays off
    The order of operations is part of the result, and NaN and infinity must come out when they
    go in.
``error_model="numpy"``
    Division by zero gives infinity or NaN, as in NumPy, and needs no branch.
``nogil=True``
    Other threads go on while a training runs.
``cache=True``
    A kernel is compiled once per machine.  Numba looks only at the file that holds the entry
    point to decide whether a cached kernel is stale; here the key covers every source file that a
    kernel can be made of.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import numba.extending
from numba import njit, types
from numba.core.caching import FunctionCache

from engine.kernels.ctrl_c import ctrl_c_between_passes

F = TypeVar("F", bound=Callable[..., Any])

intrinsic: Any = numba.extending.intrinsic
"""A function that writes LLVM's instructions itself.  For kernels it has other arguments than its
definition, which type checkers need not try to understand."""


def _spare_scipy() -> None:
    """Keep Numba from loading SciPy's linear algebra only to see that it is there.

    Numba needs it for products of arrays, which no kernel has, and loads it again when somebody
    compiles one.  It would take a quarter of the time of a process that trains a small network.
    To be called before anything is compiled or loaded, but not earlier: it takes time, too.
    """

    def is_there() -> None:
        if find_spec("scipy") is None:
            raise ImportError("Expected SciPy. Received: none")

    if "numba.np.arraymath" not in sys.modules:
        with suppress(ImportError, AttributeError):  # another Numba
            linalg: Any = importlib.import_module("numba.np.linalg")
            loads, linalg.ensure_blas = linalg.ensure_blas, is_there
            try:
                importlib.import_module("numba.np.arraymath")
            finally:
                linalg.ensure_blas = loads


_ROOMS_WITH_KERNEL_CODE = (
    "kernels",
    "activations",
    "losses",
    "metrics",
    "optimizers",
    "random",
    "regularizers",
)


def _digest_of_sources() -> str:
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for room in _ROOMS_WITH_KERNEL_CODE:
        for path in sorted((root / room).glob("*.py")):
            digest.update(f"{room}/{path.name}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


_SOURCES = _digest_of_sources()


def compiled(function: Callable[..., Any]) -> Any:
    """Compile `function` as an entry point whose cache is keyed by all kernel sources."""
    dispatcher: Any
    try:
        dispatcher = njit(cache=True, error_model="numpy", nogil=True)(function)
    except RuntimeError:  # neither beside the sources nor at home may anything be written
        dispatcher = njit(error_model="numpy", nogil=True)(function)
    else:  # Numba offers no public hook for the freshness stamp of a cached function.
        dispatcher._cache._cache_file._source_stamp = _SOURCES
    compile_or_load = dispatcher.compile

    def first_call(signature: Any) -> Any:
        _spare_scipy()
        with ctrl_c_between_passes():
            return compile_or_load(signature)

    dispatcher.compile = first_call
    return dispatcher


class Part:
    """A function that kernels call through its address (:func:`engine.kernels.lanes.call`)."""

    def __init__(self, function: Callable[..., Any], pattern: str) -> None:
        self._function, self._pattern = function, pattern
        self._addresses: dict[str, int] = {}
        self.shared = False
        """Whether each member of a team does a share of its work (:mod:`engine.kernels.team`)."""

    def address(self, dtype: str) -> int:
        """Where the machine code for numbers of `dtype` begins, compiled or loaded if need be."""
        found = self._addresses.get(dtype)
        if found is None:
            kinds = {
                "p": types.CPointer(getattr(types, dtype)),
                "t": types.CPointer(types.int64),
                "i": types.int64,
            }
            with _announced():
                found = self._compile(tuple(kinds[letter] for letter in self._pattern))
            self._addresses[dtype] = found
        return found

    def _compile(self, arguments: Any) -> int:
        # Nobody calls it from Python or C.
        unwrapped: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        dispatcher: Any = njit(error_model="numpy", nogil=True, **unwrapped)(self._function)
        with suppress(RuntimeError):  # as above
            dispatcher._cache = _PartCache(self._function)
        _spare_scipy()
        with ctrl_c_between_passes():
            dispatcher.compile(arguments)
            code = self._code = dispatcher.overloads[arguments]
            return int(code.library.get_pointer_to_function(code.fndesc.llvm_func_name))


class _PartCache(FunctionCache):
    """Numba's cache, without its doubts about functions that a function has made.

    Numba's key covers the values that such a function refers to, and those look different in each
    process; here the part's name and the digest of all sources say which function it is.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file._source_stamp = _SOURCES

    def _index_key(self, signature: Any, codegen: Any) -> Any:
        return signature, codegen.magic_tuple(), self._py_func.__qualname__


def part(pattern: str, name: str | None = None) -> Callable[[Callable[..., Any]], Part]:
    """Make a function a :class:`Part`.

    `pattern` has a letter for each argument: "p" a pointer to numbers, "t" one to integers, "i" an
    integer.
    A `name`, unique in its file, is for what is not a function of its file, but made by one.
    """

    def make(function: Callable[..., Any]) -> Part:
        function.__name__ = name or function.__name__
        function.__qualname__ = function.__name__
        return Part(function, pattern)

    return make


def piece(function: Callable[..., Any]) -> Any:
    """Compile `function` as a part that kernels call, once whatever constants it is given."""
    dispatcher: Any = njit(error_model="numpy", nogil=True)(function)
    compile_for = dispatcher.get_call_template
    # Numba would compile it anew for every constant among the arguments.
    dispatcher.get_call_template = lambda args, kws: compile_for(
        tuple(types.unliteral(a) for a in args), {k: types.unliteral(a) for k, a in kws.items()}
    )
    return dispatcher


def inlined(function: Callable[..., Any]) -> Any:
    """Compile `function` as a piece that LLVM merges into every kernel that calls it."""
    return njit(error_model="numpy", forceinline=True)(function)


def formula(function: F) -> F:
    """Leave `function` a plain Python function and let kernels call it, too."""
    callable_too: Any = numba.extending.register_jitable(error_model="numpy", forceinline=True)
    return callable_too(function)  # type: ignore[no-any-return]


_MESSAGE = (
    "Compiling kernels for this machine, ten to twenty seconds. They are kept for the next time; "
    "layers, losses and sizes of another kind have kernels of their own.\n"
)
_SAID = threading.Event()


def _say_so() -> None:
    if not _SAID.is_set():
        _SAID.set()
        print(_MESSAGE, end="", file=sys.stderr, flush=True)


@contextmanager
def _announced() -> Iterator[None]:
    """Say so, once, if what is done takes over a second: kernels are being compiled then."""
    timer = threading.Timer(1.0, _say_so)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


_CALLED: set[tuple[str, str]] = set()
_NOTHING: AbstractContextManager[None] = nullcontext()


def announced(kernel: Any, dtype: str) -> AbstractContextManager[None]:
    """Say so if the first call of `kernel` takes over a second: it is being compiled then."""
    key = f"{kernel.py_func.__module__}.{kernel.py_func.__name__}", dtype
    return _NOTHING if key in _CALLED else _first_call(key)


@contextmanager
def _first_call(key: tuple[str, str]) -> Iterator[None]:
    with _announced():
        yield
    _CALLED.add(key)
