"""A Dask cluster on this machine, for a measurement or a test: a scheduler and workers.

Each is a process of its own, as on a cluster of machines; nothing listens but on 127.0.0.1, and
all are killed at the end, whatever happens.  Nobody starts a worker again: there is no nanny.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SECONDS = 60
"""How long to wait for processes that start, on a busy machine."""


@dataclass
class Cluster:
    """The processes, and the client that knows them."""

    folder: Path
    client: Any = None
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    """By name: "scheduler", and the workers "0", "1", …"""

    def address(self, worker: int) -> str:
        """Of a worker, as the scheduler calls it."""

        def found(dask_scheduler: Any) -> list[str]:
            return [a for a, w in dask_scheduler.workers.items() if str(w.name) == str(worker)]

        (address,) = self.client.run_on_scheduler(found)
        return str(address)

    def start(self, name: str, *command: str) -> None:
        """Start a process; what it says stands in a file of its name."""
        told = ["-m", f"distributed.cli.dask_{command[0]}", *command[1:], "--host", "127.0.0.1"]
        told += ["--scheduler-file", str(self.folder / "scheduler.json"), "--no-dashboard"]
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in paths if p)}
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *told], stdout=log, stderr=log, cwd=ROOT, env=environment
            )

    def end(self) -> None:
        """Kill what is left, and wait for it."""
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()


@contextmanager
def cluster(workers: int, folder: Path) -> Iterator[Cluster]:
    """A scheduler and so many workers of one thread; its client is joblib's for "dask"."""
    from distributed import Client

    made = Cluster(folder)
    try:
        made.start("scheduler", "scheduler", "--port", "0", "--no-show")
        end = time.monotonic() + SECONDS
        while not (folder / "scheduler.json").exists():
            if time.monotonic() > end or made.processes["scheduler"].poll() is not None:
                log = (folder / "scheduler.log").read_text(encoding="utf-8")
                raise RuntimeError(f"Expected a scheduler that starts. Received: {log[-2000:]}")
            time.sleep(0.02)
        for number in range(workers):
            made.start(
                str(number), "worker", "--name", str(number), "--nthreads", "1", "--no-nanny",
                "--local-directory", str(folder), "--memory-limit", "0",
            )  # fmt: skip
        with Client(scheduler_file=str(folder / "scheduler.json"), timeout=SECONDS) as client:
            made.client = client
            client.wait_for_workers(workers, timeout=SECONDS)
            yield made
    finally:
        made.end()
