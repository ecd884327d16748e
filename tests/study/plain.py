"""A whole fit in plain NumPy, around :func:`engine.study.step.step`.

The functions below are the rules that are not part of a single step: the order of the rows, what
the History says, when validation happens.  Tests compare it with the compiled fit, and the wrong
versions (tests/study/test_wrong_versions.py) replace one rule at a time.
"""

from importlib import import_module
from typing import Any

import numpy as np

from engine.random import epoch_order

study = import_module("engine.study.step")  # the package has a function of that name


def order_of_epoch(rows: int, seed: int, epoch: int) -> Any:
    """The same permutation in every epoch, as Keras 3.15.1."""
    return epoch_order(rows, seed)


def batches(order: Any, size: int) -> list[Any]:
    """Neighbours in the order; the last batch may be smaller."""
    return [order[i : i + size] for i in range(0, len(order), size)]


def mean_of_epoch(values: list[float], sizes: list[int]) -> float:
    """The mean over the rows: every batch counts by its size."""
    return float(np.dot(values, sizes) / np.sum(sizes))


def says_yes(p: Any) -> Any:
    return p > 0.5


def accuracy(p: Any, y: Any) -> Any:
    """Right or wrong, row by row: one unit answers yes or no, several by the largest."""
    if p.shape[1] == 1:
        return (says_yes(p) == (y == 1))[:, 0].astype("float64")
    labels = y[:, 0] if y.shape[1] == 1 else y.argmax(axis=1)
    return (p.argmax(axis=1) == labels).astype("float64")


def count(optimizer: Any) -> None:
    """Count the step, which Adam's correction needs."""
    optimizer.iterations += 1


def update(model: Any, done: Any) -> None:
    """Put the weights and slots of a step into the model."""
    model.set_weights(done.weights)
    place = 0
    for parts, weight in zip(done.slots, done.weights, strict=True):
        for slot, part in zip(model.optimizer.slots, parts, strict=True):
            slot[place : place + weight.size] = part.ravel()
        place += weight.size
    count(model.optimizer)


def validated(model: Any, x: Any, y: Any) -> tuple[float, float]:
    """Loss and accuracy on other rows, without an update."""
    done = study.step(model, x, y)
    return done.loss, float(np.mean(accuracy(done.layers[-1].a, model._rows(x, y, None).y)))


def run_epoch(model: Any, x: Any, y: Any, w: Any, order: Any, size: int) -> tuple[float, float]:
    """Train on every batch; loss and accuracy are those before each update."""
    losses, hits, sizes = [], [], []
    for batch in batches(order, size):
        done = study.step(model, x[batch], y[batch], None if w is None else w[batch])
        losses.append(done.loss)
        labels = model._rows(x[batch], y[batch], None).y
        hits.append(float(np.mean(accuracy(done.layers[-1].a, labels))))
        sizes.append(len(batch))
        update(model, done)
    return mean_of_epoch(losses, sizes), mean_of_epoch(hits, sizes)


def one_epoch(model: Any, rows: Any, order: Any, size: int, validation: Any) -> list[Any]:
    """Training first, then validation with the weights as they are then."""
    trained = run_epoch(model, *rows, order, size)
    return [trained, validated(model, *validation)]


def plain_fit(
    model: Any,
    x: Any,
    y: Any,
    size: int,
    epochs: int,
    seed: int,
    validation: Any,
    sample_weight: Any = None,
) -> dict[str, list[float]]:
    """Train the model; loss, accuracy, val_loss and val_accuracy of each epoch."""
    history: dict[str, list[float]] = {}
    for epoch in range(epochs):
        order = order_of_epoch(len(x), seed, epoch)
        parts = one_epoch(model, (x, y, sample_weight), order, size, validation)
        for prefix, (loss, hits) in zip(("", "val_"), parts, strict=True):
            history.setdefault(f"{prefix}accuracy", []).append(hits)
            history.setdefault(f"{prefix}loss", []).append(loss)
    return history
