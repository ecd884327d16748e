"""The parameters of an MLP estimator that no layer and no optimizer checks.

scikit-learn: checks when ``fit`` is called, not when an estimator is made.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.models.arguments import whole
from engine.optimizers.optimizer import checked_number


def rows_of_a_batch(batch_size: Any, rows: int) -> int:
    """How many of `rows` rows make an update; "auto" is 200 at the most.

    >>> rows_of_a_batch("auto", 150), rows_of_a_batch("auto", 1000), rows_of_a_batch(32, 20)
    (150, 200, 20)
    """
    if isinstance(batch_size, str) and batch_size == "auto":
        return min(200, rows)
    return min(whole("batch_size", batch_size), rows)


def check_settings(estimator: Any) -> None:
    """Raise a ValueError or TypeError if a parameter of `estimator` is none."""
    rows_of_a_batch(estimator.batch_size, 1)
    whole("max_iter", estimator.max_iter)
    checked_number("alpha", estimator.alpha, 0.0)
    checked_number("tol", estimator.tol, 0.0)
    if estimator.n_iter_no_change != np.inf:
        whole("n_iter_no_change", estimator.n_iter_no_change)
    for name in ("early_stopping", "warm_start", "shuffle"):
        value = getattr(estimator, name)
        if not isinstance(value, bool | np.bool_):
            raise TypeError(f"Expected {name} to be True or False. Received: {name}={shown(value)}")
