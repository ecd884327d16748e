"""Processes that make the batches of a PyDataset.

    spawned, not forked: a process that is forked from one with threads may wait for ever

A spawned process begins by importing the script.  If the training is not kept from that by
``if __name__ == "__main__":``, it would begin there once more, and start processes in turn.

Keras: 3.15.1 forks, so there such a script runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import current_process, get_context
from typing import Any

_EXPECTED = (
    'Expected the script to have its own lines under `if __name__ == "__main__":`, and the '
    "dataset's class above that line or in a file of its own: with use_multiprocessing=True the "
    "batches are made in processes that begin by importing the script. Received: "
)


def processes(dataset: Any, workers: int) -> ProcessPoolExecutor:
    """As many processes, each with a copy of the dataset for :func:`made`."""
    return ProcessPoolExecutor(workers, get_context("spawn"), _install, (dataset,))


_dataset: Any = None
"""In a process that makes batches: the dataset."""


def _install(dataset: Any) -> None:
    global _dataset
    _dataset = dataset


def made(number: int) -> Any:
    """In such a process: the batch of a number."""
    return _dataset[number]


def must_not_begin_again() -> None:
    """Let a training end that has begun because a process imports the script.

    Raises
    ------
    RuntimeError
        This is such a process.
    """
    # What multiprocessing itself asks, later, before it refuses to start a process.
    if getattr(current_process(), "_inheriting", False):
        raise RuntimeError(f"{_EXPECTED}a process that imports it and begins the training again")


@contextmanager
def first_batch_explained() -> Iterator[None]:
    """Say what is likely wrong if the processes end before the first batch has come back."""
    try:
        yield
    except BrokenProcessPool as broken:
        raise RuntimeError(f"{_EXPECTED}processes that ended before the first batch") from broken
