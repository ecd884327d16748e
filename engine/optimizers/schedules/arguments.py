"""Checks of what schedules are made from.

Keras computes in whole numbers when the initial learning rate is one (`1` instead of `1.0`), which
makes most schedules 0; here a number is a number.
"""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from engine.checks.shown import shown


def checked(name: str, value: Any, low: float = -math.inf, above: bool = False) -> Any:
    """`value`, if it is a finite number ≥ `low`, or > `low` if it has to be `above`."""
    is_number = isinstance(value, int | float | np.integer | np.floating)
    is_number = is_number and not isinstance(value, bool)
    finite = is_number and abs(value) <= sys.float_info.max  # a whole number may have more digits
    if not finite or value < low or (above and value == low):
        bound = "" if low == -math.inf else f" {'>' if above else '≥'} {low:g}"
        raise (ValueError if is_number else TypeError)(
            f"Expected {name} to be a finite number{bound}. Received: {name}={shown(value)}"
        )
    return value


def flag(name: str, value: Any) -> bool:
    """`value`, if it is True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"Expected {name} to be True or False. Received: {name}={shown(value)}")
    return value


def label(value: Any) -> str | None:
    """`value`, if it can be a schedule's name."""
    if not isinstance(value, str | None):
        raise TypeError(f"Expected name to be a text or None. Received: name={shown(value)}")
    return value
