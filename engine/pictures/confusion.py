"""The confusion matrix: which class was taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from engine.pictures.canvas import axes_or_new, ink_on


def plot_confusion_matrix(
    y_true: Any,
    y_pred: Any,
    class_names: Sequence[Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""Draw the counts C[i, j] = #(true class i, predicted class j), and C[i, j] / Σⱼ C[i, j] in %.

    The shade of a cell is its share of the row, from white (0 %) to dark blue (100 %).

    Parameters
    ----------
    y_true, y_pred
        Class labels, shape (samples,) or (samples, 1): both text or both whole numbers.
    class_names
        The labels in the order of the rows, or, for the labels 0 … n-1, their n names.
        Without it the labels that occur, sorted.
    ax
        Axes to draw on; without it a new figure is made.

    Raises
    ------
    TypeError
        If labels are neither text nor numbers, or one side is text and the other numbers, or
        `class_names` is one text.
    ValueError
        If shapes differ or are not (samples,), if there are no samples, if a number is not whole
        (probabilities, say), or if `class_names` does not cover the labels.

    Examples
    --------
    >>> axes = plot_confusion_matrix([0, 0, 1], [0, 1, 1], class_names=["healthy", "ill"])
    >>> [text.get_text() for text in axes.texts]
    ['1\n50.0 %', '1\n50.0 %', '0\n0.0 %', '1\n100.0 %']
    """
    if isinstance(class_names, str):
        raise TypeError(
            f"Expected class_names to be a list of names. Received: class_names={class_names!r}"
        )
    true, predicted = _labels("y_true", y_true), _labels("y_pred", y_pred)
    if true.shape != predicted.shape:
        raise ValueError(
            "Expected y_true and y_pred of the same length. "
            f"Received: y_true.shape={true.shape}, y_pred.shape={predicted.shape}"
        )
    if true.dtype.kind != predicted.dtype.kind:
        raise TypeError(
            "Expected y_true and y_pred to be both text or both numbers. "
            f"Received: y_true.dtype={true.dtype}, y_pred.dtype={predicted.dtype}"
        )
    classes, names = _classes(np.union1d(true, predicted), class_names)
    counts = confusion_counts(true, predicted, classes)

    n = len(names)
    side = 1.6 + max(0.8 * n, 2.4)
    ax = axes_or_new(ax, side + 0.4, side)
    of_row = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, of_row, out=np.zeros((n, n)), where=of_row > 0)
    mesh = ax.pcolormesh(share, cmap="Blues", vmin=0.0, vmax=1.0, edgecolors="0.6", linewidth=0.8)
    for i, j in np.ndindex(n, n):
        percent = f"{100 * share[i, j]:.1f} %" if of_row[i, 0] else "–"
        ax.text(
            j + 0.5,
            i + 0.5,
            f"{counts[i, j]:,}\n{percent}",
            ha="center",
            va="center",
            color=ink_on(mesh.to_rgba(share[i, j])),
            fontsize=10,
        )
    tilt: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    long = max(map(len, names)) > 9
    ax.set_xticks(np.arange(n) + 0.5, names, parse_math=False, **(tilt if long else {}))
    ax.set_yticks(np.arange(n) + 0.5, names, parse_math=False)
    ax.tick_params(length=0)
    ax.set_xlabel("predicted class")
    ax.set_ylabel("true class")
    ax.set_title("samples, and % of the true class", fontsize=10)
    ax.set_aspect("equal")
    ax.invert_yaxis()
    return ax


def confusion_counts(true: Any, predicted: Any, classes: Any) -> Any:
    """Return C of shape (n, n): C[i, j] counts the samples of class i predicted as class j."""
    n = len(classes)
    order = np.argsort(classes)
    row = order[np.searchsorted(classes, true, sorter=order)]
    column = order[np.searchsorted(classes, predicted, sorter=order)]
    return np.bincount(row * n + column, minlength=n * n).reshape(n, n)


def _labels(name: str, values: Any) -> Any:
    """Return `values` as a vector of text or int64."""
    labels = np.asarray(values)
    if labels.ndim == 2 and labels.shape[1] == 1:  # as predict_classes returns them
        labels = labels[:, 0]
    if labels.ndim != 1 or labels.size == 0:
        raise ValueError(
            f"Expected {name} to hold one label per sample, shape (samples,). "
            f"Received: {name}.shape={labels.shape}"
        )
    if labels.dtype == object and all(isinstance(label, str) for label in labels):
        labels = labels.astype(str)
    if labels.dtype.kind == "U":
        return labels
    if labels.dtype.kind not in "biuf":
        raise TypeError(
            f"Expected {name} to be text or numbers. Received: {name}.dtype={labels.dtype}"
        )
    whole = np.isfinite(labels) & (np.floor(labels * 1.0) == labels)
    if not whole.all():
        raise ValueError(
            f"Expected {name} to be class labels (whole numbers), not probabilities. "
            f"Received: {name} with the value {labels[~whole][0]}"
        )
    return labels.astype(np.int64)


def _classes(found: Any, class_names: Sequence[Any] | None) -> tuple[Any, list[str]]:
    """Return the labels in the order of the rows, and the name of each."""
    if class_names is None:
        return found, [str(label) for label in found]
    names = [str(name) for name in class_names]
    given = list(class_names)
    if len(set(names)) == len(names):
        if set(found.tolist()) <= set(given):
            return np.asarray(given), names
        if found.dtype.kind == "i" and found[0] >= 0 and found[-1] < len(names):
            return np.arange(len(names)), names
    raise ValueError(
        "Expected class_names to name every label once. "
        f"Received: class_names={names}, labels={found.tolist()}"
    )
