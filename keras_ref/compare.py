"""Two runs of one tutorial → one `Row`: every comparison, and a reason for each disagreement.

    parameter counts    equal, and the tutorial's own
    initial weights     the same bytes, shapes and dtypes; finite
    order of the rows   the same in every epoch
    loss curves         max |engine − Keras| ≤ 1e-5 over all epochs, training and validation
    accuracy            the same up to one sample in each evaluation set
    speed               reported; a disagreement only where a least ratio is asked for

The final weights are reported (largest difference; same bytes or not) and decide nothing: their
last bits belong to the machine as well as to the seed. NaN never agrees with anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from keras_ref.differences import (
    LOSS_TOLERANCE,
    first_epoch_apart,
    loss_difference,
    same_bits,
    same_history,
    weights_difference,
    where_weights_differ,
)
from keras_ref.row import Group, Pair, Row, speedup
from keras_ref.run import Fit, Run

SAMPLES_TOLERANCE = 1

Orders = Mapping[int, tuple[np.ndarray, np.ndarray]]


def compare(
    engine: Run,
    keras: Run,
    *,
    orders: Orders,
    expected: Sequence[int],
    title: str = "",
    published: str = "–",
    versions: dict[str, str] | None = None,
    min_speedup: float | None = None,
) -> Row:
    """Compare the run of the engine with that of Keras.

    Parameters
    ----------
    orders : dict
        Number of rows → orders of the engine and of Keras, each (epochs, rows).
    expected : list of int
        The parameter counts the tutorial's networks must have.
    min_speedup : float, optional
        The least ratio of Keras's seconds to the engine's; None accepts any.

    Raises
    ------
    ValueError
        If the two are not runs of one tutorial from one seed with the same fits.
    """
    for what in ("key", "seed", "data", "size"):
        ours, theirs = getattr(engine, what), getattr(keras, what)
        if ours != theirs:
            raise ValueError(
                f"Expected two runs of the same {what}. Received: {ours!r}, {theirs!r}"
            )
    names = [[fit.name for fit in run.fits] for run in (engine, keras)]
    if names[0] != names[1] or not names[0]:
        raise ValueError(f"Expected the same fits in both runs. Received: {names[0]}, {names[1]}")

    pairs = list(zip(engine.fits, keras.fits, strict=True))
    initial = [same_bits(a.initial_weights, b.initial_weights) for a, b in pairs]
    same_order = {n: bool(np.array_equal(a, b)) for n, (a, b) in orders.items()}
    losses = [loss_difference(a.history, b.history) for a, b in pairs]
    seconds = Pair(engine.seconds, keras.seconds)

    found: list[str] = []
    for side, counts in (("engine", engine.parameters), ("Keras", keras.parameters)):
        if counts != list(expected):
            found.append(f"{side}: {counts} parameters, the tutorial has {list(expected)}")
    for (a, b), same, difference in zip(pairs, initial, losses, strict=True):
        found += _disagreements(a, b, same, difference)
        if len(a.split.x_train) not in orders:
            found.append(f"{a.name}: the order of its {len(a.split.x_train):,} rows is not known")
    found += [
        f"the order of {n:,} rows differs from Keras's"
        for n, same in same_order.items()
        if not same
    ]
    if min_speedup is not None and not speedup(seconds) >= min_speedup:
        found.append(
            f"fit is {speedup(seconds):,.0f} times as fast as Keras's, expected {min_speedup:g}"
        )
    return Row(
        key=engine.key,
        seed=engine.seed,
        title=title,
        data=engine.data,
        size=engine.size,
        note=engine.note,
        published=published,
        parameters=Pair(
            *(_one_or_list(counts) for counts in (engine.parameters, keras.parameters))
        ),
        initial_weights_identical=all(initial),
        order_identical=bool(orders) and all(same_order.values()),
        loss_max_abs_difference=float(np.max(losses)),
        weights_max_abs_difference=float(
            np.max([weights_difference(a.weights, b.weights) for a, b in pairs])
        ),
        weights_identical=all(same_bits(a.weights, b.weights) for a, b in pairs),
        history_identical=all(same_history(a.history, b.history) for a, b in pairs),
        accuracy=Pair(engine.accuracy, keras.accuracy),
        seconds=seconds,
        groups=_groups(pairs),
        versions=dict(versions or {}),
        disagreements=found,
    )


def _disagreements(ours: Fit, theirs: Fit, same_start: bool, difference: float) -> list[str]:
    """Return what is wrong with one fit."""
    found = []
    if ours.parameters != theirs.parameters:
        found.append(f"{ours.parameters} parameters, Keras has {theirs.parameters}")
    if not same_start:
        where = where_weights_differ(ours.initial_weights, theirs.initial_weights)
        found.append(f"initial weights differ from Keras's {where}")
    if not difference <= LOSS_TOLERANCE:
        found.append(
            f"loss differs by {difference:.2g} from Keras's, more than {LOSS_TOLERANCE:g}"
            f"{first_epoch_apart(ours.history, theirs.history)}"
        )
    if ours.samples != theirs.samples:
        found.append(f"evaluated on {ours.samples} samples, Keras on {theirs.samples}")
    accuracies = (ours.accuracy, theirs.accuracy)
    if not np.isfinite(accuracies).all():
        found.append(f"accuracy {accuracies[0]}, Keras {accuracies[1]}")
    elif abs(ours.correct - theirs.correct) > SAMPLES_TOLERANCE:
        found.append(
            f"{ours.correct:,} of {ours.samples:,} samples right, Keras {theirs.correct:,}: "
            f"more than {SAMPLES_TOLERANCE} apart"
        )
    return [f"{ours.name}: {reason}" for reason in found]


def _groups(pairs: list[tuple[Fit, Fit]]) -> list[Group]:
    groups = []
    for name in dict.fromkeys(ours.group for ours, _ in pairs):
        members = [pair for pair in pairs if pair[0].group == name]
        accuracy = Pair(
            float(np.mean([ours.accuracy for ours, _ in members])),
            float(np.mean([theirs.accuracy for _, theirs in members])),
        )
        parameters = Pair(members[0][0].parameters, members[0][1].parameters)
        groups.append(Group(name, len(members), parameters, accuracy))
    return groups


def _one_or_list(counts: list[int]) -> int | list[int]:
    """Return a single count as a number: four of the five tutorials have one network."""
    return counts[0] if len(counts) == 1 else counts
