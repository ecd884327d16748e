"""One training step, with every number that it is made of.

    forward    z = x·W + b,  a = activation(z)              layer by layer
    loss       the mean over the rows, plus the penalties
    backward   dz from da, then dW = xᵀ·dz, db = Σ dz, and da of the layer before = dz·Wᵀ
    update     the optimizer's formula: value + update = new

:func:`engine.study.tracing.trace` works them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.kernels.memory import Array
from engine.study.expressions import LONG

if TYPE_CHECKING:
    from engine.study.explain import Explanation


@dataclass(frozen=True)
class LayerTrace:
    """What one Dense layer did.

    Shapes
        input ``(rows, inputs)``; z, a, da and dz ``(rows, units)``; kernel and dkernel ``(inputs,
        units)``; bias and dbias ``(units,)``, None without a bias.

    da is None in the last layer where the loss works on its z, as a crossentropy behind a sigmoid
    or softmax does: dz comes from the loss at once.  dkernel and dbias contain the gradients of the
    penalties.
    """

    name: str
    activation: str
    input: Array
    kernel: Array
    bias: Array | None
    z: Array
    a: Array
    da: Array | None
    dz: Array
    dkernel: Array
    dbias: Array | None


@dataclass(frozen=True)
class WeightTrace:
    """What the optimizer did with one weight: all arrays have its shape.

    ``value + update = new``, to the bit.  The gradient contains that of the penalty, if the weight
    has a regularizer.
    """

    name: str
    value: Array
    gradient: Array
    penalty_gradient: Array | None
    slots_before: dict[str, Array]
    slots_after: dict[str, Array]
    update: Array
    new: Array


@dataclass(frozen=True)
class Trace:
    """A training step.

    Attributes
    ----------
    x, y, sample_weight
        The batch, as the model reads it; targets are the labels after label_smoothing.
    layers
        The layers in the order of the forward pass.
    sample_losses
        The loss of each row, times its weight; ``(rows,)``.
    penalties
        A number for each weight with a regularizer, by the weight's name.
    loss
        The mean of `sample_losses` plus the penalties: what is trained.
    loss_on, loss_form
        "z" or "a": what of the last layer the loss reads; the form of its formula, a code of
        :mod:`engine.kernels.losses`.
    share
        g, what an element of the last layer counts in the mean: 1/(rows·units), times the weight of
        the row; ``(rows, units)``, without the units for a loss that is one number for a row.
    weights
        The weights in the order of ``model.weights``.
    optimizer, settings
        The class of the optimizer, and its numbers by name: learning_rate, momentum, beta_1 …
    step, rate
        The number of the step, counted from 1, and the size α_t that the optimizer gives it.
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
