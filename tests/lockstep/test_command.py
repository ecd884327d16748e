"""The command line: what it prints, its exit status, wrong usage."""

import json
from dataclasses import replace

import numpy as np
import pytest

from keras_ref.__main__ import main
from keras_ref.cases import CASES
from keras_ref.chain import chain
from keras_ref.lockstep import command
from keras_ref.lockstep.events import Step
from keras_ref.lockstep.recorded import about, read_events, write_events
from keras_ref.lockstep.recorded import about as told_by
from tests.lockstep.recordings import comparable, path_of


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.json"
    CASES["sgd"].save(path)
    return path


def run(capsys, *arguments):
    status = main(["lockstep", *map(str, arguments)])
    return status, capsys.readouterr().out


def test_the_same_bits_from_a_recording(small, capsys, tmp_path):
    if not comparable("sgd"):
        pytest.skip("the recordings were made where 1/x begins otherwise")
    file = tmp_path / "result.json"
    arguments = (small, "--steps", 10, "--recorded", path_of("sgd"), "--json", file)
    status, out = run(capsys, *arguments)
    assert status == 0
    assert "the same bits" in out and "10 steps" in out
    assert json.loads(file.read_text())["level"] == "bits"


@pytest.mark.parametrize("name", ["wide-softmax", "metrics", "pima-sgd-7"])
def test_other_recordings(tmp_path, capsys, name):
    """Of digests; of epochs alone; of a tutorial."""
    if not comparable(name):
        pytest.skip("the recordings were made where 1/x begins otherwise")
    path, arguments = tmp_path / "case.json", ("--seed", "7")
    training = "pima-sgd"
    if name in CASES:
        CASES[name].save(path)
        training, arguments = path, ()
        if steps := about(path_of(name))["request"]["steps"]:
            arguments = ("--steps", steps)
    status, out = run(capsys, training, *arguments, "--recorded", path_of(name))
    assert status == 0 and "the same bits" in out


def test_recorded_on_another_processor(small, capsys, tmp_path):
    events = list(read_events(path_of("sgd")))
    place = next(i for i, event in enumerate(events) if isinstance(event, Step))
    loss = np.asarray(events[place].tensors["loss"] + np.float32(1e-7))
    events[place] = replace(events[place], tensors={**events[place].tensors, "loss": loss})
    other = tmp_path / "other.npz"
    write_events(other, events, {**about(path_of("sgd")), "reciprocal": "a coin"})
    status, out = run(capsys, small, "--steps", 10, "--recorded", other)
    assert status == 3
    assert "recorded where 1/x begins with a coin" in out
    assert "The weights agree after every epoch" in out


def test_another_training_was_recorded(small, capsys):
    arguments = ("--steps", "10", "--recorded", str(path_of("sgd")), "--seed", "43")
    assert main(["lockstep", str(small), *arguments]) == 2
    error = capsys.readouterr().err
    assert "Expected the training that was recorded" in error and "seed=42" in error


def test_another_seed_is_outside(small, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "_as_recorded", lambda request, path: request)
    file, picture = tmp_path / "result.json", tmp_path / "growth.png"
    arguments = ("--steps", 10, "--recorded", path_of("sgd"), "--json", file, "--plot", picture)
    status, out = run(capsys, small, "--seed", 43, *arguments)
    assert status == 1
    for part in ("DIFFERENT", "before the first step", "tensor  W1", "0x", "max ulps"):
        assert part in out
    found = json.loads(file.read_text())
    assert found["level"] == "apart" and found["first"]["tensor"] == "W1"
    value, bits = found["first"]["engine"]
    assert np.float32(value) == np.uint32(int(bits, 16)).view("float32")
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.json"], "Expected a tutorial"),
        (["pima-sgd", "--seed", "-1"], "Expected 0 ≤ seed"),
        (["pima-sgd", "--seed", "4294967296"], "Expected 0 ≤ seed"),
        (["pima-sgd", "--steps", "0"], "Expected at least one step"),
        (["pima-sdg"], "did you mean pima-sgd?"),
        (["tests"], "a folder"),
        (["pima-sgd", "--plot", "README.md/x.png"], "Expected a file that can be written"),
        (["pima-sgd", "--plot", "x.foo"], "Expected .png"),
        (["pima-sgd", "--json", "."], "Expected a file. Received: --json ., a folder"),
        (["pima-sgd", "--why", "--no-why"], "not allowed"),
        (["pima-sgd", "--why", "--recorded", "x.npz"], "to try causes"),
        ([], "required"),
    ],
    ids=str,
)
def test_wrong_usage(arguments, message, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["lockstep", *arguments])
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


SMALL = CASES["sgd"].as_json()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"inputs": 3}, "Expected an experiment"),
        ({**SMALL, "layers": [{"units": 1, "activation": "nothing"}]}, "Expected activation to be"),
        ({**SMALL, "layers": [{"units": "4"}]}, "Expected units to be"),
        ({**SMALL, "layers": [{"units": -1}]}, "Expected units"),
        ({**SMALL, "metrics": "accuracy"}, "Expected metrics to be a list"),
        ({**SMALL, "data": {"file": "rows.npz"}}, "Expected a file that can be read"),
        ({**SMALL, "data": {"dtype": "nonsense"}}, "Expected dtype"),
    ],
    ids=str,
)
def test_a_wrong_file(tmp_path, capsys, content, message):
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(content))
    with pytest.raises(SystemExit) as exit_:
        main(["lockstep", str(path)])
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


def test_a_training_that_fails_says_why(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(command, "_as_recorded", lambda request, path: request)
    path = tmp_path / "wrong.json"
    chain(fit={"validation_split": 0.999}).save(path)
    assert main(["lockstep", str(path), "--recorded", str(path_of("sgd"))]) == 2
    error = capsys.readouterr().err
    assert "Expected validation_split to leave rows" in error and "Traceback" not in error


@pytest.mark.parametrize("kept", [0, 100, 2000], ids=lambda n: f"{n} bytes")
def test_damaged_recordings(small, capsys, tmp_path, kept):
    path = tmp_path / "half.npz"
    path.write_bytes(path_of("sgd").read_bytes()[:kept])
    assert main(["lockstep", str(small), "--steps", "10", "--recorded", str(path)]) == 2
    assert "Expected a recording" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("about", "events", "message"),
    [
        ({"request": {"training": 1}}, [], "say its request"),
        ({"request": {"what": 1}}, [], "say its request"),
        ({}, [{"event": "Foo"}], "to be whole"),
        ({}, [{"event": "Start"}], "to be whole"),
        ({}, [{}], "to be whole"),
        ({}, [{"event": "Epoch", "number": 1, "logs": {}, "weights":
               {"W1": {"array": "float32", "shape": [2]}}}], "to be whole"),
    ],
    ids=str,
)  # fmt: skip
def test_recordings_of_nonsense(small, capsys, tmp_path, about, events, message):
    path = tmp_path / "wrong.npz"
    said = {**told_by(path_of("sgd")), **about}
    text = json.dumps({"about": said, "events": events})
    np.savez(path, text=np.array(text), numbers=np.zeros(3, np.uint8))
    assert main(["lockstep", str(small), "--steps", "10", "--recorded", str(path)]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.keras
def test_float64_is_inside_the_tolerance(tmp_path, capsys):
    path = tmp_path / "double.json"
    case = CASES["adam"].as_json()
    case["layers"] = [{**layer, "dtype": "float64"} for layer in case["layers"]]
    path.write_text(json.dumps(case))
    status, out = run(capsys, path, "--no-why")
    assert status == 3, out
    assert "Weights (float64)" in out and "computes in float64" in out


@pytest.mark.keras
def test_live_against_keras(small, capsys):
    status, out = run(capsys, small, "--steps", 4)
    assert status in (0, 3), out
    assert "4 steps" in out
