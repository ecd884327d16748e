import numpy as np
import pytest

import engine
from engine.pictures import plot_health
from engine.study import Health

QUANTITIES = ("update_ratio", "gradient_norm", "dead", "saturated", "loss")


def examined(hidden="relu", last="sigmoid", loss="binary_crossentropy"):
    engine.utils.set_random_seed(2)
    made = engine.Sequential(
        [
            engine.Input((2,)),
            engine.layers.Dense(4, hidden, name="hidden"),
            engine.layers.Dense(1, last, name="output"),
        ]
    )
    made.compile("sgd", loss)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 2)), rng.integers(0, 2, 12)
    health = Health(x, y)
    made.fit(x, y, epochs=5, verbose=0, callbacks=[health])
    return health


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_lines_are_the_numbers(quantity):
    health = examined()
    axes = plot_health(health, quantity)
    layers = health.values[quantity]
    assert layers
    for line, (layer, values) in zip(axes.lines, layers.items(), strict=False):
        assert line.get_label() == layer
        assert line.get_xdata().tolist() == [0, 1, 2, 3, 4, 5]
        assert line.get_ydata().tolist() == values
    styles = [line.get_linestyle() for line in axes.lines[: len(layers)]]
    assert len(set(styles)) == len(layers)
    assert axes.get_xlabel() == "epoch (0: before the training)"


def test_marks():
    health = examined()
    (ln2,) = (text.get_text() for text in plot_health(health, "loss").texts)
    assert ln2 == "ln 2 = 0.693: knowing nothing of 2 classes"
    assert plot_health(health, "loss").lines[-1].get_ydata()[0] == pytest.approx(np.log(2))
    (rule,) = (text.get_text() for text in plot_health(health).texts)
    assert "10⁻³" in rule
    assert plot_health(health).get_yscale() == "log"
    assert plot_health(examined("tanh", "linear", "mse"), "loss").texts[:] == []


def test_the_words_of_a_mark_are_inside_the_picture():
    for quantity in ("loss", "update_ratio"):
        axes = plot_health(examined(), quantity)
        axes.figure.draw_without_rendering()
        (words,) = axes.texts
        assert words.get_window_extent().y1 <= axes.bbox.y1


def test_bad_input():
    health = examined("linear", "linear", "mse")
    for words, error, told in [
        ((health, "heat"), ValueError, "one of update_ratio, gradient_norm, dead"),
        ((health, "dead"), ValueError, "a layer with relu. .* hidden, output, none of that kind"),
        ((health, "saturated"), ValueError, "a layer with sigmoid or tanh"),
        ((Health([[0.0]], [0.0]),), ValueError, "has seen a fit"),
        (({"loss": [1]},), TypeError, "Expected a Health of engine.study"),
    ]:
        with pytest.raises(error, match=told):
            plot_health(*words)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_a_training_that_diverged_is_told(quantity):
    health = examined("tanh" if quantity == "saturated" else "relu")
    assert plot_health(health, quantity).get_title() == ""
    for values in health.values[quantity].values():
        values[0] = np.nan  # a gap, as the ratio has it where all weights are 0
        values[4:] = [np.inf, np.nan]
    axes = plot_health(health, quantity)
    axes.figure.draw_without_rendering()
    assert axes.get_title() == "not finite from epoch 4: the training diverged"
    (hatched,) = (patch for patch in axes.patches if patch.get_hatch())
    assert (hatched.get_x(), hatched.get_x() + hatched.get_width()) == (3.5, 5.5)
    for values in health.values[quantity].values():
        values[:] = [np.nan] * 6
    assert "from epoch 0" in plot_health(health, quantity).get_title()


def test_a_share_of_zero_is_a_whole_line():
    health = examined()
    for values in health.values["dead"].values():
        values[:] = [0.0] * 6
    axes = plot_health(health, "dead")
    axes.figure.draw_without_rendering()
    line = axes.lines[0]
    height = axes.transData.transform((0, 0))[1] - axes.bbox.y0
    points = height * 72 / axes.figure.dpi
    assert points > (line.get_markersize() + line.get_markeredgewidth()) / 2 + 5


def test_axis_labels_are_the_formulas():
    assert plot_health(examined()).get_ylabel() == "‖update‖ / ‖weights‖ of a layer"
    assert plot_health(examined(), "gradient_norm").get_ylabel() == "‖gradient‖ of a layer"
