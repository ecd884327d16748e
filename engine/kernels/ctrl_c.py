"""Ctrl-C while kernels are compiled.

    SIGINT while a pass of the compiler runs → its handler is called before the next pass

LLVM calls back into Python when it has compiled something (llvmlite's cache of objects), and what
is raised in a function that C calls is lost: a KeyboardInterrupt, too.  So the signal is kept while
the compiler runs.  Numba tells when a pass over a function begins; it may be left there, since its
own errors come from there, too, and what it has compiled by then stays compiled.  The longest pass
takes about a second, in LLVM, where Python would not have heard of the signal either.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from numba.core.compiler_lock import global_compiler_lock
from numba.core.event import Listener, install_listener


@contextmanager
def ctrl_c_between_passes() -> Iterator[None]:
    """Keep Ctrl-C from being lost in the compiler, which this block calls."""
    handler = signal.getsignal(signal.SIGINT)
    # Python calls handlers in the main thread, and only those that it has set.
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    with global_compiler_lock:  # who waits for another thread's compiler is interrupted as usual
        kept = _Kept(handler)
        signal.signal(signal.SIGINT, kept)
        try:
            with install_listener("numba:run_pass", kept):
                yield
        finally:
            if signal.getsignal(signal.SIGINT) is kept:  # `handler` may have set another one
                signal.signal(signal.SIGINT, handler)
            kept.hand_over()


class _Kept(Listener):
    """A handler that keeps signals for another one."""

    def __init__(self, handler: Callable[..., Any]) -> None:
        self._handler = handler
        self._signals: list[tuple[Any, ...]] = []

    def __call__(self, *signal: Any) -> None:
        """Keep a signal: its number, and the frame that was interrupted."""
        self._signals.append(signal)

    def hand_over(self) -> None:
        """Call the handler for each signal; after one that raises there is nobody to be told."""
        signals, self._signals = self._signals, []
        for one in signals:
            self._handler(*one)

    def on_start(self, event: Any) -> None:
        """A pass begins, in this thread: it has the lock."""
        self.hand_over()

    def on_end(self, event: Any) -> None:
        """A pass has ended."""
