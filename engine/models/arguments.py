"""Arguments that fit, evaluate and predict share."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.checks.shown import shown

BATCH_SIZE = 32
"""Keras's batch size when none is given."""


def whole(name: str, value: Any, default: int | None = None, least: int = 1) -> int:
    """`value` as a whole number ≥ `least`; None stands for `default` if there is one."""
    if value is None and default is not None:
        return default
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_whole or value < least:
        raise (ValueError if is_whole else TypeError)(
            f"Expected {name} to be a whole number ≥ {least}. Received: {name}={shown(value)}"
        )
    return int(value)


def not_yet(**options: Any) -> None:
    """Refuse an option, name=(value, neutral value), that is in use."""
    for name, (value, neutral) in options.items():
        if value is not neutral and not (np.isscalar(value) and value == neutral):
            raise ValueError(
                f"Expected {name}={neutral!r}: the engine does not have this option yet. "
                f"Received: {name}={shown(value)}"
            )


def verbosity(verbose: Any) -> int:
    """0, 1 or 2; "auto" is 1."""
    if isinstance(verbose, int | np.integer) and verbose in (0, 1, 2):
        return int(verbose)
    if isinstance(verbose, str) and verbose == "auto":
        return 1
    raise (ValueError if isinstance(verbose, int | np.integer | str) else TypeError)(
        f'Expected verbose to be "auto", 0, 1 or 2. Received: verbose={shown(verbose)}'
    )
