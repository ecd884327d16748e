"""A compiled function called by several threads at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any


def all_at_once(
    function: Callable[..., Any],
    arguments: Sequence[tuple[Any, ...]],
    at_end: Callable[[], Any] = lambda: None,
) -> None:
    """Call `function` with each of the `arguments`, the first of them in this thread.

    Nothing is returned, nor raised after Ctrl-C, before all threads have ended: what they write to
    has to stay where it is.  Ctrl-C may be heard before all have begun; `at_end` is called before
    the others are waited for.
    """
    members = [threading.Thread(target=function, args=own) for own in arguments[1:]]
    try:
        for member in members:
            member.start()
        function(*arguments[0])
    finally:
        at_end()
        for member in members:
            if member.ident is not None:
                member.join()
