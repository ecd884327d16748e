"""Class labels beside a network: which class a row has, and how its dots look."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.pictures.canvas import BLUE, MARKERS

MOST_CLASSES = 20
"""Ten markers, each filled and hollow."""

_DARK_ORANGE = "#8A4500"


def class_labels(y: Any, rows: int) -> Any:
    """Return the class of each row, whole numbers or text: ``(rows,)``.

    Raises
    ------
    TypeError
        If they are neither numbers nor text.
    ValueError
        If they are not one for each row, or no class labels.
    """
    labels = np.asarray(y)
    if labels.ndim == 2:
        labels = labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
    if labels.shape != (rows,):
        raise ValueError(
            f"Expected a label for each of {rows} rows. Received: y.shape={np.shape(y)}"
        )
    if labels.dtype == object and all(isinstance(label, str) for label in labels):
        labels = labels.astype(str)
    if labels.dtype.kind not in "biufU":
        raise TypeError(f"Expected y to be numbers or text. Received: y={shown(y)}")
    if labels.dtype.kind == "f":
        whole = np.isfinite(labels) & (np.floor(labels) == labels)
        if not whole.all():
            raise _no_classes(f"y with the value {labels[~whole][0]}")
    if labels.dtype.kind != "U":
        labels = labels.astype(np.int64)
    if len(there := np.unique(labels)) > MOST_CLASSES:
        raise _no_classes(f"y with {len(there)} different values")
    return labels


def _no_classes(received: str) -> ValueError:
    return ValueError(
        f"Expected class labels, at most {MOST_CLASSES} different ones; for regression there is no "
        f"boundary to draw. Received: {received}"
    )


def class_numbers(there: Any) -> list[int]:
    """Return the number of each label that occurs, counted from 0.

    Labels 0 … 19 are their own numbers, so that a class looks the same whichever others are
    there; -1 and 1 are 0 and 1; others are counted in their order.

    >>> class_numbers([0, 2]), class_numbers([1]), class_numbers([-1, 1]), class_numbers(["b", "c"])
    ([0, 2], [1], [0, 1], [0, 1])
    """
    labels = [label if isinstance(label, str) else int(label) for label in there]
    numbers = [label for label in labels if isinstance(label, int)]
    if -1 in numbers and set(numbers) <= {-1, 1}:
        return [(number + 1) // 2 for number in numbers]
    if len(numbers) == len(labels) and all(0 <= number < MOST_CLASSES for number in numbers):
        return numbers
    return list(range(len(labels)))


def class_mark(number: int) -> dict[str, Any]:
    """Return marker and filling of a class for ``Axes.scatter``: twenty different ones.

    A filled dot is dark with a white edge and a hollow one white with a dark edge, so that both
    are seen on light and on dark paper.
    """
    hollow = (number + number // len(MARKERS)) % 2 == 1
    return {
        "marker": MARKERS[number % len(MARKERS)],
        "facecolors": "white" if hollow else BLUE,
        "edgecolors": _DARK_ORANGE if hollow else "white",
        "linewidths": 1.2 if hollow else 0.6,
    }
