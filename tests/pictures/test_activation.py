import numpy as np
import pytest

from engine.pictures import plot_activation

SMOOTH = ["linear", "elu", "sigmoid", "tanh", "softmax"]


@pytest.mark.parametrize("name", SMOOTH)
def test_the_dashed_line_is_the_slope_of_the_solid_one(name):
    function, slope = plot_activation(name).lines[2:4]
    z, a = function.get_data()
    differences = np.gradient(a, z)
    assert slope.get_linestyle() == "--"
    assert np.allclose(slope.get_ydata()[1:-1], differences[1:-1], atol=7e-3)


@pytest.mark.parametrize(("name", "left"), [("relu", 0.0), ("leaky_relu", 0.2)])
def test_a_jump_is_a_gap_with_a_dot_at_the_value_that_counts(name, left):
    *_, dot, slope = plot_activation(name).lines
    z, values = slope.get_data()
    assert values[z < 0] == pytest.approx(left)
    assert values[z > 0] == pytest.approx(1.0)
    assert np.isnan(values).sum() == 1
    assert dot.get_xdata() == [0.0] and dot.get_ydata()[0] == pytest.approx(left)


def test_values():
    function, slope = plot_activation("tanh", z=(-2, 1)).lines[2:4]
    z = function.get_xdata()
    assert (z[0], z[-1]) == (-2, 1)
    assert function.get_ydata() == pytest.approx(np.tanh(z))
    assert slope.get_ydata() == pytest.approx(1 - np.tanh(z) ** 2)


def test_on_the_callers_axes():
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    assert plot_activation("relu", ax=ax) is ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("z", "a, and its slope da/dz")


def test_bad_input():
    with pytest.raises(ValueError, match="one of linear, relu"):
        plot_activation("swish")
    for z in ((1, 1), (2, -2), 5, ("a", "b"), (0, np.inf)):
        with pytest.raises(ValueError, match="two numbers, the smaller first"):
            plot_activation("relu", z=z)


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_the_legend_covers_no_curve(name):
    from matplotlib.figure import Figure

    # These rise at the left: a legend in the upper left corner would lie on them.
    ax = plot_activation(name, z=(-1, 6), ax=Figure(figsize=(4, 3)).add_subplot())
    ax.figure.draw_without_rendering()
    box = ax.get_legend().get_window_extent()
    for line in ax.lines[2:]:
        points = ax.transData.transform(line.get_xydata())
        inside = (points > box.min) & (points < box.max)
        assert not inside.all(axis=1).any()
