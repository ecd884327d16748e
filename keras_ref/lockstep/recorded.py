"""Keras's events kept in a file, so that the engine can be compared without TensorFlow.

One npz file holds one training: its request, the versions and the machine it was made with, and
the events with their arrays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from keras_ref.lockstep.events import End, Epoch, Event, Start, Step

KINDS = {kind.__name__: kind for kind in (Start, Step, Epoch, End)}


def write_events(path: Path, events: Iterable[Event], about: dict[str, Any]) -> None:
    """Write events, and `about`: what was trained, with which versions."""
    arrays: dict[str, np.ndarray] = {}
    lines: list[dict[str, Any]] = []
    for event in events:
        line: dict[str, Any] = {"event": type(event).__name__}
        for f in fields(event):
            line[f.name] = _kept(getattr(event, f.name), arrays)
        lines.append(line)
    text = json.dumps({"about": about, "events": lines}, ensure_ascii=False)
    np.savez_compressed(path, text=np.array(text), **arrays)  # type: ignore[arg-type]


def _kept(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """Move arrays to `arrays` and leave their names."""
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, dict):
        return {key: _kept(part, arrays) for key, part in value.items()}
    return value


def about(path: Path) -> dict[str, Any]:
    """Return what a file's events are about."""
    with np.load(path, allow_pickle=False) as file:
        return dict(json.loads(str(file["text"]))["about"])


def read_events(path: Path) -> Iterator[Event]:
    """Return the events of a file that `write_events` wrote.

    Raises
    ------
    ValueError
        If it is not such a file.
    OSError
        If it cannot be read.
    """
    with np.load(path, allow_pickle=False) as file:
        if "text" not in file.files:
            raise ValueError(
                f"Expected a recording of Keras in {path}. Received: an npz file with "
                f"{', '.join(file.files[:5])}"
            )
        arrays = {name: file[name] for name in file.files if name != "text"}
        lines = json.loads(str(file["text"]))["events"]
    for line in lines:
        kind = KINDS[line.pop("event")]
        yield kind(**{name: _found(value, arrays) for name, value in line.items()})


def _found(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"array"}:
            return arrays[value["array"]]
        return {key: _found(part, arrays) for key, part in value.items()}
    return value
