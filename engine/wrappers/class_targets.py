"""The labels of a classifier: as the numbers that a loss reads, and back.

    binary, multiclass      labels of any type, numbered 0 … classes − 1 in sorted order
    multiclass-onehot       rows of 0 and 1 with a single 1
    multilabel-indicator    rows of 0 and 1, any of which may be 1

Keras: ``scikeras.utils.transformers.ClassifierLabelEncoder``; here the form follows the loss that
the model was compiled with, whoever compiled it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import issparse
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from engine.checks.shown import shown
from engine.losses import Loss
from engine.utils import to_categorical

Array = npt.NDArray[Any]


def as_labels(y: Any) -> Array:
    """`y` as an array of one dimension, or of two if it is an indicator matrix."""
    if issparse(y):
        y = y.toarray()
    check_classification_targets(y)
    if type_of_target(y) == "multiclass-multioutput":
        raise ValueError(
            "Expected one label for each row, or an indicator matrix of 0 and 1. "
            f"Received: y of several classes in several columns, y.shape={np.shape(y)}"
        )
    array = np.asarray(y)
    if array.ndim == 2 and array.shape[1] > 1:
        return array
    return np.asarray(column_or_1d(array, warn=True))


class ClassTargets:
    """What the labels of the first fit say about those to come.

    Parameters
    ----------
    y
        Labels, as :func:`as_labels` gives them.
    classes
        All labels that may occur, if `y` does not have them all.
    one_hot
        Whether an indicator matrix with a single 1 in each row stands for classes, of which one
        is predicted; otherwise it stands for independent labels like any other.

    Examples
    --------
    >>> targets = ClassTargets(np.array(["no", "yes", "no"]))
    >>> targets.kind, targets.classes.tolist(), targets.numbers(np.array(["yes"])).tolist()
    ('binary', ['no', 'yes'], [1])
    >>> targets.labels(np.array([[0.2, 0.8]])).tolist()
    ['yes']
    """

    def __init__(self, y: Array, classes: Any = None, one_hot: bool = True) -> None:
        self.dtype, self.columns = y.dtype, None if y.ndim == 1 else y.shape[1]
        if self.columns is not None:
            single = one_hot and bool((y.sum(axis=1) == 1).all())
            self.kind = "multiclass-onehot" if single else "multilabel-indicator"
            self.classes = np.arange(self.columns)
            return
        self.encoder = LabelEncoder().fit(y if classes is None else classes)
        self.classes = self.encoder.classes_
        self.kind = "multiclass" if len(self.classes) > 2 else "binary"

    @property
    def outputs(self) -> int:
        """How many outputs say everything: one for two classes, else one for each."""
        return 1 if self.kind == "binary" else len(self.classes)

    def numbers(self, y: Array) -> Array:
        """Class numbers, or the indicator matrix.

        Raises
        ------
        ValueError
            If there are labels that the first fit did not know, or another number of columns.
        """
        columns = None if y.ndim == 1 else y.shape[1]
        if columns != self.columns:
            raise ValueError(
                f"Expected y as in the first fit, {self._shape(self.columns)}. "
                f"Received: y of {self._shape(columns)}"
            )
        if columns is not None:
            return y
        unknown = [label for label in np.unique(y).tolist() if label not in self.classes]
        if unknown:
            raise ValueError(
                f"Expected labels among the classes {shown(self.classes.tolist())}. "
                f"Received: y with {shown(unknown)}"
            )
        return np.asarray(self.encoder.transform(y))

    def for_loss(self, numbers: Array, loss: Loss, units: int) -> Array:
        """What `loss` reads beside a model of `units` outputs."""
        if self.kind == "multiclass-onehot" and loss.sparse:
            return np.asarray(numbers.argmax(axis=1))
        if self.columns is not None or loss.sparse or (units == 1 and len(self.classes) <= 2):
            return numbers
        return np.asarray(to_categorical(numbers, len(self.classes)))

    def labels(self, probabilities: Array) -> Array:
        """The predicted labels; for two classes, the second where p > 0.5."""
        if self.kind == "multilabel-indicator":
            return np.asarray((probabilities > 0.5).astype(self.dtype))
        largest = probabilities.argmax(axis=1)
        if self.kind == "multiclass-onehot":
            assert self.columns is not None
            return np.asarray(np.eye(self.columns, dtype=self.dtype)[largest])
        return np.asarray(self.classes[largest])

    @staticmethod
    def _shape(columns: int | None) -> str:
        return "one dimension" if columns is None else f"{columns} columns"


def at_least_two(
    classes: Array, numbers: Array | None = None, weights: Array | None = None
) -> None:
    """Raise a ValueError unless rows that count belong to two classes or more."""
    if len(classes) < 2:
        raise ValueError(
            "Expected at least two classes in y: there is nothing to tell apart. "
            f"Received: one class, {shown(classes.tolist()[0])}"
        )
    if numbers is not None and numbers.ndim == 1 and weights is not None:
        counted = np.unique(numbers[weights > 0])
        if len(counted) < 2 <= len(np.unique(numbers)):
            raise ValueError(
                "Expected rows of at least two classes with a weight above zero. "
                f"Received: one class, {shown(classes[counted].tolist()[0])}"
            )


def all_classes(classes: Any, known: Array | None) -> Array | None:
    """The `classes` of a call of partial_fit, sorted; those of later calls have to be the same.

    >>> all_classes(["b", "a"], None).tolist()
    ['a', 'b']
    """
    if classes is None:
        return None
    found = np.unique(classes)
    if known is not None and not np.array_equal(found, known):
        raise ValueError(
            f"Expected classes as in the first call, {shown(known.tolist())}. "
            f"Received: classes={shown(found.tolist())}"
        )
    return found
