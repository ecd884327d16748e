"""The pictures of a tutorial, ready to be embedded in a page."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_ref.classical import Classical
from keras_ref.row import Row
from keras_ref.run import Fit, Run


@dataclass(frozen=True)
class Result:
    """Everything that is known of one tutorial after both runs."""

    row: Row
    engine: Run
    keras: Run
    classical: list[Classical] = field(default_factory=list)


@dataclass(frozen=True)
class Picture:
    """A picture as text for `<img src>`, with the words for those who cannot see it."""

    caption: str
    alt: str
    source: str


def pictures(result: Result) -> Iterator[Picture]:
    """Yield the tutorial's pictures: data first, then loss curves, confusion matrices, networks."""
    if result.row.key in _DATA:
        yield _DATA[result.row.key]()
    for ours, theirs in _first_of_each_group(result):
        yield loss_curves(ours, theirs)
    yield from confusion_matrices(result)
    yield from networks(result)


def loss_curves(ours: Fit, theirs: Fit) -> Picture:
    """Return the loss of both engines on one axis."""
    from engine.pictures import plot_history

    ax = plot_history([ours.history, theirs.history], labels=["engine", "Keras"])
    first, last = ours.history["loss"][0], ours.history["loss"][-1]
    alt = (
        f"Loss of {ours.name} over {len(ours.history['loss'])} epochs in both engines; in training "
        f"from {first:.4f} to {last:.4f} in the engine"
    )
    alt += f", to {theirs.history['loss'][-1]:.4f} in Keras."
    if "val_loss" in ours.history:
        alt += f" In validation at the end {ours.history['val_loss'][-1]:.4f}."
    return _picture(f"Loss, {ours.name}: the engine (wide) and Keras (dashed)", alt, ax)


def confusion_matrices(result: Result) -> Iterator[Picture]:
    """Yield one matrix per configuration, its folds together, then the scikit-learn models."""
    for group in result.row.groups:
        fits = [fit for fit in result.engine.fits if fit.group == group.name]
        true = np.concatenate([fit.true for fit in fits])
        predicted = np.concatenate([fit.predicted for fit in fits])
        folds = f", {len(fits)} folds together" if len(fits) > 1 else ""
        title = f"{group.name} in the engine{folds}"
        yield _confusion(title, true, predicted, fits[0].split.classes)
    for model in result.classical:
        yield _confusion(f"{model.name}, {model.data}", model.true, model.predicted, model.classes)


def networks(result: Result) -> Iterator[Picture]:
    """Yield units and edges of each different network."""
    from engine.pictures import plot_network

    seen: set[int] = set()
    for fit in result.engine.fits:
        if fit.parameters not in seen:
            seen.add(fit.parameters)
            shapes = ", ".join(f"{a} × {b}" for a, b in _kernel_shapes(fit))
            alt = f"The network's units and edges: kernels {shapes}; {fit.parameters:,} parameters."
            caption = f"Network of {fit.parameters:,} parameters"
            yield _picture(caption, alt, plot_network(fit.model))


def _correlation() -> Picture:
    from datasets import load_pima
    from engine.pictures import plot_correlation

    frame = load_pima()
    with_outcome = frame.corr()["Outcome"].drop("Outcome")
    strongest = with_outcome.abs().idxmax()
    alt = (
        f"Correlation of every two of the {frame.shape[1]} columns. Outcome goes most with "
        f"{strongest}, r = {with_outcome[strongest]:.2f}."
    )
    return _picture("Correlations of the measurements", alt, plot_correlation(frame))


def _pairs() -> Picture:
    from datasets import load_penguins
    from datasets.penguins import FEATURES
    from engine.pictures import plot_pairs

    frame = load_penguins()[["species", *FEATURES]].dropna()
    alt = (
        f"Scatter plots of every two of {', '.join(FEATURES)} for {len(frame)} penguins, coloured "
        "by species; Gentoo lies apart, Adelie and Chinstrap part along the bill's length."
    )
    return _picture("Pair plot", alt, plot_pairs(frame, hue="species"), "png")


_DATA: dict[str, Callable[[], Picture]] = {"pima-sgd": _correlation, "penguins": _pairs}


def _confusion(title: str, true: Any, predicted: Any, classes: tuple[str, ...]) -> Picture:
    from engine.pictures import plot_confusion_matrix

    right = int(np.sum(true == predicted))
    alt = f"Confusion matrix of {title}: {right:,} of {len(true):,} samples right."
    ax = plot_confusion_matrix(true, predicted, class_names=classes)
    return _picture(f"Confusion matrix, {title}", alt, ax)


def _first_of_each_group(result: Result) -> list[tuple[Fit, Fit]]:
    first: dict[str, tuple[Fit, Fit]] = {}
    for ours, theirs in zip(result.engine.fits, result.keras.fits, strict=True):
        first.setdefault(ours.group, (ours, theirs))
    return list(first.values())


def _kernel_shapes(fit: Fit) -> list[tuple[int, ...]]:
    return [weight.shape for weight in fit.weights if weight.ndim == 2]


def _picture(caption: str, alt: str, drawn: Any, kind: str = "svg") -> Picture:
    """Return `drawn` (Axes or Figure) as a data URL; scatter plots are smaller as PNG."""
    from matplotlib import rc_context

    figure = drawn if hasattr(drawn, "savefig") else drawn.get_figure(root=True)
    held = io.BytesIO()
    options: dict[str, Any] = {"dpi": 110} if kind == "png" else {"metadata": {"Date": None}}
    # Text as paths: the page looks the same where matplotlib's font is not installed.
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "glassnet"}):
        figure.savefig(held, format=kind, bbox_inches="tight", **options)
    mime = "image/png" if kind == "png" else "image/svg+xml"
    return Picture(caption, alt, f"data:{mime};base64,{b64encode(held.getvalue()).decode()}")
