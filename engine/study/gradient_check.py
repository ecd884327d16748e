"""The gradients of a model beside differences of its loss, in float64.

    analytic   the gradients of :func:`engine.study.trace`
    numeric    (loss(θ + h) − loss(θ − h)) / 2h for every parameter θ, by the forward pass alone
    error      |analytic − numeric|, relative to the largest gradient of the same weight

The difference is off by h²·loss‴/6, and by about 1e-16·loss/h because the losses are rounded: in
between, around h = 1e-5, it has ten digits.  Where that is not enough, because the loss is steep
(ln p for a p of almost 0), differences for many h are extrapolated to h = 0.

A relu has a kink at 0: where a step leads some z across it, the difference is no derivative, and
the parameter is marked instead of compared.  The same holds for |w| or |a| of an L1 penalty at 0,
and for the limits of probabilities that are clipped.

The numbers that a Dropout has drawn for the analytic gradients stay for all losses.  Frozen weights
are not asked, and the gradients are those before clipping.

>>> import engine, numpy as np
>>> engine.utils.set_random_seed(0)
>>> model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(3, "tanh"),
...                            engine.layers.Dense(1, "sigmoid")])
>>> model.compile("sgd", "binary_crossentropy")
>>> x, y = np.array([[1.0, -2.0], [0.5, 1.0]]), np.array([1.0, 0.0])
>>> check = gradient_check(model, x, y, verbose=0)
>>> check.passed
True
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.callbacks.progress_bar import ProgressBar
from engine.kernels.memory import Array
from engine.layers.dense import Dense, affine
from engine.layers.dropout import Dropout
from engine.layers.input import InputLayer
from engine.losses import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy
from engine.losses.binary_crossentropy import EPSILON
from engine.losses.forms import form_of
from engine.models.arguments import verbosity
from engine.models.checked_model import checked_model
from engine.models.model import Model
from engine.models.run import Rows
from engine.optimizers.optimizer import checked_number
from engine.study.between import made
from engine.study.needed import needed
from engine.study.step import divisor, loss_and_gradient, penalty
from engine.study.trace import StageTrace
from engine.study.tracing import trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LIMIT = 1e-7
"""The largest relative error that a right gradient may have."""

STEP = 1e-5
"""h: in the middle of where a difference has most digits."""

STEPS = (1e-10, 0.1)
"""Between these h a difference has digits at all."""

LARGEST_STEP, EXTRAPOLATIONS = 1e-2, 7

SIZES = tuple(10.0**-k for k in range(1, 12))
"""The steps of the curve."""

MOST_ON_THE_CURVE = 200
"""So many parameters, spread over the model, are taken for the curve."""

KINKED = ("relu", "leaky_relu")


@dataclass(frozen=True)
class CheckedWeight:
    """A weight's gradients, both ways; `kinks` tells where they cannot be compared."""

    name: str
    analytic: Array
    numeric: Array
    kinks: Array
    error: Array


@dataclass(frozen=True)
class GradientCheck:
    """What a check showed.

    Attributes
    ----------
    weights
        The trained weights in the order of ``model.weights``.
    error
        The largest relative error outside of kinks.
    worst
        The name and the place of the parameter that has it.
    kinks
        How many parameters were marked.
    compared
        How many parameters were not marked.
    extrapolated
        For how many of them h was not enough, so that differences for many h were extrapolated.
    resolution
        How far, relative to the largest gradient, differences are off because losses are rounded.
    curve
        The largest relative error for steps from 0.1 to 1e-11, by the step.
    """

    model: str
    step: float
    weights: list[CheckedWeight]
    error: float
    worst: tuple[str, tuple[int, ...]]
    kinks: int
    extrapolated: int
    resolution: float
    curve: dict[float, float]

    @property
    def compared(self) -> int:
        """How many parameters could be compared."""
        return sum(w.analytic.size for w in self.weights) - self.kinks

    @property
    def decided(self) -> bool:
        """Whether the check can tell: something was compared, and differences see the gradients."""
        return self.compared > 0 and self.resolution <= LIMIT

    @property
    def passed(self) -> bool:
        """Whether the gradients are right: the check can tell, and no error is above 1e-7."""
        return self.decided and bool(self.error <= LIMIT)

    @property
    def _verdict(self) -> str:
        if not self.decided:
            return "UNDECIDED"
        return "passed" if self.passed else "FAILED"

    def __str__(self) -> str:
        """The result in a few lines."""
        count = sum(w.analytic.size for w in self.weights)
        name, place = self.worst
        where = ", ".join(map(str, place))
        lines = [
            f"Gradient check of {self.model!r}, h = {self.step:g}: {self._verdict}",
            f"largest relative error {self.error:.1e} at {name}[{where}]; allowed {LIMIT:g}",
        ]
        for w in self.weights:
            told = f"{w.error[~w.kinks].max():.1e}" if not w.kinks.all() else "–"
            lines.append(f"    {w.name:24} {w.analytic.size:8,} parameters   {told}")
        if self.kinks:
            lines.append(f"{self.kinks:,} of {count:,} parameters not compared: a kink within h")
        if self.extrapolated:
            lines.append(
                f"{self.extrapolated:,} differences extrapolated from larger and smaller h"
            )
        if self.compared and not self.decided:
            lines.append(
                "The gradients are so small beside the loss that its differences see them to "
                f"{self.resolution:.0e} only: other labels, weights or rows may help"
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        """Whether it passed."""
        count = self.compared + self.kinks
        return (
            f"<GradientCheck of {self.model!r}: {self._verdict}, error {self.error:.1e}, "
            f"{self.compared:,} of {count:,} parameters compared>"
        )

    def frame(self) -> Any:
        """A tidy pandas frame: a row for each parameter."""
        pandas = needed("pandas", "a gradient check as a frame")

        return pandas.concat(
            pandas.DataFrame(
                {
                    "weight": w.name,
                    "place": [str(list(p)) for p in np.ndindex(w.analytic.shape)],
                    "analytic": w.analytic.reshape(-1),
                    "numeric": w.numeric.reshape(-1),
                    "error": w.error.reshape(-1),
                    "kink": w.kinks.reshape(-1),
                }
            )
            for w in self.weights
        ).reset_index(drop=True)

    def plot(self, ax: Axes | None = None) -> Axes:
        """The error against the step, with both its causes."""
        from engine.pictures.gradient_check import plot_gradient_check

        return plot_gradient_check(self, ax)


def gradient_check(
    model: Model,
    x: Any,
    y: Any,
    sample_weight: Any = None,
    step: float = STEP,
    verbose: Any = "auto",
) -> GradientCheck:
    """Compare all gradients of a model on a batch with central differences, in float64.

        numeric = (loss(θ + h) − loss(θ − h)) / 2h

    The model stays as it is: a twin of it with float64 numbers is checked.  Where a difference for
    this h has too few digits, differences for many h are extrapolated to h = 0; the curve of the
    errors by h is made of plain differences.

    Parameters
    ----------
    model
        A compiled, built model.
    x, y, sample_weight
        The batch.
    step
        h, from 1e-10 to 0.1.
    verbose
        0: no progress bar.

    Raises
    ------
    ValueError, TypeError
        If the model is not compiled or built, or the data do not fit it.
    """
    step = checked_number("step", step, *STEPS, open_high=False)
    verbose = verbosity(verbose)
    checked_model(model)._require_built()
    model._require_compiled(loss=True)
    twin = in_float64(model)
    told = trace(twin, x, y, sample_weight)
    loss = _Loss(twin, twin._rows(x, y, sample_weight), told.stages)
    asked = [(w.name, w.gradient) for w in told.weights if w.gradient is not None]
    analytic = [gradient for _, gradient in asked]
    count = sum(g.size for g in analytic)
    chosen = _spread(analytic)
    bar = ProgressBar(count + len(SIZES) * len(chosen), verbose)
    done = 0

    numeric = [np.zeros_like(g) for g in analytic]
    kinks = [np.zeros(g.shape, bool) for g in analytic]
    for w, place in _places(analytic):
        numeric[w][place], kinks[w][place] = loss.difference(w, place, step)
        done += 1
        bar.update(done, {})
    noise, extrapolated = loss.noise(step), 0
    scales = _scales(analytic, numeric, noise)
    for w, place in _places(analytic):
        if abs(analytic[w][place] - numeric[w][place]) > LIMIT / 10 * scales[w]:
            better = None if kinks[w][place] else loss.extrapolated(w, place)
            if better is not None:
                numeric[w][place] = better
                extrapolated += 1
    errors = [np.abs(a - n) / s for a, n, s in zip(analytic, numeric, scales, strict=True)]
    curve = {}
    for size in SIZES:
        worst = 0.0
        for w, place in chosen:
            slope, kink = loss.difference(w, place, size)
            if not kink:
                worst = max(worst, abs(slope - analytic[w][place]) / scales[w])
            done += 1
            bar.update(done, {})
        curve[size] = float(worst)
    bar.update(done, {}, finalize=True)

    checked = [
        CheckedWeight(name, *parts)
        for (name, _), *parts in zip(asked, analytic, numeric, kinks, errors, strict=True)
    ]
    compared = [np.where(w.kinks, -1.0, w.error) for w in checked]
    largest = int(np.argmax([e.max() for e in compared]))
    place = tuple(
        int(i) for i in np.unravel_index(compared[largest].argmax(), compared[largest].shape)
    )
    return GradientCheck(
        model.name, step, checked, float(max(compared[largest].max(), 0.0)),
        (checked[largest].name, place), int(sum(w.kinks.sum() for w in checked)), extrapolated,
        _resolution(analytic, numeric, kinks, noise), curve,
    )  # fmt: skip


def in_float64(model: Model) -> Model:
    """A compiled twin of the model, whose numbers are float64."""
    twin: Model = type(model).from_config(_doubled(model.get_config()))
    twin.compile_from_config(model.get_compile_config())
    if not twin.built:
        twin.build(model.input_shape)
    twin.set_weights(model.get_weights())
    for own, other in zip(model.layers, twin.layers, strict=True):
        if isinstance(own, Dropout) and isinstance(other, Dropout) and own.stage:
            other.seed_generator.state = own.seed_generator.state
    return twin


def _doubled(config: Any) -> Any:
    if isinstance(config, dict):
        return {key: _doubled(value) for key, value in config.items()}
    if isinstance(config, list):
        return [_doubled(value) for value in config]
    return "float64" if config == "float32" else config


class _Loss:
    """The loss of a batch as a function of the weights, by the plain forward pass."""

    def __init__(self, model: Model, rows: Rows, stages: list[StageTrace]) -> None:
        self.rows, self.stages = rows, stages
        self.chain = [layer for layer in model.layers if not isinstance(layer, InputLayer)]
        weights = model._kernel_weights
        self.values = [w.numpy() for w in weights]
        self.trained = [v for v, w in zip(self.values, weights, strict=True) if w.trainable]
        assert model._loss is not None
        self.loss = model._loss
        self.ends = not any(
            stage.kind != "unchanged" and stage.behind == len(model._dense_layers()) - 1
            for stage in stages
        )
        self.last = model._dense_layers()[-1].activation if self.ends else None
        last = "" if self.last is None else self.last.__name__
        _, self.on_z = form_of(self.loss, last)
        self.clipped = (
            not self.on_z
            and isinstance(
                self.loss,
                BinaryCrossentropy | CategoricalCrossentropy | SparseCategoricalCrossentropy,
            )
            and not self.loss.from_logits
        )

    def difference(self, weight: int, place: tuple[int, ...], size: float) -> tuple[float, bool]:
        """(loss(θ + h) − loss(θ − h)) / 2h, and whether there is a kink in between."""
        values, before = self.trained[weight], self.trained[weight][place]
        ends = []
        for moved in (before + size, before - size):
            values[place] = moved
            ends.append((moved, *self._at()))
        values[place] = before
        (right, above, sides_above), (left, below, sides_below) = ends
        return (above - below) / (right - left), sides_above != sides_below

    def noise(self, size: float) -> float:
        """How far, about, a difference is off because both losses are rounded."""
        return 4.0 * float(np.finfo("float64").eps) * abs(self._at()[0]) / size

    def extrapolated(self, weight: int, place: tuple[int, ...]) -> float | None:
        """The derivative by differences of smaller and smaller steps, extrapolated to h = 0.

        None if there is a kink within the smallest of the steps.

        Source: Ridders (1982), Accurate computation of F′(x) and F′(x)F″(x): each new column of the
        table cancels a power of h²; the entry that differs least from its neighbours is the result.
        """
        size = LARGEST_STEP
        while (first := self.difference(weight, place, size))[1]:
            size /= 2
            if size < STEP:
                return None
        column, best, least = [first[0]], first[0], np.inf
        for _ in range(EXTRAPOLATIONS):
            size /= 2
            row = [self.difference(weight, place, size)[0]]
            for k, above in enumerate(column, start=1):
                row.append((4.0**k * row[-1] - above) / (4.0**k - 1.0))
                error = max(abs(row[-1] - row[-2]), abs(row[-1] - above))
                if error < least:
                    best, least = row[-1], error
            column = row
        return float(best)

    def _at(self) -> tuple[float, bytes]:
        """The loss, and on which side of every kink the numbers are."""
        sides: list[Array] = []
        weights, stages, total = iter(self.values), iter(self.stages), 0.0
        z = a = self.rows.x
        for layer in self.chain:
            if not isinstance(layer, Dense):
                a = made(next(stages), a)
                continue
            kernel = next(weights)
            bias = None if layer.bias is None else next(weights)
            z = affine(a, kernel, bias)
            a = layer.activation(z)
            if layer.activation.__name__ in KINKED:
                sides.append(z > 0)
            for values, regularizer, share in self._penalized(layer, kernel, bias, a):
                total += share * sum(penalty(regularizer, values))
                if regularizer.factors[0]:
                    sides.append(values > 0)
        if not self.ends:
            z = a
        if self.clipped:
            p = (
                a / a.sum(axis=1, keepdims=True)
                if isinstance(self.loss, CategoricalCrossentropy)
                else a
            )
            sides += [p > EPSILON, p < 1 - EPSILON]
        rows = self.rows
        values, _, _ = loss_and_gradient(self.loss, self.last, z, a, rows.y, rows.weights)
        if rows.weights is not None:
            values = values * rows.weights
        mean = float(np.sum(values)) / divisor(self.loss, len(rows), rows.weights)
        return mean + total, b"".join(s.tobytes() for s in sides)

    def _penalized(
        self, layer: Dense, kernel: Array, bias: Array | None, a: Array
    ) -> Iterator[tuple[Array, Any, float]]:
        """The numbers of a layer that have a regularizer, it, and what its penalty counts."""
        if layer.activity_regularizer is not None:
            yield a, layer.activity_regularizer, 1.0 / len(a)
        pairs = (kernel, layer.kernel_regularizer), (bias, layer.bias_regularizer)
        for weight, (values, regularizer) in zip(layer.weights, pairs, strict=False):
            if values is not None and regularizer is not None and weight.trainable:
                yield values, regularizer, 1.0


def _places(arrays: list[Array]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """All parameters: the number of the weight and the place in it."""
    for number, values in enumerate(arrays):
        for place in np.ndindex(values.shape):
            yield number, place


def _spread(arrays: list[Array]) -> list[tuple[int, tuple[int, ...]]]:
    """At most `MOST_ON_THE_CURVE` parameters, evenly spread."""
    places = list(_places(arrays))
    return places[:: -(-len(places) // MOST_ON_THE_CURVE)]


def _resolution(
    analytic: list[Array], numeric: list[Array], kinks: list[Array], noise: float
) -> float:
    """The noise of a difference, relative to the largest gradient that was compared."""
    largest = 0.0
    for a, n, kink in zip(analytic, numeric, kinks, strict=True):
        seen = np.maximum(np.abs(a), np.abs(n))[~kink]
        largest = max(largest, float(seen.max(initial=0.0)))
    return noise / largest if largest else float("inf")


def _scales(analytic: list[Array], numeric: list[Array], noise: float) -> list[float]:
    """What errors are relative to: the largest gradient of the weight.

    A weight counts a thousandth of the model's largest gradient at least, and so much that the
    `noise` of a difference is within what is allowed: of what is smaller, differences of a rounded
    loss see nothing.
    """
    pairs = zip(analytic, numeric, strict=True)
    largest = [float(max(np.abs(a).max(), np.abs(n).max())) for a, n in pairs]
    floor = max(1e-3 * max(largest), noise / LIMIT, np.finfo("float64").tiny)
    return [max(value, floor) for value in largest]
