"""AUC: the area under a curve that the thresholds trace.

    ROC     recall over the rate of false alarms     x = FP/(FP + TN), y = TP/(TP + FN)
    PR      precision over recall                    x = TP/(TP + FN), y = TP/(TP + FP)
    PRGAIN  the same two as gains over always saying yes, π the share of yes to no:
            x = max(1 − π·FN/TP, 0), y = 1 − π·FP/TP            (0 and 1 where TP = 0)

    result = Σ (x_t − x_{t+1})·h_t        over neighbouring thresholds

with h the mean of y_t and y_{t+1} ("interpolation"), the smaller ("minoring") or the larger one
("majoring").  Between two thresholds of a PR curve precision is no straight line: TP and
P = TP + FP are interpolated, and the area of the interval has a closed form,

    s·(ΔTP + c·ln(P_t/P_{t+1})) / (TP + FN)_{t+1}        s = ΔTP/ΔP,  c = TP_{t+1} − s·P_{t+1}

Thresholds are i/(T − 1), the first moved below 0 and the last above 1, so that they say always and
never.

Source: Davis & Goadrich (2006), The relationship between Precision-Recall and ROC curves,
section 4; Flach & Kull (2015), Precision-Recall-Gain curves.
Keras: ``keras.metrics.AUC``; sums and logarithms in TensorFlow's order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.kernels.on_arrays import column_sums, logarithms, packet_sums
from engine.metrics.confusion import (
    BY_LABEL,
    EVEN,
    FROM_BELOW_0,
    FROM_LOGITS,
    ConfusionMetric,
    checked_place,
    checked_thresholds,
    spread_evenly,
)
from engine.metrics.metric import Array, quotient

CURVES = {"roc": "ROC", "ROC": "ROC", "pr": "PR", "PR": "PR", "prgain": "PRGAIN"}
CURVES |= {"PRGAIN": "PRGAIN"}
HEIGHTS: dict[str, Callable[[Array, Array], Array]] = {
    "interpolation": lambda a, b: (a + b) / 2.0,
    "minoring": np.minimum,
    "majoring": np.maximum,
}


def gains(tp: Array, fp: Array, tn: Array, fn: Array) -> tuple[Array, Array]:
    """Recall and precision as gains over always saying yes."""
    share = quotient(tp + fn, tn + fp)
    one = tp.dtype.type(1)
    recall = np.where(tp == 0, 0 * one, one - share * quotient(fn, tp))
    return np.maximum(recall, 0 * one), np.where(tp == 0, one, one - share * quotient(fp, tp))


def points(curve: str, tp: Array, fp: Array, tn: Array, fn: Array) -> tuple[Array, Array]:
    """x and y of a curve."""
    if curve == "PRGAIN":
        return gains(tp, fp, tn, fn)
    recall = quotient(tp, tp + fn)
    if curve == "ROC":
        return quotient(fp, fp + tn), recall
    return recall, quotient(tp, tp + fp)


class AUC(ConfusionMetric):
    """The area under the ROC or the PR curve.

    Parameters
    ----------
    num_thresholds
        T; more of them come closer to the true area.
    curve
        "ROC", "PR" or "PRGAIN".
    summation_method
        "interpolation", "minoring" or "majoring".
    thresholds
        Thresholds in [0, 1] in the place of evenly spread ones.
    multi_label, num_labels
        The mean of the areas of all units, each by itself; their number.
    from_logits
        The predictions are logits.

    >>> AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    0.75
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: str | None = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        if curve not in CURVES:
            raise ValueError(
                f'Expected curve to be "ROC", "PR" or "PRGAIN". Received: curve={shown(curve)}'
            )
        methods = {word: method for method in HEIGHTS for word in (method, method.capitalize())}
        if summation_method not in methods:
            raise ValueError(
                f"Expected summation_method to be one of {', '.join(HEIGHTS)}. "
                f"Received: summation_method={shown(summation_method)}"
            )
        if label_weights is not None:
            raise ValueError(
                "Expected label_weights=None: all units count alike; for some of them only, use "
                f"metrics with a class_id. Received: label_weights={shown(label_weights)}"
            )
        for name_, flag in (("multi_label", multi_label), ("from_logits", from_logits)):
            if not isinstance(flag, bool):
                raise TypeError(
                    f"Expected {name_} to be True or False. Received: {name_}={shown(flag)}"
                )
        if num_labels and not multi_label:
            raise ValueError(
                f"Expected num_labels only with multi_label=True. Received: num_labels={num_labels}"
            )
        given = None
        if thresholds is not None:
            given = sorted(checked_thresholds(thresholds))
            num_thresholds = len(given) + 2
        elif checked_place("num_thresholds", num_thresholds, 2) is None:
            raise TypeError(
                "Expected num_thresholds to be a whole number ≥ 2. Received: num_thresholds=None"
            )
        super().__init__(None, None, None, name, dtype)
        self.num_thresholds = int(num_thresholds)
        last = self.num_thresholds - 1
        inner = [(i + 1) * 1.0 / last for i in range(last - 1)] if given is None else given
        self.thresholds = [-1e-7, *inner, 1.0 + 1e-7]
        self._given = given
        even = given is None or spread_evenly([0.0, *given, 1.0])
        self._how = (EVEN | FROM_BELOW_0 if even else 0) | (FROM_LOGITS if from_logits else 0)
        self._how |= BY_LABEL if multi_label else 0
        self.curve, self.summation_method = CURVES[curve], methods[summation_method]
        self.multi_label, self.from_logits = multi_label, from_logits
        self.num_labels = checked_place("num_labels", num_labels, 1)

    def fits(self, label_width: int, units: int) -> bool:
        """As many units as labels, if those are counted."""
        return label_width == units and self.num_labels in (None, units)

    def groups(self, units: int) -> int:
        """How many counts there are for each threshold."""
        return units if self.multi_label else 1

    def result_of(self, state: Array) -> Any:
        """The area; the mean of the areas of all units."""
        shape = (*state.shape[:-1], 4, self.num_thresholds, -1)
        # (…, thresholds, labels) of each count
        tp, fp, tn, fn = np.moveaxis(state.reshape(shape), -3, 0)
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = self._between_points(tp, fp, fn)
        else:
            x, y = points(self.curve, tp, fp, tn, fn)
            heights = HEIGHTS[self.summation_method](y[..., :-1, :], y[..., 1:, :])
            areas = (x[..., :-1, :] - x[..., 1:, :]) * heights
        if not self.multi_label:
            return packet_sums(areas[..., 0])
        by_label = column_sums(areas)
        return packet_sums(by_label) / by_label.dtype.type(by_label.shape[-1])

    def _between_points(self, tp: Array, fp: Array, fn: Array) -> Any:
        """The areas under a PR curve whose TP and P are straight lines between the thresholds."""
        p = tp + fp
        before, after = p[..., :-1, :], p[..., 1:, :]
        dtp = tp[..., :-1, :] - tp[..., 1:, :]
        slope = quotient(dtp, np.maximum(before - after, 0))
        intercept = tp[..., 1:, :] - slope * after
        both = (before > 0) & (after > 0)
        ratio = np.where(both, quotient(before, np.maximum(after, 0)), p.dtype.type(1))
        yes = np.maximum(tp[..., 1:, :] + fn[..., 1:, :], 0)
        return quotient(slope * (dtp + intercept * logarithms(ratio, axes=2)), yes)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        own = {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None,
            "from_logits": self.from_logits,
        }
        if self._given is not None:
            own["thresholds"] = list(self._given)
        return {**super().get_config(), **own}
