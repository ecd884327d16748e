"""A training step by its formulas, with the bits of the compiled kernels.

Products are added in the kernels' order (:mod:`engine.study.orders`), exponentials and the like are
the kernels' own (:mod:`engine.study.arithmetic`); all else is the formulas on NumPy arrays.  What
stands between Dense layers is in :mod:`engine.study.between`, what happens to the gradients in
:mod:`engine.study.optimizing`.
:mod:`engine.study.step` is the same in plain NumPy: to read first, and right to rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.memory import Array
from engine.kernels.on_arrays import flushing
from engine.kernels.three_gradients import from_behind_first
from engine.layers import Dense
from engine.layers.input import InputLayer
from engine.losses.forms import form_of
from engine.models.checked_model import checked_model
from engine.models.model import Model
from engine.models.run import Rows, sigmoid_apart
from engine.optimizers import Optimizer
from engine.study import arithmetic, orders
from engine.study.between import back_through, through
from engine.study.optimizing import TRACED, Gradient, name_of, optimized, rates
from engine.study.trace import LayerTrace, StageTrace, Trace


def trace(
    model: Model,
    x: Any,
    y: Any,
    sample_weight: Any = None,
    apply: bool = False,
    even: bool | None = None,
) -> Trace:
    """One training step of a compiled, built model on one batch.

    The model stays as it is, unless the step is to be taken: `apply`.  `even` says whether
    TensorFlow would know the shape of the batch (:func:`engine.study.arithmetic.share_of`); None:
    as in ``train_on_batch``.

    Raises
    ------
    ValueError, TypeError
        If the model is not compiled or built, the data do not fit it, or a step of it has no trace
        (:func:`check_traceable`).
    """
    checked_model(model)._require_built()
    rows = model._rows(x, y, sample_weight)
    assert model.optimizer is not None
    check_traceable(model)
    model.optimizer.check(model._kernel_weights)
    if even is None:
        even = model._first_shapes.get("train_on_batch", len(rows)) == len(rows)
    with flushing(), np.errstate(all="ignore"):  # 0/0 is NaN, as in a kernel
        told = _Step(model, rows, even).traced()
    if apply:
        model.train_on_batch(x, y, sample_weight)
    return told


def check_traceable(model: Model) -> None:
    """Raise a ValueError if a step of the model would do what is not stated here.

    Nothing would be trained, each row has a loss of its own, or the optimizer is of a class of the
    user's.
    """
    found = []
    if not any(w.trainable for w in model._kernel_weights):
        found.append("a model whose weights are all frozen")
    if not isinstance(model.optimizer, TRACED):
        found.append(f"the optimizer {type(model.optimizer).__name__}")
    if found:
        raise ValueError(
            "Expected a model with a trainable weight, and SGD, RMSprop, Adam or AdamW: there is "
            f"no trace of anything else. Received: {' and '.join(found)}"
        )


class _Step:
    """The step in progress."""

    def __init__(self, model: Model, rows: Rows, even: bool) -> None:
        self.model, self.rows, self.even = model, rows, even
        self.chain = [layer for layer in model.layers if not isinstance(layer, InputLayer)]
        self.dense = model._dense_layers()
        loss, optimizer = model._loss, model.optimizer
        assert loss is not None and optimizer is not None
        self.loss, self.optimizer = loss, optimizer
        last = self.dense[-1]
        self.ends = not any(layer.stage for layer in self.chain[self.chain.index(last) + 1 :])
        """Whether no layer that computes something is behind the last Dense layer."""
        name = last.activation.__name__ if self.ends else ""
        self.form, self.on_z = form_of(loss, name)
        self.apart = sigmoid_apart(name, self.on_z, model._metrics(rows.y).metrics)
        self.stages: list[StageTrace] = []

    def traced(self) -> Trace:
        """All of it."""
        model, rows, optimizer = self.model, self.rows, self.optimizer
        forward = self._forward()
        targets = self.loss.smooth(rows.y)
        share, values, gradient = self._loss(forward[-1], targets)
        penalties = self._penalties(forward)
        layers = self._backward(forward, gradient)
        reduction = self.loss.reduction_form
        divisor = arithmetic.divisor(reduction, len(rows), rows.x.dtype, rows.weights)
        loss = arithmetic.reduced(values, divisor)
        loss = arithmetic.with_penalties(loss, list(penalties.values()))
        weights, clipping = optimized(optimizer, self._gradients(layers))
        schedule = optimizer.schedule
        return Trace(
            model=model.name,
            x=rows.x,
            y=rows.y,
            targets=targets,
            sample_weight=rows.weights,
            layers=layers,
            loss_name=self.loss.name,
            loss_on="z" if self.on_z else "a" if self.ends else "h",
            loss_form=self.form,
            share=share,
            sample_losses=values,
            penalties={name: float(value) for name, value in penalties.items()},
            loss=float(loss),
            optimizer=name_of(optimizer),
            settings=_settings(optimizer, str(rows.x.dtype)),
            step=optimizer.iterations + 1,
            rate=float(rates(optimizer, rows.x.dtype)[1]),
            weights=weights,
            stages=self.stages,
            reduction=reduction,
            divisor=float(divisor),
            label_smoothing=self.loss.label_smoothing,
            factors=self._factors(),
            schedule=None if schedule is None else (type(schedule).__name__, _numbers(schedule)),
            clipping=clipping,
        )

    # --- forward ------------------------------------------------------------------------------

    def _forward(self) -> list[dict[str, Any]]:
        """input, kernel, bias, z and a of each Dense layer; the others go to `stages`."""
        told: list[dict[str, Any]] = []
        passed_on = self.rows.x
        for layer in self.chain:
            if isinstance(layer, Dense):
                told.append(self._through(layer, passed_on))
                passed_on = told[-1]["a"]
            else:
                self.stages.append(through(layer, passed_on, len(told) - 1))
                passed_on = self.stages[-1].output
        return told

    def _through(self, layer: Dense, x: Array) -> dict[str, Any]:
        kernel = layer.kernel.numpy()
        bias = None if layer.bias is None else layer.bias.numpy()
        z = orders.forward(x, kernel, bias)
        fused = bias is not None and not (layer is self.dense[-1] and self.apart)
        a = arithmetic.activate(layer.activation.__name__, z, fused)
        return {"input": x, "kernel": kernel, "bias": bias, "z": z, "a": a}

    def _loss(self, last: dict[str, Any], targets: Array) -> tuple[Array, Array, Array]:
        """What each element counts, the loss of each row, weighted, and the gradient."""
        weights, reduction = self.rows.weights, self.loss.reduction_form
        source = last["z" if self.on_z else "a"] if self.ends else self.stages[-1].output
        g = arithmetic.share_of(source, self.form, weights, self.even, reduction)
        values, gradient = arithmetic.loss(self.form, source, targets, g)
        return g, (values if weights is None else values * weights), gradient

    def _penalties(self, forward: list[dict[str, Any]]) -> dict[str, Any]:
        """What each layer and then each trained weight with a regularizer adds to the loss."""
        told = {}
        for layer, numbers in zip(self.dense, forward, strict=True):
            if layer.activity_regularizer is not None:
                of_all = arithmetic.penalty(layer.activity_regularizer, numbers["a"])
                told[f"{layer.name}/activity"] = of_all / of_all.dtype.type(len(self.rows))
        for layer in self.dense:
            for weight, regularizer in _regularized(layer):
                told[weight.path] = arithmetic.penalty(regularizer, weight.array)
        return told

    def _factors(self) -> dict[str, tuple[float | None, float | None]]:
        """The factors of the same regularizers."""
        told = {}
        for layer in self.dense:
            if layer.activity_regularizer is not None:
                told[f"{layer.name}/activity"] = layer.activity_regularizer.factors
            told |= {w.path: regularizer.factors for w, regularizer in _regularized(layer)}
        return told

    # --- backward -----------------------------------------------------------------------------

    def _backward(self, forward: list[dict[str, Any]], gradient: Array) -> list[LayerTrace]:
        """Every layer from the last to the first; `gradient` is that of what the loss reads."""
        layers: list[LayerTrace] = []
        lowest = next(k for k, layer in enumerate(self.dense) if layer.trainable_weights)
        back: Array | None = None if self.on_z else gradient
        for number in range(len(self.dense) - 1, -1, -1):
            layer, numbers = self.dense[number], forward[number]
            name = layer.activation.__name__
            if number < lowest:
                layers.append(LayerTrace(layer.name, name, **numbers, da=None, dz=None,
                                         dkernel=None, dbias=None))  # fmt: skip
                continue
            da = back if back is None else self._back_to(number, back)
            slope = None
            if layer.activity_regularizer is not None:
                slope = arithmetic.d_activity(layer.activity_regularizer, numbers["a"])
            if da is None:
                dz = gradient
                if slope is not None and name == "linear":  # a is z
                    dz = self._with_slope(layer, numbers["a"], dz, slope)
                elif slope is not None:
                    dz = dz + arithmetic.d_activate(name, numbers["a"], slope)
            else:
                if slope is not None:
                    da = self._with_slope(layer, numbers["a"], da, slope)
                dz = arithmetic.d_activate(name, numbers["a"], da)
            dkernel, dbias = _gradients_of(layer, numbers["input"], dz)
            layers.append(LayerTrace(layer.name, name, **numbers, da=da, dz=dz, dkernel=dkernel,
                                     dbias=dbias, activity_gradient=slope))  # fmt: skip
            if number > lowest:
                back = orders.gradient_of_input(dz, numbers["kernel"])
        return layers[::-1]

    def _with_slope(self, layer: Any, a: Array, da: Array, slope: Array) -> Array:
        """The gradient from behind and that of the penalty, in the order of the kernels."""
        penalties = arithmetic.d_activities(layer.activity_regularizer, a)
        first = from_behind_first(self.chain, layer, self.model.name)
        return (da + penalties[0]) + penalties[1] if first and len(penalties) == 2 else da + slope

    def _back_to(self, number: int, doutput: Array) -> Array:
        """Back through the layers behind Dense layer `number`, to the gradient of its a."""
        for place in range(len(self.stages) - 1, -1, -1):
            if self.stages[place].behind == number:
                self.stages[place] = back_through(self.stages[place], doutput)
                doutput = self.stages[place].dinput  # type: ignore[assignment]
        return doutput

    def _gradients(self, layers: list[LayerTrace]) -> list[Gradient]:
        """Each weight with its gradient, in the model's order."""
        told = []
        for layer, numbers in zip(self.dense, layers, strict=True):
            of_penalties = _slopes_of_penalties(layer)
            for weight, g, slope in zip(
                layer.weights, (numbers.dkernel, numbers.dbias), of_penalties, strict=False
            ):
                told.append(Gradient(weight, g, slope))
        return told


def _gradients_of(layer: Dense, x: Array, dz: Array) -> tuple[Array | None, Array | None]:
    """DW and db of the weights that are trained, with the gradients of their penalties."""
    found: list[Array | None] = [None, None]
    for which, (weight, slope) in enumerate(
        zip(layer.weights, _slopes_of_penalties(layer), strict=False)
    ):
        if weight.trainable:
            g = orders.gradient_of_bias(dz) if which else orders.gradient_of_kernel(x, dz)
            found[which] = g if slope is None else g + slope
    return found[0], found[1]


def _settings(optimizer: Optimizer, dtype: str) -> dict[str, Any]:
    """The optimizer's numbers as it has them, in double precision."""
    names = ("learning_rate", "momentum", "nesterov", "beta_1", "beta_2", "rho", "epsilon",
             "amsgrad", "centered")  # fmt: skip
    settings = {name: getattr(optimizer, name) for name in names if hasattr(optimizer, name)}
    if optimizer.schedule is not None:  # what a training step takes has other last bits
        settings["learning_rate"] = rates(optimizer, dtype)[0].item()
    if optimizer.weight_decay is not None:
        settings["weight_decay"] = optimizer.weight_decay
    if optimizer.use_ema:
        settings["ema_momentum"] = optimizer.ema_momentum
        settings["ema_overwrite_frequency"] = optimizer.ema_overwrite_frequency
    return settings


def _numbers(schedule: Any) -> dict[str, Any]:
    """The arguments of a schedule, if it tells them: one of the user's need not."""
    try:
        told: dict[str, Any] = schedule.get_config()
    except NotImplementedError:
        return {}
    return told


def _regularized(layer: Any) -> list[tuple[Any, Any]]:
    """The trained weights of a layer that have a regularizer, with it."""
    regularizers = layer.kernel_regularizer, layer.bias_regularizer
    pairs = zip(layer.weights, regularizers, strict=False)
    return [(w, r) for w, r in pairs if r is not None and w.trainable]


def _slopes_of_penalties(layer: Any) -> tuple[Array | None, Array | None]:
    """The gradients of the penalties on the kernel and on the bias, where there are any."""
    slopes: list[Array | None] = [None, None]
    for weight, regularizer in _regularized(layer):
        slopes[weight is layer.bias] = arithmetic.d_penalty(regularizer, weight.array)
    return slopes[0], slopes[1]
