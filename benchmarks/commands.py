"""What the commands of this folder have in common: how they read arguments and how they end."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path

from rich.console import Console

STOPPED = 130
"""The exit code after Ctrl-C."""


def at_least_one(text: str) -> int:
    """The number of an option that counts."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"Expected a whole number ≥ 1. Received: {text}")
    return int(text)


def one_of(known: Iterable[str]) -> Callable[[str], str]:
    """A reader of names: it refuses all but those that are `known`."""
    names = list(known)

    def read(text: str) -> str:
        if text in names:
            return text
        near = get_close_matches(text, names, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ArgumentTypeError(f"Expected one of {', '.join(names)}. Received: {text}{hint}")

    return read


def ending_in(*suffixes: str) -> Callable[[str], Path]:
    """A reader of file names that end in one of the `suffixes`."""

    def read(text: str) -> Path:
        if text.lower().endswith(suffixes):
            return Path(text)
        raise ArgumentTypeError(
            f"Expected a file name that ends in {' or '.join(suffixes)}. Received: {text!r}"
        )

    return read


def stoppable(main: Callable[[], int]) -> int:
    """The exit code of a command: that of `main`, or that of Ctrl-C."""
    try:
        return main()
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped")
        return STOPPED
