"""Two streams of events → the first difference, how differences grow, and the level reached.

bits        every number of every tensor has the same bits, zeros their signs included
            (one NaN is like another)
tolerance   History, `evaluate` and the predictions are as near as `keras_ref.lockstep.tolerance`
            allows
apart       they are not, or a value is NaN or missing on one side only
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_ref.lockstep.digests import is_digest
from keras_ref.lockstep.events import (
    EVALUATE,
    HISTORY,
    RUNNING,
    End,
    Epoch,
    Event,
    Start,
    Step,
    Tensors,
)
from keras_ref.lockstep.tolerance import share
from keras_ref.lockstep.ulps import FARTHEST, distances, same, ulps

BITS, NEAR, APART = "bits", "tolerance", "apart"


@dataclass(frozen=True)
class Difference:
    """Where two trainings differ first.

    Attributes
    ----------
    tensor : str
        Its name; see `keras_ref.lockstep.events`.
    index : tuple
        Where in the tensor the difference is largest.
    engine, keras : number or None
        The two values there; None if one side has no such tensor.
    ulps, largest : float
        Of that place; and the largest difference as a number.
    count, size : int
        How many of the tensor's numbers differ.
    remark : str
        What else there is to say, as different shapes.
    """

    fit: str
    step: int
    epoch: int
    batch: int
    tensor: str
    layer: str
    formula: str
    index: tuple[int, ...] = ()
    engine: Any = None
    keras: Any = None
    ulps: float = FARTHEST
    largest: float = FARTHEST
    count: int = 1
    size: int = 1
    shape: tuple[int, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Growth:
    """How far apart the weights are after an epoch: ulps of `dtype`, and the largest difference."""

    fit: str
    epoch: int
    steps: int
    max_ulps: float
    median_ulps: float
    max_difference: float
    dtype: str = "float32"


@dataclass
class Comparison:
    """What came out."""

    level: str = BITS
    first: Difference | None = None
    growth: list[Growth] = field(default_factory=list)
    fits: int = 0
    steps: int = 0
    tensors: int = 0
    numbers: int = 0
    loss_difference: float = 0.0
    undecided: bool = False
    """Whether predictions differ of which only digests are known."""

    @property
    def status(self) -> int:
        """The exit status: 0 for identical bits, 3 inside the tolerance, else 1."""
        return {BITS: 0, NEAR: 1 if self.undecided else 3, APART: 1}[self.level]


def compare(
    ours: Iterable[Event],
    theirs: Iterable[Event],
    tell: Callable[[str], None] = lambda text: None,
) -> Comparison:
    """Compare the engine's events with Keras's as they come.

    Raises
    ------
    ValueError
        If the two are not the same training: another number of fits, steps or epochs.
    """
    return _Comparing(tell).run(ours, theirs)


class _Comparing:
    """Goes through both streams and keeps what is needed to name a difference."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.result = Comparison()
        self.tell = tell
        self.start = Start("", {}, [], {})
        self.place = (0, 0, 0)

    def run(self, ours: Iterable[Event], theirs: Iterable[Event]) -> Comparison:
        rest = iter(theirs)
        missing = object()
        for mine in ours:
            his = next(rest, missing)
            if type(mine) is not type(his):
                raise ValueError(
                    f"Expected the same events from both sides. Received: {_said(mine)} from the "
                    f"engine, {_said(his)} from Keras"
                )
            self.event(mine, his)
        if (his := next(rest, missing)) is not missing:
            raise ValueError(
                "Expected the same events from both sides. Received: the end from the engine, "
                f"{_said(his)} from Keras"
            )
        return self.result

    def event(self, ours: Any, theirs: Any) -> None:
        result = self.result
        if isinstance(ours, Start):
            self.start, self.place = ours, (0, 0, 0)
            result.fits += 1
            self.tensors(ours.weights, theirs.weights)
        elif isinstance(ours, Step):
            self.place = (ours.number, ours.epoch, ours.batch)
            result.steps += 1
            self.tensors(ours.tensors, theirs.tensors)
            self.numbers(ours.running, theirs.running, RUNNING)
            if not ours.number % 50:
                self.tell(f"{self.start.fit}, step {ours.number:,}")
        elif isinstance(ours, Epoch):
            self.place = (self.place[0], ours.number, 0)
            self.grow(ours, theirs)
            self.tensors(ours.weights, theirs.weights)
            self.numbers(ours.logs, theirs.logs, HISTORY)
            self.judge(ours.logs, theirs.logs)
        else:
            self.numbers(ours.evaluated, theirs.evaluated, EVALUATE)
            self.judge(ours.evaluated, theirs.evaluated)
            self.tensors({"predict": ours.predicted}, {"predict": theirs.predicted})
            self.hold("predict", ours.predicted, theirs.predicted)

    # --- one by one -----------------------------------------------------------------------------

    def tensors(self, ours: Tensors, theirs: Tensors) -> None:
        for name in [*theirs, *ours]:
            if name not in ours or name not in theirs:
                side = "Keras" if name in ours else "engine"
                self.differ(name, remark=f"the {side} has no such tensor")
                self.result.level = APART
        for name in ours:
            if name not in theirs:
                continue
            a, b = ours[name], np.asarray(theirs[name])
            self.result.tensors += 1
            self.result.numbers += a.size
            if name in ("x", "y", "w"):  # each side keeps them in a type of its own
                a, b = _of_one_type(a, b)
                b = b.reshape(a.shape if b.size == a.size else b.shape)
            self.tensor(name, a, b)

    def tensor(self, name: str, a: np.ndarray, b: np.ndarray) -> None:
        if a.shape != b.shape or a.dtype != b.dtype:
            text = f"{a.dtype} {a.shape} in the engine, {b.dtype} {b.shape} in Keras"
            self.differ(name, remark=text)
            self.lower(NEAR if a.shape == b.shape else APART)
        elif not same(a, b).all():
            self.lower(NEAR)
            if is_digest(a):
                self.differ(name, remark="the digests of their bits differ")
                return
            if (np.isnan(a) != np.isnan(b)).any():
                self.result.level = APART
            if self.result.first is None:
                self.differ(name, **_largest(a, b))

    def numbers(self, ours: Mapping[str, float], theirs: Mapping[str, float], title: str) -> None:
        for name in dict.fromkeys([*ours, *theirs]):
            self.result.numbers += 1
            a, b = ours.get(name), theirs.get(name)
            if a is None or b is None:
                side = "engine" if a is None else "Keras"
                self.differ(title.format(name), remark=f"the {side} has no such value")
                self.result.level = APART
            elif not same(a, b):
                self.lower(NEAR)
                # Both sides form them in float32; as such they are a few ulps apart.
                self.differ(title.format(name), **_largest(np.float32([a]), np.float32([b])))

    def judge(self, ours: Mapping[str, float], theirs: Mapping[str, float]) -> None:
        """Hold loss and metrics to the tolerance."""
        for name in set(ours) & set(theirs):
            self.hold(name, ours[name], theirs[name])
            if "loss" in name and not same(ours[name], theirs[name]):
                distance = abs(ours[name] - theirs[name])
                distance = FARTHEST if np.isnan(distance) else distance
                self.result.loss_difference = max(self.result.loss_difference, distance)

    def hold(self, name: str, ours: Any, theirs: Any) -> None:
        """Hold one result to the tolerance, if it is more than a digest."""
        if np.shape(ours) != np.shape(theirs):
            return
        if is_digest(np.asarray(ours)):
            self.result.undecided |= not same(ours, theirs).all()
        elif not share(name, ours, theirs) <= 1:
            self.result.level = APART

    # --- notes ----------------------------------------------------------------------------------

    def lower(self, level: str) -> None:
        if self.result.level != APART:
            self.result.level = level

    def differ(self, name: str, **details: Any) -> None:
        if self.result.first is not None:
            return
        step, epoch, batch = self.place
        layer = "".join(c for c in name if c.isdigit())
        layers = self.start.layers
        known = bool(layer) and 0 < int(layer) <= len(layers) and ":" not in name
        self.result.first = Difference(
            fit=self.start.fit,
            step=step,
            epoch=epoch,
            batch=batch,
            tensor=name,
            layer=f"{layers[int(layer) - 1]} (layer {layer} of {len(layers)})" if known else "",
            formula=self.start.formulas.get(name, ""),
            **details,
        )

    def grow(self, ours: Epoch, theirs: Epoch) -> None:
        if any(map(is_digest, ours.weights.values())):
            return
        if _alike(ours.weights, theirs.weights):
            place = self.start.fit, ours.number, self.place[0]
            self.result.growth.append(grown(*place, ours.weights, theirs.weights))


def grown(fit: str, epoch: int, steps: int, a: Tensors, b: Tensors) -> Growth:
    """Return how far apart two models' weights are."""
    found = np.concatenate([ulps(a[name], b[name]).ravel() for name in a])
    differences = [np.max(distances(a[name], b[name]), initial=0.0) for name in a]
    return Growth(
        fit,
        epoch,
        steps,
        float(found.max()),
        float(np.median(found)),
        float(np.max(differences)),
        " and ".join(sorted({str(values.dtype) for values in a.values()})),
    )


def _of_one_type(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return two arrays in the narrower of two float types, else in that of the first."""
    if a.dtype.kind == b.dtype.kind == "f" and b.dtype.itemsize < a.dtype.itemsize:
        return a.astype(b.dtype), b
    return a, b.astype(a.dtype)


def _alike(a: Tensors, b: Tensors) -> bool:
    return {k: (v.shape, v.dtype) for k, v in a.items()} == {
        k: (v.shape, v.dtype) for k, v in b.items()
    }


def _largest(a: np.ndarray, b: np.ndarray) -> dict[str, Any]:
    """Return where two arrays differ most, and by how much."""
    apart = ulps(a, b)
    different = ~same(a, b)
    index = np.unravel_index(np.argmax(np.where(different, apart + 1, 0)), a.shape)
    largest = np.max(distances(a, b))
    return {
        "index": tuple(int(i) for i in index) if a.ndim and a.size > 1 else (),
        "engine": a[index],
        "keras": b[index],
        "ulps": float(apart[index]),
        "largest": float(largest),
        "count": int(different.sum()),
        "size": int(a.size),
        "shape": tuple(a.shape),
        "remark": "" if apart.max() > 0 else "only the signs of zeros differ",
    }


def _said(event: Any) -> str:
    if isinstance(event, Step | Epoch):
        return f"{type(event).__name__.lower()} {event.number}"
    return {Start: "a start", End: "results"}.get(type(event), "the end")
