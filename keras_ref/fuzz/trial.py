"""An experiment → the level that was promised, and the level that was reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import engine
from keras_ref.experiment import FIT, Experiment
from keras_ref.lockstep.compare import APART, BITS, NEAR, TOLERANCE, size
from keras_ref.lockstep.ulps import same

FAILED = "failed"
ORDER = {BITS: 0, NEAR: 1, APART: 2, FAILED: 3}


@dataclass(frozen=True)
class Trial:
    """One experiment, tried.

    Attributes
    ----------
    promised, reached : str
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
    return Trial(experiment, promised, reached, where or reasons)


def promise(experiment: Experiment) -> tuple[str, str]:
    """Return the level that the engine promises for an experiment on this machine, and why."""
    model = experiment.build(engine)
    found = engine.arithmetic(model, experiment.fit.get("batch_size", FIT["batch_size"]))
    return found.level, "; ".join(found.reasons)


def level(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> tuple[str, str]:
    """Return the level at which two results agree, and where they do not."""
    if list(ours) != list(theirs):
        return APART, f"{list(ours)} in the engine, {list(theirs)} in Keras"
    reached, where = BITS, []
    for name, a in ours.items():
        b = np.asarray(theirs[name])
        if a.shape != b.shape or a.dtype != b.dtype:
            return APART, f"{name}: {a.dtype} {a.shape} in the engine, {b.dtype} {b.shape} in Keras"
        equal = same(a, b)
        if equal.all():
            continue
        with np.errstate(invalid="ignore", over="ignore"):
            distance = np.where(equal, 0.0, np.abs(a.astype("f8") - b.astype("f8")))
            distance /= size(b) if name == "predict" else np.maximum(1.0, np.abs(b.astype("f8")))
        worst = float(np.max(np.where(np.isnan(distance), np.inf, distance)))
        where.append(f"{name}: {worst:.1e}")
        held = "loss" in name or name == "predict"
        near = not held or worst <= TOLERANCE
        reached = max(reached, NEAR if near else APART, key=lambda name: ORDER[name])
    return reached, ", ".join(where)
