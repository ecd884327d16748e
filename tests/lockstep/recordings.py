"""Keras's recorded trainings, and whether this machine can be compared with them bit by bit."""

from pathlib import Path

import engine
from keras_ref.lockstep.recorded import about

FOLDER = Path(__file__).parent.parent / "parity" / "recorded"


def path_of(name):
    return FOLDER / f"{name}.npz"


def comparable(name):
    """Whether the same bits are promised, and 1/x begins here as where the recording was made."""
    here = engine.arithmetic()
    return here.level == "bits" and here.machine.estimate == about(path_of(name))["reciprocal"]
