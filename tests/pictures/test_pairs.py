import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
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


def test_one_cell_per_pair_with_the_numbers_of_the_frame(frame):
    ax = plot_pairs(frame)
    assert isinstance(ax, Axes)
    first, above, below, second = ax.child_axes
    complete = frame.dropna()
    for cell, across, down in (
        (above, "mass (g)", "length (mm)"),
        (below, "length (mm)", "mass (g)"),
    ):
        drawn = np.asarray(cell.collections[0].get_offsets())
        drawn = drawn[np.isfinite(drawn).all(axis=1)]
        expected = complete[[across, down]].to_numpy()
        assert np.allclose(sorted(map(tuple, drawn)), sorted(map(tuple, expected)))
    assert (below.get_xlabel(), below.get_ylabel()) == ("length (mm)", "mass (g)")
    assert (first.get_ylabel(), second.get_xlabel()) == ("length (mm)", "mass (g)")
    assert above.get_xlabel() == above.get_ylabel() == ""
    assert "number of samples" in ax.get_title()


def test_a_column_has_one_range(frame):
    first, above, below, second = plot_pairs(frame, hue="kind").child_axes
    assert first.get_xlim() == below.get_xlim() == above.get_ylim()
    assert second.get_xlim() == above.get_xlim() == below.get_ylim()
    low, high = below.get_ylim()
    assert low < frame["mass (g)"].min() and frame["mass (g)"].max() < high


def test_a_histogram_counts_all_rows(frame):
    first = plot_pairs(frame, hue="kind").child_axes[0]
    for line, (_, part) in zip(reversed(first.lines), frame.groupby("kind"), strict=True):
        assert line.get_ydata()[:-1].sum() >= len(part)  # steps repeat a height at both ends


def test_classes_differ_by_marker_and_dashes(frame):
    ax = plot_pairs(frame, hue="kind")
    shapes = {path.vertices.tobytes() for path in ax.child_axes[1].collections[0].get_paths()}
    assert len(shapes) == 3
    handles = ax.get_legend().legend_handles
    assert len({handle.get_marker() for handle in handles}) == 3
    assert len({handle.get_linestyle() for handle in handles}) == 3
    assert [text.get_text() for text in ax.get_legend().get_texts()] == sorted(set(frame["kind"]))
    curves = ax.child_axes[0].lines
    dashes = {to_hex(line.get_color()): line.get_linestyle() for line in curves}
    assert dashes == {to_hex(handle.get_color()): handle.get_linestyle() for handle in handles}


def test_a_numeric_class_is_not_drawn_against_itself(frame):
    ax = plot_pairs(frame.assign(kind=np.arange(36) % 2), hue="kind")
    assert len(ax.child_axes) == 4
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["0", "1"]


def test_one_column_is_one_histogram(frame):
    (cell,) = plot_pairs(frame[["length (mm)"]]).child_axes
    assert cell.lines and not cell.collections


def test_on_the_callers_axes(frame):
    left, right = Figure(figsize=(9, 4)).subplots(1, 2)
    assert plot_pairs(frame, ax=right) is right
    right.figure.draw_without_rendering()
    for cell in right.child_axes:
        place, room = cell.get_window_extent(), right.get_window_extent()
        assert room.x0 <= place.x0 and place.x1 <= room.x1
        assert room.y0 <= place.y0 and place.y1 <= room.y1
    assert left.axison and not right.axison


def test_pyplot_keeps_the_callers_figure_and_no_other(frame):
    mine = plt.figure()
    try:
        ax = plot_pairs(frame, hue="kind")
        assert plt.get_fignums() == [mine.number] and plt.gcf() is mine
        ax.figure.draw_without_rendering()
    finally:
        plt.close(mine)


def test_bad_input(frame):
    with pytest.raises(ValueError, match=r"one of the columns \[.*'kind'\]. Received: hue='sex'"):
        plot_pairs(frame, hue="sex")
    with pytest.raises(TypeError, match="Received: ndarray"):
        plot_pairs(np.zeros((3, 2)))
    with pytest.raises(ValueError, match="at least one numeric column"):
        plot_pairs(frame[["kind"]], hue="kind")
    with pytest.raises(ValueError, match=r"frame.shape=\(0, 3\)"):
        plot_pairs(frame.iloc[:0])
