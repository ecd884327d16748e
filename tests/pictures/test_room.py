"""The room as a whole: what is imported when, and what is said when something is missing."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

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
    with pytest.raises(AttributeError, match="no attribute 'plot_nothing'"):
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
