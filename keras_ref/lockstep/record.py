"""`python -m keras_ref record FOLDER [NAME …]`: keep what Keras computes.

Recorded are the cases of keras_ref/cases.py, and the tutorials for some seeds. A tutorial is
called by its key and the seed, as penguins-42; of its weights digests are kept
(`keras_ref.lockstep.digests`).

Exit status 0: all were written; 2: wrong usage, or Keras is missing.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from keras_ref.cases import AS_DIGESTS, CASES, FEWER_STEPS, STEP_BY_STEP
from keras_ref.lockstep.digests import digested
from keras_ref.lockstep.events import Event
from keras_ref.lockstep.recorded import write_events
from keras_ref.lockstep.side import Request, train
from keras_ref.outputs import no_folder
from keras_ref.quiet import keras_for_command
from keras_ref.tutorials import TUTORIALS
from keras_ref.versions import versions

STEPS = 10
"""How many are recorded of a case that is recorded step by step: more than one epoch."""

SEEDS = (0, 1, 7, 42, 2**32 - 1)
NAMES = (*CASES, *(f"{key}-{seed}" for key in TUTORIALS for seed in SEEDS))


def main(given: Sequence[str]) -> int:
    """Run the command line."""
    options = _parse(given)
    errors = Console(stderr=True)
    keras = keras_for_command(errors)
    if keras is None:
        return 2
    for name in track(options.names, description="recording Keras", console=errors):
        keras.utils.clear_session()
        events, data = tell("keras", name)
        write_events(options.folder / f"{name}.npz", events, about(name, data))
    return 0


def request_for(name: str) -> Request:
    """Return the request: a case's first steps or all of its epochs; a tutorial's epochs."""
    if name not in CASES:
        key, _, seed = name.rpartition("-")
        return Request(key, int(seed), each_step=False)
    case, each_step = CASES[name], name in STEP_BY_STEP
    steps = FEWER_STEPS.get(name, STEPS) if each_step else None
    return Request(case.as_json(), case.seed, steps, each_step)


def tell(side: str, name: str) -> tuple[list[Event], str]:
    """Train in this process; return the events as they are recorded, and the data's name."""
    events: list[Event] = []
    data = train(side, request_for(name), events.append)
    if name in CASES and name not in AS_DIGESTS:
        return events, data
    return list(digested(events)), data


def about(name: str, data: str) -> dict[str, Any]:
    """Return what a recording must say of itself and of where it comes from."""
    import engine

    return {
        "name": name,
        "request": asdict(request_for(name)),
        "data": data,
        "versions": versions(),
        "reciprocal": engine.arithmetic().machine.estimate,
    }


def _parse(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m keras_ref record",
        description="Keep what Keras computes for the cases of keras_ref/cases.py and for the "
        "tutorials.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument(
        "names",
        nargs="*",
        default=None,  # so that it is not called required
        metavar="NAME",
        help="cases, or tutorials as penguins-42; default all",
    )
    options = parser.parse_args(given)
    if unknown := [name for name in options.names or () if name not in NAMES]:
        parser.error(f"Expected names among {', '.join(NAMES)}. Received: {', '.join(unknown)}")
    if reason := no_folder(options.folder):
        parser.error(reason)
    options.names = options.names or list(NAMES)
    return options
