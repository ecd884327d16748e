"""How long a study takes on many cores, from what was measured on two.

    T = F + max(work, serial, network)
    work    = ⌈(n/m)/P⌉·(m·t + w)      what each of P workers does: chunks of m fits
    serial  = (n/m)·s + n·r            what one process does for all: the scheduler, or the client
    network = n·b/B

    n fits   t seconds for one   w more for a chunk, on its worker   F to start
    s, r     seconds for a chunk and for a fit, of the client or the scheduler: whichever takes more
    b bytes  that come back for a fit   B bytes a second on the client's line

All are measured (`python -m benchmarks.workers`) but B.  The three are done at the same time, so
the longest counts; that the last chunks are not all as long is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf
from typing import Any

LINE = 1.25e9
"""Bytes in a second: ten gigabits."""


@dataclass(frozen=True)
class Costs:
    """The letters of the formula, in seconds and bytes."""

    t: float
    w: float
    s: float
    r: float
    b: float
    F: float = 0.0

    def seconds(self, n: int, m: int, P: int) -> float:
        """How long n fits take in chunks of m, on P workers."""
        chunks = ceil(n / m)
        work = ceil(chunks / P) * (m * self.t + self.w)
        return self.F + max(work, chunks * self.s + n * self.r, n * self.b / LINE)

    def efficiency(self, n: int, m: int, P: int) -> float:
        """Which part of the time of P workers is spent on fits."""
        return n * self.t / (P * self.seconds(n, m, P))

    def smallest_chunk(self, P: int) -> float:
        """From how many fits on a chunk keeps P workers busy: work ≥ serial."""
        left = self.t - P * self.r
        return max(1.0, (P * self.s - self.w) / left) if left > 0 else inf

    def most_workers(self) -> float:
        """How many workers can be kept busy by chunks of any size."""
        return self.t / max(self.r, self.b / LINE)


def costs(report: dict[str, Any], seconds: float | None = None) -> Costs:
    """Those of a report of `python -m benchmarks.workers`; `seconds` for a fit of another length.

    >>> one = {"median": 1.0}
    >>> told = {"fit": one, "start": {"dask": one}, "bytes": {"result": 8}, "costs": {
    ...     name: {"chunk": number, "fit": number}
    ...     for number, name in enumerate(("worker", "client", "scheduler"))}}
    >>> costs(told, seconds=0.5).s, costs(told, seconds=0.5).most_workers()
    (2, 0.25)
    """
    serial = report["costs"]["client"], report["costs"]["scheduler"]
    return Costs(
        t=report["fit"]["median"] if seconds is None else seconds,
        w=report["costs"]["worker"]["chunk"],
        s=max(each["chunk"] for each in serial),
        r=max(each["fit"] for each in serial),
        b=report["bytes"]["result"],
        F=report["start"]["dask"]["median"],
    )
