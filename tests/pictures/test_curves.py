from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from engine.pictures import plot_history

RUN = {
    "loss": [0.9, 0.6, 0.5],
    "val_loss": [1.0, 0.8, 0.7],
    "accuracy": [0.5, 0.7, 0.8],
}


def test_lines_are_the_history_counted_from_one():
    ax = plot_history(RUN)
    training, validation = ax.lines
    assert training.get_xdata().tolist() == [1, 2, 3]
    assert training.get_ydata().tolist() == RUN["loss"]
    assert validation.get_ydata().tolist() == RUN["val_loss"]
    assert [line.get_label() for line in ax.lines] == ["training", "validation"]


def test_a_history_object_brings_its_epochs():
    history = SimpleNamespace(history={"loss": [0.4, 0.3]}, epoch=[5, 6])
    (line,) = plot_history(history).lines
    assert line.get_xdata().tolist() == [6, 7]


def test_axis_labels_name_the_units():
    ax = plot_history(RUN, metric="accuracy")
    assert ax.get_xlabel() == "epoch (passes over the training data)"
    assert ax.get_ylabel() == "accuracy (fraction of samples)"
    assert plot_history(RUN).get_ylabel() == "loss (mean per sample)"
    assert len(ax.lines) == 1


@pytest.mark.parametrize("epochs", [1, 2, 4, 100])
def test_ticks_are_whole_epochs_and_there_is_no_epoch_zero(epochs):
    ax = plot_history({"loss": np.linspace(1.0, 0.5, epochs)})
    ax.figure.draw_without_rendering()
    low, high = ax.get_xlim()
    ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
    assert ticks and min(ticks) >= 1 and max(ticks) <= epochs
    assert all(tick == round(tick) for tick in ticks)
    assert all("." not in text.get_text() for text in ax.get_xticklabels())


def test_an_equal_second_run_is_seen_on_top_of_the_first():
    ax = plot_history([RUN, RUN], labels=["engine", "Keras"])
    below, _, above, _ = ax.lines
    assert below.get_ydata().tolist() == above.get_ydata().tolist()
    assert below.get_linewidth() > 3 * above.get_linewidth()
    assert below.get_alpha() < 0.5 and above.get_alpha() is None
    assert below.get_linestyle() == "-" and above.get_linestyle() == "--"
    assert above.get_marker() not in ("", "None")
    assert above.get_zorder() >= below.get_zorder()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "engine, training",
        "engine, validation",
        "Keras, training",
        "Keras, validation",
    ]


def test_training_and_validation_differ_without_colour():
    training, validation = plot_history(RUN).lines
    assert training.get_markerfacecolor() == training.get_color()
    assert validation.get_markerfacecolor() == "white"


def test_lines_of_many_runs_all_differ():
    lines = plot_history([RUN] * 5).lines
    looks = {(ln.get_color(), ln.get_linestyle(), ln.get_marker()) for ln in lines}
    assert len(looks) == len(lines) == 10


def test_nan_and_infinity_do_not_stop_the_picture():
    (line,) = plot_history({"loss": [1.0, np.nan, np.inf]}).lines
    np.testing.assert_array_equal(line.get_ydata(), [1.0, np.nan, np.inf])
    line.figure.draw_without_rendering()


def test_ax_is_honoured():
    ax = Figure().add_subplot()
    assert plot_history(RUN, ax=ax) is ax


@pytest.mark.parametrize(
    ("histories", "options", "error", "says"),
    [
        (RUN, {"metric": "mse"}, ValueError, r"one of \['accuracy', 'loss'\].*metric='mse'"),
        (RUN, {"metric": "val_loss"}, ValueError, "metric='val_loss'"),
        ([], {}, ValueError, "at least one history"),
        ({}, {}, ValueError, "at least one metric"),
        ({"SGD": RUN, "loss": [1]}, {}, TypeError, "not both in one. Received: 'loss'"),
        ({"loss": []}, {}, ValueError, "at least one epoch"),
        ({"loss": [1, 2], "val_loss": [1]}, {}, ValueError, "2 epochs.*Received: 1 values"),
        (SimpleNamespace(history={"loss": [1]}, epoch=[0, 1]), {}, ValueError, "2 epochs"),
        ([RUN, RUN], {"labels": ["a"]}, ValueError, r"2 histories.*labels=\['a'\]"),
        ([RUN, RUN], {"labels": "ab"}, ValueError, "labels='ab'"),
        ([1.0, 0.5], {}, TypeError, "Received: float"),
        (None, {}, TypeError, "Received: NoneType"),
    ],
)
def test_bad_input(histories, options, error, says):
    with pytest.raises(error, match=says):
        plot_history(histories, **options)


def test_a_dict_of_histories_brings_its_labels():
    adam = SimpleNamespace(history={"loss": [0.4, 0.3]}, epoch=[0, 1])
    ax = plot_history({"SGD": RUN, "Adam": adam})
    told = ["SGD, training", "SGD, validation", "Adam, training"]
    assert [line.get_label() for line in ax.lines] == told
    ax = plot_history({"SGD": RUN, "Adam": adam}, labels=["a", "b"])
    assert ax.lines[-1].get_label() == "b, training"
