"""From what users pass to what a run needs: checked rows, resolved metrics, the buffers.

Everything here is done before anything of the model is touched.
"""

from __future__ import annotations

import threading
import warnings
from functools import partial
from typing import Any

from engine.checks.numeric import numeric
from engine.checks.shown import shown
from engine.kernels.program import Program
from engine.layers.input import InputLayer
from engine.models import data
from engine.models.batches import Batches, are_batches
from engine.models.compiling import Compiling
from engine.models.feed import Given
from engine.models.run import Rows
from engine.models.scores import Scores
from engine.models.stored import is_stored, stored
from engine.optimizers import Optimizer

_MAKING = threading.RLock()
"""Weights live in one program: two threads that ask for it at once must not each make their own."""


class Feeding(Compiling):
    """The part of a model that takes data in."""

    def __getstate__(self) -> dict[str, Any]:
        """What a copy needs, in this process or another: not where the kernels' buffers are."""
        state = self.__dict__.copy()
        state.pop("_kept_program", None)
        state.pop("_run", None)
        return state

    def _program(self) -> Program:
        with _MAKING:
            return self._only_program()

    def _only_program(self) -> Program:
        layers = [layer for layer in self.layers if not isinstance(layer, InputLayer)]
        program: Program | None = getattr(self, "_kept_program", None)
        variables = self._kernel_weights
        if (
            program is None
            or len(variables) != len(program.variables)
            or any(a is not b for a, b in zip(variables, program.variables, strict=True))
            or program.trainable != [v.trainable for v in variables]
            or [stage.layer for stage in program.stages] != [x for x in layers if x.stage]
        ):
            program = self._kept_program = Program(layers, self.name)
        program.adopt()
        if program.stages:
            program.read_stages()
        return program

    def _input_features(self, x: Any) -> tuple[tuple[int, ...], str]:
        """The shape and type of a row, as the model or, if it waits for data to tell, `x` says."""
        dense = self._dense_layers()
        if not dense:
            raise ValueError(
                "Expected a model with layers, one of them a Dense. "
                f"Received: model {self.name!r} with {len(self.layers)} layers"
            )
        dtype = dense[0].dtype
        if self.built:
            return tuple(self.input_shape[1:]), dtype
        shape = numeric(x, "x").shape
        if len(shape) < 2 or 0 in shape:
            raise ValueError(
                f"Expected x of shape (rows, features), none of them 0. Received: x.shape={shape}"
            )
        through: Any = shape
        try:
            for layer in self.layers:
                through = layer.compute_output_shape(through)
        except ValueError as error:
            raise ValueError(
                "Expected x of rows that all layers can read, (rows, features) before a Dense. "
                f"Received: x.shape={shape}"
            ) from error
        return shape[1:], dtype

    def _rows(self, x: Any, y: Any, sample_weight: Any, like: Rows | None = None) -> Rows:
        """Checked data, before anything of the model is touched; `like` tells validation rows."""
        self._require_compiled(loss=True)
        assert self._loss is not None
        shape, dtype = self._input_features(x if like is None else like.x)
        if like is not None and like.shape:
            shape = like.shape[1:]
        names = _names(like)
        x_ = data.features(x, shape, dtype, names[0])
        y_ = data.labels(y, len(x_), self._output_units(), self._loss, dtype, names[1])
        weights = None
        if sample_weight is not None:
            weights = data.sample_weights(sample_weight, len(x_), dtype, names[2])
        return Rows(x_, y_, weights, (len(x_), *shape))

    def _given(
        self, x: Any, y: Any, sample_weight: Any, shuffle: bool = False, like: Rows | None = None
    ) -> Given:
        """Data looked at, before anything of the model is touched; `like` as in :meth:`_rows`."""
        read = partial(self._rows, like=like)
        if is_stored(x):
            self._require_compiled(loss=True)
            return stored(x, y, sample_weight, _names(like), read)
        if not are_batches(x):
            return read(x, y, sample_weight)
        for name, values in (("y", y), ("sample_weight", sample_weight)):
            if values is not None:
                raise ValueError(
                    f"Expected no {name} beside data that come as batches: it is part of them. "
                    f"Received: {name}={shown(values)}"
                )
        self._require_compiled(loss=True)
        return Batches(x, read, shuffle)

    def _validation(self, data: Any, like: Rows) -> Given | None:
        """What to validate on, looked at."""
        if data is None:
            return None
        if are_batches(data):
            return self._given(data, None, None, like=like)
        expected = (
            "Expected validation_data to be (x, y), (x, y, sample_weight) or an iterable of "
            "batches. Received: "
        )
        if not isinstance(data, list | tuple):
            raise TypeError(f"{expected}validation_data={shown(data)}")
        if len(data) not in (2, 3):
            raise ValueError(f"{expected}validation_data of length {len(data)}")
        x, y, weights = (*data, None)[:3]
        return self._given(x, y, weights, like=like)

    def _class_weighted(self, rows: Rows, class_weight: Any) -> Rows:
        """The rows to train on, weighted by their classes if `class_weight` is not None."""
        if class_weight is None:
            return rows
        if rows.weights is not None:
            raise ValueError("Expected class_weight or sample_weight. Received: both")
        weights = data.class_weights(class_weight, rows.y, str(rows.x.dtype))
        return Rows(rows.x, rows.y, weights, rows.shape)

    def _output_units(self) -> int:
        return int(self._dense_layers()[-1].units)

    def _metrics(self, y: data.Array) -> Scores:
        """Loss and metrics for these labels, which must fit."""
        found = self._scores(y.shape[1], self._output_units(), y.dtype.name)
        found.check(y.shape[1])
        return found

    def _ready(self, rows: Rows, optimizer: Optimizer | None = None) -> Program:
        if optimizer is not None:
            optimizer.check(self._kernel_weights)
        if not self.built:
            self.build((None, *(rows.shape or rows.x.shape)[1:]))
        return self._program()

    def _trainer(self) -> Optimizer | None:
        """The optimizer; None, and a warning, where all weights are frozen, as in Keras."""
        if any(w.trainable for w in self._kernel_weights):
            return self.optimizer
        warnings.warn(
            f"Expected a model with a weight to train. Received: model {self.name!r} with "
            "trainable=False in all layers, of which loss and metrics are told",
            stacklevel=3,
        )
        return None


def _names(like: Rows | None) -> list[str]:
    """What errors call features, labels and weights."""
    if like is None:
        return ["x", "y", "sample_weight"]
    return [f"validation_data[{i}]" for i in range(3)]
