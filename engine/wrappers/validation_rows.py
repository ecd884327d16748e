"""validation_data=(X, y) or (X, y, sample_weight), with labels as fit's own y has them."""

from __future__ import annotations

from typing import Any

from sklearn.utils.validation import validate_data


def validation_rows(estimator: Any, data: Any) -> Any:
    """What ``Model.fit`` takes as validation_data, with the numbers that the loss reads.

    `estimator` knows its targets and has its model.  Batches are left as they are.

    Raises
    ------
    ValueError, TypeError
        If X has other columns than the rows to train on, or y a label that they have not.
    """
    if not isinstance(data, tuple | list) or len(data) not in (2, 3):
        return data
    X, y = validate_data(
        estimator,
        *data[:2],
        dtype="numeric",
        multi_output=True,
        y_numeric=estimator._numeric,
        reset=False,
    )
    numbers = estimator._targets.numbers(estimator._as_targets(y))
    return (X, estimator._for_loss(numbers), *data[2:])
