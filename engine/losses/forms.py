"""Which form of a loss a model runs: on logits, or on predictions."""

from __future__ import annotations

from engine.losses.loss import Loss


def form_of(loss: Loss, activation: str) -> tuple[int, bool]:
    """The loss's form, and whether it works on the last layer's z.

    A crossentropy takes the logits of a sigmoid or softmax, whichever it was, as Keras does; or
    the output itself if the caller says that the output is logits.
    """
    on_logits, on_predictions = loss.forms
    if on_logits == on_predictions:
        return on_predictions, activation == "linear"
    if activation in ("sigmoid", "softmax"):
        return on_logits, True
    if loss.from_logits:
        return on_logits, activation == "linear"
    return on_predictions, False
