"""The error of a file that is not loaded."""

from __future__ import annotations


class RefusedFile(ValueError):
    """A file is damaged, does not fit, or asks for more than the engine loads.

    Loading ends with this, with FileNotFoundError or another OSError if the file cannot be read, or
    with TypeError for an argument of the wrong type; nothing of the file has taken effect then.

    >>> issubclass(RefusedFile, ValueError)
    True
    """
