"""`python -m keras_ref record FOLDER [NAME …]`: keep what Keras computes for `keras_ref.cases`.

Exit status 0: all were written; 2: wrong usage, or Keras is missing.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from keras_ref.cases import CASES, STEP_BY_STEP
from keras_ref.lockstep.events import Event
from keras_ref.lockstep.recorded import write_events
from keras_ref.lockstep.side import Request, train
from keras_ref.quiet import import_keras
from keras_ref.versions import versions

STEPS = 10
"""How many are recorded of a case that is recorded step by step: more than one epoch."""


def main(given: Sequence[str]) -> int:
    """Run the command line."""
    options = _parse(given)
    errors = Console(stderr=True)
    try:
        with errors.status("importing TensorFlow and Keras"):
            keras = import_keras()
    except (ImportError, RuntimeError) as error:
        errors.print(str(error), markup=False)
        return 2
    options.folder.mkdir(parents=True, exist_ok=True)
    found = about()
    for name in track(options.names, description="recording Keras", console=errors):
        keras.utils.clear_session()
        request = request_for(name)
        events: list[Event] = []
        train("keras", request, events.append)
        write_events(options.folder / f"{name}.npz", events, {"case": name, **found})
    return 0


def request_for(name: str) -> Request:
    """Return the request for a case: its first steps, or all of its epochs."""
    case, each_step = CASES[name], name in STEP_BY_STEP
    return Request(case.as_json(), case.seed, STEPS if each_step else None, each_step)


def about() -> dict[str, Any]:
    """Return what a recording must say of where it comes from."""
    import engine

    return {"versions": versions(), "reciprocal": engine.arithmetic().machine.estimate}


def _parse(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m keras_ref record",
        description="Keep what Keras computes for the cases of keras_ref/cases.py.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which cases; default all")
    options = parser.parse_args(given)
    if unknown := [name for name in options.names if name not in CASES]:
        parser.error(f"Expected names among {', '.join(CASES)}. Received: {', '.join(unknown)}")
    options.names = options.names or list(CASES)
    return options
