"""Keras's events kept in a file, so that the engine can be compared without TensorFlow.

One npz file holds one training: what it was, the versions and the machine it was made with, the
events, and all their arrays one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from keras_ref.lockstep.digests import is_digest
from keras_ref.lockstep.events import End, Epoch, Event, Start, Step

ABOUT = {"request", "versions", "reciprocal"}
"""What a recording says at least: what was trained, with what, and where 1/x begins there."""

KINDS = {kind.__name__: kind for kind in (Start, Step, Epoch, End)}


def write_events(path: Path, events: Iterable[Event], about: dict[str, Any]) -> None:
    """Write events, and `about`: what was trained, with which versions; see `ABOUT`."""
    arrays: list[np.ndarray] = []
    lines: list[dict[str, Any]] = []
    for event in events:
        line: dict[str, Any] = {"event": type(event).__name__}
        for f in fields(event):
            line[f.name] = _kept(getattr(event, f.name), arrays)
        lines.append(line)
    text = json.dumps({"about": about, "events": lines}, ensure_ascii=False)
    numbers = np.frombuffer(b"".join(array.tobytes() for array in arrays), np.uint8)
    np.savez_compressed(path, text=np.array(text), numbers=numbers)


def _kept(value: Any, arrays: list[np.ndarray]) -> Any:
    """Move arrays to `arrays` and leave their types and shapes."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": str(value.dtype), "shape": value.shape}
    if isinstance(value, dict):
        return {key: _kept(part, arrays) for key, part in value.items()}
    return value


def about(path: Path) -> dict[str, Any]:
    """Return what a file's events are about; raises as `read_events`."""
    return dict(_opened(path)[0]["about"])


def holds_digests(events: Iterable[Event]) -> bool:
    """Whether digests stand in the place of large arrays."""
    return any(is_digest(values) for event in events for values in _arrays(event))


def _arrays(event: Event) -> Iterator[np.ndarray]:
    for f in fields(event):
        value = getattr(event, f.name)
        for part in value.values() if isinstance(value, dict) else [value]:
            if isinstance(part, np.ndarray):
                yield part


def read_events(path: Path) -> Iterator[Event]:
    """Return the events of a file that `write_events` wrote.

    Raises
    ------
    ValueError
        If it is not such a file.
    OSError
        If it cannot be read.
    """
    text, numbers = _opened(path)
    stream = BytesIO(numbers)
    for line in text["events"]:
        try:
            kind = KINDS[line.pop("event")]
            event = kind(**{name: _found(value, stream) for name, value in line.items()})
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ValueError(f"Expected {path} to be whole. Received: a damaged file") from None
        yield event


def _opened(path: Path) -> tuple[dict[str, Any], bytes]:
    """Return the two parts of a recording, or say that it is none."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            text, numbers = json.loads(str(file["text"])), file["numbers"].tobytes()
        known = set(text["about"]), list(text["events"])
    except (ValueError, TypeError, KeyError, IndexError, EOFError, BadZipFile):  # another file
        raise ValueError(
            f"Expected a recording of Keras, as `python -m keras_ref record` writes it. "
            f"Received: {path}"
        ) from None
    if missing := ABOUT - known[0]:
        raise ValueError(
            f"Expected {path} to say its {', '.join(sorted(ABOUT))}. "
            f"Received: no {', '.join(sorted(missing))}"
        )
    return text, numbers


def _found(value: Any, stream: BytesIO) -> Any:
    if isinstance(value, dict):
        if set(value) == {"array", "shape"}:
            dtype, shape = np.dtype(value["array"]), tuple(value["shape"])
            count = int(np.prod(shape)) * dtype.itemsize
            return np.frombuffer(stream.read(count), dtype).reshape(shape)
        return {key: _found(part, stream) for key, part in value.items()}
    return value
