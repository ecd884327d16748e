"""The argument `model` of functions beside the class: a model, or an error that says so."""

from __future__ import annotations

from typing import Any

from engine.checks.shown import shown
from engine.models.model import Model


def checked_model(model: Any) -> Model:
    """`model`, if it is one of the engine's.

    Raises
    ------
    TypeError
        If it is not.

    >>> checked_model("model.keras")
    Traceback (most recent call last):
    TypeError: Expected model to be a model. Received: model='model.keras'
    """
    if not isinstance(model, Model):
        raise TypeError(f"Expected model to be a model. Received: model={shown(model)}")
    return model
