"""The libraries that show a step: imported when needed, and named when they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def needed(library: str, what: str) -> Any:
    """The library, which shows `what`.

    Raises
    ------
    ImportError
        If it is not installed: with the command that installs it.
    """
    try:
        return import_module(library)
    except ModuleNotFoundError as error:
        if error.name != library.partition(".")[0]:
            raise
        raise ImportError(
            f"Expected {error.name}, which shows {what}: pip install '.[study]' in Glassnet's "
            "folder.",
            name=error.name,
        ) from error
