"""A fit or an evaluation in progress: the arrays that the kernel goes through, and its state.

The kernel :func:`engine.kernels.train.run` does the work; this file lays out what it reads.  One
object serves fit (rows to train on, maybe rows to validate on) and evaluate (rows to validate on
only).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.kernels import metrics as codes
from engine.kernels import train
from engine.kernels.activations import LINEAR, SIGMOID, SOFTMAX
from engine.kernels.compiler import announced
from engine.kernels.machine import processors
from engine.kernels.program import Program, padded
from engine.losses import Loss
from engine.metrics import LossMetric, Metric
from engine.optimizers import Optimizer

Array = npt.NDArray[Any]

SLICE_SECONDS = 0.1
"""How long a compiled call may take, about: Ctrl-C and the progress bar wait for it."""

MOST_BATCHES = 1 << 16
"""The most batches in one compiled call."""


@dataclass
class Rows:
    """Rows of data in a fixed order: features, labels and maybe a weight for each row."""

    x: Array
    y: Array
    weights: Array | None = None

    def __len__(self) -> int:
        return len(self.x)

    def split(self, first: int) -> tuple[Rows, Rows]:
        """The first `first` rows and the others."""
        w = self.weights
        return (
            Rows(self.x[:first], self.y[:first], None if w is None else w[:first]),
            Rows(self.x[first:], self.y[first:], None if w is None else w[first:]),
        )


class _Buffers:
    """`Rows` as the kernel reads them: flat, padded, in the order of the epoch."""

    def __init__(self, rows: Rows, loss: Loss, dtype: str) -> None:
        self.rows = rows
        self.targets = loss.smooth(rows.y)
        self.smoothed = self.targets is not rows.y
        self.flat_x = padded(rows.x, dtype, 8)
        self.flat_y = padded(rows.y, dtype, 8)
        self.flat_targets = padded(self.targets, dtype, 8) if self.smoothed else self.flat_y
        weights = rows.weights
        self.flat_weights = self.flat_y if weights is None else padded(weights, dtype, 8)

    def reorder(self, order: Array) -> None:
        """Put the rows into `order`."""
        pairs = [(self.rows.x, self.flat_x), (self.rows.y, self.flat_y)]
        if self.smoothed:
            pairs.append((self.targets, self.flat_targets))
        if self.rows.weights is not None:
            pairs.append((self.rows.weights, self.flat_weights))
        for values, flat in pairs:
            np.take(values, order, axis=0, out=flat[: values.size].reshape(values.shape))


def _form(loss: Loss, activation: int) -> tuple[int, bool]:
    """The loss's form, and whether it works on the last layer's z.

    A crossentropy takes the logits of a sigmoid or softmax, whichever it was, as Keras does; or
    the output itself if the caller says that the output is logits.
    """
    on_logits, on_predictions = loss.forms
    if on_logits == on_predictions:
        return on_predictions, activation == LINEAR
    if activation in (SIGMOID, SOFTMAX):
        return on_logits, True
    if loss.from_logits:
        return on_logits, activation == LINEAR
    return on_predictions, False


def metric_code(metric: Metric, label_width: int, units: int, activation: int) -> int:
    """The kernels' code of `metric` for labels and predictions of these widths."""
    code = metric.code(label_width, units)
    if code < 0:
        raise ValueError(
            f"Expected labels that fit the metric {metric.name!r}. Received: labels of width "
            f"{label_width} for {units} output{'s' if units > 1 else ''}"
        )
    if isinstance(metric, LossMetric):
        if metric.loss.get_config().get("label_smoothing"):
            raise ValueError(
                f"Expected label_smoothing=0 in the metric {metric.name!r}: smoothing belongs to "
                f"the loss. Received: label_smoothing={metric.loss.label_smoothing!r}"
            )
        return codes.LOSS + _form(metric.loss, activation)[0]
    return code


class Run:
    """Training on `train_rows` and validating on `validation_rows` after each epoch."""

    def __init__(
        self,
        program: Program,
        loss: Loss,
        metrics: list[Metric],
        *,
        optimizer: Optimizer | None = None,
        train_rows: Rows | None = None,
        batch: int = 1,
        validation_rows: Rows | None = None,
        validation_batch: int = 1,
        epochs: int = 1,
        stop_at_epoch_end: bool = True,
    ) -> None:
        self.program = program
        self.optimizer = optimizer
        dtype, units = program.dtype, program.units
        any_rows = train_rows if train_rows is not None else validation_rows
        assert any_rows is not None
        width = any_rows.y.shape[1]
        activation = int(program.table[-1, train.ACTIVATION])
        self.names = ["loss", *(m.name for m in metrics)]
        self.codes = np.array([metric_code(m, width, units, activation) for m in metrics], np.int64)
        self.thresholds = np.array([m.threshold for m in metrics])
        form, on_logits = _form(loss, activation)
        program.make_room(max(batch, validation_batch))

        self.train = _Buffers(train_rows, loss, dtype) if train_rows is not None else None
        self.validation = _Buffers(validation_rows, loss, dtype) if validation_rows else None
        self.batch, self.validation_batch = batch, validation_batch
        self.steps = -(-len(train_rows) // batch) if train_rows is not None else 0
        self.validation_steps = (
            -(-len(validation_rows) // validation_batch) if validation_rows else 0
        )

        plan = self.plan = np.zeros(train.PLAN_LENGTH, np.int64)
        if optimizer is not None:
            optimizer.build(program.variables)
            plan[train.OPTIMIZER] = optimizer.code
        plan[train.PARAMETERS] = program.size
        plan[train.FORM], plan[train.ON_LOGITS] = form, on_logits
        plan[train.LABEL_WIDTH] = width
        plan[train.ROWS] = len(train_rows) if train_rows is not None else 0
        plan[train.BATCH], plan[train.VALIDATION_BATCH] = batch, validation_batch
        plan[train.WEIGHTED] = train_rows is not None and train_rows.weights is not None
        plan[train.VALIDATION_ROWS] = len(validation_rows) if validation_rows else 0
        plan[train.VALIDATION_WEIGHTED] = bool(
            validation_rows and validation_rows.weights is not None
        )
        plan[train.STOP_AT_EPOCH_END] = stop_at_epoch_end
        plan[train.THREADS] = processors()

        self.state = np.zeros(train.STATE_LENGTH, np.int64)
        if train_rows is None:
            self.state[train.PHASE] = train.VALIDATING
        self.sums = np.zeros(2 * len(self.names) + 16, dtype)
        self.history = np.zeros((epochs, 2 * len(self.names)))
        hyper = optimizer.hyperparameters if optimizer is not None else [0.0]
        self.hyper = np.zeros(16, dtype)
        self.hyper[: len(hyper)] = hyper
        work = 6 * max(batch, validation_batch) * program.size
        self._batches = float(max(1, int(0.02 / (1e-6 + work / 2e10))))

    # --- where it stands ----------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        """How many epochs are complete, validation included."""
        return int(self.state[train.EPOCH])

    @property
    def validating(self) -> bool:
        """Whether the epoch's training is complete."""
        return bool(self.state[train.PHASE] == train.VALIDATING)

    @property
    def step(self) -> int:
        """How many batches of the current pass are complete."""
        size = self.validation_batch if self.validating else self.batch
        return -(-int(self.state[train.POSITION]) // size)

    @property
    def batch_loss(self) -> Array:
        """The loss of the last batch, a single number."""
        place = 2 * len(self.names)
        return self.sums[place : place + 1]

    def running(self) -> dict[str, float]:
        """Loss and metrics of the current pass so far."""
        sums = self.sums[: 2 * len(self.names)].reshape(-1, 2)
        return {
            name: float(total / count) if count else 0.0
            for name, (total, count) in zip(self.names, sums, strict=True)
        }

    def trained(self, epoch: int) -> dict[str, float]:
        """Loss and metrics of the training of an epoch."""
        return dict(zip(self.names, self.history[epoch].tolist(), strict=False))

    def validated(self, epoch: int) -> dict[str, float]:
        """Loss and metrics of the validation of an epoch, without ``val_``."""
        values = self.history[epoch, len(self.names) :].tolist()
        return dict(zip(self.names, values, strict=True))

    # --- going on -----------------------------------------------------------------------------

    def reorder(self, order: Array) -> None:
        """Put the rows to train on into `order`."""
        assert self.train is not None
        self.train.reorder(order)

    def end_training(self) -> None:
        """Let the epoch's training end after the batches so far; its validation is next."""
        self.history[self.epoch, : len(self.names)] = list(self.running().values())
        self.sums[:] = 0
        self.state[train.POSITION] = 0
        if self.validation is None:
            self.state[train.EPOCH] += 1
        else:
            self.state[train.PHASE] = train.VALIDATING

    def warm_up(self) -> None:
        """Have the kernel compiled or loaded, so that a progress bar does not count it in."""
        self._call(0)

    def advance(self, most: int = MOST_BATCHES) -> None:
        """Run the kernel for about `SLICE_SECONDS`, but `most` batches at the most."""
        batches = int(min(self._batches, most, MOST_BATCHES))
        start = time.perf_counter()
        self._call(batches)
        seconds = time.perf_counter() - start
        if batches == int(self._batches) and seconds > 0:
            factor = min(8.0, SLICE_SECONDS / seconds)
            self._batches = min(max(1.0, self._batches * factor), float(MOST_BATCHES))

    def _call(self, batches: int) -> None:
        program, optimizer = self.program, self.optimizer
        program.adopt()
        nothing = program.gradients
        slots, rates = [nothing] * 3, nothing
        if optimizer is not None:
            slots[: len(optimizer.slots)] = optimizer.slots
            left = self.steps * (len(self.history) - self.epoch)
            rates = optimizer.rates(optimizer.iterations, min(batches, left), program.dtype)
        buffers, validation = self.train or self.validation, self.validation or self.train
        assert buffers is not None and validation is not None
        before = int(self.state[train.STEPS_DONE])
        # A callback may have evaluated larger batches, for which the buffers were laid out anew.
        self.plan[train.PREDICTIONS] = program.predictions_place
        try:
            with announced(train.run, program.dtype):
                self._run(batches, slots, rates, buffers, validation)
        finally:  # Ctrl-C is raised when the kernel returns: the steps are done by then
            if optimizer is not None:
                optimizer.iterations += int(self.state[train.STEPS_DONE]) - before

    def _run(
        self, batches: int, slots: list[Array], rates: Array, train_: _Buffers, val: _Buffers
    ) -> None:
        program = self.program
        train.run(
            batches,
            self.state,
            program.table,
            self.plan,
            self.codes,
            self.thresholds,
            self.hyper,
            rates,
            self.sums,
            self.history,
            program.parameters,
            program.gradients,
            *slots,
            program.penalties,
            program.factors,
            program.outputs,
            program.deltas,
            program.buffer,
            train_.flat_x,
            train_.flat_y,
            train_.flat_targets,
            train_.flat_weights,
            val.flat_x,
            val.flat_y,
            val.flat_targets,
            val.flat_weights,
        )
