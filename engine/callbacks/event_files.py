"""Event files as TensorBoard reads them, written by its own package and without TensorFlow.

A file is a sequence of records (length, checksum, bytes, checksum) of ``Event`` messages; the first
says ``brain.Event:2``.  A scalar is a float32 tensor marked for the plugin "scalars".

Keras: ``tensorflow.summary`` of TensorFlow 2.21, which its TensorBoard callback writes with.
"""

from __future__ import annotations

import importlib
import itertools
import os
import socket
import time
from pathlib import Path
from typing import Any

import numpy as np

_NUMBERS = itertools.count()


def _part(name: str) -> Any:
    try:
        return importlib.import_module(f"tensorboard.{name}")
    except ImportError:
        raise ImportError(
            "Expected the package tensorboard, which the TensorBoard callback writes with: "
            "pip install tensorboard. Received: no such package"
        ) from None


class EventFile:
    """A new file of events in `folder`, which is made."""

    def __init__(self, folder: str) -> None:
        self._event = _part("compat.proto.event_pb2").Event
        self._scalar = _part("plugins.scalar.summary_v2").scalar_pb
        self._histogram = _part("plugins.histogram.summary_v2").histogram_pb
        records = _part("summary.writer.record_writer").RecordWriter
        Path(folder).mkdir(parents=True, exist_ok=True)
        name = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}"
        path = Path(folder) / f"{name}.{os.getpid()}.{next(_NUMBERS)}.v2"
        self._records = records(path.open("wb"))
        self._write(0, file_version="brain.Event:2")

    def scalar(self, tag: str, value: float, step: int) -> None:
        """Write a number."""
        with np.errstate(over="ignore"):
            number = np.float32(value)
        self._write(step, summary=self._scalar(tag, number))

    def histogram(self, tag: str, values: Any, step: int) -> None:
        """Write how often values lie in each of 30 ranges."""
        self._write(step, summary=self._histogram(tag, values))

    def flush(self) -> None:
        """Have everything in the file."""
        self._records.flush()

    def close(self) -> None:
        """End the file."""
        if not self._records.closed:
            self._records.close()

    def _write(self, step: int, **what: Any) -> None:
        event = self._event(wall_time=time.time(), step=step, **what)
        self._records.write(event.SerializeToString())
