"""A loss object that is watched as a metric: the mean of what it says of each batch.

    result = Σ_b loss(batch b) / batches          loss(batch) = Σᵢ valueᵢ / rows, or its sum

A batch counts once, however many rows it has: behind whole batches of 16 rows the 6 of a last one
weigh more than any others.  The metric of the same name counts rows: the mean of ``"mse"`` is
another than that of ``losses.MeanSquaredError()``.  A loss without a reduction tells the values of
the rows, and is such a metric.

Keras: ``MeanMetricWrapper`` around a ``keras.losses.Loss``, which ``compile`` makes of one among
metrics; it fails on rows with weights of which ``weighted_metrics`` has to take account.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import fill, load, store
from engine.kernels.metrics import Reading
from engine.kernels.sums import long_sum
from engine.losses import Loss
from engine.metrics.loss_metric import LossMetric


@instruction()
def add_batch(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Add the batch's loss to the total, and 1 to the count.

    Numbers: where the state begins among the sums, 1 if the values are not divided by the rows.
    """
    sums = place(frame, fields.SUMS, integer(a, 0), like)
    values = place(frame, fields.VALUES, 0, like)
    loss = long_sum(values, rows, integer(frame, fields.THREADS))
    divisor = fill(sums, 1 if integer(a, 1) > 0 else rows, 1)
    store(sums, 0, load(sums, 0, 1) + loss / divisor)
    store(sums, 1, load(sums, 1, 1) + fill(sums, 1, 1))


class MeanOfBatches(LossMetric):
    """The mean of a loss over the batches.

    >>> from engine.losses import MeanSquaredError
    >>> metric = MeanOfBatches(MeanSquaredError())
    >>> metric.update_state([[0.0], [0.0], [0.0]], [[1.0], [1.0], [1.0]])
    >>> metric([[0.0]], [[3.0]])
    5.0
    """

    def instructions(self, reading: Reading) -> list[tuple[Any, ...]]:
        """Those of the loss, then its values become one number."""
        *steps, _ = super().instructions(reading)
        return [*steps, (add_batch, reading.state, self.loss.reduction == "sum")]

    def refuse_weights(self) -> None:
        """Raise a ValueError: a batch counts once, and its rows have weights."""
        raise ValueError(
            "Expected rows without weights beside a loss object among weighted_metrics, which "
            'tells one number for a batch: write the metric, such as "mse" or '
            f"metrics.MeanSquaredError(). Received: {type(self.loss).__name__} {self.name!r} and "
            "weights"
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count one more batch in."""
        if sample_weight is not None:
            self.refuse_weights()
        super().update_state(y_true, y_pred)


def of_loss(loss: Loss) -> LossMetric:
    """The metric that `compile` makes of a loss object."""
    return LossMetric(loss) if loss.reduction in (None, "none") else MeanOfBatches(loss)
