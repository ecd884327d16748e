import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import engine
from engine.pictures import plot_decision_boundary
from engine.pictures.classes import class_mark
from engine.pictures.paper import paper_patch
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


def told(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def with_loss(loss, last="linear"):
    """A neuron 2·x₁ − x₂ − 1 before its activation."""
    made = network(last=last)
    if loss is not None:
        made.compile("sgd", loss)
    else:
        made = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1, last)])
    made.set_weights([np.array([[2.0], [-1.0]]), np.array([-1.0])])
    return made


LOGITS = engine.losses.BinaryCrossentropy(from_logits=True)


@pytest.mark.parametrize(
    ("loss", "last", "labels", "height"),
    [
        (LOGITS, "linear", (0, 1), 0.0),
        ("binary_crossentropy", "linear", (0, 1), 0.5),
        ("mse", "linear", (0, 1), 0.5),
        ("mse", "linear", (-1, 1), 0.0),
        ("mse", "linear", (1, 2), 1.5),
        ("mse", "tanh", (-1, 1), 0.0),
        ("mse", "tanh", (0, 1), np.arctanh(0.5)),
        ("mse", "sigmoid", (0, 1), 0.0),
        (None, "sigmoid", (0, 1), 0.0),
        (None, "linear", (-1, 1), 0.0),
    ],
)
def test_the_threshold_is_that_of_loss_and_activation(loss, last, labels, height):
    """`height` is the z of the threshold: the line is x₂ = 2·x₁ − 1 − z."""
    axes = plot_decision_boundary(with_loss(loss, last), X, np.array(labels)[Y])
    (line,) = contours(axes)
    assert line[:, 1] == pytest.approx(2 * line[:, 0] - 1 - height, abs=1e-2)


def paper(axes):
    return next(c for c in axes.collections if type(c).__name__ == "QuadMesh")


def test_the_paper_is_scaled_between_the_labels_and_shows_sigma_of_a_logit():
    logits = plot_decision_boundary(with_loss(LOGITS), X, Y)
    assert paper(logits).get_clim() == (0, 1)
    shade = np.ravel(paper(logits).get_array())
    corner = 2 * logits.get_xlim()[0] - logits.get_ylim()[0] - 1
    assert shade[0] == pytest.approx(1 / (1 + np.exp(-corner)), abs=1e-6)
    assert 0 < shade.min() < shade.max() < 1
    tanh = plot_decision_boundary(with_loss("mse", "tanh"), X, 2 * Y - 1)
    assert paper(tanh).get_clim() == (-1, 1)
    bars = [ax.child_axes[0].get_ylabel() for ax in (logits, tanh)]
    assert bars == ["σ(z)", "activation"]


def test_the_bar_is_only_on_a_figure_of_its_own(leaning):
    given = plot_decision_boundary(leaning, X, Y, ax=Figure().add_subplot())
    assert given.child_axes == []
    box = given.get_legend().get_window_extent()
    assert given.bbox.x0 <= box.x0 and box.x1 <= given.bbox.x1


def dots(axes):
    return [c for c in axes.collections if type(c).__name__ == "PathCollection"]


def look(mark):
    return mark.get_paths()[0].vertices.tolist(), mark.get_facecolor()[0].tolist()


def test_a_class_keeps_its_mark_whichever_others_are_there(leaning):
    _, one = dots(plot_decision_boundary(leaning, X, Y))
    (alone,) = dots(plot_decision_boundary(leaning, X[1:2], Y[1:2]))
    assert look(alone) == look(one)
    made = network(3, "softmax")
    _, _, two = dots(plot_decision_boundary(made, X, [0, 1, 2, 0]))
    _, other = dots(plot_decision_boundary(made, X, [0, 2, 2, 0]))
    assert look(other) == look(two)


def test_twenty_classes_differ_by_marker_and_filling():
    marks = [class_mark(number) for number in range(20)]
    assert len({(mark["marker"], mark["facecolors"]) for mark in marks}) == 20


def lightness(colour):
    """CIE L*, 0 … 100."""
    rgb = np.asarray(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return 116 * np.cbrt(linear @ (0.2126, 0.7152, 0.0722)) - 16


def test_papers_differ_in_black_and_white(leaning):
    mesh = paper(plot_decision_boundary(leaning, X, Y))
    shades = [lightness(mesh.to_rgba(a)[:3]) for a in np.linspace(0, 1, 11)]
    assert (np.diff(shades) < 0).all() and shades[0] - shades[-1] > 25
    four = [paper_patch(k, 4) for k in range(4)]
    steps = np.diff([lightness(patch.get_facecolor()[:3]) for patch in four])
    assert (steps < -8).all()
    twenty = [paper_patch(k, 20) for k in range(20)]
    assert len({(p.get_facecolor(), p.get_hatch()) for p in twenty}) == 20
    assert lightness(class_mark(0)["facecolors"]) < lightness(four[3].get_facecolor()[:3]) - 15


def test_more_than_four_classes_are_hatched():
    made = network(6, "softmax")
    made.set_weights([np.array([[0, 0, 0, 0, 1.0, -1.0], [0.0] * 6]), np.zeros(6)])
    axes = plot_decision_boundary(made, X, [4, 5, 4, 5])
    hatches = [
        h for c in axes.collections if type(c).__name__ == "QuadContourSet" for h in c.hatches if h
    ]
    assert hatches == ["...", "..."]
    axes.figure.draw_without_rendering()


def test_earlier_lines_carry_their_names(leaning):
    history = WeightHistory()
    history.weights = [[np.array([[0.0], [1.0]]), np.array([-k / 10])] for k in range(4)]
    history.labels = ["start", "epoch 1", "epoch 2", "epoch 3"]
    axes = plot_decision_boundary(leaning, X, Y, history=history)
    names = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert names == pytest.approx({"start": 0.0, "epoch 1": 0.1, "epoch 2": 0.2}, abs=0.02)


def test_weights_that_are_not_finite_are_told():
    made = network()
    made.set_weights([np.array([[np.nan], [1.0]]), np.zeros(1)])
    with pytest.raises(ValueError, match="finite weights: its training diverged.*kernel"):
        plot_decision_boundary(made, X, Y)


@pytest.mark.parametrize(
    ("y", "error", "says"),
    [
        ([0.1, 0.2, 0.3, 0.4], ValueError, "class labels.*for regression.*value 0.1"),
        ([0, 1, np.nan, 0], ValueError, "class labels.*value nan"),
        ([0, 1, 2, 0], ValueError, r"two classes for a model with one.*\[0, 1, 2\]"),
        ([0, 1, None, 0], TypeError, "numbers or text"),
    ],
)
def test_labels_that_do_not_fit(leaning, y, error, says):
    with pytest.raises(error, match=says):
        plot_decision_boundary(leaning, X, y)


def test_labels_that_do_not_fit_the_model():
    with pytest.raises(ValueError, match="y with 21 different values"):
        plot_decision_boundary(network(), np.ones((21, 2)), np.arange(21))
    for y in ([0, 1, 3, 0], [-1, 1, 1, 1], ["a", "b", "c", "d"]):
        with pytest.raises(ValueError, match="labels of 3 classes.*Received: y with the labels"):
            plot_decision_boundary(network(3, "softmax"), X, y)
    with pytest.raises(ValueError, match="labels that are numbers.*tanh"):
        plot_decision_boundary(with_loss("mse", "tanh"), X, ["a", "b", "a", "b"])
    assert told(plot_decision_boundary(network(), X, ["a", "b", "a", "b"]))[:2] == [
        "class a",
        "class b",
    ]


def test_where_x_is_not_finite_and_whose_features_are_three(leaning):
    frame = pd.DataFrame(X, columns=["length", "mass"])
    frame.loc[2, "mass"] = np.nan
    with pytest.raises(ValueError, match=r"Received: nan in row 2, column 1 \(mass\)"):
        plot_decision_boundary(leaning, frame, Y)
    with pytest.raises(ValueError, match="model with two features.*Received: a model with 3"):
        plot_decision_boundary(network(inputs=3), np.ones((4, 3)), Y)
    with pytest.raises(TypeError, match="Expected model to be a model. Received: model=None"):
        plot_decision_boundary(None, X, Y)
    with pytest.raises(ValueError, match="a history that has seen a fit"):
        plot_decision_boundary(leaning, X, Y, history=WeightHistory())
