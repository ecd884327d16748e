import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from engine.pictures import plot_pairs


@pytest.fixture
def frame():
    rng = np.random.default_rng(5)
    kinds = np.repeat(["adelie", "chinstrap", "gentoo"], 12)
    values = rng.normal(size=(36, 2)) + np.repeat([0.0, 2.0, 4.0], 12)[:, None]
    table = pd.DataFrame(values, columns=["length (mm)", "mass (g)"]).assign(kind=kinds)
    table.loc[0, "mass (g)"] = np.nan
    return table


def grid(figure):
    axes = [ax for ax in figure.axes if ax.get_subplotspec() is not None]
    return [ax for ax in axes if ax.collections]


def test_one_axes_per_pair_with_the_numbers_of_the_frame(frame):
    figure = plot_pairs(frame)
    assert isinstance(figure, Figure)
    (above, below) = grid(figure)
    complete = frame.dropna()
    drawn = above.collections[0].get_offsets()
    np.testing.assert_allclose(np.sort(drawn[:, 0]), np.sort(complete["mass (g)"]))
    labels = {ax.get_xlabel() for ax in figure.axes} | {ax.get_ylabel() for ax in figure.axes}
    assert {"length (mm)", "mass (g)"} <= labels
    assert "number of samples" in figure.get_suptitle()
    assert below.get_xlabel() == "length (mm)"


def test_classes_differ_by_marker_and_dashes(frame):
    figure = plot_pairs(frame, hue="kind")
    shapes = {path.vertices.tobytes() for path in grid(figure)[0].collections[0].get_paths()}
    assert len(shapes) == 3
    handles = figure.legends[0].legend_handles
    assert len({handle.get_marker() for handle in handles}) == 3
    assert len({handle.get_linestyle() for handle in handles}) == 3
    assert [text.get_text() for text in figure.legends[0].get_texts()] == sorted(set(frame["kind"]))
    curves = [line for ax in figure.axes for line in ax.lines if len(line.get_xdata()) > 2]
    dashes = {to_hex(line.get_color()): line.get_linestyle() for line in curves}
    assert dashes == {to_hex(handle.get_color()): handle.get_linestyle() for handle in handles}


def test_a_numeric_class_is_not_drawn_against_itself(frame):
    figure = plot_pairs(frame.assign(kind=np.arange(36) % 2), hue="kind")
    assert len(grid(figure)) == 2
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["0", "1"]


def test_one_column_is_one_histogram(frame):
    assert len(grid(plot_pairs(frame[["length (mm)"]]))) == 0


def test_pyplot_keeps_the_callers_figure_and_no_other(frame):
    mine = plt.figure()
    try:
        figure = plot_pairs(frame, hue="kind")
        assert plt.get_fignums() == [mine.number] and plt.gcf() is mine
        figure.draw_without_rendering()
    finally:
        plt.close(mine)


def test_a_failing_grid_leaves_no_figure_behind(frame, monkeypatch):
    def fail(*args, **kwargs):
        plt.figure()
        raise RuntimeError("inside seaborn")

    monkeypatch.setattr("seaborn.pairplot", fail)
    with pytest.raises(RuntimeError, match="inside seaborn"):
        plot_pairs(frame)
    assert plt.get_fignums() == []


def test_bad_input(frame):
    with pytest.raises(ValueError, match=r"one of the columns \[.*'kind'\]. Received: hue='sex'"):
        plot_pairs(frame, hue="sex")
    with pytest.raises(TypeError, match="Received: ndarray"):
        plot_pairs(np.zeros((3, 2)))
    with pytest.raises(ValueError, match="at least one numeric column"):
        plot_pairs(frame[["kind"]], hue="kind")
    with pytest.raises(ValueError, match=r"frame.shape=\(0, 3\)"):
        plot_pairs(frame.iloc[:0])
