"""A CSV file with one line for each epoch.

The first column is the epoch, counted from 0, the others are the first epoch's names, sorted.
Without a validation in the first epoch there are empty-handed ``val_…`` columns too: whatever
an epoch lacks is NA.  Lines end in CR LF.

Keras: ``keras.callbacks.CSVLogger`` of 3.15.1, byte for byte (as it writes on Linux).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from engine.callbacks.callback import Callback, Logs


def cell(value: Any) -> Any:
    """`value`, or the text of a list's values in brackets."""
    if isinstance(value, str) or np.ndim(value) == 0 or not isinstance(value, Iterable):
        return value
    return f'"[{", ".join(map(str, value))}]"'


class CSVLogger(Callback):
    r"""Writes the epochs' numbers to a file.

    Parameters
    ----------
    filename
        Where to write; made when training begins, and overwritten unless `append`.
    separator
        One character between the columns.
    append
        Go on in an existing file, without a second header.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type, or `separator` is not one character.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "log.csv")
    ...     log = CSVLogger(path, separator=";")
    ...     log.on_train_begin()
    ...     log.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.75})
    ...     log.on_train_end()
    ...     path.read_bytes()
    b'epoch;loss;val_loss\r\n0;0.5;0.75\r\n'
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        super().__init__()
        if not isinstance(filename, str | os.PathLike):
            raise TypeError(f"Expected filename to be a path. Received: filename={filename!r}")
        expected = f"Expected separator to be one character. Received: separator={separator!r}"
        if not isinstance(separator, str):
            raise TypeError(expected)
        if len(separator) != 1 or separator in '\r\n"':
            raise ValueError(expected)
        if not isinstance(append, bool):
            raise TypeError(f"Expected append to be True or False. Received: append={append!r}")
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.csv_file: TextIO | None = None
        self.keys: list[str] | None = None
        self._wants_header = True

    def on_train_begin(self, logs: Logs = None) -> None:
        """Open the file."""
        self._close()
        path = Path(self.filename)
        if self.append and path.exists():
            with path.open(encoding="utf-8") as file:
                self._wants_header = not file.readline()
        self.csv_file = path.open("a" if self.append else "w", encoding="utf-8", newline="")
        self.keys = None

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write a line, after the header if it is the first."""
        logs = logs or {}
        if self.csv_file is None:
            raise RuntimeError("Expected on_train_begin before on_epoch_end. Received: no file")
        writer = csv.writer(self.csv_file, delimiter=self.sep)
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]
            if self._wants_header:
                writer.writerow(["epoch", *self.keys])
        writer.writerow([epoch, *(cell(logs.get(key, "NA")) for key in self.keys)])
        self.csv_file.flush()

    def on_train_end(self, logs: Logs = None) -> None:
        """Close the file."""
        self._close()

    def _close(self) -> None:
        if self.csv_file is not None:
            self.csv_file.close()
            self.csv_file = None
