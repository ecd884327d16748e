"""Labels as the numbers that a loss reads, and back."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.exceptions import DataConversionWarning

from engine import losses
from engine.wrappers.class_targets import ClassTargets, all_classes, as_labels, at_least_two

SPARSE, CATEGORICAL = losses.SparseCategoricalCrossentropy(), losses.CategoricalCrossentropy()
BINARY = losses.BinaryCrossentropy()
ONE_HOT = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]])
SEVERAL = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["no", "yes", "no"], "binary"),
        ([True, False, True], "binary"),
        ([3, -1, 3], "binary"),
        ([2.0, 1.0, 2.0], "binary"),
        (["b", "a", "c"], "multiclass"),
        (np.array(["b", "a", "c"], object), "multiclass"),
        ([30, 10, 20], "multiclass"),
    ],
)
def test_labels_of_any_type(labels, kind):
    y = as_labels(labels)
    targets = ClassTargets(y)
    assert targets.kind == kind
    numbers = targets.numbers(y)
    assert targets.classes[numbers].tolist() == list(labels)
    p = np.eye(len(targets.classes))[numbers]
    assert targets.labels(p).tolist() == list(labels)
    assert targets.labels(p).dtype == y.dtype


@pytest.mark.parametrize(
    ("y", "one_hot", "loss", "units", "expected"),
    [
        (["a", "b"], True, BINARY, 1, [0, 1]),
        (["a", "b"], True, BINARY, 2, [[1, 0], [0, 1]]),
        (["a", "b"], True, CATEGORICAL, 2, [[1, 0], [0, 1]]),
        (["a", "b"], True, SPARSE, 2, [0, 1]),
        (["c", "a", "b"], True, SPARSE, 3, [2, 0, 1]),
        (["c", "a"], True, losses.MeanSquaredError(), 1, [1, 0]),
        (ONE_HOT, True, SPARSE, 3, [1, 0, 2]),
        (ONE_HOT, True, CATEGORICAL, 3, ONE_HOT),
        (ONE_HOT, False, BINARY, 3, ONE_HOT),
        (SEVERAL, True, BINARY, 3, SEVERAL),
    ],
)
def test_what_a_loss_reads(y, one_hot, loss, units, expected):
    y = as_labels(y)
    targets = ClassTargets(y, one_hot=one_hot)
    assert np.array_equal(targets.for_loss(targets.numbers(y), loss, units), expected)


def test_indicators():
    assert ClassTargets(ONE_HOT).kind == "multiclass-onehot"
    assert ClassTargets(ONE_HOT, one_hot=False).kind == "multilabel-indicator"
    assert ClassTargets(SEVERAL).kind == "multilabel-indicator"
    p = np.array([[0.6, 0.7, 0.1]])
    assert ClassTargets(ONE_HOT).labels(p).tolist() == [[0, 1, 0]]
    assert ClassTargets(SEVERAL).labels(p).tolist() == [[1, 1, 0]]
    assert ClassTargets(SEVERAL.astype("int8")).labels(p).dtype == "int8"
    assert np.array_equal(as_labels(csr_array(SEVERAL)), SEVERAL)


def test_a_column_becomes_a_row_with_a_warning():
    with pytest.warns(DataConversionWarning):
        assert as_labels(np.array([[1], [2]])).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0.5, 1.5, 2.5], "Unknown label type"),
        (np.array([[1, 2], [3, 4]]), "one label for each row"),
    ],
)
def test_no_labels(y, message):
    with pytest.raises(ValueError, match=message):
        as_labels(y)


def test_labels_that_come_later():
    targets = ClassTargets(np.array(["a", "b"]), classes=["a", "b", "c"])
    assert targets.kind == "multiclass"
    assert targets.numbers(np.array(["c"])).tolist() == [2]
    with pytest.raises(ValueError, match=r"among the classes \['a', 'b', 'c'\]. Received.*'d'"):
        targets.numbers(np.array(["a", "d"]))
    with pytest.raises(ValueError, match="one dimension.*Received: y of 3 columns"):
        targets.numbers(ONE_HOT)
    assert all_classes(None, None) is None
    with pytest.raises(ValueError, match="as in the first call"):
        all_classes(["a"], np.array(["a", "b"]))


def test_one_class():
    both, none = np.array(["a", "b"]), None
    at_least_two(both, np.array([0, 1]), none)
    at_least_two(both, np.array([1, 1]), np.array([1.0, 1.0]))  # of a later call
    with pytest.raises(ValueError, match="at least two classes in y.*one class, 'a'"):
        at_least_two(np.array(["a"]))
    with pytest.raises(ValueError, match="with a weight above zero.*one class, 'b'"):
        at_least_two(both, np.array([0, 1]), np.array([0.0, 1.0]))
