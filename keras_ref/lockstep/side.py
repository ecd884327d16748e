"""Watched trainings in a process of their own: `python -m keras_ref.lockstep.side SIDE REQUESTS`.

The process reads requests (a JSON list) from its argument and writes events (pickles, one after
the other, None behind each training) to its standard output; what the libraries print goes to
standard error. A process of its
own, because Keras's backend and oneDNN's switches are chosen once, when they are imported; because
both engines draw from Python's one random generator; and because a changed copy of the engine can
be watched by starting in its folder.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from keras_ref.experiment import Experiment
from keras_ref.lockstep.events import Event

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Request:
    """What to train, and how it is watched.

    Attributes
    ----------
    training : str or dict
        A tutorial's key, or an experiment as `Experiment.as_json` returns it.
    seed : int
        For `set_random_seed`.
    steps : int, optional
        Each fit ends after so many steps.
    each_step : bool
        Whether each step is told, or the epochs alone.
    cause : str
        A change to Keras's training, by its name in `keras_ref.lockstep.causes`.
    environment : dict
        Variables for the process, as TF_ENABLE_ONEDNN_OPTS.
    full : bool
        All rows and folds of a tutorial.
    """

    training: Any
    seed: int
    steps: int | None = None
    each_step: bool = True
    cause: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    full: bool = False


def events(side: str, request: Request, folder: Path = ROOT) -> Iterator[Event]:
    """Run `request` on one side, "engine", "plain" or "keras"; return its events as they come.

    Raises
    ------
    RuntimeError
        If the process ends with an error; with the last lines that it printed.
    """
    return (event for event in _run(side, [request], folder) if event is not None)


def trainings(side: str, requests: Sequence[Request], folder: Path) -> Iterator[list[Event]]:
    """Run several requests in one process, so that kernels are compiled once; raises as `events`.

    All must ask for the same environment.
    """
    told: list[Event] = []
    for event in _run(side, requests, folder):
        if event is None:
            yield told
            told = []
        else:
            told.append(event)


def _run(side: str, requests: Sequence[Request], folder: Path) -> Iterator[Event | None]:
    wanted = json.dumps([asdict(request) for request in requests])
    command = [sys.executable, "-m", "keras_ref.lockstep.side", side, wanted]
    settings = {**os.environ, **requests[0].environment, "PYTHONPATH": str(folder)}
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command, cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield from _unpickled(process.stdout)
            if process.wait():
                errors.seek(0)
                raise RuntimeError(_failure(side, errors.read().decode(errors="replace")))
        finally:
            process.kill()


def _failure(side: str, printed: str) -> str:
    """Return what a process's last words say; of an unexpected error the way there as well."""
    said = printed.strip().splitlines() or ["nothing"]
    name = {"keras": "Keras"}.get(side, f"the {side}")
    kind, _, message = said[-1].partition(": ")
    if kind in ("ValueError", "TypeError"):
        return f"{name} refuses to train. {message}"
    way = "\n".join(said[-12:-1])
    return f"Expected the training of {name} to end well. Received: {said[-1]}\n{way}"


def _unpickled(stream: Any) -> Iterator[Event | None]:
    while True:
        try:
            yield pickle.load(stream)
        except EOFError:
            return


def main(arguments: list[str]) -> None:
    """Train as the requests say and write the events to standard output."""
    side, wanted = arguments
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        for request in json.loads(wanted):
            train(side, Request(**request), lambda event: _write(out, event))
            _write(out, None)


def _write(out: BinaryIO, event: Event | None) -> None:
    pickle.dump(event, out, protocol=pickle.HIGHEST_PROTOCOL)
    out.flush()


def train(side: str, request: Request, send: Any) -> str:
    """Train in this process, hand each event to `send`; return the name of a tutorial's data."""
    from keras_ref.quiet import tutorial_wording
    from keras_ref.tutorials import TUTORIALS

    watch = {"steps": request.steps, "each_step": request.each_step}
    if side in ("engine", "plain"):
        import engine as keras
        from keras_ref.lockstep.engine_side import EngineWatching
        from keras_ref.lockstep.plain_side import train_plainly

        watcher: Any = EngineWatching(send, **watch)
        if side == "plain":
            watcher.change = lambda model: train_plainly(model) or []
    else:
        from keras_ref.lockstep.causes import CAUSES
        from keras_ref.lockstep.keras_side import KerasWatching
        from keras_ref.quiet import BACKEND, import_keras

        cause = CAUSES.get(request.cause)
        keras = import_keras(cause.backend if cause else BACKEND)
        watcher = KerasWatching(keras, send, **watch)
        if cause is not None:
            watcher.change = lambda model: cause.change(keras, model, request.seed)
    keras.utils.clear_session()  # layers are called dense, dense_1 … again
    with tutorial_wording():
        if isinstance(request.training, str):
            tutorial = TUTORIALS[request.training]
            return str(tutorial.run(keras, request.seed, full=request.full, watcher=watcher).data)
        experiment = Experiment.from_json({**request.training, "seed": request.seed})
        experiment.run(keras, watcher)
        return ""


if __name__ == "__main__":
    main(sys.argv[1:])
