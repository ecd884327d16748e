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

from engine.kernels import around, fields, losses, one_output, train
from engine.kernels.compiler import announced
from engine.kernels.glibc import has_expf
from engine.kernels.instructions import any_shared, listed
from engine.kernels.machine import processors
from engine.kernels.memory import REGISTER, address, padded, room_for
from engine.kernels.program import Extras, Instructions, Program
from engine.kernels.rows import take
from engine.kernels.team import CALLED_OFF
from engine.losses import Loss
from engine.losses.forms import form_of
from engine.metrics.binary_accuracy import BinaryAccuracy
from engine.metrics.metric import Metric
from engine.models.scores import Scores
from engine.models.scores import listed as in_history
from engine.models.threads import all_at_once
from engine.optimizers import Optimizer

Array = npt.NDArray[Any]

SLICE_SECONDS = 0.1
"""How long a compiled call may take, about: Ctrl-C and the progress bar wait for it."""

MOST_BATCHES = 1 << 16
"""The most batches in one compiled call."""

WORK_FOR_A_TEAM = 1 << 27
"""Products in a call from which on it pays to start threads."""

SLOTS = fields.SLOT_1, fields.SLOT_2, fields.SLOT_3
TRAINED = fields.TRAIN_X, fields.TRAIN_Y, fields.TRAIN_TARGETS, fields.TRAIN_WEIGHTS
VALIDATED = (
    fields.VALIDATION_X,
    fields.VALIDATION_Y,
    fields.VALIDATION_TARGETS,
    fields.VALIDATION_WEIGHTS,
)


@dataclass
class Rows:
    """Rows of data in a fixed order: features, labels and maybe a weight for each row."""

    x: Array
    y: Array
    weights: Array | None = None
    shape: tuple[int, ...] = ()
    """Of the features as they came, before rows of several axes were laid out one number after
    the other."""

    def __len__(self) -> int:
        return len(self.x)

    def split(self, first: int) -> tuple[Rows, Rows]:
        """The first `first` rows and the others."""
        w = self.weights
        return (
            Rows(self.x[:first], self.y[:first], None if w is None else w[:first], self.shape),
            Rows(self.x[first:], self.y[first:], None if w is None else w[first:], self.shape),
        )


class Buffers:
    """`Rows` as the kernel reads them: flat, padded, in the order of the epoch.

    If the features are `fetched` batch by batch, they stay where they are.  Without an order the
    rows stand as they come, unless they are `shuffled` before anybody reads them.
    """

    def __init__(
        self, rows: Rows, loss: Loss, dtype: str, fetched: bool, shuffled: bool = False
    ) -> None:
        self.rows = rows
        self.fetched = fetched
        self.order: Array | None = None
        self.targets = loss.smooth(rows.y)
        self.smoothed = self.targets is not rows.y
        flat = room_for if shuffled else padded
        self.flat_x = rows.x if fetched else flat(rows.x, dtype)
        self.flat_y = flat(rows.y, dtype)
        self.flat_targets = flat(self.targets, dtype) if self.smoothed else self.flat_y
        weights = rows.weights
        self.flat_weights = None if weights is None else flat(weights, dtype)

    @property
    def flat(self) -> tuple[Array | None, ...]:
        """Features, labels, targets and weights."""
        return self.flat_x, self.flat_y, self.flat_targets, self.flat_weights

    @property
    def addresses(self) -> list[int]:
        """Where they begin; 0: there are none."""
        return [0 if values is None else address(values) for values in self.flat]

    def reorder(self, order: Array) -> Array:
        """Put the rows into `order`; return it as the kernel reads it."""
        self.order = kept = np.ascontiguousarray(order, np.int64)
        pairs = [(self.rows.y, self.flat_y)]
        if not self.fetched:
            pairs.append((self.rows.x, self.flat_x))
        if self.smoothed:
            pairs.append((self.targets, self.flat_targets))
        if self.rows.weights is not None and self.flat_weights is not None:
            pairs.append((self.rows.weights, self.flat_weights))
        for values, flat in pairs:
            take(values.reshape(-1), kept, flat, values.size // len(values))
        return kept


def hyperparameters(optimizer: Optimizer, dtype: str) -> Array:
    """What the kernels need to know of an optimizer besides the sizes of its steps."""
    numbers = np.zeros(16, dtype)
    own = optimizer.hyperparameters
    numbers[: len(own)] = own
    numbers[around.CLIP] = optimizer.clipping[1] if optimizer.clipping else 0.0
    numbers[around.DECAY] = optimizer.weight_decay or 0.0
    numbers[around.MOMENTUM] = optimizer.ema_momentum
    return numbers


def extras_of(optimizer: Optimizer) -> Extras:
    """What an optimizer does besides its step."""
    clipping = optimizer.clipping
    every = optimizer.ema_overwrite_frequency or 0
    return Extras(clipping and clipping[0], optimizer.decays, optimizer.use_ema, every)


def sigmoid_apart(activation: str, on_logits: bool, metrics: list[Metric]) -> bool:
    """Whether the last layer's activation is a sigmoid that stands by itself.

    TensorFlow fuses a sigmoid with the bias before it, unless the logits are read, too: by the loss
    or by a metric.
    """
    read = on_logits or any(metric.reads_logits(activation) for metric in metrics)
    return activation == "sigmoid" and read


class Run:
    """Training on `train_rows` and validating on `validation_rows` after each epoch.

    `even` says that TensorFlow knows the shape of the batches, `watched` that somebody reads the
    gradients after a batch, `shuffled` that :meth:`reorder` is called before the first.
    """

    def __init__(
        self,
        program: Program,
        loss: Loss,
        scores: Scores,
        *,
        optimizer: Optimizer | None = None,
        train_rows: Rows | None = None,
        batch: int = 1,
        validation_rows: Rows | None = None,
        validation_batch: int = 1,
        epochs: int = 1,
        stop_at_epoch_end: bool = True,
        even: bool = False,
        watched: bool = False,
        shuffled: bool = False,
    ) -> None:
        self.program = program
        self.loss = loss
        self.optimizer = optimizer
        dtype = program.dtype
        any_rows = train_rows if train_rows is not None else validation_rows
        assert any_rows is not None
        given = train_rows, validation_rows
        if any(rows is not None and rows.weights is not None for rows in given):
            scores.check_weights()
        width = any_rows.y.shape[1]
        self.scores, self.names, columns = scores, scores.names, scores.columns
        self.aside = np.zeros(scores.aside(max(batch, validation_batch)) + REGISTER, dtype)
        program.make_room(max(batch, validation_batch))
        self.train = self.validation = None
        if train_rows is not None:
            fetched = program.is_large(batch) and not watched
            self.train = Buffers(train_rows, loss, dtype, fetched, shuffled)
        if validation_rows:
            fetched = program.is_large(validation_batch)
            self.validation = Buffers(validation_rows, loss, dtype, fetched)
        self.batch, self.validation_batch = batch, validation_batch
        self.steps: int | None = -(-len(train_rows) // batch) if train_rows is not None else 0
        self.validation_steps: int | None = (
            -(-len(validation_rows) // validation_batch) if validation_rows else 0
        )
        self.sums = np.zeros(columns + 16, dtype)
        self.history = np.zeros((epochs, 2 * columns), dtype)
        self.hyper = np.zeros(16, dtype) if optimizer is None else hyperparameters(optimizer, dtype)

        plan = self.plan = program.addresses.copy()
        if optimizer is not None:
            optimizer.build(program.variables)
            for field, slot in zip(SLOTS, optimizer.slots, strict=False):
                plan[field] = address(slot)
            if optimizer.average is not None:
                plan[fields.AVERAGE] = address(optimizer.average)
        plan[fields.LABELS], plan[fields.COLUMNS] = width, columns
        plan[fields.TRAIN_ROWS] = len(train_rows) if train_rows is not None else 0
        plan[fields.TRAIN_BATCH], plan[fields.VALIDATION_BATCH] = batch, validation_batch
        plan[fields.VALIDATION_ROWS] = len(validation_rows) if validation_rows else 0
        plan[fields.EPOCHS], plan[fields.STOP_AT_EPOCH_END] = epochs, stop_at_epoch_end
        plan[fields.THREADS], plan[fields.HAS_EXPF] = processors(), has_expf()
        if train_rows is None:
            plan[fields.PHASE] = fields.VALIDATING
        for field, values in (
            (fields.HYPER, self.hyper),
            (fields.SUMS, self.sums),
            (fields.HISTORY, self.history),
            (fields.THRESHOLDS, scores.thresholds),
            (fields.ASIDE, self.aside),
        ):
            plan[field] = address(values)
        for buffers, places in ((self.train, TRAINED), (self.validation, VALIDATED)):
            if buffers is not None:
                plan[list(places)] = buffers.addresses
        self._choose_loss(loss)
        self._even, self._watched, self._room = even, watched, 0
        self._steps_before = 0
        self.resumed: dict[str, Any] | None = None
        """Where a backup says that the fit goes on."""
        self.rate_before: float | None = None
        """The learning rate before the callbacks heard that the epoch begins."""
        self.order_from: list[Any] | None = None
        """Where NumPy's generator stood before it drew the order, if somebody asks for it."""
        self._tables: list[Array] = []
        self.work = 3 * max(batch, validation_batch) * program.size
        """Products in a batch, about."""
        self._batches = float(max(1, int(0.02 / (1e-6 + self.work / 1e10))))

    def _choose_loss(self, loss: Loss) -> None:
        """Decide what the loss works on."""
        self._form, self.on_logits = form_of(loss, self.program.activation)
        # When the loss works on the logits and there are no metrics, nobody needs the activation.
        read = bool(self.scores.metrics) or not self.on_logits
        active = any(p.layer is self.program.layers[-1] for p in self.program.activity_penalties)
        self.predicted = read or active
        self._reduction = losses.REDUCTIONS.index(loss.reduction_form)
        """Whether somebody reads the last layer's activation."""

    def _evaluate(self, training: bool) -> Instructions:
        """Forward pass, loss and metrics; the gradient of the loss, too, if `training`."""
        program, last = self.program, self.program.layers[-1]
        metrics, batch_loss = self.scores.metrics, self.scores.columns
        activation = program.activation
        apart = sigmoid_apart(activation, self.on_logits, metrics)
        left_at = program.left_at(training=training)
        loss_on = last.output if self.on_logits else left_at
        rows = self.batch if training else self.validation_batch
        buffers = self.train if training else self.validation
        assert buffers is not None
        steps = program.fetch(training) if buffers.fetched else []
        steps += program.forward(rows, training)
        single = last.units == 1 and activation == "sigmoid" and not program.penalized
        single = single and self.on_logits and self._form == losses.BINARY_LOGITS
        single = single and self._reduction == losses.MEAN
        weighted = self.scores.weighted and buffers.rows.weights is not None
        if single and not weighted and [type(m) for m in metrics] == [BinaryAccuracy]:
            places = last.output, program.predictions, last.output, batch_loss, 2, 0
            return [*steps, (one_output.sigmoid_output, *places, training)]
        if self.predicted:
            steps += program.activate_output(fused=not apart)
        target = last.output if self.on_logits else program.gradient_at
        steps.append(
            (losses.PARTS[self._form], loss_on, target, last.units, fields.TARGETS, training)
        )
        steps += program.mean(batch_loss, self._reduction)
        logits = last.output if activation in ("sigmoid", "softmax") else left_at
        return steps + self.scores.instructions(left_at, logits, activation)

    def tables(self) -> list[Array]:
        """The lists of instructions; see :func:`engine.kernels.train.run`."""
        program, optimizer = self.program, self.optimizer
        # A callback may have trained or evaluated with other batches in these buffers.
        if self._room == program.room:
            return self._tables
        self._room = program.room
        row_wise = self._form in losses.ROW_WISE
        scale = program.units, row_wise, self._even, self._reduction
        scaling = [(losses.fill_scale, *scale)]
        training: Instructions = [] if self.train is None else self._evaluate(True)
        if optimizer is not None:
            beside = program.d_output_beside_logits if self.on_logits else program.d_output
            training += beside()
            training += program.update(
                optimizer.code, self.batch, self._watched, extras_of(optimizer)
            )
        validating = [] if self.validation is None else self._evaluate(False)
        lists = (scaling, training, validating)
        self._tables = tables = [listed(instructions, program.dtype) for instructions in lists]
        return tables

    # --- where it stands ----------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        """How many epochs are complete, validation included."""
        return int(self.plan[fields.EPOCH])

    @property
    def validating(self) -> bool:
        """Whether the epoch's training is complete."""
        return bool(self.plan[fields.PHASE] == fields.VALIDATING)

    @property
    def step(self) -> int:
        """How many batches of the current pass are complete."""
        size = self.validation_batch if self.validating else self.batch
        return -(-int(self.plan[fields.POSITION]) // size)

    @property
    def left(self) -> int:
        """How many batches of the current pass are still to come."""
        steps = self.validation_steps if self.validating else self.steps
        assert steps is not None
        return steps - self.step

    @property
    def piece(self) -> int:
        """How many pieces of rows there have been: all rows are one."""
        return 1

    @property
    def watched(self) -> bool:
        """Whether all tensors of the last batch are kept."""
        return self._watched

    @property
    def batch_loss(self) -> Array:
        """The loss of the last batch, a single number."""
        place = self.scores.columns
        return self.sums[place : place + 1]

    def running(self) -> dict[str, Any]:
        """Loss and metrics of the current pass so far."""
        return self.scores.plain(self.sums[: self.scores.columns])

    def trained(self, epoch: int) -> dict[str, Any]:
        """Loss and metrics of the training of an epoch."""
        return self.scores.plain(self.history[epoch, : self.scores.columns])

    def validated(self, epoch: int) -> dict[str, Any]:
        """Loss and metrics of the validation of an epoch, without ``val_``."""
        return self.scores.plain(self.history[epoch, self.scores.columns :])

    def standing(self) -> dict[str, Any]:
        """Where the fit stands within an epoch, as plain numbers."""
        return {
            "position": int(self.plan[fields.POSITION]),
            "sums": self.sums[: self.scores.columns].tolist(),
            "order": self.order_from,
            "rate_before": self.rate_before,
        }

    def results(self, states: Array) -> dict[str, Any]:
        """Results in Keras's order, which is that of the names; `states` are rows of a history."""
        results = self.scores.results(states[..., : self.scores.columns])
        if self.plan[fields.VALIDATION_ROWS]:
            validated = self.scores.results(states[..., self.scores.columns :])
            results |= {f"val_{name}": values for name, values in validated.items()}
        return dict(sorted(results.items()))

    def recorded(self, first: int = 0, end: int | None = None) -> dict[str, list[Any]]:
        """Results of the epochs `first` … `end` − 1."""
        states = self.history[first : self.epoch if end is None else end]
        return {name: in_history(values) for name, values in self.results(states).items()}

    # --- going on -----------------------------------------------------------------------------

    def go_on(self) -> bool:
        """Whether there are rows for another epoch."""
        return True

    def check_backup(self, within_epochs: bool) -> None:
        """Raise if a fit could not go on where a backup was made."""

    def begin_pass(self) -> None:
        """Begin the training or the validation of an epoch."""

    def ready(self) -> bool:
        """Whether the pass has a batch at hand; if not, it ends."""
        return True

    def validate(self, wanted: bool) -> None:
        """Let the epoch end with a validation, or without."""
        if self.validation is not None:
            rows = len(self.validation.rows) if wanted else 0
            self.plan[fields.VALIDATION_ROWS] = rows

    def reorder(self, order: Array) -> None:
        """Put the rows to train on into `order`."""
        assert self.train is not None
        kept = self.train.reorder(order)
        if self.train.fetched:
            self.plan[fields.ORDER] = address(kept)

    def resume(self, told: dict[str, Any]) -> None:
        """Let the fit begin at an epoch of `told`; and there, where :meth:`standing` said."""
        position = told.get("position", 0)
        assert self.train is not None
        if not 0 <= position < len(self.train.rows) or position % self.batch:
            raise ValueError(
                "Expected the fit that the backup was made of: the same rows in the same batches. "
                f"Received: {len(self.train.rows)} rows in batches of {self.batch}, of which "
                f"{position} rows are done"
            )
        self.resumed = told

    def begin(self, epochs: int) -> None:
        """Let there be `epochs` epochs to train, the first of which may be begun already."""
        told = self.resumed
        self.history = np.zeros((epochs, 2 * self.scores.columns), self.history.dtype)
        self.plan[fields.HISTORY], self.plan[fields.EPOCHS] = address(self.history), epochs
        if told is not None and "position" in told:
            self.plan[fields.POSITION] = told["position"]
            self.sums[: self.scores.columns] = told["sums"]

    def end_pass(self) -> None:
        """Let the pass end after the batches so far: the training or the validation of an epoch."""
        columns, plan = self.scores.columns, self.plan
        first = columns if self.validating else 0
        self.history[self.epoch, first : first + columns] = self.sums[:columns]
        self.sums[:] = 0
        plan[fields.POSITION] = 0
        if self.validating or not plan[fields.VALIDATION_ROWS]:
            plan[fields.PHASE] = fields.TRAINING
            plan[fields.EPOCH] += 1
        else:
            plan[fields.PHASE] = fields.VALIDATING

    def warm_up(self) -> None:
        """Have the kernel compiled or loaded, so that a progress bar does not count it in."""
        self._call(0)

    def advance(self, most: int = MOST_BATCHES) -> int:
        """Run the kernel for about `SLICE_SECONDS`, but `most` batches at the most.

        Return how many it was told to run; the end of an epoch may have come before.
        """
        batches = int(min(self._batches, most, MOST_BATCHES))
        start = time.perf_counter()
        self._call(batches)
        seconds = time.perf_counter() - start
        if batches == int(self._batches) and seconds > 0:
            factor = min(8.0, SLICE_SECONDS / seconds)
            self._batches = min(max(1.0, self._batches * factor), float(MOST_BATCHES))
        return batches

    def repeat(self, batches: int) -> None:
        """Run the kernel for so many batches, or up to the end of the epoch if so planned."""
        self._call(batches)

    def count_steps(self) -> None:
        """Let the optimizer's count agree with the weights, whatever Ctrl-C has cut short."""
        if self.optimizer is not None:
            done = int(self.plan[fields.STEPS_DONE])
            self.optimizer.iterations = self._steps_before + done

    def _call(self, batches: int) -> None:
        program, optimizer, plan = self.program, self.optimizer, self.plan
        with program.lock:
            program.adopt()
            if optimizer is not None:
                epochs = len(self.history) - self.epoch
                most = batches if self.steps is None else self.steps * epochs
                rates = optimizer.rates(optimizer.iterations, min(batches, most), program.dtype)
                plan[fields.RATES] = address(rates)
                plan[fields.ITERATION] = optimizer.iterations
                if optimizer.weight_decay is not None:
                    bases = optimizer.learning_rates(
                        optimizer.iterations, len(rates), program.dtype
                    )
                    plan[fields.LEARNING_RATES] = address(bases)
            tables = self.tables()
            known = program.addresses.nonzero()
            plan[known] = program.addresses[known]
            if optimizer is not None:
                self._steps_before = optimizer.iterations - int(plan[fields.STEPS_DONE])
            try:
                with announced(train.run, program.dtype):
                    self._train(batches, tables)
            finally:  # Ctrl-C is raised when the kernel returns: the steps are done by then
                self.count_steps()
                program.keep_seeds()

    def _train(self, batches: int, tables: list[Array]) -> None:
        """Run the kernel, in a team where that pays."""
        program, plan = self.program, self.plan
        plan[fields.TEAM] = 1
        shared = program.team > 1 and any(any_shared(table) for table in tables)
        if not shared or batches * self.work < WORK_FOR_A_TEAM:
            train.run(batches, plan, *tables, program.parameters)
            return
        board = np.zeros(2 * CALLED_OFF, np.int64)
        plans = program.member_plans(plan, board)

        def call_off() -> None:  # whoever still waits for the others at the beginning
            board[CALLED_OFF] = 1

        try:
            calls = [(batches, own, *tables, program.parameters) for own in plans]
            all_at_once(train.run, calls, call_off)
        finally:
            plan[:] = plans[0][: fields.PLAN_LENGTH]
