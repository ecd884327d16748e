"""The confusion counts: true and false positives and negatives above thresholds.

    TP(t) = Σ w·[y ≠ 0]·[p > t]        FP(t) = Σ w·[y = 0]·[p > t]
    TN(t) = Σ w·[y = 0]·[p ≤ t]        FN(t) = Σ w·[y ≠ 0]·[p ≤ t]

over all rows and units; exactly on the threshold the answer is no.  w is 1, or the row's weight.

Thresholds that lie evenly over [0, 1], i/(T − 1), are counted in one pass: p falls into the bucket
⌈p·(T − 1)⌉ − 1, and the positives of a threshold are those of its bucket and all above, added from
the last one down.  So p is compared with i/(T − 1) as p·(T − 1) rounded, as Keras does it.

Of the `top_k` largest predictions of a row (of equal ones the first) the others count as no; with a
`class_id` only that unit counts.

Keras: ``metrics_utils.update_confusion_matrix_variables``.  Sums of rows without weights are exact
below 2²⁴ rows; weighted ones are formed in TensorFlow's order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.kernels import fields
from engine.kernels.compiler import inlined
from engine.kernels.elementary import logistic
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import at, broadcast, fill, floor, load, number, store, where
from engine.kernels.loops import over_one
from engine.kernels.metrics import Reading, row_weight
from engine.kernels.sums import long_sum
from engine.metrics.metric import Array, Metric

TRUE_POSITIVES, FALSE_POSITIVES, TRUE_NEGATIVES, FALSE_NEGATIVES = 1, 2, 4, 8
"""What is counted, as bits; a state has them in this order, each for all thresholds."""
ALL = TRUE_POSITIVES | FALSE_POSITIVES | TRUE_NEGATIVES | FALSE_NEGATIVES

EVEN, FROM_BELOW_0, BY_LABEL, FROM_LOGITS = 16, 32, 64, 128
"""How: evenly spread thresholds, of which the first lies below 0; each unit by itself; σ(p)."""

LEAST = -1e10
"""Takes the place of a prediction that is not among the largest, and of the threshold then."""

_logistic = over_one(logistic, logistic)


@inlined
def _keep_largest(p: Any, top: Any, k: Any, units: Any, left: Any) -> None:
    """Write the k largest of p[0:units] into `top`, `LEAST` elsewhere; `left` is room for units."""
    for c in range(units):
        store(left, c, load(p, c, 1))
        store(top, c, fill(p, LEAST, 1))
    for _ in range(min(k, units)):
        place_, largest = -1, 0.0
        for c in range(units):
            x = number(load(left, c, 1))
            if x > LEAST and (place_ < 0 or x > largest):
                place_, largest = c, x
        if place_ >= 0:
            store(top, place_, load(p, place_, 1))
            store(left, place_, fill(p, LEAST, 1))


@inlined
def _lay_out(
    frame: Any, a: Any, rows: Any, p: Any, yes: Any, no: Any, group: Any, like: Any
) -> Any:
    """Predictions, and the weights of the labels that are yes and no, unit `group` or all.

    Returns how many there are.
    """
    source, y = place(frame, fields.OUTPUTS, integer(a, 0), like), place(frame, fields.Y, 0, like)
    units, how, k, class_id = integer(a, 1), integer(a, 6), integer(a, 7), integer(a, 8)
    first, step = (group, 1) if group >= 0 else (0, units)
    if class_id >= 0:
        first, step = class_id, 1
    top = at(p, rows * units + 16)
    n = 0
    for i in range(rows):
        w, some = row_weight(frame, a, i, like), at(source, i * units)
        if k > 0:
            _keep_largest(some, top, k, units, at(top, units))
            some = top
        for c in range(first, first + step):
            truth = load(y, i * units + c, 1)
            store(p, n, load(some, c, 1))
            store(yes, n, where(truth == 0.0, fill(p, 0.0, 1), w))
            store(no, n, where(truth == 0.0, w, fill(p, 0.0, 1)))
            n += 1
    if how & FROM_LOGITS:
        _logistic(p, p, n)
    return n


@inlined
def _add(sums: Any, bit: Any, a: Any, t: Any, group: Any, groups: Any, value: Any) -> None:
    """Add to a count, if it is wanted."""
    wanted, before = integer(a, 6), 0
    if wanted & bit:
        for lower in (TRUE_POSITIVES, FALSE_POSITIVES, TRUE_NEGATIVES):
            if lower < bit and wanted & lower:
                before += 1
        k = (before * integer(a, 5) + t) * groups + group
        store(sums, k, load(sums, k, 1) + value)


@inlined
def _chosen(
    p: Any, threshold: Any, weights: Any, above: Any, out: Any, n: Any, threads: Any
) -> Any:
    """Σ weights where p > t, or where it is not."""
    for i in range(0, n, 16):
        w, zero = load(weights, i, 16), fill(p, 0.0, 16)
        says_yes = load(p, i, 16) > broadcast(threshold, 0, 16)
        store(out, i, where(says_yes, w, zero) if above else where(says_yes, zero, w))
    return long_sum(out, n, threads)


@inlined
def _one_by_one(
    frame: Any,
    a: Any,
    sums: Any,
    p: Any,
    yes: Any,
    no: Any,
    out: Any,
    n: Any,
    group: Any,
    groups: Any,
    like: Any,
) -> None:
    """Every threshold by itself."""
    thresholds, count = place(frame, fields.THRESHOLDS, integer(a, 3), like), integer(a, 5)
    # TensorFlow's threads share a vector's sum, but not the sums of a matrix's rows.
    threads, wanted = integer(frame, fields.THREADS) if count == 1 else 1, integer(a, 6)
    for t in range(count):
        at_t = at(thresholds, t)
        for bit in (TRUE_POSITIVES, FALSE_POSITIVES, TRUE_NEGATIVES, FALSE_NEGATIVES):
            if wanted & bit:
                weights = yes if bit in (TRUE_POSITIVES, FALSE_NEGATIVES) else no
                above = bit < TRUE_NEGATIVES
                total = _chosen(p, at_t, weights, above, out, n, threads)
                _add(sums, bit, a, t, group, groups, total)


@inlined
def _in_buckets(
    frame: Any,
    a: Any,
    sums: Any,
    p: Any,
    yes: Any,
    no: Any,
    out: Any,
    n: Any,
    group: Any,
    groups: Any,
    like: Any,
) -> None:
    """All thresholds in one pass."""
    count, how = integer(a, 5), integer(a, 6)
    below = at(out, count)
    for t in range(2 * count):
        store(out, t, fill(p, 0.0, 1))
    zero, one = fill(p, 0.0, 1), fill(p, 1.0, 1)
    for i in range(n):
        x = load(p, i, 1)
        x = where(x > one, one, where(x < zero, zero, x))
        bucket = -floor(-(x * fill(p, count - 1, 1))) - 1.0
        if how & FROM_BELOW_0:
            bucket = where(bucket < zero, zero, bucket)
        if number(bucket) >= 0.0:  # of NaN there is none
            t = int(number(bucket))
            store(out, t, load(out, t, 1) + load(yes, i, 1))
            store(below, t, load(below, t, 1) + load(no, i, 1))
    threads = integer(frame, fields.THREADS) if groups == 1 else 1
    all_yes, all_no = long_sum(yes, n, threads), long_sum(no, n, threads)
    tp, fp = zero, zero
    for t in range(count - 1, -1, -1):
        tp, fp = tp + load(out, t, 1), fp + load(below, t, 1)
        _add(sums, TRUE_POSITIVES, a, t, group, groups, tp)
        _add(sums, FALSE_POSITIVES, a, t, group, groups, fp)
        _add(sums, TRUE_NEGATIVES, a, t, group, groups, all_no - fp)
        _add(sums, FALSE_NEGATIVES, a, t, group, groups, all_yes - tp)


def room(rows: int, units: int, thresholds: int) -> int:
    """How many numbers :data:`count` puts aside."""
    return 4 * (rows * units + 16) + 2 * units + max(2 * thresholds, rows * units + 16) + 64


@instruction("confusion_count")
def count(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Add to the counts.

    Numbers: those of every metric, then how many thresholds, what is counted and how, top_k
    (0: all), class_id (−1: all).
    """
    sums, p = (
        place(frame, fields.SUMS, integer(a, 2), like),
        place(frame, fields.ASIDE, 0, like),
    )
    units, how = integer(a, 1), integer(a, 6)
    size = rows * units + 16
    # Behind the predictions there is room for the largest of a row; it is free again afterwards.
    yes = at(p, size + max(size, 2 * units + 16))
    no, out = at(yes, size), at(yes, 2 * size)
    groups = units if how & BY_LABEL else 1
    for group in range(groups):
        n = _lay_out(frame, a, rows, p, yes, no, group if groups > 1 else -1, like)
        if how & EVEN:
            _in_buckets(frame, a, sums, p, yes, no, out, n, group, groups, like)
        else:
            _one_by_one(frame, a, sums, p, yes, no, out, n, group, groups, like)


def spread_evenly(thresholds: list[float]) -> bool:
    """Whether thresholds are i/(T − 1), as far as Keras looks."""
    count_ = len(thresholds)
    if count_ < 3:
        return False
    even = np.arange(count_, dtype=np.float32) / (count_ - 1)
    return bool(np.allclose(thresholds, even, atol=1e-7))


def checked_thresholds(thresholds: Any, name: str = "thresholds") -> list[float]:
    """`thresholds`, a number or several, as a list of numbers in [0, 1]."""
    values = list(thresholds) if isinstance(thresholds, list | tuple | np.ndarray) else [thresholds]
    for value in values:
        is_number = isinstance(value, int | float | np.integer | np.floating)
        if not is_number or isinstance(value, bool) or not 0 <= value <= 1:
            raise (ValueError if is_number else TypeError)(
                f"Expected {name} to be a number in [0, 1], or a list of such. "
                f"Received: {name}={shown(thresholds)}"
            )
    if not values:
        raise ValueError(f"Expected at least one of {name}. Received: {name}={shown(thresholds)}")
    return [float(value) for value in values]


def checked_place(name: str, value: Any, least: int) -> int | None:
    """`value`, None or a whole number of at least `least`."""
    if value is None:
        return None
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_whole or value < least:
        raise (ValueError if is_whole else TypeError)(
            f"Expected {name} to be None or a whole number ≥ {least}. "
            f"Received: {name}={shown(value)}"
        )
    return int(value)


class ConfusionMetric(Metric):
    """Base of the metrics that count confusions above thresholds."""

    counted = ALL
    """What is counted."""

    vector_is_a_row = False

    def __init__(
        self,
        thresholds: Any,
        top_k: int | None,
        class_id: int | None,
        name: str | None,
        dtype: str | None,
    ) -> None:
        self.top_k = checked_place("top_k", top_k, 1)
        self.class_id = checked_place("class_id", class_id, 0)
        self.init_thresholds = thresholds
        default = [0.5] if top_k is None else [LEAST]
        self.thresholds = default if thresholds is None else checked_thresholds(thresholds)
        self._how = EVEN if spread_evenly(self.thresholds) else 0
        super().__init__(name, dtype)

    def check(self, label_width: int, units: int) -> None:
        """Raise a ValueError if such labels or predictions do not fit."""
        super().check(label_width, units)
        for name, value, most in (
            ("class_id", self.class_id, units - 1),
            ("top_k", self.top_k, units),
        ):
            if value is not None and value > most:
                raise ValueError(
                    f"Expected {name} of the metric {self.name!r} to be at most {most} for {units} "
                    f"output{'s' if units > 1 else ''}. Received: {name}={value}"
                )

    def groups(self, units: int) -> int:
        """How many counts there are for each threshold."""
        return 1

    def size(self, units: int) -> int:
        """Counts for each threshold."""
        return self.counted.bit_count() * len(self.thresholds) * self.groups(units)

    def numbers(self, units: int, dtype: str) -> Array:
        """The thresholds."""
        return np.array(self.thresholds, dtype)

    def aside(self, rows: int, units: int) -> int:
        """Predictions, labels and what is above a threshold."""
        return room(rows, units, len(self.thresholds))

    def instructions(self, reading: Reading) -> list[tuple[Any, ...]]:
        """Count."""
        k, class_id = self.top_k or 0, -1 if self.class_id is None else self.class_id
        what = self.counted | self._how
        return [(count, *reading.head, len(self.thresholds), what, k, class_id)]

    def counts(self, state: Array) -> list[Array]:
        """The counts of a state, each with the thresholds in its last axis."""
        kinds = self.counted.bit_count()
        return list(np.moveaxis(state.reshape(*state.shape[:-1], kinds, -1), -2, 0))

    def each(self, results: Any) -> Any:
        """Results for all thresholds; for the only one by itself."""
        return results[..., 0] if len(self.thresholds) == 1 else results
