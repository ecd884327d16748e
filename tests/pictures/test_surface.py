import numpy as np
import pytest

from engine.pictures import plot_loss_surface
from engine.study import LossSurface, WeightHistory


def bowl():
    """Loss u² + 2v² over two weights."""
    u, v = np.linspace(-2, 2, 9), np.linspace(-1, 1, 5)
    origin = [np.zeros(2)]
    directions = [np.array([1.0, 0.0])], [np.array([0.0, 1.0])]
    loss = u[np.newaxis] ** 2 + 2 * v[:, np.newaxis] ** 2
    return LossSurface(("a[0]", "a[1]"), origin, directions, u, v, loss)


def walk(*places):
    history = WeightHistory()
    history.weights = [[np.array(place)] for place in places]
    return history


def test_paths_lie_where_the_weights_were():
    sgd, adam = walk((-1.5, 0.5), (-1.0, 0.2), (0.0, 0.0)), walk((-1.5, 0.5), (1.0, -0.5))
    axes = plot_loss_surface(bowl(), {"SGD": sgd, "Adam": adam})
    lines = {line.get_label(): line for line in axes.lines}
    assert np.allclose(lines["SGD"].get_xydata(), [[-1.5, 0.5], [-1.0, 0.2], [0.0, 0.0]])
    assert np.allclose(lines["Adam"].get_xydata(), [[-1.5, 0.5], [1.0, -0.5]])
    assert lines["SGD"].get_linestyle() != lines["Adam"].get_linestyle()
    assert lines["SGD"].get_marker() != lines["Adam"].get_marker()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a[0]", "a[1]")


def test_the_smallest_loss_is_marked():
    axes = plot_loss_surface(bowl())
    (cross,) = axes.lines
    assert cross.get_xydata().tolist() == [[0.0, 0.0]]
    assert cross.get_label() == "lowest here: 0"
    labels = [ax.get_ylabel() for ax in axes.figure.axes]
    assert "loss (mean per sample)" in labels


def test_lines_are_those_of_equal_loss():
    axes = plot_loss_surface(bowl())
    filled, lines = (c for c in axes.collections if type(c).__name__ == "QuadContourSet")
    assert lines.levels[0] == 0.0 and lines.levels[-1] == 6.0
    assert (np.diff(np.diff(lines.levels)) > 0).all(), "closer where the loss is low"


def test_one_path_needs_no_name():
    axes = plot_loss_surface(bowl(), walk((0.0, 1.0), (0.0, 0.0)))
    assert "path" in [text.get_text() for text in axes.get_legend().get_texts()]


def test_a_plain_is_drawn_without_levels():
    flat = bowl()
    flat.loss[:] = 1.0
    assert plot_loss_surface(flat).get_xlim() == (-2, 2)


def test_losses_that_are_not_finite_are_left_out():
    partly = bowl()
    partly.loss[0, 0], partly.loss[0, 1] = np.nan, np.inf
    axes = plot_loss_surface(partly)
    filled = next(c for c in axes.collections if type(c).__name__ == "QuadContourSet")
    assert np.isfinite(filled.levels).all()


def test_bad_input():
    broken = bowl()
    broken.loss[:] = np.nan
    with pytest.raises(ValueError, match="none of them is finite"):
        plot_loss_surface(broken)
    with pytest.raises(TypeError, match="WeightHistory or a dict of them. Received: 'SGD': 3"):
        plot_loss_surface(bowl(), {"SGD": 3})
