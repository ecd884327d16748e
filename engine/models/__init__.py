"""Models.

Keras: ``keras.models``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.checks.absent import absent
from engine.models.cloning import clone_model
from engine.models.functional import Functional
from engine.models.model import Model
from engine.models.nonfinite import NonFiniteError
from engine.models.sequential import Sequential

__all__ = [
    "Functional",
    "Model",
    "NonFiniteError",
    "Sequential",
    "clone_model",
    "load_model",
    "save_model",
]


if TYPE_CHECKING:
    from engine.saving import load_model, save_model
else:  # the room for files imports this one

    def __getattr__(name: str) -> Any:
        if name in ("load_model", "save_model"):
            from engine import saving

            return getattr(saving, name)
        return absent(__name__, __all__)(name)


def __dir__() -> list[str]:
    return __all__
