"""`python -m keras_ref lockstep KEY|CONFIG.json`: both engines step by step.

Exit status 0: identical bits; 3: inside the tolerance; 1: outside of it; 2: wrong usage, or Keras
is missing.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

import engine
from engine.promise import Arithmetic
from keras_ref.experiment import Experiment
from keras_ref.lockstep.compare import BITS, Comparison, Growth, compare
from keras_ref.lockstep.digests import digested
from keras_ref.lockstep.events import Event, Step
from keras_ref.lockstep.recorded import about, holds_digests, read_events
from keras_ref.lockstep.side import Request, events
from keras_ref.outputs import unwritable
from keras_ref.tutorials import TUTORIALS

if TYPE_CHECKING:
    from keras_ref.lockstep.why import Tried

WIDTH = 110
PICTURES = (".png", ".svg", ".pdf")


def main(given: Sequence[str]) -> int:
    """Run the command line."""
    options = _parse(given)
    console, errors = Console(), Console(stderr=True)
    if not console.is_terminal:
        console = Console(width=WIDTH)
    request = options.request
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    try:
        with Progress(*columns, console=errors, refresh_per_second=4) as progress:
            task = progress.add_task("engine and Keras start", total=None)

            def tell(text: str) -> None:
                progress.update(task, description=text)

            result = lockstep(request, options.recorded, tell)
            tried = None
            if options.recorded is None and (options.why or _asks_why(options, result)):
                from keras_ref.lockstep.why import try_causes

                tried = try_causes(request, lambda text: tell(f"why? {text}"))
            progress.update(task, description="done", total=1, completed=1)
    except (RuntimeError, ValueError, OSError) as error:
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return 2

    from keras_ref.lockstep.show import remarks, show, why_table

    console.print(f"[bold]{options.name}[/bold], seed {request.seed}: engine and Keras in lockstep")
    show(console, result, options.promise)
    if tried:
        console.print()
        console.print(why_table(tried, result.level != BITS))
    for remark in remarks(result, tried or [], options.recorded):
        console.print(remark, highlight=False)
    if options.plot is not None:
        from keras_ref.lockstep.picture import draw_growth

        title = f"{options.name}, seed {request.seed}"
        if not tried:
            draw_growth(result.growth, title, options.plot)
        else:
            growth = [replace(point, fit="the engine") for point in _first_fit(result.growth)]
            growth += [point for row in tried for point in row.growth]
            draw_growth(growth, title, options.plot)
        console.print(f"growth: {options.plot}")
    if options.json is not None:
        options.json.write_text(as_json(result, tried or []), encoding="utf-8")
    return result.status


def lockstep(
    request: Request, recorded: Path | None = None, tell: Any = lambda text: None
) -> Comparison:
    """Run both sides and compare; Keras's may come from a recording.

    Raises
    ------
    RuntimeError
        If a side fails, or if watching changed what Keras computes.
    """
    if recorded is not None:
        request = _as_recorded(request, recorded)
        ours, theirs = events("engine", request), list(read_events(recorded))
        return compare(digested(ours) if holds_digests(theirs) else ours, theirs, tell)
    ours = events("engine", request)
    plain = Request(**{**asdict(request), "each_step": False})
    return compare(ours, _unchanged(events("keras", request), events("keras", plain)), tell)


def _as_recorded(request: Request, path: Path) -> Request:
    """Return the request, steps told or not as in a recording; raise if that is of another."""
    try:
        told = Request(**about(path)["request"])
    except TypeError:
        raise ValueError(f"Expected {path} to say its request. Received: another") from None
    request = replace(request, each_step=told.each_step)
    for field in fields(Request):
        was, now = getattr(told, field.name), getattr(request, field.name)
        if was != now:
            raise ValueError(
                f"Expected the training that was recorded in {path}: {field.name}={was}. "
                f"Received: {field.name}={now}"
            )
    return request


def _asks_why(options: argparse.Namespace, result: Comparison) -> bool:
    """Whether causes are tried unasked: if the weights differ, for theirs are what is compared."""
    return options.why is None and any(point.max_ulps > 0 for point in result.growth)


def _unchanged(watched: Iterator[Event], plain: Iterator[Event]) -> Iterator[Event]:
    """Pass on the watched events; all but the steps must be those of the unwatched training."""
    for event in watched:
        if not isinstance(event, Step):
            told = compare([event], [next(plain)])
            if told.first is not None:
                raise RuntimeError(
                    "Expected Keras to compute the same whether watched or not. Received: other "
                    f"bits of {told.first.tensor}, {type(event).__name__} of {told.first.fit}"
                )
        yield event


def _first_fit(growth: Sequence[Growth]) -> list[Growth]:
    return [point for point in growth if point.fit == growth[0].fit]


def as_json(result: Comparison, tried: Sequence[Tried] = ()) -> str:
    """Return the result for other programs.

    The two values are decimal and hexadecimal text; what is not finite is text as well, "inf".
    """
    from keras_ref.lockstep.ulps import hexadecimal

    found: dict[str, Any] = asdict(result)
    if result.first is not None:
        for side in ("engine", "keras"):
            value = getattr(result.first, side)
            text = None if value is None else [str(value), hexadecimal(value)]
            found["first"][side] = text
    found["why"] = [asdict(row) for row in tried]
    return json.dumps(_finite(found), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    """Return what JSON can hold."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else str(value)
    return value


def _parse(given: Sequence[str]) -> argparse.Namespace:
    keys = list(TUTORIALS)
    parser = argparse.ArgumentParser(
        prog="python -m keras_ref lockstep",
        description="Train in the engine and in Keras step by step and compare every tensor.",
        epilog="Exit status 0: identical bits; 3: inside the tolerance; 1: outside of it; "
        "2: wrong usage, or Keras is missing.",
    )
    parser.add_argument(
        "training",
        metavar="KEY|CONFIG.json",
        help=f"a tutorial ({', '.join(keys)}), or an experiment: docs/parity.md says what such a "
        "file holds",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="0 ≤ N < 2³²; default 42")
    parser.add_argument("--full", action="store_true", help="all rows and all folds of a tutorial")
    parser.add_argument("--steps", type=int, metavar="N", help="end each fit after N steps")
    why = parser.add_mutually_exclusive_group()
    why.add_argument(
        "--why",
        action="store_true",
        default=None,
        help="try the known causes; the default if the bits are not identical",
    )
    why.add_argument("--no-why", dest="why", action="store_false", help="do not try them")
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw how differences grow")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")
    parser.add_argument(
        "--recorded", type=Path, metavar="FILE.npz", help="take Keras's side from a recording"
    )
    options = parser.parse_args(given)
    if options.seed is not None and not 0 <= options.seed < 2**32:
        parser.error(f"Expected 0 ≤ seed < 2³². Received: --seed {options.seed}")
    if options.steps is not None and options.steps < 1:
        parser.error(f"Expected at least one step. Received: --steps {options.steps}")
    options.name = options.training
    try:
        options.promise = _understood(options)
    except (ValueError, TypeError) as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(
            f"Expected a file that can be read. Received: {error.filename}: {error.strerror}"
        )
    if options.why and options.recorded is not None:
        parser.error("Expected Keras itself, to try causes. Received: --why with --recorded")
    if options.plot is not None and options.plot.suffix not in PICTURES:
        parser.error(f"Expected {', '.join(PICTURES)}. Received: --plot {options.plot}")
    if reason := unwritable(options, "plot", "json"):
        parser.error(reason)
    return options


def _understood(options: argparse.Namespace) -> Arithmetic:
    """Read what to train into `options.request`; return what the engine promises of it."""
    training: Any = options.training
    if training in TUTORIALS:
        seed, promise = 42, engine.arithmetic()
    else:
        if options.full:
            raise ValueError("Expected --full with a tutorial. Received: --full with a file")
        experiment = Experiment.load(_existing(training))
        model = experiment.build(engine)
        promise = engine.arithmetic(model, experiment.batch_size)
        experiment.rows()
        training, seed = experiment.as_json(), experiment.seed
    seed = seed if options.seed is None else options.seed
    options.request = Request(training, seed, options.steps, full=options.full)
    return promise


def _existing(name: str) -> Path:
    """Return the path of an experiment, or say what is meant instead."""
    path = Path(name)
    if path.is_file():
        return path
    keys = list(TUTORIALS)
    near = get_close_matches(name, keys, 1)
    there = "a folder" if path.is_dir() else "neither"
    raise ValueError(
        f"Expected a tutorial ({', '.join(keys)}) or a file. Received: {name}, {there}"
        + (f"; did you mean {near[0]}?" if near else "")
    )
