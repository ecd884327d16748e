"""What an MLP estimator says of a parameter that it does not have: why, or which one is like it.

scikit-learn reads the parameters of an estimator off its ``__init__``, which must name each of
them; so this one stays as it is, and is asked through a function of the same signature.
"""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec

from engine.checks.shown import shown

P = ParamSpec("P")

ABSENT = {
    "learning_rate": "the rate is learning_rate_init in all epochs, unless a callback changes it",
    "power_t": "the rate is learning_rate_init in all epochs, unless a callback changes it",
    "max_fun": "it is for the solver lbfgs, which the engine does not have",
    "loss": "it is the squared error for numbers and the crossentropy for classes",
    "class_weight": "numbers have no classes; sample_weight in fit gives rows their weights",
}
"""Parameters of scikit-learn's that are not here, class_weight for numbers only, and why."""

MOST_NAMES = 8
"""So many names are told of those that there are."""


def explaining(init: Callable[P, None]) -> Callable[P, None]:
    """`init`, which raises a TypeError with a reason for keywords that it does not know."""
    known = [name for name in inspect.signature(init).parameters if name != "self"]

    @functools.wraps(init)
    def asked(*args: P.args, **kwargs: P.kwargs) -> None:
        for name, value in kwargs.items():
            if name not in known:
                raise TypeError(
                    f"Expected {_expected(name, known, type(args[0]).__name__)}. "
                    f"Received: {name}={shown(value)}"
                )
        init(*args, **kwargs)

    return asked


def _expected(name: str, known: list[str], estimator: Any) -> str:
    if name in ABSENT:
        return f"{estimator} without {name}: {ABSENT[name]}"
    like = difflib.get_close_matches(name, known, 1)
    if like:
        return f"{like[0]} or another parameter of {estimator}"
    return f"a parameter of {estimator}, {', '.join(known[:MOST_NAMES])} …"
