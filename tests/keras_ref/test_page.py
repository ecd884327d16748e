"""A page with Keras's numbers: they are Keras's own, of the same steps."""

import base64
import gzip
import json
import re

import pytest

import engine
from keras_ref.page import main, traces


def test_the_engines_steps():
    told = traces("sonar-cv", 42, 3)
    assert [t.step for t in told] == [1, 2, 3]
    assert told[0].layers[0].kernel.shape == (60, 60)


@pytest.mark.keras
def test_the_command(tmp_path, capsys):
    out = tmp_path / "page.html"
    assert main(["pima-sgd", "--steps", "2", "--out", str(out)]) == 0
    assert "Written:" in capsys.readouterr().out
    (packed,) = re.findall(r'type="text/plain">(.*?)</script>', out.read_text(encoding="utf-8"))
    told = json.loads(gzip.decompress(base64.b64decode(packed)))
    assert told["keras"] and len(told["steps"]) == 2
    said = [
        equation[5]
        for step in told["steps"]
        for layer in step["layers"]
        for unit in layer["units"]
        for equation in [*unit["gradients"], *unit["updates"]]
    ]
    assert all(said) and len(said) == 2 * 2 * 9 * 17
    if engine.arithmetic().level == "bits":
        assert all(text.endswith(", the same") for text in said)


MISTAKES = {
    "no steps": (["pima-sgd", "--steps", "0"], "Expected at least one step"),
    "no such training": (["nothing"], "Expected a tutorial (pima-sgd"),
    "a folder": (["pima-sgd", "--out", "."], "a folder"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name, capsys):
    arguments, words = MISTAKES[name]
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert words in " ".join(capsys.readouterr().err.split())
