"""Many fits over joblib's workers: the members are cut into chunks, and each is a task.

    chunk c of C:  members ⌊c·n/C⌋ … ⌊(c + 1)·n/C⌋ − 1,      C = min(n, 4·workers)

A task trains its chunk as `fit_many` does here, in one compiled call.  A member's numbers depend on
its own seed, rows and rate only, so they are the same however the members are cut and wherever a
chunk is trained: as long as the processors there are of one kind (docs/scale.md).

What all chunks read outlives the workers of a Dask cluster that have it: see
:mod:`engine.models.lasting`.

joblib: ``joblib.parallel_config``, ``joblib.Parallel``.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from engine.kernels import share
from engine.kernels.machine import processors
from engine.kernels.memory import aligned
from engine.models.lasting import lasting, promised
from engine.models.parts import Part, Trained

CHUNKS = 4
"""For each worker: whoever is slower, or begins later, takes fewer of them."""


def workers() -> int:
    """How many workers joblib has been given; 1 if nobody has told it of any.

    A Dask cluster counts as two at least: it is there to be used, even if it has a single thread.
    """
    joblib = sys.modules.get("joblib")  # whoever chooses workers has imported it
    if joblib is None:
        return 1
    with lasting_data():
        return int(joblib.effective_n_jobs(None))


@contextmanager
def lasting_data() -> Iterator[Any]:
    """Have joblib's tasks read what outlives Dask's workers, if those are its workers.

    Gives Dask's client, or None if the workers are others.
    """
    import joblib

    backend, _ = joblib.parallel.get_active_backend()
    client = getattr(backend, "client", None)
    if client is None:
        yield None
        return
    options = {"wait_for_workers_timeout": backend.wait_for_workers_timeout}
    with joblib.parallel_config("dask", client=lasting(client), **options, **backend.submit_kwargs):
        yield client


def over_workers(
    train: Callable[..., Trained], part: Part, how: tuple[Any, ...], tell: Callable[[int], None]
) -> Trained:
    """Train a part, in chunks, wherever joblib's workers are; `tell` how many members are done."""
    import joblib

    jobs = workers()
    count = min(len(part), CHUNKS * jobs)
    places = [len(part) * c // count for c in range(count + 1)]
    common = _common(part)
    own = [_without(part.some(first, end), part) for first, end in pairwise(places)]
    results = []
    with lasting_data() as client, _sent(client, common) as sent:
        # A Dask worker runs as many tasks as it was given threads; local ones share this machine.
        threads = 1 if client is not None else max(1, share.threads(processors()) // jobs)
        tasks = (
            joblib.delayed(_task)(train, sent, some, how, (threads, processors())) for some in own
        )
        # Chunks are batches already, and a cluster has room for all of them.
        for result in joblib.Parallel(batch_size=1, pre_dispatch="all", return_as="generator")(
            tasks
        ):
            results.append(result)
            tell(places[len(results)])
    return _joined(part, results)


def _task(
    train: Callable[..., Trained],
    common: tuple[Any, ...],
    own: Part,
    how: tuple[Any, ...],
    machine: tuple[int, int],
) -> Trained:
    """Train a chunk on copies, and take `machine`'s threads, counting its processors."""
    template, rows, validation = common
    part = replace(
        own,
        template=copy.deepcopy(own.models[0] if own.models else template),
        models=copy.deepcopy(own.models),
        rows=rows or own.rows,
        validation=validation or own.validation,
    )
    if part.models:
        part.template = part.models[0]
    with share.share(*machine):
        trained = train(part, *how)
    trained.states = [_state(model) for model in part.models]
    # One array for all members: whoever gathers them has a thousand workers to listen to.
    trained.parameters = np.stack(list(trained.parameters))
    return trained


def _common(part: Part) -> tuple[Any, ...]:
    """What all chunks read: template, rows, validation rows; None for what each has of its own."""
    return (
        None if part.models else part.template,
        part.rows if len(part.rows) == 1 else None,
        part.validation if len(part.validation) == 1 else None,
    )


def _without(some: Part, part: Part) -> Part:
    """`some` members of `part` without what is common to all."""
    template, rows, validation = _common(part)
    found: dict[str, Any] = {"template": None}
    if rows:
        found["rows"] = []
    if validation:
        found["validation"] = []
    return replace(some, **found)


@contextmanager
def _sent(client: Any, common: tuple[Any, ...]) -> Iterator[Any]:
    """What tasks get in the place of `common`: itself, or the promise of a task that returns it."""
    if client is None:
        yield common
        return
    future = promised(client, common)
    try:
        yield future
    finally:
        future.release()


def _state(model: Any) -> dict[str, Any]:
    """What training changes in a model beside its weights."""
    optimizer = model.optimizer
    return {
        "slots": [np.array(slot) for slot in optimizer.slots],
        "average": optimizer.average,
        "iterations": optimizer.iterations,
        "seeds": model._program().seeds,
    }


def _joined(part: Part, results: list[Trained]) -> Trained:
    """The chunks' results as those of the part; its models become as the workers' copies are."""
    names = results[0].history
    history = {name: np.concatenate([r.history[name] for r in results]) for name in names}
    blocks = [np.asarray(result.parameters) for result in results]
    places = blocks[0].shape[1]
    block = aligned(len(part) * places, str(blocks[0].dtype)).reshape(len(part), places)
    parameters = list(np.concatenate(blocks, out=block))
    if part.models:
        states = [state for result in results for state in result.states or []]
        members = part.members()
        for model, member, values, state in zip(
            part.models, members, parameters, states, strict=True
        ):
            member.parameters[:] = values
            for slot, found in zip(member.slots, state["slots"], strict=True):
                slot[:] = found
            if member.average is not None:
                member.average[:] = state["average"]
            member.draws[:] = state["seeds"]
            model._kept_program.keep_seeds()
            member.optimizer.iterations = state["iterations"]
        parameters = [member.parameters for member in members]
    return Trained(parameters, history)
