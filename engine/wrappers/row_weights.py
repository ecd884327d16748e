"""The weight of each row: that of its sample, times that of its class.

    weight = sample_weight · class_weight[class]
    balanced:  class_weight[k] = Σ sample_weight / (classes · Σ sample_weight of class k)

So "balanced" gives all classes the same total weight, and a sample weight of 2 is the same row
twice.

scikit-learn: ``sklearn.utils.class_weight.compute_sample_weight``, whose "balanced" counts rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array
from sklearn.utils.class_weight import compute_sample_weight

from engine.checks.shown import shown

Array = npt.NDArray[Any]


def checked_sample_weight(sample_weight: Any, rows: int) -> Array | None:
    """One weight ≥ 0 for each row, not all of them 0; None for None.

    >>> checked_sample_weight([1, 2], 2)
    array([1., 2.])
    """
    if sample_weight is None:
        return None
    if np.isscalar(sample_weight):
        sample_weight = np.full(rows, sample_weight)
    weights: Array = check_array(
        sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
    )
    if weights.shape != (rows,):
        raise ValueError(
            f"Expected sample_weight with one weight for each of {rows} rows. "
            f"Received: sample_weight.shape={weights.shape}"
        )
    if (weights < 0).any():
        raise ValueError(
            f"Expected weights ≥ 0 in sample_weight. Received: sample_weight with {weights.min():g}"
        )
    if not weights.any():
        raise ValueError(
            "Expected at least one weight in sample_weight that is not zero: of nothing nothing "
            f"can be learned. Received: {rows} zeros"
        )
    return weights


def of_classes(class_weight: Any, y: Array, sample_weight: Array | None) -> Array | None:
    """Each row's weight for its class, of labels as they were given; None for None.

    >>> of_classes("balanced", np.array(["a", "b", "b", "b"]), None)
    array([2.        , 0.66666667, 0.66666667, 0.66666667])
    >>> of_classes({"a": 5.0}, np.array(["a", "b"]), None)
    array([5., 1.])
    """
    if class_weight is None:
        return None
    if isinstance(class_weight, dict):
        known = set(np.unique(y).tolist())
        if y.ndim == 1 and class_weight and known.isdisjoint(class_weight):
            raise ValueError(
                f"Expected class_weight to map labels to weights: {shown(sorted(known))}. "
                f"Received: class_weight={shown(class_weight)}"
            )
    elif class_weight != "balanced":
        raise (ValueError if isinstance(class_weight, str) else TypeError)(
            'Expected class_weight to be None, "balanced" or a dict from labels to weights. '
            f"Received: class_weight={shown(class_weight)}"
        )
    elif y.ndim == 1 and sample_weight is not None:
        classes, numbers = np.unique(y, return_inverse=True)
        totals = np.bincount(numbers, weights=sample_weight)
        present = totals > 0
        shares = np.zeros(len(classes))
        shares[present] = totals.sum() / (present.sum() * totals[present])
        return np.asarray(shares[numbers])
    return np.asarray(compute_sample_weight(class_weight, y))


def row_weights(sample_weight: Array | None, class_weight: Any, y: Array) -> Array | None:
    """The product of both; None if there are none."""
    by_class = of_classes(class_weight, y, sample_weight)
    if by_class is None or sample_weight is None:
        return sample_weight if by_class is None else by_class
    return np.asarray(sample_weight * by_class)
