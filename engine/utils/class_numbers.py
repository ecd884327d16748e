"""Labels of any kind as class numbers, and the weights that make classes count alike.

    numbers[i] = the place of labels[i] among the classes, which are sorted
    balanced   weight of class k = rows / (classes · rows of class k)

Tables have labels such as "Adelie" or "yes"; losses read numbers.  Keras would put a StringLookup
layer into the model for it, and the labels into the model's file; here they stay outside.

Source of the weights: King & Zeng (2001), Logistic regression in rare events data.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.checks.numeric import numeric
from engine.checks.shown import shown

Array = npt.NDArray[Any]


def class_numbers(labels: Any, classes: Any = None) -> tuple[Array, Array]:
    """The class number of each label, and the classes.

    Parameters
    ----------
    labels
        One for each row: texts, numbers, booleans, a pandas column of any type.
    classes
        The classes in the order of their numbers, from an earlier call; None: those that occur,
        sorted.

    Returns
    -------
    numbers, classes
        ``classes[numbers]`` are the labels again, and ``classes[model.predict_classes(x)]`` the
        predicted ones.

    Raises
    ------
    ValueError, TypeError
        If a label is missing, is none of the classes, or cannot be sorted among the others.

    >>> numbers, classes = class_numbers(["yes", "no", "yes"])
    >>> numbers, classes
    (array([1, 0, 1]), array(['no', 'yes'], dtype='<U3'))
    >>> class_numbers(["no"], classes)[0]
    array([0])
    """
    values = _column(labels, "labels")
    if classes is None:
        known = _sorted(values)
    else:
        known = _column(classes, "classes")
        if len(set(known.tolist())) < len(known):
            raise ValueError(f"Expected different classes. Received: classes={shown(classes)}")
    places = {label: number for number, label in enumerate(known.tolist())}
    unknown = [label for label in values.tolist() if label not in places]
    if unknown:
        raise ValueError(
            f"Expected labels among the classes {shown(known.tolist())}. "
            f"Received: labels with {shown(unknown[0])}"
        )
    return np.array([places[label] for label in values.tolist()], np.int64), known


def balanced_class_weight(numbers: Any) -> dict[int, float]:
    """The `class_weight` with which all classes count alike in ``fit``.

    Raises
    ------
    ValueError, TypeError
        If `numbers` are not class numbers: labels of another kind, say.

    >>> balanced_class_weight([0, 1, 1, 1])
    {0: 2.0, 1: 0.6666666666666666}
    """
    expected = (
        "Expected numbers to be class numbers 0, 1, 2 …, one for each row; of other labels "
        f"utils.class_numbers makes them. Received: numbers={shown(numbers)}"
    )
    try:
        array = numeric(numbers, "numbers")
    except TypeError:
        raise TypeError(expected) from None
    whole = array.ndim == 1 and array.size and (array == np.floor(array)).all()
    if not whole or (array < 0).any():
        raise ValueError(expected)
    found, counts = np.unique(array.astype(np.int64), return_counts=True)
    share = array.size / len(found)
    return {int(k): float(share / n) for k, n in zip(found, counts, strict=True)}


def _column(values: Any, name: str) -> Array:
    """`values` as an array with one entry for each row, none of them missing."""
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        raise TypeError(f"Expected {name} to be a column of labels. Received: {shown(values)}")
    if hasattr(values, "to_numpy"):
        plain = values.to_numpy()
    elif isinstance(values, np.ndarray):
        plain = values
    else:
        entries = list(values)
        plain = np.asarray(entries)
        if plain.dtype.kind in "US" and not all(isinstance(v, str | bytes) for v in entries):
            plain = np.array(entries, object)  # NumPy would make texts of numbers
    if plain.ndim == 2 and plain.shape[1] == 1:
        plain = plain[:, 0]
    if plain.ndim != 1 or not plain.size:
        raise ValueError(
            f"Expected {name} with one label for each row. Received: {name} of shape {plain.shape}"
        )
    missing = [v is None or v != v or str(v) in ("NaT", "<NA>") for v in plain.tolist()]
    if any(missing):
        raise ValueError(
            f"Expected a label in each row of {name}. Received: {sum(missing)} missing, the first "
            f"at row {missing.index(True)}"
        )
    return np.asarray(plain)


def _sorted(values: Array) -> Array:
    if values.dtype.kind != "O":
        return np.unique(values)
    try:
        ordered = sorted(set(values.tolist()))
    except TypeError:
        kinds = sorted({type(v).__name__ for v in values.tolist()})
        raise TypeError(
            f"Expected labels of one type, which can be sorted. Received: {', '.join(kinds)}"
        ) from None
    return np.array(ordered, object)
