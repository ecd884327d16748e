"""An experiment → the level that was promised, and the level that was reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import engine
from keras_ref.experiment import Experiment
from keras_ref.lockstep.compare import APART, BITS, NEAR
from keras_ref.lockstep.tolerance import share
from keras_ref.lockstep.ulps import distances, same
from keras_ref.watch import Watcher

NOTHING, FAILED = "nothing", "failed"
ORDER = {BITS: 0, NEAR: 1, APART: 2, NOTHING: 2, FAILED: 3}

NUDGES = 3
"""How often a training is repeated from other roundings of its initial weights."""

MULTIPLIES = 0.1
"""The share of the tolerance by which that may move its results; if they move more, nothing is
promised of it: the roundings of whole steps are some times those of one."""


@dataclass(frozen=True)
class Trial:
    """One experiment, tried.

    Attributes
    ----------
    promised : str
        "bits" or "tolerance"; "nothing" where the tolerance has no bound.
    reached : str
        "bits", "tolerance" or "apart"; "failed" if one side ended with an error.
    reason : str
        Why no more was promised; or where the two differ; or the error.
    """

    experiment: Experiment
    promised: str
    reached: str
    reason: str = ""

    @property
    def kept(self) -> bool:
        """Whether the promise was kept."""
        return ORDER[self.reached] <= ORDER[self.promised]


def try_out(keras: Any, experiment: Experiment) -> Trial:
    """Train `experiment` in the engine and in Keras and compare everything."""
    promised, reasons = promise(experiment)
    told = {}
    for side, name in ((engine, "engine"), (keras, "Keras")):
        side.utils.clear_session()
        try:
            told[name] = experiment.run(side)
        except Exception as error:  # whatever it is, it is a finding
            return Trial(experiment, promised, FAILED, f"{name}: {type(error).__name__}: {error}")
    reached, where = level(told["engine"], told["Keras"])
    if (promised, reached) == (NEAR, APART):
        if overflows(told["engine"]) or overflows(told["Keras"]):
            promised, where = NOTHING, f"{where}; this training overflows"
        elif multiplies_roundings(experiment, told["engine"]):
            promised, where = NOTHING, f"{where}; this training multiplies roundings"
    return Trial(experiment, promised, reached, where or reasons)


def promise(experiment: Experiment) -> tuple[str, str]:
    """Return the level that the engine promises for an experiment on this machine, and why."""
    model = experiment.build(engine)
    found = engine.arithmetic(model, experiment.batch_size)
    bound = found.tolerance < float("inf")
    return found.level if bound else NOTHING, "; ".join(found.reasons)


class _Nudging(Watcher):
    """Moves every initial weight to one of its neighbours."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def attach(self, model: Any, name: str) -> list[Any]:
        """Move the weights; nothing is watched."""
        model.set_weights(
            [
                np.nextafter(w, self.rng.choice([-np.inf, np.inf], w.shape).astype(w.dtype))
                for w in model.get_weights()
            ]
        )
        return []


def overflows(result: dict[str, np.ndarray]) -> bool:
    """Whether a training ended beyond all floats: there the last bit decides between ∞ and NaN."""
    return any(not np.isfinite(np.asarray(value, float)).all() for value in result.values())


def multiplies_roundings(experiment: Experiment, result: dict[str, np.ndarray]) -> bool:
    """Whether the engine's own results move when its initial weights are moved by one ulp.

    Such a training has no tolerance to be held to: whoever adds in another order ends elsewhere.
    """
    for seed in range(NUDGES):
        engine.utils.clear_session()
        moved = experiment.run(engine, _Nudging(seed))
        if max(_share(name, moved[name], value) for name, value in result.items()) > MULTIPLIES:
            return True
    return False


def _share(name: str, ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return how much of the tolerance is used; nothing of weights, which are not held to it."""
    return 0.0 if name.startswith("weights") else share(name, ours, theirs)


def level(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> tuple[str, str]:
    """Return the level at which two results agree, and where they do not."""
    if list(ours) != list(theirs):
        return APART, f"{list(ours)} in the engine, {list(theirs)} in Keras"
    reached, where = BITS, []
    for name, a in ours.items():
        b = np.asarray(theirs[name])
        if a.shape != b.shape or a.dtype != b.dtype:
            return APART, f"{name}: {a.dtype} {a.shape} in the engine, {b.dtype} {b.shape} in Keras"
        if same(a, b).all():
            continue
        lost = (np.isnan(a) != np.isnan(b)).any()
        where.append(f"{name}: {'a NaN' if lost else f'{np.max(distances(a, b)):.1e}'}")
        near = not lost and _share(name, a, b) <= 1
        reached = max(reached, NEAR if near else APART, key=lambda name: ORDER[name])
    return reached, ", ".join(where)
