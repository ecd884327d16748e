import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from engine.pictures import plot_correlation


def table(columns, rows=40, seed=3):
    values = np.random.default_rng(seed).normal(size=(rows, columns))
    values[:, 1:] += values[:, :1]
    return pd.DataFrame(values, columns=[f"c{k}" for k in range(columns)])


def test_cells_are_pearsons_r():
    frame = table(3)
    ax = plot_correlation(frame)
    x = frame.to_numpy() - frame.to_numpy().mean(axis=0)
    expected = (x.T @ x) / np.sqrt(np.outer((x**2).sum(0), (x**2).sum(0)))
    mesh = ax.collections[0]
    np.testing.assert_allclose(np.reshape(mesh.get_array(), (3, 3)), expected, rtol=1e-12)
    assert [text.get_text() for text in ax.texts] == [f"{r:.2f}" for r in expected.ravel()]


def test_scale_is_symmetric_and_labelled():
    ax = plot_correlation(table(3))
    assert ax.collections[0].get_clim() == (-1.0, 1.0)
    bar = ax.collections[0].colorbar
    assert "Pearson" in bar.ax.get_ylabel()
    assert [text.get_text() for text in ax.get_xticklabels()] == ["c0", "c1", "c2"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["c0", "c1", "c2"]


def test_lightness_grows_with_r_so_that_the_sign_is_seen_without_colour():
    mesh = plot_correlation(table(2)).collections[0]
    rgb = np.array([mesh.to_rgba(r)[:3] for r in np.linspace(-1, 1, 21)])
    assert (np.diff(rgb @ (0.2126, 0.7152, 0.0722)) > 0).all()


@pytest.mark.parametrize(("columns", "numbers"), [(1, 1), (12, 144), (13, 0)])
def test_numbers_up_to_twelve_columns(columns, numbers):
    assert len(plot_correlation(table(columns)).texts) == numbers


def test_a_constant_column_has_no_correlation():
    ax = plot_correlation(table(2).assign(same=1.0))
    told = {text.get_position(): text.get_text() for text in ax.texts}
    assert len(told) == 9 and told[1.5, 1.5] == "1.00"
    assert {place for place, text in told.items() if text == "–"} == {
        (0.5, 2.5), (1.5, 2.5), (2.5, 2.5), (2.5, 0.5), (2.5, 1.5)
    }  # fmt: skip
    assert "does not vary" in ax.get_xlabel()
    assert plot_correlation(table(2)).get_xlabel() == ""
    ax.figure.draw_without_rendering()


def test_ax_is_honoured_and_arrays_will_do():
    ax = Figure().add_subplot()
    assert plot_correlation(table(3).to_numpy(), ax=ax) is ax


@pytest.mark.parametrize(
    ("frame", "error", "says"),
    [
        (pd.DataFrame({"a": [1, 2], "kind": ["x", "y"]}), TypeError, "column 'kind'"),
        ([[1, 2, 3]], ValueError, r"at least two samples. Received: frame.shape=\(1, 3\)"),
        (np.zeros(3), ValueError, r"frame.shape=\(3,\)"),
        (pd.Series([1.0, 2.0]), ValueError, r"frame.shape=\(2,\)"),
        (np.zeros((2, 2, 2)), ValueError, r"frame.shape=\(2, 2, 2\)"),
        (pd.DataFrame(), ValueError, r"frame.shape=\(0, 0\)"),
        (None, ValueError, r"frame.shape=\(\)"),
    ],
)
def test_bad_input(frame, error, says):
    with pytest.raises(error, match=says):
        plot_correlation(frame)
