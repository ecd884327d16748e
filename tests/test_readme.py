"""The README's example runs as it stands, and what the README promises of the imports holds."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import engine
import engine.pictures
from keras_ref.experiment import DATA, FIT_WORDS, LAYER_WORDS, TOP
from keras_ref.rows import LABELS, NAMES

ROOT = Path(__file__).parent.parent


def test_the_example_runs_and_learns(tmp_path, monkeypatch, capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    example, study, training, many = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    model = names["model"]
    assert model.count_params() == 153
    losses = model.history.history["loss"]
    assert len(losses) == 4
    assert losses[-1] < losses[0]
    assert (tmp_path / "model.keras").stat().st_size > 1000
    assert "Epoch 4/4" in capsys.readouterr().out
    exec(compile(study, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "passed" in printed and "Backward: layer 3" in printed
    (shown,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    if engine.arithmetic().level == "bits":
        assert [line for line in shown.splitlines() if line not in printed.splitlines()] == []
    exec(compile(training, "README.md", "exec"), names)
    assert (tmp_path / "boundary.png").stat().st_size > 10_000
    assert names["health"].epochs == list(range(41)) and len(names["path"].weights) == 41
    named = re.findall(r"`(plot_\w+)`", text)
    assert sorted({*named, "plot_model", "save_picture"}) == sorted(engine.pictures.__all__)
    exec(compile(many.replace("range(1000)", "[42, 43]"), "README.md", "exec"), names)
    fits = names["fits"]
    for ours, theirs in zip(fits.weights, model.get_weights(), strict=True):
        assert (ours[0] == theirs).all()
        assert (ours[1] != theirs).any()


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text())
    assert len(links) > 8
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.keras
def test_the_comparison_in_one_script(keras, capsys):
    text = (ROOT / "docs" / "parity.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(compile(example, "parity.md", "exec"), {})
    told = capsys.readouterr().out.split()
    assert len(told) == 4
    assert set(told) == {"True"} or engine.arithmetic().level == "tolerance"


def test_every_word_of_an_experiment_is_explained():
    text = (ROOT / "docs" / "parity.md").read_text()
    words = {*TOP, *DATA, *FIT_WORDS, *LAYER_WORDS, *LABELS, *NAMES} - {"file"}
    assert '{"file": ' in text
    assert [word for word in words if f"`{word}`" not in text and f'`"{word}"`' not in text] == []


def test_importing_the_engine_takes_little_more_than_importing_numba(tmp_path):
    # Bytecode is kept for both, wherever the environment has it kept otherwise.
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path)}
    code = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"

    def seconds(module):
        done = subprocess.run(
            [sys.executable, "-c", code.format(module)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, **kept},
        )
        return float(done.stdout)

    # The least of several times is the one that other programs disturbed least.
    pairs = [(seconds("engine"), seconds("numba")) for _ in range(8)]
    ours, numba = (min(times) for times in zip(*pairs, strict=True))
    assert ours < 2 * numba
