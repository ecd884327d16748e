"""`python -m benchmarks.workers`: a study over joblib's workers, and what each task costs.

The same study (the fifth tutorial's network from many seeds) is trained by threads in this
process, by joblib's pool of processes and by a Dask cluster that is started for it.  All must end
with the same weights.  Then studies of fits of one step tell what a chunk and a fit cost beside the
training: on a worker, at the scheduler, and here.
"""

from __future__ import annotations

import argparse
import json
import pickle
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import psutil
from joblib.externals.loky import get_reusable_executor
from rich.console import Console

import engine
from benchmarks.cluster import Cluster, cluster
from benchmarks.commands import at_least_one, ending_in, stoppable
from benchmarks.estimate import costs
from benchmarks.origin import origin
from benchmarks.rounds import quartiles
from benchmarks.table import shown_seconds
from benchmarks.workers_pictures import draw
from benchmarks.workloads import workload
from engine.kernels import share
from engine.kernels.machine import processors
from engine.models import spreading
from engine.pictures import save_picture
from keras_ref.outputs import unwritable

RESULTS = Path("report") / "workers.json"
PICTURE = Path("report") / "scale-workers.png"
WORK = "sonar-cv"
WAYS = {
    "1 thread": (1, "threads"),
    "2 threads": (2, "threads"),
    "joblib's pool, 2 processes": (2, "loky"),
    "Dask, 1 worker": (1, "dask"),
    "Dask, 2 workers": (2, "dask"),
}
"""By name: how many workers, and whose."""


def study(fits: int, epochs: int | None = None, rows: int | None = None) -> Any:
    """So many fits of the tutorial's network; of fewer epochs and rows, if that is said."""
    work = workload(WORK)
    return engine.fit_many(
        work.model(engine), work.x[:rows], work.y[:rows], seeds=range(fits),
        epochs=epochs or work.epochs, batch_size=work.batch, verbose=0,
    )  # fmt: skip


@contextmanager
def way(name: str, clusters: dict[int, Cluster]) -> Iterator[None]:
    """Train in a way of :data:`WAYS`."""
    workers, whose = WAYS[name]
    with ExitStack() as stack:
        if whose == "threads":
            stack.enter_context(share.share(workers, counted=processors()))
        elif whose == "loky":
            stack.enter_context(joblib.parallel_config("loky", n_jobs=workers))
        else:
            stack.enter_context(joblib.parallel_config("dask", client=clusters[workers].client))
        yield


@contextmanager
def chunks(count: int, workers: int) -> Iterator[None]:
    """Cut studies for so many workers into so many chunks."""
    before, spreading.CHUNKS = spreading.CHUNKS, count // workers
    try:
        yield
    finally:
        spreading.CHUNKS = before


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of a call, and what it returned."""
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, found


def same(one: Any, other: Any) -> bool:
    """Whether two studies have the same weights, to the bit."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(one.weights, other.weights, strict=True))


def curve(
    fits: int, rounds: int, clusters: dict[int, Cluster], tell: Callable[[str], None]
) -> dict[str, Any]:
    """Seconds of the study in each way, round by round, and how many times one thread's speed."""
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    expected = study(fits)
    for number in range(rounds):
        for name in WAYS:
            tell(f"round {number + 1} of {rounds}: {name}")
            with way(name, clusters):
                took, found = timed(partial(study, fits))
            if not same(found, expected):
                raise RuntimeError(f"Expected the same bits in each way. Received: others, {name}")
            seconds[name].append(took)
    base = np.array(seconds["1 thread"])
    return {
        name: {
            "workers": WAYS[name][0],
            "whose": WAYS[name][1],
            "seconds": quartiles(took),
            "speed": quartiles(list(base / np.array(took))),
        }
        for name, took in seconds.items()
    }


def first_calls(rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Seconds to start workers and have the first chunks back from them."""
    took: dict[str, list[float]] = {"loky": [], "dask": []}
    for number in range(rounds):
        tell(f"start {number + 1} of {rounds}")
        get_reusable_executor().shutdown(wait=True)
        with joblib.parallel_config("loky", n_jobs=2):
            took["loky"].append(timed(partial(study, 8, 1, 16))[0])
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            with cluster(2, Path(folder)) as made:
                with joblib.parallel_config("dask", client=made.client):
                    study(8, 1, 16)
                took["dask"].append(time.perf_counter() - start)
    return {name: quartiles(values) for name, values in took.items()}


def processor_seconds(processes: dict[str, list[int]]) -> dict[str, float]:
    """Seconds of a processor that processes have had, by a name for them."""
    return {
        name: sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)
        for name, pids in processes.items()
    }


def task_costs(
    rounds: int, sizes: tuple[int, int], made: Cluster, tell: Callable[[str], None]
) -> dict[str, Any]:
    """What a chunk costs beside its fits, and a fit of one step, in seconds of each process.

    Three studies of such fits: few in few chunks, few in many, many in few.  "elapsed" are the
    seconds that a chunk adds to the study on two workers, with Dask and with joblib's pool.
    """
    few, many = sizes
    processes = {
        "client": [psutil.Process().pid],
        "scheduler": [made.processes["scheduler"].pid],
        "worker": [made.processes[name].pid for name in ("0", "1")],
    }
    plans = {"base": (few, 8), "chunks": (few, few), "fits": (many, 8)}
    spent: dict[str, dict[str, list[float]]] = {plan: {} for plan in plans}
    for number in range(rounds + 1):
        for plan, (fits, count) in plans.items():
            tell(f"costs, round {number + 1} of {rounds + 1}: {plan}")
            found = {}
            with chunks(count, 2):
                with joblib.parallel_config("dask", client=made.client):
                    before = processor_seconds(processes)
                    found["dask"] = timed(partial(study, fits, 1, 5))[0]
                    after = processor_seconds(processes)
                with joblib.parallel_config("loky", n_jobs=2):
                    found["loky"] = timed(partial(study, fits, 1, 5))[0]
            found |= {name: after[name] - before[name] for name in processes}
            for name, value in found.items() if number else ():  # the first warms up
                spent[plan].setdefault(name, []).append(value)
    middle = {
        plan: {k: float(np.median(v)) for k, v in each.items()} for plan, each in spent.items()
    }
    told = {}
    for name in middle["base"]:
        base = middle["base"][name]
        told[name] = {
            "chunk": max(0.0, middle["chunks"][name] - base) / (few - 8),
            "fit": max(0.0, middle["fits"][name] - base) / (many - few),
        }
    return told


def bytes_of() -> dict[str, int]:
    """What is sent for a chunk and for all, and what comes back for a fit."""
    sent: list[Any] = []

    def watched(train: Any, part: Any, *rest: Any) -> Any:
        own = spreading._without(part.some(0, 1), part)
        task = spreading._task, train, None, own, rest[0], (1, processors())
        sent.append((spreading._common(part), task))
        return train(part, *rest[0])

    kept, many = spreading.over_workers, engine.models.fit_many
    many.over_workers = watched
    try:
        with joblib.parallel_config("threading", n_jobs=2):
            fits = study(2, 1)
    finally:
        many.over_workers = kept
    ((common, task),) = sent
    result = [w[0].tobytes() for w in fits.weights], {k: v[0] for k, v in fits.history.items()}
    return {
        "common": len(pickle.dumps(common)),
        "chunk": len(pickle.dumps(task)),
        "result": len(pickle.dumps(result)),
    }


def measured(options: argparse.Namespace, tell: Callable[[str], None]) -> dict[str, Any]:
    """The report."""
    with ExitStack() as stack:
        clusters = {}
        for workers in (1, 2):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            clusters[workers] = stack.enter_context(cluster(workers, folder))
        for name in WAYS:  # imports, kernels
            with way(name, clusters):
                study(8, 1)
        ways = curve(options.fits, options.rounds, clusters, tell)
        told = task_costs(options.rounds, tuple(options.tiny), clusters[2], tell)
    return {
        **origin(),
        "rounds": options.rounds,
        "work": WORK,
        "fits": options.fits,
        "fit": {k: v / options.fits for k, v in ways["1 thread"]["seconds"].items()},
        "ways": ways,
        "costs": told,
        "start": first_calls(options.rounds, tell),
        "bytes": bytes_of(),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers", description=__doc__)
    for name, default, what in (
        ("--fits", 400, "of the study"),
        ("--rounds", 7, "of everything"),
    ):
        parser.add_argument(
            name, type=at_least_one, default=default, metavar="N", help=f"{what}; default {default}"
        )
    parser.add_argument(
        "--tiny", type=at_least_one, nargs=2, default=[400, 8000], metavar="N",
        help="how many fits of one step tell the costs: few, many; default 400 8000",
    )  # fmt: skip
    for name, suffix, place in (("--json", ".json", RESULTS), ("--picture", ".png", PICTURE)):
        parser.add_argument(
            name, type=ending_in(suffix), default=place, metavar="FILE", help=f"default {place}"
        )
    options = parser.parse_args(arguments)
    for name in ("json", "picture"):
        if reason := unwritable(options, name):
            parser.error(reason)
    with Console(stderr=True).status("workers") as status:
        report = measured(options, status.update)
    options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    save_picture(draw(report), options.picture, dpi=150)
    for name, told in report["ways"].items():
        speed = told["speed"]["median"]
        print(f"{name:28} {shown_seconds(told['seconds']['median']):>8}  {speed:.2f} × one thread")
    one = costs(report)
    print(
        f"A fit {shown_seconds(one.t)}; a chunk costs {shown_seconds(one.w)} on its worker and "
        f"{shown_seconds(one.s)} of the busier of scheduler and client.\n"
        f"{one.most_workers():,.0f} workers at the most can be kept busy; 100 by chunks of "
        f"{one.smallest_chunk(100):,.0f} fits or more.\n"
        f"Written: {options.json}, {options.picture}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(stoppable(main))
