"""The page's file: structure, style, script and numbers in one."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from engine.checks.shown import shown
from engine.study.page.payload import Tensors, payload
from engine.study.trace import Trace


def page(
    traces: Trace | Sequence[Trace],
    title: str | None = None,
    keras: Sequence[Tensors] | None = None,
) -> str:
    """The HTML of a page that plays one step, or several of one model.

    It is one file: nothing is loaded from anywhere.  The numbers are packed with gzip, which every
    browser since 2023 unpacks.  `keras` has Keras's tensors of each step, which are shown beside
    the engine's: `python -m keras_ref page` records them.

    Raises
    ------
    TypeError, ValueError
        If there is no trace, or they are of models of different layers.
    """
    steps = _checked(traces)
    if title is not None and not isinstance(title, str):
        raise TypeError(
            "Expected title to be a text, the page's heading; the page is returned, to be written "
            f"to a file. Received: title={shown(title)}"
        )
    named = title or f"A training step of {steps[0].model!r}"
    numbers = json.dumps(payload(steps, named, keras), ensure_ascii=False, separators=(",", ":"))
    packed = base64.b64encode(gzip.compress(numbers.encode(), 9, mtime=0)).decode()
    parts: dict[str, Any] = {
        "title": escape(named),
        "style": _part("page.css"),
        "script": _part("page.js"),
        "numbers": packed,
    }
    text = _part("page.html")
    for name, part in parts.items():
        text = text.replace("{{" + name + "}}", part)
    return text


def save_page(
    traces: Trace | Sequence[Trace],
    file: str | Path,
    title: str | None = None,
    keras: Sequence[Tensors] | None = None,
) -> Path:
    """Write the page to `file` and return its path."""
    path = Path(file)
    path.write_text(page(traces, title, keras), encoding="utf-8")
    return path


def _part(name: str) -> str:
    return (files("engine.study.page") / name).read_text(encoding="utf-8")


def _checked(traces: Any) -> list[Trace]:
    steps = [traces] if isinstance(traces, Trace) else list(traces)
    if not steps or not all(isinstance(step, Trace) for step in steps):
        raise TypeError(
            "Expected a Trace, as model.trace(x, y) returns, or a list of them. "
            f"Received: traces={shown(traces)}"
        )
    shapes = [
        [*(layer.kernel.shape for layer in step.layers), *(stage.name for stage in step.stages)]
        for step in steps
    ]
    if any(shape != shapes[0] for shape in shapes):
        raise ValueError(
            "Expected traces of one model. Received: models with different layers, "
            f"{shapes[0]} and {next(s for s in shapes if s != shapes[0])}"
        )
    return steps
