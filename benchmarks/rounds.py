"""Interleaved rounds: every round trains each peer once, so that a busy moment hits them alike.

Ratios are taken round by round, each peer against the engine of the same round.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.worker import Worker
from benchmarks.workloads import Workload

TOLERANCE = 0.01
"""How far, relatively, a peer's final loss may be from the engine's: the same training was done."""


LEAST_SECONDS = 0.25
"""How long a peer trains in a round, if one fit does not take longer."""


@dataclass
class Result:
    """What one peer showed on one workload; seconds of its fits, round by round."""

    peer: str
    loss: float
    making: float
    first: float
    options: dict[str, Any]
    seconds: list[float] = field(default_factory=list)
    kernel: list[float] = field(default_factory=list)


def quartiles(values: Sequence[float]) -> dict[str, float]:
    """Median and quartiles."""
    low, median, high = np.percentile(values, [25, 50, 75])
    return {"quartile_1": float(low), "median": float(median), "quartile_3": float(high)}


def measure(
    work: Workload, peers: Sequence[str], rounds: int, tell: Callable[[str], None]
) -> tuple[dict[str, Result], dict[str, str]]:
    """Results by peer, and why those are missing that could not take part.

    "engine" is always among the results; so is "engine_validating", which the tutorials' Keras is
    compared with, if the tutorial validates.
    """
    workers = {"engine": Worker("engine")}
    if work.validation is not None and "keras" in peers:
        workers["engine_validating"] = Worker("engine", validates=True)
    for peer in peers:
        if peer != "engine":
            options = {"validates": True} if peer == "keras" else {}
            workers[peer] = Worker(peer, **options)
    results: dict[str, Result] = {}
    failed: dict[str, str] = {}
    try:
        for name, worker in workers.items():
            tell(f"{work.key}: {name} is made and trained once")
            try:
                told = worker.ask(workload=work.key)
            except RuntimeError as error:
                failed[name] = str(error)
                continue
            result = Result(name, told["loss"], told["making"], told["first"], told["options"])
            reason = unlike(result, results.get("engine", result))
            if reason:
                failed[name] = reason
            else:
                results[name] = result
        for number in range(rounds):
            for name in results:
                tell(f"{work.key}: round {number + 1} of {rounds}, {name}")
                told = workers[name].ask(train=LEAST_SECONDS)
                results[name].seconds.append(told["seconds"])
                if told["kernel"] is not None:
                    results[name].kernel.append(told["kernel"])
    finally:
        for worker in workers.values():
            worker.close()
    return results, failed


def unlike(result: Result, ours: Result) -> str:
    """Why a peer has not done the engine's training; "" if it has."""
    if abs(result.loss - ours.loss) <= TOLERANCE * abs(ours.loss):
        return ""
    return f"its fit ended with the loss {result.loss:.6f}, the engine's with {ours.loss:.6f}"


def against(results: dict[str, Result], peer: str) -> list[float]:
    """How many times longer the peer took than the engine, round by round.

    The limit is compared with the time inside of the engine's compiled call: C has no checks,
    buffers or history around it.
    """
    ours = results["engine"]
    times = ours.seconds
    if peer == "keras" and "engine_validating" in results:
        times = results["engine_validating"].seconds
    if peer == "limit":
        times = ours.kernel
    return [theirs / own for theirs, own in zip(results[peer].seconds, times, strict=True)]
