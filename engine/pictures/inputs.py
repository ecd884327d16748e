"""What several pictures are given: models, and the weights of their trainings."""

from __future__ import annotations

from typing import Any

from engine.checks.shown import shown


def checked_model(model: Any) -> Any:
    """Return `model`, if it is one.

    Raises
    ------
    TypeError
        If it is not.
    """
    if not hasattr(model, "layers") or not hasattr(model, "built"):
        raise TypeError(f"Expected model to be a model. Received: model={shown(model)}")
    return model


def checked_history(name: str, history: Any, shapes: list[tuple[int, ...]]) -> Any:
    """Return `history`, if it is a WeightHistory that holds weights of these shapes.

    Raises
    ------
    TypeError
        If it is something else.
    ValueError
        If it has seen no fit, or that of a model with other weights.
    """
    if not isinstance(getattr(history, "weights", None), list) or not hasattr(history, "labels"):
        raise TypeError(f"Expected {name} to be a WeightHistory. Received: {shown(history)}")
    if not history.weights:
        raise ValueError(
            f"Expected {name} to be a history that has seen a fit: "
            "model.fit(…, callbacks=[history]). Received: one without weights"
        )
    for weights in history.weights:
        if [w.shape for w in weights] != shapes:
            raise ValueError(
                f"Expected {name} to be a history of weights with the shapes {shapes}. "
                f"Received: {[w.shape for w in weights]}"
            )
    return history
