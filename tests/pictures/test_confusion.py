import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from engine.pictures import plot_confusion_matrix
from engine.pictures.confusion import confusion_counts


def cells(ax):
    return [text.get_text() for text in ax.texts]


def ticks(axis):
    return [text.get_text() for text in axis.get_ticklabels()]


def test_rows_are_true_and_columns_predicted():
    # By hand: two 0s right; one 0 taken for 1; the only 1 taken for 0.
    ax = plot_confusion_matrix([0, 0, 0, 1], [0, 1, 0, 0])
    assert cells(ax) == ["2\n66.7 %", "1\n33.3 %", "1\n100.0 %", "0\n0.0 %"]
    assert [(text.get_position()) for text in ax.texts][1] == (1.5, 0.5)
    assert ax.yaxis_inverted()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
    assert "samples" in ax.get_title() and "%" in ax.get_title()
    np.testing.assert_allclose(ax.collections[0].get_array(), [[2 / 3, 1 / 3], [1, 0]])


def test_counts_equal_a_plain_loop():
    rng = np.random.default_rng(7)
    true, predicted = rng.integers(0, 4, (2, 500))
    expected = np.zeros((4, 4), int)
    for i, j in zip(true, predicted, strict=True):
        expected[i, j] += 1
    order = [2, 0, 3, 1]
    assert (confusion_counts(true, predicted, np.arange(4)) == expected).all()
    assert (confusion_counts(true, predicted, np.array(order)) == expected[order][:, order]).all()


@pytest.mark.parametrize("make", [list, np.array, pd.Series, pd.Categorical])
def test_text_labels(make):
    ax = plot_confusion_matrix(make(["b", "a", "b"]), make(["b", "b", "b"]))
    assert ticks(ax.xaxis) == ticks(ax.yaxis) == ["a", "b"]
    assert cells(ax) == ["0\n0.0 %", "1\n100.0 %", "0\n0.0 %", "2\n100.0 %"]


def test_class_names_name_numbers_or_order_labels():
    named = plot_confusion_matrix([0, 2], [0, 2], class_names=["x", "y", "z"])
    assert ticks(named.xaxis) == ["x", "y", "z"]
    assert cells(named)[4] == "0\n–"  # class y has no samples, and so no share
    ordered = plot_confusion_matrix(["a", "b"], ["a", "a"], class_names=["b", "a"])
    assert ticks(ordered.yaxis) == ["b", "a"]
    assert cells(ordered) == ["0\n0.0 %", "1\n100.0 %", "0\n0.0 %", "1\n100.0 %"]
    assert cells(plot_confusion_matrix([1, 0], [1, 1], class_names=[1, 0]))[0] == "1\n100.0 %"


def test_booleans_and_whole_floats_are_numbers():
    ax = plot_confusion_matrix([True, False], np.array([1.0, 0.0], np.float32))
    assert cells(ax)[0] == "1\n100.0 %"


def test_ink_is_dark_on_light_and_light_on_dark():
    ax = plot_confusion_matrix([0, 0, 1, 1], [0, 0, 0, 1])
    assert [text.get_color() for text in ax.texts] == ["white", "black", "black", "black"]


def test_ax_is_honoured_and_dollars_are_text():
    ax = Figure().add_subplot()
    assert plot_confusion_matrix(["$a$", "$"], ["$", "$"], ax=ax) is ax
    ax.figure.draw_without_rendering()


@pytest.mark.parametrize(
    ("true", "predicted", "names", "error", "says"),
    [
        ([0, 1], [0], None, ValueError, r"same length.*y_true.shape=\(2,\), y_pred.shape=\(1,\)"),
        ([], [], None, ValueError, r"y_true.shape=\(0,\)"),
        ([0, 1], [[0, 1]] * 2, None, ValueError, r"y_pred.shape=\(2, 2\)"),
        (1, 1, None, ValueError, r"y_true.shape=\(\)"),
        ([0, 1], [0.2, 0.7], None, ValueError, "not probabilities.*0.2"),
        ([0, 1], [0, np.nan], None, ValueError, "nan"),
        ([0, 1], ["0", "1"], None, TypeError, "both text or both numbers"),
        ([0, None], [0, 1], None, TypeError, "y_true.dtype=object"),
        ([0, 1], [0, 1j], None, TypeError, "complex"),
        ([0, 2], [0, 1], ["a", "b"], ValueError, r"class_names=\['a', 'b'\], labels=\[0, 1, 2\]"),
        ([0, -1], [0, 0], ["a", "b"], ValueError, "labels="),
        (["a"], ["c"], ["a", "b"], ValueError, "labels="),
        ([0, 1], [0, 1], "ab", TypeError, "list of names. Received: class_names='ab'"),
        ([0, 1], [0, 1], ["a", "a"], ValueError, "every label once"),
    ],
)
def test_bad_input(true, predicted, names, error, says):
    with pytest.raises(error, match=says):
        plot_confusion_matrix(true, predicted, class_names=names)
