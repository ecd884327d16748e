"""PyDataset: batches that Python code makes, fetched by their numbers.

Keras: ``keras.utils.PyDataset`` of 3.15.1, same methods and arguments.  Processes are spawned, not
forked (:mod:`engine.utils.spawned`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count, islice
from typing import Any

from engine.models.arguments import whole
from engine.utils.spawned import first_batch_explained, made, processes


class PyDataset:
    """Batches for `fit`, `evaluate` and `predict`; subclasses say what they are.

    ``__getitem__(number)`` returns the batch (x, y) or (x, y, sample_weight), for predictions x or
    (x,); ``__len__`` returns how many there are.  A `num_batches` that is None instead says that
    they have no end: `fit` then needs `steps_per_epoch`.  `on_epoch_begin` and `on_epoch_end` are
    called around each epoch, the latter once before the first, too.

    Parameters
    ----------
    workers
        How many batches are made at the same time, while the model is trained on others.
    use_multiprocessing
        Whether in processes of their own, to which the dataset is pickled, instead of threads.
        These begin by importing the script, so that its own lines have to stand under
        ``if __name__ == "__main__":``.
    max_queue_size
        How many batches may be made in advance.

    Raises
    ------
    ValueError, TypeError
        An argument is of the wrong type or value.

    Examples
    --------
    >>> import numpy as np
    >>> class Ones(PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, number):
    ...         return np.ones((32, 4)), np.zeros(32)
    >>> [x.shape for x, y in Ones()]
    [(32, 4), (32, 4), (32, 4)]
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.workers = whole("workers", workers, least=0)
        self.max_queue_size = whole("max_queue_size", max_queue_size)
        if not isinstance(use_multiprocessing, bool):
            raise TypeError(
                "Expected use_multiprocessing to be True or False. "
                f"Received: use_multiprocessing={use_multiprocessing!r}"
            )
        self.use_multiprocessing = use_multiprocessing

    def __getitem__(self, index: int) -> Any:
        """The batch of a number."""
        raise NotImplementedError(
            f"Expected {type(self).__name__} to have a method __getitem__(index) that returns the "
            "batch (x, y). Received: none"
        )

    @property
    def num_batches(self) -> int | None:
        """How many batches there are; None: they have no end."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(
            f"Expected {type(self).__name__} to have a method __len__() that returns the number of "
            "batches. Received: none"
        )

    def __iter__(self) -> Iterator[Any]:
        """The batches in the order of their numbers."""
        number = self.num_batches
        for index in count() if number is None else range(number):
            yield self[index]

    def on_epoch_begin(self) -> None:
        """An epoch begins."""

    def on_epoch_end(self) -> None:
        """An epoch has ended, or the first one is about to begin."""


def in_processes(dataset: Any) -> bool:
    """Whether other processes are to make the batches."""
    return getattr(dataset, "workers", 1) > 0 and getattr(dataset, "use_multiprocessing", False)


def in_order(dataset: Any, numbers: Iterable[int]) -> Iterator[Any]:
    """The batches of these numbers, made by as many workers as the dataset asks for."""
    workers, apart = getattr(dataset, "workers", 1), in_processes(dataset)
    if workers <= 1 and not apart:
        for number in numbers:
            yield dataset[number]
        return
    most = max(getattr(dataset, "max_queue_size", 10), workers)
    pool = processes(dataset, workers) if apart else ThreadPoolExecutor(workers)
    batch_of = made if apart else dataset.__getitem__
    waiting: deque[Future[Any]] = deque()
    left = iter(numbers)
    try:
        with first_batch_explained():
            waiting.extend(pool.submit(batch_of, number) for number in islice(left, most))
            if waiting:
                waiting[0].result()
        for number in left:
            yield waiting.popleft().result()
            waiting.append(pool.submit(batch_of, number))
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
