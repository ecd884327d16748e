"""The command line, with fabricated results: what it refuses, writes and returns."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from keras_ref import __main__ as command
from keras_ref.compare import compare
from keras_ref.gallery import Result
from keras_ref.tutorials import TUTORIALS


@pytest.fixture
def fabricated(monkeypatch, make_run, orders):
    """Let the command find what is put into the list."""
    versions = {"keras": "3.15.1"}
    row = compare(make_run(), make_run(), orders=orders, expected=[3], versions=versions)
    results = [Result(row, make_run(), make_run())]
    monkeypatch.setattr("keras_ref.quiet.import_keras", object)
    monkeypatch.setattr(command, "run_all", lambda options, keras, progress: results)
    monkeypatch.setattr("keras_ref.gallery.networks", lambda result: iter(()))
    return results


def test_keys_are_those_of_the_tutorials():
    assert tuple(TUTORIALS) == command.KEYS


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit):
        command.main(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert [
        name for name in command.COMMANDS if f"{name} ({command.WORDS[name]})" not in told
    ] == []


def test_agreement_is_0(fabricated, tmp_path, capsys):
    out, page = tmp_path / "a" / "rows.json", tmp_path / "b" / "page.html"
    assert command.main(["penguins", "--json", str(out), "--html", str(page)]) == 0
    assert [row["key"] for row in json.loads(out.read_text(encoding="utf-8"))] == ["toy"]
    assert "python -m keras_ref penguins --json" in page.read_text(encoding="utf-8")
    assert "1 of 1 tutorials agree with Keras." in capsys.readouterr().out


def test_disagreement_is_1(fabricated, capsys):
    row = replace(fabricated[0].row, disagreements=["2-1: wrong"])
    fabricated[0] = replace(fabricated[0], row=row)
    assert command.main(["--no-html"]) == 1
    out = capsys.readouterr().out
    assert "toy: 2-1: wrong" in out
    assert "0 of 1 tutorials agree" in out


def test_no_html_writes_nothing(fabricated, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command.main(["--no-html"]) == 0
    assert list(tmp_path.iterdir()) == []
    assert command.main([]) == 0
    assert [path for path in tmp_path.rglob("*.html")] == [tmp_path / command.REPORT]


def test_another_keras_is_remarked(fabricated, capsys):
    row = replace(fabricated[0].row, versions={"keras": "3.16.0"})
    fabricated[0] = replace(fabricated[0], row=row)
    command.main(["--no-html"])
    assert "Keras 3.16.0: the engine follows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["pima"], "Expected tutorials among pima-sgd, sherlock-neuron, pima-adam, penguins"),
        (["--seed", "-1"], "Expected 0 ≤ seed < 2³². Received: --seed -1"),
        (["--seed", "4294967296"], "Expected 0 ≤ seed < 2³². Received: --seed 4294967296"),
        (["--seed", "one"], "invalid int value"),
        (["--min-speedup", "0"], "Expected a positive ratio"),
        (["--min-speedup", "nan"], "Expected a positive ratio"),
        (["--json", str(Path.cwd())], "Expected a file. Received: --json"),
        (["--html", str(Path.cwd())], "Expected a file. Received: --html"),
        (["--json", "/dev/null/a.json"], "Expected a file that can be written. Received: --json"),
        (["lockstp"], "one of the commands lockstep, fuzz, page, record"),
        (["--fast"], "unrecognized arguments"),
    ],
)
def test_wrong_usage_is_2(arguments, says, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [(KeyboardInterrupt(), 130, "stopped"), (MemoryError("14 TiB"), 2, "fit into the memory")],
)
def test_stopped_from_outside(monkeypatch, capsys, error, status, says):
    def stop(given):
        raise error

    monkeypatch.setattr(command, "tutorials", stop)
    assert command.main([]) == status
    assert says in capsys.readouterr().err


def test_missing_keras_is_2(monkeypatch, capsys, tmp_path):
    def missing():
        raise ImportError(
            "Expected Keras and TensorFlow: pip install '.[keras]' in Glassnet's folder."
        )

    monkeypatch.setattr("keras_ref.quiet.import_keras", missing)
    file = tmp_path / "a.json"
    assert command.main(["--no-html", "--json", str(file)]) == 2
    assert "pip install '.[keras]' in Glassnet's folder" in capsys.readouterr().err
    assert not file.exists()


def test_defaults_and_duplicates(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = command._parse([])
    assert (options.keys, options.seed, options.full) == (list(command.KEYS), 42, False)
    assert options.min_speedup is None
    assert command._parse(["penguins", "penguins"]).keys == ["penguins"]
    assert command._parse(["--seed", str(2**32 - 1)]).seed == 2**32 - 1
