"""A compiled function called by several threads at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def ctrl_c_heard_later() -> Iterator[None]:
    """Ctrl-C in this block is heard when it ends; the second time, too."""
    handler = signal.getsignal(signal.SIGINT)
    # Python calls handlers in the main thread, and only those that it has set.
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    heard: list[tuple[Any, ...]] = []
    signal.signal(signal.SIGINT, lambda *received: heard.append(received))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if heard:
            handler(*heard[0])


def all_at_once(
    function: Callable[..., Any],
    arguments: Sequence[tuple[Any, ...]],
    at_end: Callable[[], Any] = lambda: None,
) -> None:
    """Call `function` with each of the `arguments`, the first of them in this thread.

    What the threads write to has to stay where it is until all of them have ended.  Not all may
    have started, if the system has no thread left: `at_end` is called before they are waited for.
    """
    members = [threading.Thread(target=function, args=own) for own in arguments[1:]]
    with ctrl_c_heard_later():
        try:
            for member in members:
                member.start()
            function(*arguments[0])
        finally:
            at_end()
            for member in members:
                if member.ident is not None:
                    member.join()
