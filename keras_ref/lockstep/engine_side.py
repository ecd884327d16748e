"""How the engine is watched: its kernels leave everything in the program's buffers."""

from __future__ import annotations

from typing import Any

import engine
from engine.study import batch
from keras_ref.lockstep.events import SLOTS, Tensors, weight_names, weights_of
from keras_ref.lockstep.formulas import formulas
from keras_ref.lockstep.watching import Watching


class EngineWatching(Watching):
    """Reads the tensors of every batch out of the buffers."""

    def tensors(self, model: Any) -> Tensors:
        """Return batch, activations, loss, gradients, slots and weights."""
        told = batch(model)
        names = dict(
            zip(
                [v.path for v in model._kernel_weights],
                weight_names([v.shape for v in model._kernel_weights]),
                strict=True,
            )
        )
        for weight, slot, values in model.optimizer.slot_views():
            told[f"{SLOTS[slot]}({names[weight.path]})"] = values.copy()
        return told | weights_of(model)

    def formulas(self, model: Any) -> dict[str, str]:
        """Return the formulas of the tensors."""
        return formulas(model)

    def callback(self, **hooks: Any) -> Any:
        """Return the engine's LambdaCallback."""
        return engine.callbacks.LambdaCallback(**hooks)
