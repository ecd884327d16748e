"""The room as a whole: what is imported when, and what is said when something is missing."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import engine.pictures
from engine.pictures.canvas import ink_on, text_width

ROOT = Path(__file__).parents[2]


def run(code):
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_picture_is_there():
    for name in engine.pictures.__all__:
        assert callable(getattr(engine.pictures, name)), name
        assert name in dir(engine.pictures)
    with pytest.raises(
        AttributeError, match="Expected one of plot_activation, .*plot_pairs.*plot_nothing"
    ):
        engine.pictures.plot_nothing  # noqa: B018


def test_engine_does_not_import_matplotlib():
    code = "import engine, sys; bad = {'matplotlib', 'engine.pictures'} & set(sys.modules)"
    assert run(f"{code}; assert not bad, bad").stderr == ""


def test_curves_import_neither_pyplot_nor_seaborn():
    code = (
        "import sys; from engine.pictures import plot_history, plot_model, plot_network\n"
        "assert not {'matplotlib.pyplot', 'seaborn', 'pandas'} & set(sys.modules)"
    )
    assert run(code).stderr == ""


@pytest.mark.parametrize("first", ["engine.pictures.plot_model", "engine.pictures.network"])
def test_plot_model_is_the_function_and_not_its_file(first):
    code = f"import {first}; from engine.pictures import plot_model; plot_model.__code__"
    assert run(code).stderr == ""


@pytest.mark.parametrize(
    ("missing", "picture"),
    [("matplotlib", "plot_history"), ("seaborn", "plot_pairs"), ("pandas", "plot_correlation")],
)
def test_a_missing_library_says_what_to_install(missing, picture):
    # A None among the modules is how Python marks one that cannot be imported.
    code = f"import sys; sys.modules[{missing!r}] = None; from engine.pictures import {picture}"
    error = run(code).stderr.strip().splitlines()[-1]
    assert error.startswith(f"ImportError: Expected {missing}")
    assert "pip install '.[plot]' in Glassnet's folder" in error


def test_ink_has_the_greater_contrast():
    def contrast(a, b):
        light, dark = max(a, b), min(a, b)
        return (light + 0.05) / (dark + 0.05)

    for grey in np.linspace(0, 1, 101):
        luminance = grey / 12.92 if grey <= 0.04045 else ((grey + 0.055) / 1.055) ** 2.4
        black_is_better = contrast(luminance, 0.0) > contrast(luminance, 1.0)
        assert ink_on((grey, grey, grey)) == ("black" if black_is_better else "white")


def test_text_width_grows_with_text_and_size():
    assert text_width("", 10) == text_width(" ", 10) == 0.0
    assert 0 < text_width("a", 10) < text_width("aa", 10) < text_width("aa", 12)
    assert text_width("$a$", 10) > text_width("a", 10)


PICTURES = {
    "activation": lambda ax: engine.pictures.plot_activation("relu", ax=ax),
    "confusion": lambda ax: engine.pictures.plot_confusion_matrix([0, 1], [0, 1], ax=ax),
    "correlation": lambda ax: engine.pictures.plot_correlation(np.eye(3), ax=ax),
    "distribution": lambda ax: engine.pictures.plot_distribution([1, 2], ax=ax),
    "history": lambda ax: engine.pictures.plot_history({"loss": [1]}, ax=ax),
}


@pytest.mark.parametrize("name", PICTURES)
def test_several_axes_or_a_figure_are_not_one_axes(name):
    for ax, told in [
        (Figure(), "Received: ax=<Figure"),
        (Figure().subplots(2, 2), r"Received: ax=<ndarray of shape \(2, 2\)>"),
        ("top", "Received: ax='top'"),
    ]:
        with pytest.raises(TypeError, match=rf"one Axes, such as axes\[0, 0\].*{told}"):
            PICTURES[name](ax)


@pytest.mark.parametrize("draw", ["plot_network", "plot_layers"])
def test_drawings_take_one_axes_and_a_model(stand_ins, draw):
    from engine.pictures.layers import plot_layers

    function = plot_layers if draw == "plot_layers" else engine.pictures.plot_network
    with pytest.raises(TypeError, match="one Axes, such as"):
        function(stand_ins.chain(2, 1), ax=Figure())
    for model in (None, "m", stand_ins.Dense(2, 1, stand_ins.relu, "dense")):
        with pytest.raises(TypeError, match="Expected model to be a model. Received: model="):
            function(model)


def test_a_legend_stands_inside_the_callers_axes_and_beside_its_own():
    runs = [{"loss": [3.0, 2.0], "val_loss": [3.0, 2.5]}] * 3
    groups = {"first": [1.0, 2.0], "second": [2.0, 3.0]}
    for draw in (
        lambda ax: engine.pictures.plot_history(runs, ax=ax),
        lambda ax: engine.pictures.plot_distribution(groups, ax=ax),
        lambda ax: engine.pictures.plot_pairs(
            pd.DataFrame({"a": [1, 2], "b": [3, 4], "kind": ["x", "y"]}), hue="kind", ax=ax
        ),
    ):
        given = draw(Figure(figsize=(5, 4)).add_subplot())
        own = draw(None)
        for axes in (given, own):
            axes.figure.draw_without_rendering()
        box = given.get_legend().get_window_extent()
        assert given.bbox.x0 <= box.x0 + 1 and box.x1 <= given.bbox.x1 + 1
        assert given.bbox.y0 <= box.y0 + 1 and box.y1 <= given.bbox.y1 + 1
        assert own.get_legend().get_window_extent().x0 >= own.bbox.x1
