"""One training step, with every number that it is made of.

    forward    z = x·W + b,  a = activation(z),  h = what the layers behind it make of a
    loss       the mean over the rows (or their sum), plus the penalties
    backward   dh, da, dz, then dW = xᵀ·dz, db = Σ dz, and dh of the layer before = dz·Wᵀ
    update     clipping, decay, the optimizer's formula, the moving average

:func:`engine.study.tracing.trace` works them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.kernels.memory import Array
from engine.study.expressions import LONG

if TYPE_CHECKING:
    from engine.study.explain import Explanation


@dataclass(frozen=True)
class LayerTrace:
    """What one Dense layer did.

    Shapes
        input ``(rows, inputs)``; z, a, da, activity_gradient and dz ``(rows, units)``; kernel and
        dkernel ``(inputs, units)``; bias and dbias ``(units,)``, None without a bias.

    da is None in the last layer where the loss works on its z, as a crossentropy behind a sigmoid
    or softmax does: dz comes from the loss at once.  dkernel and dbias contain the gradients of the
    penalties; da, or dz if there is no da, that of the penalty on the activations
    (activity_gradient, with respect to a).

    dkernel and dbias are None of a frozen weight.  The way back ends at the first layer that has
    a trained weight: of those before it da and dz are None, too.
    """

    name: str
    activation: str
    input: Array
    kernel: Array
    bias: Array | None
    z: Array
    a: Array
    da: Array | None
    dz: Array | None
    dkernel: Array | None
    dbias: Array | None
    activity_gradient: Array | None = None


@dataclass(frozen=True)
class StageTrace:
    """What a layer without trained weights did to each number: Dropout, Rescaling …

    Attributes
    ----------
    kind
        "dropout", "scaling", "normalization" or "inverse" (of a normalization); "unchanged" for a
        layer that computes nothing, as Flatten or Dropout(0).
    behind
        The number of the Dense layer that it follows, from 0; −1 for those before the first.
    input, output
        ``(rows, units)``.
    constants
        By name: rate and scale of a dropout; scale and offset, or mean and spread, each
        ``(units,)``.
    draws
        The numbers in [0, 1) that a dropout has drawn, ``(rows, units)``: where one is below the
        rate, the output is 0.  None if nothing is drawn.
    doutput, dinput
        The gradients of the loss; None where the way back does not come to it.
    """

    name: str
    kind: str
    behind: int
    input: Array
    output: Array
    constants: dict[str, Array]
    draws: Array | None = None
    doutput: Array | None = None
    dinput: Array | None = None


@dataclass(frozen=True)
class WeightTrace:
    """What the optimizer did with one weight: all arrays have its shape.

        value + decay + update = moved;  new is `moved`, or the moving average that overwrites it

    to the bit, and without the terms that are None.

    Attributes
    ----------
    trained
        Whether it is: of a frozen weight value and new are the same, and all else is missing.
    gradient, penalty_gradient
        The gradient contains that of the penalty, if the weight has a regularizer.
    squares, clipped
        Σ g² where the gradient is clipped by its norm, and the gradient that the optimizer sees.
        None for plain descent with global_clipnorm: there the rate is made shorter.
    slots_before, slots_after
        By name; "average" is the moving average of the weight.
    decay
        −w·(λ·α), None if the weight does not decay.
    """

    name: str
    value: Array
    gradient: Array | None
    penalty_gradient: Array | None
    slots_before: dict[str, Array]
    slots_after: dict[str, Array]
    update: Array | None
    new: Array
    trained: bool = True
    squares: float | None = None
    clipped: Array | None = None
    decay: Array | None = None
    moved: Array | None = None

    @property
    def change(self) -> Array | None:
        """What the step adds to the weight in all; None of a frozen weight."""
        if self.update is None or self.moved is None or self.new is not self.moved:
            return None if self.update is None else self.new - self.value
        return self.update if self.decay is None else self.decay + self.update


@dataclass(frozen=True)
class ClippingTrace:
    """How the gradients were clipped.

    `name` is "clipvalue", "clipnorm" or "global_clipnorm", `bound` its number c; `norm` is the
    length of all gradients together and `scale` what they are multiplied by, for the last.
    """

    name: str
    bound: float
    norm: float | None = None
    scale: float | None = None


@dataclass(frozen=True)
class Trace:
    """A training step.

    Attributes
    ----------
    x, y, sample_weight
        The batch, as the model reads it: rows of several axes as rows of numbers.  targets are the
        labels after `label_smoothing`.
    layers
        The Dense layers in the order of the forward pass.
    stages
        The layers without trained weights, in the order of the forward pass.
    sample_losses
        The loss of each row, times its weight; ``(rows,)``.
    reduction, divisor
        "mean", "sum" or "mean_with_sample_weight", and what the sum of `sample_losses` is divided
        by.
    penalties
        A number for each layer whose activations have a regularizer, by the layer's name and
        "/activity"; then one for each trained weight that has one, by the weight's name.
    factors
        (l1, l2) of the regularizer behind each of the penalties, None for a sum that is not formed.
    loss
        The mean (or sum) of `sample_losses` plus the penalties: what is trained.
    loss_on, loss_form
        "z" or "a" of the last Dense layer, or "h" for the output of the last of the layers behind
        it: what the loss reads; the form of its formula, a code of :mod:`engine.kernels.losses`.
    share
        g, what an element of the last layer counts in the mean: 1/(rows·units), times the weight of
        the row; ``(rows, units)``, without the units for a loss that is one number for a row.
    weights
        The weights of the Dense layers, in their order.
    optimizer, settings
        The class of the optimizer, and its numbers by name: learning_rate, momentum, beta_1 …
    step, rate
        The number of the step, counted from 1, and the size α_t that the optimizer gives it.
    schedule
        The class and the arguments of the schedule that gave the learning rate, if there is one.
    clipping
        What is clipped, if anything is.
    """

    model: str
    x: Array
    y: Array
    targets: Array
    sample_weight: Array | None
    layers: list[LayerTrace]
    loss_name: str
    loss_on: str
    loss_form: int
    share: Array
    sample_losses: Array
    penalties: dict[str, float]
    loss: float
    optimizer: str
    settings: dict[str, Any]
    step: int
    rate: float
    weights: list[WeightTrace]
    stages: list[StageTrace] = field(default_factory=list)
    reduction: str = "mean"
    divisor: float = 1.0
    label_smoothing: float = 0.0
    factors: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    schedule: tuple[str, dict[str, Any]] | None = None
    clipping: ClippingTrace | None = None

    def behind(self, layer: int) -> list[StageTrace]:
        """The layers without trained weights behind Dense layer `layer`; −1: before the first."""
        return [stage for stage in self.stages if stage.behind == layer]

    def explain(
        self,
        layer: int | str,
        unit: int,
        sample: int = 0,
        inputs: Sequence[int] | None = None,
        terms: int | None = LONG,
    ) -> Explanation:
        """Write out one unit of a layer on one row, with symbols and with numbers.

        Parameters
        ----------
        layer
            The name of the layer or its number, which counts from 0, as everywhere in Python; the
            formulas and titles count layers from 1, as books do.
        unit, sample
            Which unit of the layer, which row of the batch, from 0.
        inputs
            The inputs whose weights are written out; the first eight by default.
        terms
            So many terms of a sum over inputs, units or rows are shown; None: all.

        Raises
        ------
        ValueError, TypeError
            If there is no such layer, unit, sample or input.
        """
        from engine.study.explain import explain

        return explain(self, layer, unit, sample, inputs, terms)

    def frame(self) -> Any:
        """A tidy pandas frame, a row for each number: :mod:`engine.study.frame`."""
        from engine.study.frame import frame

        return frame(self)

    def to_html(self, title: str | None = None) -> str:
        """A page that plays the step, as text: write it to a file.

        ``Path("step.html").write_text(step.to_html(), encoding="utf-8")``, or
        :func:`engine.study.page.save_page`, which takes several steps, too.
        """
        from engine.study.page import page

        return page(self, title)

    def __repr__(self) -> str:
        """What was traced, and the loss."""
        return (
            f"<Trace of step {self.step} of model {self.model!r}: {_count(len(self.x), 'row')}, "
            f"{_count(len(self.layers), 'layer')}, loss {self.loss:.6g}>"
        )

    def __str__(self) -> str:
        """All tensors as text."""
        from engine.study.text import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        """What a notebook shows: :mod:`engine.study.notebook`."""
        from engine.study.notebook import of_trace

        return of_trace(self)

    def __rich__(self) -> Any:
        """What rich prints."""
        from engine.study.text import render

        return render(self)


def _count(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"
