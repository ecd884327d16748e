"""Every tensor of the batch that has just been trained on, as the compiled kernel left it.

    x, y, w     the batch: features, labels, weights of the rows
    a1, a2, …   what the hidden layers passed on
    z3          the last layer before its activation, where the loss works on it or there is none
    a3          the last layer's activation, where the loss or a metric reads it
    loss        the mean over the rows
    dz3         the gradient of the loss with respect to z3, then dW3, db3, dz2, …

The numbers are those of the layers in a chain of three; the order is that of the computation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.kernels import fields
from engine.models import Model
from engine.models.run import Run

Array = npt.NDArray[Any]


def batch(model: Model) -> dict[str, Array]:
    """Return copies of the tensors of the last batch, in the order of the computation.

    Shapes
        x ``(rows, inputs)``; a, z and dz ``(rows, units)``; dW ``(inputs, units)``; db
        ``(units,)``; loss ``()``.

    Raises
    ------
    ValueError
        If no fit is in progress, or no batch is done: call it from a callback's
        ``on_train_batch_end``.

    >>> import engine, numpy as np
    >>> model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> seen = []
    >>> watch = engine.callbacks.LambdaCallback(
    ...     on_train_batch_end=lambda step, logs: seen.append(batch(model)))
    >>> x, y = np.ones((3, 2)), np.zeros((3, 1))
    >>> _ = model.fit(x, y, batch_size=2, verbose=0, callbacks=[watch])
    >>> [(name, values.shape) for name, values in seen[1].items()][:4]
    [('x', (1, 2)), ('y', (1, 1)), ('z1', (1, 1)), ('loss', ())]
    """
    run = model._run
    watched = run is not None and run.train is not None and run.watched
    if run is None or not watched or not run.plan[fields.STEPS_DONE]:
        raise ValueError(
            "Expected a fit in progress that has done a batch: call it from the callback "
            f"on_train_batch_end. Received: model {model.name!r}"
        )
    start, rows = _place(run)
    told = _fed(run, start, rows) | _forward(run, rows)
    told["loss"] = run.batch_loss.reshape(())
    told |= _backward(run, rows)
    return {name: np.array(values) for name, values in told.items()}


def _place(run: Run) -> tuple[int, int]:
    """The batch's first row in the epoch, and how many it has."""
    total = int(run.plan[fields.TRAIN_ROWS])
    end = 0 if run.validating else int(run.plan[fields.POSITION])
    end = end or total
    start = (end - 1) // run.batch * run.batch
    return start, end - start


def _fed(run: Run, start: int, rows: int) -> dict[str, Array]:
    buffers = run.train
    assert buffers is not None

    def part(flat: Array, width: int) -> Array:
        return flat[start * width : (start + rows) * width].reshape(rows, width)

    told = {
        "x": part(buffers.flat_x, run.program.inputs),
        "y": part(buffers.flat_y, int(run.plan[fields.LABELS])),
    }
    if buffers.flat_weights is not None:
        told["w"] = part(buffers.flat_weights, 1).reshape(rows)
    return told


def _tensor(flat: Array, place: int, rows: int, units: int) -> Array:
    return flat[place : place + rows * units].reshape(rows, units)


def _forward(run: Run, rows: int) -> dict[str, Array]:
    program = run.program
    told = {}
    for number, layer in enumerate(program.layers, start=1):
        told[f"a{number}"] = _tensor(program.outputs, layer.output, rows, layer.units)
    last, linear = len(program.layers), program.activation == "linear"
    if program.activation == "":
        return told
    z = told.pop(f"a{last}")
    if run.on_logits or linear:
        told[f"z{last}"] = z
    if not linear and run.predicted:
        told[f"a{last}"] = _tensor(program.outputs, program.predictions, rows, program.units)
    return told


def _backward(run: Run, rows: int) -> dict[str, Array]:
    program = run.program
    told = {}
    for number in range(len(program.layers), 0, -1):
        layer = program.layers[number - 1]
        if not any(any(below.trained) for below in program.layers[:number]):
            break
        told[f"dz{number}"] = _tensor(program.deltas, layer.output, rows, layer.units)
        if layer.trained[0]:
            place, sizes = layer.kernel, (layer.inputs, layer.units)
            told[f"dW{number}"] = _tensor(program.gradients, place, *sizes)
        if layer.trained[1]:
            told[f"db{number}"] = program.gradients[layer.bias : layer.bias + layer.units]
    return told
