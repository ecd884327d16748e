"""The learning rate as callbacks see it: a number of the type that Keras keeps it in.

Keras keeps it as a variable of ``config.floatx()``; what is read back after setting 0.1 is
0.10000000149011612.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import config


def current(model: Any) -> float:
    """The learning rate of the model's next step, rounded to ``config.floatx()``."""
    return float(np.dtype(config.floatx()).type(model.optimizer.learning_rate))
