import numpy as np
import pandas as pd
import pytest

import engine
from engine.pictures import plot_decision_boundary
from engine.study import WeightHistory

X = np.array([[-1.0, 0.0], [1.0, 0.5], [-2.0, 1.0], [2.0, -1.0]])
Y = np.array([0, 1, 0, 1])


def network(units=1, last="sigmoid", inputs=2):
    engine.utils.set_random_seed(3)
    made = engine.Sequential([engine.Input((inputs,)), engine.layers.Dense(units, last)])
    made.compile("sgd", "binary_crossentropy" if units == 1 else "categorical_crossentropy")
    return made


@pytest.fixture
def leaning():
    """σ(2·x₁ − x₂ − 1): the boundary is the line x₂ = 2·x₁ − 1."""
    made = network()
    made.set_weights([np.array([[2.0], [-1.0]]), np.array([-1.0])])
    return made


def contours(axes):
    found = [c for c in axes.collections if type(c).__name__ == "QuadContourSet"]
    return [np.concatenate([p.vertices for p in c.get_paths()]) for c in found]


def test_the_line_is_where_the_neuron_says_one_half(leaning):
    (line,) = contours(plot_decision_boundary(leaning, X, Y))
    assert len(line) > 50
    assert line[:, 1] == pytest.approx(2 * line[:, 0] - 1, abs=1e-2)


def test_earlier_lines_and_their_names(leaning):
    """Weights are set by hand after each epoch: the n-th line is x₂ = n."""
    history, stands = WeightHistory(), leaning.get_weights()
    history.weights = [[np.array([[0.0], [1.0]]), np.array([-k / 10])] for k in range(4)]
    history.labels = ["start", "epoch 1", "epoch 2", "epoch 3"]
    axes = plot_decision_boundary(leaning, X, Y, history=history)
    *earlier, now = contours(axes)
    assert [line[:, 1].mean() for line in earlier] == pytest.approx([0.0, 0.1, 0.2], abs=1e-2)
    assert now[:, 1] == pytest.approx(2 * now[:, 0] - 1, abs=1e-2)
    told = [text.get_text() for text in axes.get_legend().get_texts()]
    assert told == ["class 0", "class 1", "start", "epoch 1", "epoch 2", "boundary, now"]
    for before, after in zip(stands, leaning.get_weights(), strict=True):
        assert (before == after).all()


def test_a_long_history_is_shown_in_part(leaning):
    history = WeightHistory()
    history.weights = [[np.array([[0.0], [1.0]]), np.array([-k / 100])] for k in range(101)]
    history.labels = [f"epoch {k}" for k in range(101)]
    axes = plot_decision_boundary(leaning, X, Y, history=history)
    told = [text.get_text() for text in axes.get_legend().get_texts()][2:-1]
    assert len(told) == 6 and told[0] == "epoch 0" and told[-1] == "epoch 99"


def test_three_classes_meet_where_two_are_equal():
    made = network(3, "softmax")
    made.set_weights([np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]), np.zeros(3)])
    y = np.eye(3)[[1, 0, 2, 0]]
    axes = plot_decision_boundary(made, X, y)
    for x1, x2 in np.concatenate(contours(axes)):
        first, second = sorted([x1, -x1, x2])[:0:-1]
        assert first == pytest.approx(second, abs=6e-2)
    told = [text.get_text() for text in axes.get_legend().get_texts()]
    assert told == ["class 0", "class 1", "class 2", "boundary"]


def test_two_softmax_units_have_one_line():
    made = network(2, "softmax")
    made.set_weights([np.array([[2.0, 0.0], [-1.0, 0.0]]), np.array([-1.0, 0.0])])
    (line,) = contours(plot_decision_boundary(made, X, Y))
    assert line[:, 1] == pytest.approx(2 * line[:, 0] - 1, abs=1e-2)


def test_classes_differ_by_marker_and_filling(leaning):
    axes = plot_decision_boundary(leaning, X, Y[:, np.newaxis])
    dots = [c for c in axes.collections if type(c).__name__ == "PathCollection"]
    assert [c.get_offsets().tolist() for c in dots] == [X[Y == 0].tolist(), X[Y == 1].tolist()]
    assert dots[0].get_paths()[0].vertices.shape != dots[1].get_paths()[0].vertices.shape
    assert dots[1].get_facecolor()[0].tolist() == [1, 1, 1, 1]


def test_columns_name_the_axes(leaning):
    frame = pd.DataFrame(X, columns=["length (mm)", "mass (g)"])
    axes = plot_decision_boundary(leaning, frame, Y)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("length (mm)", "mass (g)")
    axes = plot_decision_boundary(leaning, X, Y)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x₁", "x₂")


def test_a_boundary_outside_the_picture_is_not_named():
    made = network()
    made.set_weights([np.zeros((2, 1)), np.array([5.0])])
    axes = plot_decision_boundary(made, X, Y)
    assert contours(axes) == []
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["class 0", "class 1"]


def test_bad_input(leaning):
    other = WeightHistory()
    other.weights, other.labels = [[np.zeros((3, 3))]] * 2, ["start", "epoch 1"]
    unbuilt = engine.Sequential([engine.layers.Dense(1)])
    for words, error, told in [
        ((unbuilt, X, Y), ValueError, "built"),
        ((network(inputs=3), X, Y), ValueError, r"two features.*\(None, 3\)"),
        ((leaning, X[:, :1], Y), ValueError, r"x.shape=\(4, 1\)"),
        ((leaning, X * np.nan, Y), ValueError, "finite"),
        ((leaning, [["a", "b"]], Y), TypeError, "Expected x to be numbers"),
        ((leaning, X, Y[:3]), ValueError, r"each of 4 rows. Received: y.shape=\(3,\)"),
        ((leaning, X, Y, 5), TypeError, "history to be a WeightHistory"),
        ((leaning, X, Y, other), ValueError, r"Received: \[\(3, 3\)\]"),
    ]:
        with pytest.raises(error, match=told):
            plot_decision_boundary(*words)
