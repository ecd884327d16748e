"""compile, fit, evaluate, predict.

A fit whose callbacks want nothing between batches runs in compiled slices of a tenth of a second;
between two slices the progress bar moves and Ctrl-C is heard, and the weights are those of the
last finished batch.

Keras: ``keras.Model.compile``, ``fit``, ``evaluate``, ``predict`` and their relatives.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from engine import losses, metrics, optimizers
from engine.callbacks import CallbackList, History
from engine.kernels import train
from engine.kernels.activations import LINEAR
from engine.kernels.compiler import announced
from engine.kernels.program import Program, padded
from engine.losses import Loss
from engine.models import data
from engine.models.run import Rows, Run
from engine.models.run import _metric_code as metric_code
from engine.optimizers import Optimizer
from engine.optimizers.optimizer import checked_number
from engine.random import epoch_order, get_random_seed
from engine.utils.numeric import numeric
from engine.utils.shown import shown

Array = npt.NDArray[Any]

BATCH_SIZE = 32
"""Keras's batch size when none is given."""


def _whole(name: str, value: Any, default: int | None = None, least: int = 1) -> int:
    if value is None and default is not None:
        return default
    expected = f"Expected {name} to be a whole number ≥ {least}. Received: {name}={shown(value)}"
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(expected)
    if value < least:
        raise ValueError(expected)
    return int(value)


def _not_yet(**options: Any) -> None:
    for name, (value, neutral) in options.items():
        if value is not neutral and not (np.isscalar(value) and value == neutral):
            raise ValueError(
                f"Expected {name}={neutral!r}: the engine does not have this option yet. "
                f"Received: {name}={shown(value)}"
            )


def _verbosity(verbose: Any) -> int:
    if isinstance(verbose, int | np.integer) and verbose in (0, 1, 2):
        return int(verbose)
    if isinstance(verbose, str) and verbose == "auto":
        return 1
    raise (ValueError if isinstance(verbose, int | np.integer | str) else TypeError)(
        f'Expected verbose to be "auto", 0, 1 or 2. Received: verbose={shown(verbose)}'
    )


class Trainer:
    """The part of a model that trains, evaluates and predicts."""

    optimizer: Optimizer | None = None
    loss: Any = None
    stop_training = False
    history: History | None = None

    # What the model's other half provides.
    built: bool
    layers: list[Any]
    name: str

    def build(self, input_shape: Any = None) -> None:
        """Make the weights."""
        raise NotImplementedError

    def _dense_layers(self) -> list[Any]:
        raise NotImplementedError

    # --- compile ------------------------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose the optimizer, the loss and the metrics.

        Parameters
        ----------
        optimizer
            A name or object of :mod:`engine.optimizers`.  Keras's default, rmsprop, is not there
            yet, so name one.
        loss
            A name, function or object of :mod:`engine.losses`.
        metrics
            A list of names, functions or objects of :mod:`engine.metrics`; "accuracy" is resolved
            by the shapes.

        Raises
        ------
        ValueError, TypeError
            If a name is unknown, or no name.  The model stays as it was.
        """
        _not_yet(loss_weights=(loss_weights, None), weighted_metrics=(weighted_metrics, None))
        _not_yet(run_eagerly=(run_eagerly, False))
        _whole("steps_per_execution", steps_per_execution)
        chosen = optimizers.get(optimizer)
        loss_object = None if loss is None else losses.get(loss)
        listed = [] if metrics is None else metrics
        listed = list(listed) if isinstance(listed, list | tuple) else [listed]
        names = ["loss", *(_resolve(metric, 1, 1).name for metric in listed)]
        if len(set(names)) < len(names):
            raise ValueError(
                "Expected metrics of different names, none of them loss. "
                f"Received: metrics={shown(names[1:])}"
            )
        self.optimizer = chosen
        self.loss = loss
        self._loss = loss_object
        self._metric_identifiers = listed
        self._compile_config = {"optimizer": optimizer, "loss": loss, "metrics": metrics}
        self._sums: Array | None = None

    @property
    def compiled(self) -> bool:
        """Whether :meth:`compile` was called."""
        return self.optimizer is not None

    @property
    def metrics_names(self) -> list[str]:
        """The names of what :meth:`evaluate` returns, in its order."""
        self._require_compiled()
        return ["loss", *(m.name for m in (_resolve(i, 1, 1) for i in self._metric_identifiers))]

    def get_compile_config(self) -> dict[str, Any]:
        """The arguments of :meth:`compile` in Keras's form."""
        self._require_compiled()
        assert self.optimizer is not None

        def plain(value: Any) -> Any:
            if isinstance(value, Loss):
                return losses.serialize(value)
            if isinstance(value, metrics.Metric):
                return metrics.serialize(value)
            if isinstance(value, list | tuple):
                return [plain(v) for v in value]
            return value if isinstance(value, str | None) else getattr(value, "__name__", value)

        return {
            "optimizer": optimizers.serialize(self.optimizer),
            "loss": plain(self._compile_config["loss"]),
            "loss_weights": None,
            "metrics": plain(self._compile_config["metrics"]),
            "weighted_metrics": None,
            "run_eagerly": False,
            "steps_per_execution": 1,
            "jit_compile": False,
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as :meth:`get_compile_config` says."""
        if not isinstance(config, dict) or "optimizer" not in config:
            raise (ValueError if isinstance(config, dict) else TypeError)(
                "Expected config to be a dict with an optimizer, as get_compile_config() returns. "
                f"Received: config={shown(config)}"
            )
        _not_yet(
            loss_weights=(config.get("loss_weights"), None),
            weighted_metrics=(config.get("weighted_metrics"), None),
        )
        self.compile(config["optimizer"], config.get("loss"), metrics=config.get("metrics"))

    def _require_compiled(self, loss: bool = False) -> None:
        if self.optimizer is None:
            raise ValueError(
                "Expected a compiled model: call compile() before training or evaluating. "
                f"Received: model {self.name!r}, not compiled"
            )
        if loss and self._loss is None:
            raise ValueError(
                f"Expected a loss: compile model {self.name!r} with one. Received: loss=None"
            )

    # --- data ---------------------------------------------------------------------------------

    def _program(self) -> Program:
        layers = self._dense_layers()
        program: Program | None = getattr(self, "_kept_program", None)
        variables = [v for layer in layers for v in layer.weights]
        if (
            program is None
            or len(variables) != len(program.variables)
            or any(a is not b for a, b in zip(variables, program.variables, strict=True))
        ):
            program = self._kept_program = Program(layers)
        program.adopt()
        return program

    def _input_features(self, x: Any) -> tuple[int, str]:
        """How many features a row has, building the model if it waits for data to tell."""
        layers = [layer for layer in self.layers if layer.weights or not layer.built]
        if self.built:
            layer = layers[0]
            return layer.kernel.shape[0], layer.dtype
        if not layers:
            raise ValueError(
                f"Expected a model with layers. Received: model {self.name!r} without layers"
            )
        shape = numeric(x, "x").shape
        if len(shape) != 2 or 0 in shape:
            raise ValueError(
                f"Expected x of shape (rows, features), none of them 0. Received: x.shape={shape}"
            )
        return shape[1], layers[0].dtype

    def _rows(
        self, x: Any, y: Any, sample_weight: Any, class_weight: Any = None, like: Rows | None = None
    ) -> Rows:
        """Checked data, before anything of the model is touched; `like` tells validation rows."""
        self._require_compiled(loss=True)
        assert self._loss is not None
        inputs, dtype = self._input_features(x if like is None else like.x)
        names = ["x", "y", "sample_weight"]
        if like is not None:
            names = [f"validation_data[{i}]" for i in range(3)]
        x_ = data.features(x, inputs, dtype, names[0])
        y_ = data.labels(y, len(x_), self._output_units(), self._loss, dtype, names[1])
        weights = None
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError("Expected class_weight or sample_weight. Received: both")
            weights = data.class_weights(class_weight, y_, dtype)
        elif sample_weight is not None:
            weights = data.sample_weights(sample_weight, len(x_), dtype, names[2])
        return Rows(x_, y_, weights)

    def _output_units(self) -> int:
        return int(self.layers[-1].units)

    def _metrics(self, label_width: int) -> list[metrics.Metric]:
        units = self._output_units()
        found = [_resolve(i, label_width, units) for i in self._metric_identifiers]
        for metric in found:
            metric_code(metric, label_width, units, LINEAR)
        return found

    def _ready(self, rows: Rows, optimizer: Optimizer | None = None) -> Program:
        if optimizer is not None:
            shapes: list[tuple[int, ...]] = []
            inputs = rows.x.shape[1]
            for layer in self._dense_layers():
                shapes += [(inputs, layer.units)] + [(layer.units,)] * layer.use_bias
                inputs = layer.units
            optimizer.check(shapes, self._dense_layers()[0].dtype)
        if not self.built:
            self.build((None, rows.x.shape[1]))
        return self._program()

    # --- fit ----------------------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
    ) -> History:
        """Train for some epochs.

        Parameters
        ----------
        x, y
            Rows of features and their labels.
        batch_size
            Rows for one update, 32 by default; the last batch of an epoch may be smaller.
        epochs, initial_epoch
            Train epochs `initial_epoch` … `epochs` − 1.
        verbose
            0 silent, 1 ("auto") a progress bar, 2 a line for each epoch.
        callbacks
            Objects of :mod:`engine.callbacks`.
        validation_split
            The share of the last rows that is held back for validation, in [0, 1).
        validation_data
            ``(x, y)`` or ``(x, y, sample_weight)``; evaluated after each epoch.
        shuffle
            Visit the rows in a random order; after ``utils.set_random_seed`` it is Keras's, the
            same in every epoch.
        class_weight, sample_weight
            Weights of classes ``{0: 1.0, 1: 2.5}``, or of rows.  The loss is divided by the
            number of rows all the same.

        Returns
        -------
        History
            Loss and metrics of each epoch in ``history``.

        Raises
        ------
        ValueError, TypeError
            If the data do not fit the model or the loss.  The model stays as it was.
        """
        _not_yet(
            steps_per_epoch=(steps_per_epoch, None),
            validation_steps=(validation_steps, None),
            validation_freq=(validation_freq, 1),
        )
        verbose = _verbosity(verbose)
        batch = _whole("batch_size", batch_size, BATCH_SIZE)
        validation_batch = _whole("validation_batch_size", validation_batch_size, batch)
        epochs = _whole("epochs", epochs)
        first = _whole("initial_epoch", initial_epoch, least=0)
        if not isinstance(shuffle, bool):
            raise TypeError(
                f"Expected shuffle to be True or False. Received: shuffle={shown(shuffle)}"
            )
        rows = self._rows(x, y, sample_weight, class_weight)
        validation = self._validation_rows(validation_data, rows)
        if validation is None:
            rows, validation = _held_back(rows, validation_split)
        batch = min(batch, len(rows))
        validation_batch = min(validation_batch, len(validation or rows))
        watched = self._metrics(rows.y.shape[1])
        hooks = CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            model=None,
            verbose=verbose,
            epochs=epochs,
            steps=-(-len(rows) // batch),
        )
        assert self._loss is not None
        seed = get_random_seed()
        by_epoch = (
            verbose != 0 or hooks.needs_epochs or hooks.needs_batches or (shuffle and seed is None)
        )
        program = self._ready(rows, self.optimizer)
        run = Run(
            program,
            self._loss,
            watched,
            self.optimizer,
            rows,
            batch,
            validation,
            validation_batch,
            max(0, epochs - first),
            stop_at_epoch_end=by_epoch,
        )
        hooks.set_model(self)
        history = hooks.history
        assert history is not None
        if shuffle and seed is not None:
            run.reorder(epoch_order(len(rows), seed))
        self.stop_training = False
        self._sums = None
        hooks.on_train_begin()
        logs: dict[str, float] = {}
        if by_epoch:
            while run.epoch < epochs - first:
                if shuffle and seed is None:
                    run.reorder(epoch_order(len(rows), None))
                logs = _one_epoch(run, hooks, first)
                if self.stop_training:
                    break
        else:
            try:
                while run.epoch < epochs - first:
                    run.advance()
            finally:
                for epoch in range(run.epoch):
                    logs = _epoch_logs(run, epoch)
                    history.on_epoch_end(first + epoch, logs)
        hooks.on_train_end(logs)
        return history

    def _validation_rows(self, validation_data: Any, rows: Rows) -> Rows | None:
        if validation_data is None:
            return None
        expected = "Expected validation_data to be (x, y) or (x, y, sample_weight). Received: "
        if not isinstance(validation_data, list | tuple):
            raise TypeError(f"{expected}validation_data={shown(validation_data)}")
        if len(validation_data) not in (2, 3):
            raise ValueError(f"{expected}validation_data of length {len(validation_data)}")
        x, y, *weights = validation_data
        return self._rows(x, y, weights[0] if weights else None, like=rows)

    # --- evaluate and relatives ---------------------------------------------------------------

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Loss and metrics on data, the weights staying as they are.

        Returns
        -------
        float, list of float or dict
            The loss; with metrics ``[loss, metric, …]`` in the order of :attr:`metrics_names`;
            with `return_dict` by name.
        """
        _not_yet(steps=(steps, None))
        verbose = _verbosity(verbose)
        batch = _whole("batch_size", batch_size, BATCH_SIZE)
        rows = self._rows(x, y, sample_weight)
        batch = min(batch, len(rows))
        watched = self._metrics(rows.y.shape[1])
        hooks = CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=1,
            steps=-(-len(rows) // batch),
        )
        assert self._loss is not None
        program = self._ready(rows)
        run = Run(program, self._loss, watched, None, None, batch, rows, batch, 1, True)
        hooks.set_model(self)
        hooks.on_test_begin()
        _one_validation(run, hooks)
        logs = run.validated(0)
        hooks.on_test_end(logs)
        return _result(logs, return_dict)

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """One update on one batch.

        Returns
        -------
        float, list of float or dict
            Loss and metrics, as running means since the last fit, evaluate or
            :meth:`reset_metrics`, as in Keras.
        """
        rows = self._rows(x, y, sample_weight, class_weight)
        return self._on_batch(rows, True, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics of one batch, as running means; see :meth:`train_on_batch`."""
        return self._on_batch(self._rows(x, y, sample_weight), False, return_dict)

    def _on_batch(self, rows: Rows, training: bool, return_dict: bool) -> Any:
        watched = self._metrics(rows.y.shape[1])
        assert self._loss is not None
        program = self._ready(rows, self.optimizer if training else None)
        n = len(rows)
        optimizer, data_ = (self.optimizer, (rows, None)) if training else (None, (None, rows))
        run = Run(program, self._loss, watched, optimizer, data_[0], n, data_[1], n, 1, True)
        if self._sums is not None and self._sums.size == run.sums.size:
            run.sums[:] = self._sums
        # Keep the sums from being written to the history: pretend that more rows follow.
        place = train.ROWS if training else train.VALIDATION_ROWS
        run.plan[place] += 1
        run._call(1)
        self._sums = run.sums
        return _result(run.running(), return_dict)

    def reset_metrics(self) -> None:
        """Forget the running means of the ``…_on_batch`` methods."""
        self._sums = None

    # --- predict ------------------------------------------------------------------------------

    def _features(self, x: Any) -> Array:
        if not self.built:
            raise ValueError(
                "Expected a built model: give it an Input, or fit it first. "
                f"Received: model {self.name!r} without weights"
            )
        return data.features(x, *self._input_features(x))

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Array:
        """The outputs for rows of features.

        Shapes
            ``(rows, features)`` → ``(rows, units)``.

        Raises
        ------
        ValueError
            If the model has no weights yet, or `x` does not fit it.
        """
        _not_yet(steps=(steps, None))
        verbose = _verbosity(verbose)
        batch = _whole("batch_size", batch_size, BATCH_SIZE)
        rows = self._features(x)
        dtype = str(rows.dtype)
        batch = min(batch, len(rows))
        hooks = CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            model=self,
            verbose=verbose,
            epochs=1,
            steps=-(-len(rows) // batch),
        )
        program = self._program()
        program.make_room(batch)
        hooks.on_predict_begin()
        result = np.empty((len(rows), program.units), dtype)
        per_call = batch if hooks.needs_predict_batches else batch * max(1, 200_000 // batch)
        for start in range(0, len(rows), per_call):
            part = rows[start : start + per_call]
            out = np.empty(part.shape[0] * program.units + 2 * 64, dtype)
            if hooks.needs_predict_batches:
                hooks.on_predict_batch_begin(start // batch)
            with announced(train.predict, dtype):
                train.predict(
                    program.table,
                    program.parameters,
                    program.outputs,
                    padded(part, dtype, 8),
                    len(part),
                    batch,
                    out,
                )
            outputs = out[: len(part) * program.units].reshape(len(part), -1)
            result[start : start + len(part)] = outputs
            if hooks.needs_predict_batches:
                hooks.on_predict_batch_end(start // batch, {"outputs": outputs})
            else:
                hooks.progress(-(-(start + len(part)) // batch))
        hooks.on_predict_end()
        return result

    def predict_on_batch(self, x: Any) -> Array:
        """The outputs for one batch."""
        rows = self._features(x)
        return self.predict(rows, batch_size=len(rows), verbose=0)

    def predict_classes(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Array:
        """The predicted classes: p > 0.5 for one output, else the place of the largest.

        Keras 2 had this method, and older tutorials call it; it returns ``(rows, 1)`` of 0 and 1
        for one output, ``(rows,)`` of class numbers for several.
        """
        p = self.predict(x, batch_size, verbose)
        return (p > 0.5).astype("int32") if p.shape[1] == 1 else p.argmax(axis=1)


def _resolve(identifier: Any, label_width: int, units: int) -> metrics.Metric:
    return metrics.resolve(identifier, label_width, units)


def _held_back(rows: Rows, share: Any) -> tuple[Rows, Rows | None]:
    """The rows to train on and, if `share` > 0, the last ones to validate on."""
    share = checked_number("validation_split", share, 0.0, 1.0)
    if share == 0:
        return rows, None
    kept = math.floor(len(rows) * (1.0 - share))
    if kept in (0, len(rows)):
        raise ValueError(
            f"Expected validation_split to leave rows on both sides. "
            f"Received: validation_split={share!r} of {len(rows)} rows"
        )
    return rows.split(kept)


def _result(logs: dict[str, float], return_dict: bool) -> Any:
    if return_dict:
        return dict(sorted(logs.items()))
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def _epoch_logs(run: Run, epoch: int) -> dict[str, float]:
    """Loss and metrics of an epoch in Keras's order: by name, validation last."""
    logs = dict(sorted(run.trained(epoch).items()))
    if run.validation is not None:
        logs |= {f"val_{k}": v for k, v in sorted(run.validated(epoch).items())}
    return logs


def _one_epoch(run: Run, hooks: CallbackList, first: int) -> dict[str, float]:
    epoch = run.epoch
    hooks.on_epoch_begin(first + epoch)
    while run.epoch == epoch and not run.validating:
        step = run.step
        if hooks.needs_batches:
            hooks.on_train_batch_begin(step)
            last = step == run.steps - 1
            run.advance(1)
            hooks.on_train_batch_end(step, run.trained(epoch) if last else run.running())
        else:
            # Stop where the validation begins, so that its hooks are called in time.
            # A bar leaves the first batch out of its time for a step.
            run.advance(1 if hooks.needs_progress and step == 0 else run.steps - step)
            if run.epoch == epoch and not run.validating:
                hooks.progress(run.step, run.running())
    if run.validation is not None:
        hooks.progress(run.steps, run.trained(epoch))
    if run.validation is not None:
        hooks.on_test_begin()
        _one_validation(run, hooks)
        hooks.on_test_end(run.validated(epoch))
    logs = _epoch_logs(run, epoch)
    hooks.on_epoch_end(first + epoch, logs)
    return logs


def _one_validation(run: Run, hooks: CallbackList) -> None:
    epoch = run.epoch
    while run.epoch == epoch:
        step = run.step
        if hooks.needs_test_batches:
            hooks.on_test_batch_begin(step)
            run.advance(1)
            finished = run.epoch != epoch
            hooks.on_test_batch_end(step, run.validated(epoch) if finished else run.running())
        else:
            run.advance(run.validation_steps - step)
            if run.epoch == epoch:
                hooks.progress(run.step, run.running())
