"""What callbacks share that watch one number of the epoch: is it better than before?

    value + min_delta < best   (mode "min")        value − min_delta > best   (mode "max")

both sides rounded to ``config.floatx()``: with float32 an improvement of 0.5 by 1e-9 is none.
Without a best, every value is better; a NaN is never better than a number.  With mode "auto" the
metric's direction decides.

Keras: ``MonitorCallback`` of 3.15.1.  An unknown mode is a ValueError here and a warning there.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from engine import config
from engine.callbacks.callback import Callback

DIRECTIONS = {"up": "max", "down": "min"}
KNOWN = dict.fromkeys(
    ["loss", "mse", "mae", "mean_squared_error", "mean_absolute_error"]
    + ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"],
    "min",
) | dict.fromkeys(
    ["accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"],
    "max",
)


def direction(model: Any, name: str) -> str | None:
    """Return which is better for the metric `name`, "min" or "max"; None if that is not known."""
    metrics = list(getattr(model, "metrics", None) or [])
    for metric in metrics:
        metrics += getattr(metric, "metrics", [])  # Keras keeps them in a container
        found = DIRECTIONS.get(getattr(metric, "_direction", ""))
        if found and metric.name == name:
            return found
    return KNOWN.get(name)


def whole(name: str, value: Any, least: int = 0) -> int:
    """Return `value`, if it is an integer ≥ `least`."""
    expected = f"Expected {name} to be an integer ≥ {least}. Received: {name}={value!r}"
    if not isinstance(value, int | np.integer):
        raise TypeError(expected)
    if value < least:
        raise ValueError(expected)
    return int(value)


def real(name: str, value: Any) -> float:
    """Return `value` as a float, if it is a number and not NaN."""
    expected = f"Expected {name} to be a number. Received: {name}={value!r}"
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(expected)
    if np.isnan(value):
        raise ValueError(expected)
    return float(value)


def flag(name: str, value: Any) -> bool:
    """Return `value`, if it is True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"Expected {name} to be True or False. Received: {name}={value!r}")
    return value


def frequency(value: Any) -> Any:
    """Return `value`, if it is "epoch" or a number of batches."""
    if isinstance(value, str) and value == "epoch":
        return value
    expected = f'Expected save_freq to be "epoch" or an integer ≥ 1. Received: save_freq={value!r}'
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise (ValueError if isinstance(value, str) else TypeError)(expected)
    if value < 1:
        raise ValueError(expected)
    return int(value)


class Monitor(Callback):
    """Base of the callbacks that watch one number.

    Attributes
    ----------
    monitor, mode
        The number's name in `logs`; "min", "max" or "auto".
    best
        The best value so far; None before the first.
    """

    def __init__(self, monitor: Any, mode: Any, best: Any = None, min_delta: Any = 0) -> None:
        super().__init__()
        if not isinstance(monitor, str):
            raise TypeError(f"Expected monitor to be a name. Received: monitor={monitor!r}")
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"Expected mode to be 'auto', 'min' or 'max'. Received: mode={mode!r}")
        self.monitor = monitor
        self.mode = mode
        self.best: float | None = best
        self.min_delta = abs(real("min_delta", min_delta))
        self._better: str | None = None

    def _find_better(self) -> None:
        """Look up the direction: when the first number comes, all metrics are known."""
        if self._better is None:
            self._better = self.mode
        if self._better == "auto":
            better = direction(self.model, self.monitor.removeprefix("val_"))
            if better is None:
                raise ValueError(
                    "Expected mode='min' or mode='max' for a metric of unknown direction. "
                    f"Received: monitor={self.monitor!r}, mode='auto'"
                )
            self._better = better

    def _improves(self, value: float, reference: float | None) -> bool:
        if reference is None:
            return True
        rounded = np.dtype(config.floatx()).type
        if self._better == "min":
            return bool(rounded(value + self.min_delta) < rounded(reference))
        return bool(rounded(value - self.min_delta) > rounded(reference))


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
