"""What is recorded, and the command that does it."""

import pytest

from keras_ref.cases import AS_DIGESTS, CASES, FEWER_STEPS, STEP_BY_STEP
from keras_ref.lockstep.compare import compare
from keras_ref.lockstep.record import NAMES, SEEDS, main, request_for
from keras_ref.lockstep.recorded import about, read_events
from keras_ref.lockstep.side import Request
from tests.lockstep.recordings import comparable, path_of


def test_cases_and_tutorials():
    assert len(set(NAMES)) == len(NAMES) == len(CASES) + 5 * len(SEEDS)
    assert set(STEP_BY_STEP) <= set(CASES) and set(AS_DIGESTS) <= set(CASES)
    assert set(FEWER_STEPS) <= set(STEP_BY_STEP)


@pytest.mark.parametrize(
    ("name", "training", "seed", "steps", "each_step"),
    [
        ("sgd", CASES["sgd"].as_json(), 42, 10, True),
        ("long", CASES["long"].as_json(), 42, 1, True),
        ("adam", CASES["adam"].as_json(), 42, None, False),
        ("sonar-cv-4294967295", "sonar-cv", 2**32 - 1, None, False),
    ],
)
def test_requests(name, training, seed, steps, each_step):
    found = request_for(name)
    assert (found.training, found.seed) == (training, seed)
    assert (found.steps, found.each_step) == (steps, each_step)


def test_an_unknown_name(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path), "sgd", "no-such-case"])
    assert ended.value.code == 2
    assert "Received: no-such-case" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.keras
@pytest.mark.parametrize("name", ["smoothing", "pima-sgd-42"])
def test_keras_still_says_what_was_recorded(keras, tmp_path, name):
    assert main([str(tmp_path / "new"), name]) == 0
    path = tmp_path / "new" / f"{name}.npz"
    asked = [Request(**about(file)["request"]) for file in (path, path_of(name))]
    assert asked[0] == asked[1]
    found = compare(read_events(path), read_events(path_of(name)))
    assert found.level == "bits" if comparable(name) else found.level != "apart", found.first
