"""A process for one peer: it prepares a workload and trains it as often as it is asked to.

Requests and answers are lines of JSON.  ``{"workload": key}`` answers with the seconds that making
took, those of the first fit, and the loss that it ended with; ``{"train": seconds}`` trains for so
long, one fit at the least, and answers with the median seconds of a fit.  (After a pause the first
fit takes up to twice as long as the next ones: caches and clock have to come back.)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parent.parent


class Worker:
    """A process, seen from outside."""

    def __init__(self, peer: str, **options: Any) -> None:
        self.name = peer
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", peer, json.dumps(options)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for whoever asks
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request and return the answer."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps(request), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(
                f"Expected an answer of {self.name}. Received: its process has ended"
            )
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{self.name}: {answer['error']}")
        return answer

    def close(self) -> None:
        """End the process."""
        with self.process:
            self.process.kill()


def serve(peer: str, options: dict[str, Any]) -> None:
    """Answer what standard input asks, line by line."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    from benchmarks.peers import module
    from benchmarks.workloads import workload

    made: Any = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "workload" in request:
                work = workload(request["workload"])
                begin = perf_counter()
                made = module(peer).Peer(work)
                for name, value in options.items():
                    setattr(made, name, value)
                ready = perf_counter()
                made.prepare()
                first = perf_counter()
                made.train()
                done = perf_counter()
                answer = {
                    "making": ready - begin,
                    "first": done - first,
                    "loss": work.loss_of(made.weights()),
                    "options": getattr(made, "options", {}),
                    "kernel": kernel_seconds(made),
                }
            else:
                answer = trained(made, request["train"])
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


def trained(peer: Any, least: float) -> dict[str, float | None]:
    """Medians of the fits that `least` seconds have room for."""
    fits: list[float] = []
    kernels: list[float] = []
    end = perf_counter() + least
    while not fits or perf_counter() < end:
        peer.prepare()
        begin = perf_counter()
        peer.train()
        fits.append(perf_counter() - begin)
        inside = kernel_seconds(peer)
        if inside is not None:
            kernels.append(inside)
    return {"seconds": median(fits), "kernel": median(kernels) if kernels else None}


def kernel_seconds(peer: Any) -> float | None:
    """Seconds of the last fit inside of the compiled call, of a peer that tells them apart."""
    return getattr(peer, "kernel_seconds", None)


if __name__ == "__main__":
    serve(sys.argv[1], json.loads(sys.argv[2]))
