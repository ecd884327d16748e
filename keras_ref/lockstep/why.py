"""Why two trainings differ: Keras is trained again with each known cause, and compared.

The distance is the largest of the weights, in ulps, after the last epoch of the first fit.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from keras_ref.lockstep.causes import CAUSES, Cause
from keras_ref.lockstep.compare import Growth, grown
from keras_ref.lockstep.events import Epoch, Event, Start, Tensors
from keras_ref.lockstep.side import Request, events
from keras_ref.lockstep.ulps import ulps

PARTLY = 10
"""A change that brings the two so many times closer is called a part of the cause."""


@dataclass(frozen=True)
class Tried:
    """One cause, tried.

    Attributes
    ----------
    engine, keras : float
        How far the engine and the unchanged Keras are from the changed Keras.
    verdict : str
        What that means.
    explains : bool
        Whether engine and changed Keras agree in every bit, and the unchanged does not.
    skipped : str
        Why it was not tried, if it was not.
    growth : list of Growth
        How far the changed Keras and Keras itself are apart, epoch by epoch.
    """

    name: str
    title: str
    engine: float = 0.0
    keras: float = 0.0
    verdict: str = ""
    explains: bool = False
    skipped: str = ""
    growth: list[Growth] = field(default_factory=list)


def first_fit(stream: Iterator[Event]) -> tuple[list[Epoch], dict[str, str]]:
    """Return the epochs of the first fit of a training, and its formulas."""
    epochs: list[Epoch] = []
    formulas: dict[str, str] = {}
    starts = 0
    for event in stream:
        starts += isinstance(event, Start)
        if starts > 1:
            break
        if isinstance(event, Start):
            formulas = event.formulas
        if isinstance(event, Epoch):
            epochs.append(event)
    return epochs, formulas


def try_causes(request: Request, tell: Callable[[str], None] = lambda text: None) -> list[Tried]:
    """Train Keras with every known cause and compare it with the engine."""
    plain = dataclasses.replace(request, each_step=False)
    ours, formulas = first_fit(events("engine", plain))
    theirs, _ = first_fit(events("keras", plain))
    if not ours:  # fit was asked for no epoch
        return []
    tried = []
    for name, cause in CAUSES.items():
        tell(cause.title)
        if reason := _meaningless(cause, formulas):
            tried.append(Tried(name, cause.title, skipped=reason))
            continue
        changed = dataclasses.replace(plain, cause=name, environment=cause.environment)
        epochs, _ = first_fit(events(cause.side, changed))
        tried.append(_judged(name, cause, ours, theirs, epochs))
    return tried


def _meaningless(cause: Cause, formulas: dict[str, str]) -> str:
    """Return why the cause cannot play a part in this training, or nothing."""
    if not cause.installed:
        return f"{cause.backend} is not installed"
    text = " ".join(formulas.values())
    if cause.needs == "epsilon" and "ε̂" not in text:
        return "the optimizer has no ε"
    if cause.needs == "logits" and not ("σ(z" in text or "softmax(z" in text):
        return "the loss does not work on logits"
    return ""


def _judged(
    name: str, cause: Cause, ours: list[Epoch], theirs: list[Epoch], changed: list[Epoch]
) -> Tried:
    after = [side[-1].weights for side in (ours, theirs, changed)]
    engine, keras = farthest(after[0], after[2]), farthest(after[1], after[2])
    before = farthest(after[0], after[1])
    if before == 0:
        verdict = ""
    elif engine == 0:
        verdict = "THIS IS WHY: with this change Keras has the engine's bits"
    elif engine * PARTLY < before:
        verdict = f"a part of it: {before / engine:,.0f} times closer"
    else:
        verdict = "no"
    growth = [
        grown(cause.title, a.number, 0, a.weights, b.weights)
        for a, b in zip(theirs, changed, strict=False)
    ]
    explains = before > 0 and engine == 0
    return Tried(name, cause.title, engine, keras, verdict, explains, growth=growth)


def farthest(a: Tensors, b: Tensors) -> float:
    """Return the largest distance of two models' weights, in ulps."""
    return float(np.max([np.max(ulps(a[name], b[name]), initial=0.0) for name in a]))
