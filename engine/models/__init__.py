"""Models.

Keras: ``keras.models``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.models.functional import Functional
from engine.models.model import Model
from engine.models.nonfinite import NonFiniteError
from engine.models.sequential import Sequential

__all__ = ["Functional", "Model", "NonFiniteError", "Sequential", "load_model", "save_model"]


if TYPE_CHECKING:
    from engine.saving import load_model, save_model
else:  # the room for files imports this one

    def __getattr__(name: str) -> Any:
        if name in ("load_model", "save_model"):
            from engine import saving

            return getattr(saving, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
