"""A new model for an estimator, from a function or from a model.

    function    called with the arguments that are for it
    model       copied, weights included; or made anew from its config

The model that comes out is compiled, has a loss, and is nobody else's.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

from engine.checks.shown import shown
from engine.models import Model


def takes(function: Callable[..., Any], name: str) -> bool:
    """Whether `function` can be called with an argument of this name.

    >>> takes(lambda units: None, "units"), takes(lambda units: None, "meta")
    (True, False)
    """
    kinds = inspect.signature(function).parameters
    if any(p.kind == p.VAR_KEYWORD for p in kinds.values()):
        return True
    return name in kinds and kinds[name].kind in (
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
    )


def called(make: Any, arguments: dict[str, Any]) -> Model:
    """What the function `make` returns, if it is a model.

    Raises
    ------
    TypeError
        If `make` is no function, or returns something else.
    """
    if not callable(make):
        raise TypeError(
            "Expected model to be a function that returns a model, or a model. "
            f"Received: model={shown(make)}"
        )
    made = make(**arguments)
    if not isinstance(made, Model):
        raise TypeError(
            f"Expected the model function to return a model of the engine. Received: {shown(made)}"
        )
    return made


def made_anew(template: Model) -> Model:
    """A model like `template` with weights freshly drawn, compiled like it."""
    model: Model = type(template).from_config(template.get_config())
    if template.compiled:
        model.compile_from_config(template.get_compile_config())
    return model


def copied(template: Model) -> Model:
    """A model like `template` with its weights and the state of its optimizer."""
    return copy.deepcopy(template)


def checked_compiled(model: Model) -> Model:
    """`model`, if it can be trained."""
    if not model.compiled or model.loss is None:
        raise ValueError(
            "Expected a compiled model with a loss: compile it in the model function, or give the "
            f"estimator loss= and optimizer=. Received: model {model.name!r}, "
            + ("compiled without a loss" if model.compiled else "not compiled")
        )
    return model
