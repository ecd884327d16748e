import numpy as np
import pytest
from matplotlib.figure import Figure

from engine.pictures import plot_loss_surface
from engine.study import LossSurface, WeightHistory


def bowl():
    """Loss u² + 2v² over two weights."""
    u, v = np.linspace(-2, 2, 9), np.linspace(-1, 1, 5)
    origin = [np.zeros(2)]
    directions = [np.array([1.0, 0.0])], [np.array([0.0, 1.0])]
    loss = u[np.newaxis] ** 2 + 2 * v[:, np.newaxis] ** 2
    return LossSurface(("a[0]", "a[1]"), origin, directions, u, v, loss)


def told(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


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
    axes = plot_loss_surface(flat)
    assert axes.get_xlim() == (-2, 2)
    assert axes.get_title() == "the loss is 1 everywhere here"
    assert any(type(c).__name__ == "QuadMesh" for c in axes.collections)


def test_a_surface_that_is_finite_at_a_few_places():
    lone = bowl()
    lone.loss[:] = np.nan
    lone.loss[2, 3] = 0.7
    axes = plot_loss_surface(lone)
    assert axes.get_title() == "the loss is 0.7 wherever it is finite"
    lone.loss[0, 0] = 1.5
    axes = plot_loss_surface(lone)
    assert axes.get_title() == "the loss is finite at 2 places only: 0.7 … 1.5"
    assert told(axes) == ["not finite"]


def test_losses_that_are_not_finite_are_left_out():
    partly = bowl()
    partly.loss[0, 0], partly.loss[0, 1], partly.loss[4, 8] = np.nan, np.inf, -np.inf
    axes = plot_loss_surface(partly)
    filled = next(c for c in axes.collections if type(c).__name__ == "QuadContourSet")
    assert np.isfinite(filled.levels).all()
    assert told(axes) == ["lowest here: 0", "not finite"]
    assert axes.patch.get_hatch()
    assert not plot_loss_surface(bowl()).patch.get_hatch()


def test_a_lowest_place_at_the_border_is_told_and_whole():
    slope = bowl()
    slope.loss[:] = slope.u
    (cross,) = plot_loss_surface(slope).lines
    assert cross.get_label() == "lowest here: -2 (at the border)"
    assert not cross.get_clip_on()


def test_the_numbers_of_the_bar_differ():
    flat = bowl()
    flat.loss[:] = 0.429 + 1e-6 * flat.loss
    axes = plot_loss_surface(flat)
    axes.figure.draw_without_rendering()
    bar = axes.figure.axes[1]
    numbers = [text.get_text() for text in bar.get_yticklabels()]
    assert len(numbers) == len(set(numbers)) > 4


def test_start_and_end_are_explained():
    axes = plot_loss_surface(bowl(), walk((0.0, 1.0), (0.0, 0.0)))
    assert told(axes) == ["lowest here: 0", "path", "start (white)", "end (large)"]


def test_on_the_callers_axes_the_legend_is_inside():
    ax = Figure(figsize=(4, 3), layout="constrained").add_subplot()
    plot_loss_surface(bowl(), walk((0.0, 1.0), (0.0, 0.0)), ax=ax)
    ax.figure.draw_without_rendering()
    box = ax.get_legend().get_window_extent()
    assert ax.bbox.y0 <= box.y0 and box.y1 <= ax.bbox.y1


def test_bad_input():
    broken = bowl()
    broken.loss[:] = np.nan
    with pytest.raises(ValueError, match="none of them is finite"):
        plot_loss_surface(broken)
    with pytest.raises(TypeError, match="WeightHistory or a dict of them. Received: 'SGD': 3"):
        plot_loss_surface(bowl(), {"SGD": 3})
    for wrong in (None, {"loss": 1}):
        with pytest.raises(TypeError, match="Expected a LossSurface"):
            plot_loss_surface(wrong)
    with pytest.raises(ValueError, match=r"shapes \[\(2,\)\]. Received: \[\(3,\)\]"):
        plot_loss_surface(bowl(), {"SGD": walk((1.0, 2.0, 3.0))})
    with pytest.raises(ValueError, match="'SGD' to be a history that has seen a fit"):
        plot_loss_surface(bowl(), {"SGD": WeightHistory()})
