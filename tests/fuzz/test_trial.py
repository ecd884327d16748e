"""What a trial says of two results, and that a broken promise is one."""

from types import SimpleNamespace

import numpy as np
import pytest

import engine
from keras_ref.chain import chain
from keras_ref.fuzz.trial import Trial, level, multiplies_roundings, try_out


def result(**changes):
    told = {
        "History loss": np.array([0.5, 0.25]),
        "weights 0": np.ones((2, 2), "f4"),
        "predict": np.array([[0.5]], "f4"),
    }
    return told | {name.replace("_", " "): value for name, value in changes.items()}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "bits"),
        ({"weights_0": np.array([[1, 1], [1, 1 + 2**-20]], "f4")}, "tolerance"),
        ({"weights_0": np.array([[1, 1], [1, 2]], "f4")}, "tolerance"),
        ({"weights_0": np.ones((4, 1), "f4")}, "apart"),
        ({"weights_0": np.ones((2, 2), "f8")}, "apart"),
        ({"History_loss": np.array([0.5, 0.2500001])}, "tolerance"),
        ({"History_loss": np.array([0.5, 0.26])}, "apart"),
        ({"History_loss": np.array([0.5, np.nan])}, "apart"),
        ({"predict": np.array([[0.51]], "f4")}, "apart"),
        ({"predict": np.array([[np.inf]], "f4")}, "apart"),
        ({"more": np.zeros(1)}, "apart"),
    ],
    ids=str,
)
def test_levels(changes, expected):
    assert level(result(**changes), result())[0] == expected
    assert level(result(), result(**changes))[0] == expected


def test_the_sign_of_zero_and_nan():
    zero, minus = ({"weights 0": np.array([v], "f4")} for v in (0.0, -0.0))
    assert level(zero, minus)[0] == "tolerance"
    nan = {"weights 0": np.array([np.nan], "f4")}
    assert level(nan, {"weights 0": np.array([-np.nan], "f4")})[0] == "bits"


@pytest.mark.parametrize(
    ("promised", "reached", "kept"),
    [
        ("bits", "bits", True),
        ("bits", "tolerance", False),
        ("tolerance", "bits", True),
        ("tolerance", "tolerance", True),
        ("tolerance", "apart", False),
        ("bits", "failed", False),
        ("tolerance", "failed", False),
        ("nothing", "apart", True),
        ("nothing", "failed", False),
    ],
)
def test_kept(promised, reached, kept):
    assert Trial(chain(), promised, reached).kept is kept


def test_results_are_held_as_in_lockstep():
    for name, near, far in (("History accuracy", 0.9, 0.89), ("evaluate mse", 0.9, 0.89)):
        ours, theirs = ({name: np.array(value)} for value in (near, far))
        assert level(ours, theirs)[0] == "apart"
        assert level(ours, {name: np.array(near + 1e-6)})[0] == "tolerance"


CALM = chain()
WILD = chain(optimizer="Adam", learning_rate=0.3, epochs=6, data={"scale": 30.0})


def test_what_multiplies_roundings():
    for experiment, multiplies in ((CALM, False), (WILD, True)):
        engine.utils.clear_session()
        told = experiment.run(engine)
        assert multiplies_roundings(experiment, told) is multiplies


PROBABILITIES = chain(activations=("relu", "relu"))


@pytest.mark.parametrize(
    ("experiment", "promised"),
    [(CALM, "tolerance"), (WILD, "nothing"), (PROBABILITIES, "nothing")],
    ids=["calm", "wild", "probabilities"],
)
def test_only_what_is_promised_is_asked_for(monkeypatch, experiment, promised):
    """As on other machines: beside an engine that ends elsewhere, nothing is said to be broken."""
    monkeypatch.setenv("GLASSNET_PROMISE", "tolerance")
    elsewhere = SimpleNamespace(utils=engine.utils)
    told = experiment.run(engine)
    monkeypatch.setattr(type(experiment), "run", ran(type(experiment).run, elsewhere, told))
    trial = try_out(elsewhere, experiment)
    assert (trial.promised, trial.reached) == (promised, "apart")
    assert trial.kept is (promised == "nothing")


def ran(run, elsewhere, told):
    """`Experiment.run`, whose results are others for the engine `elsewhere`."""
    wrong = {name: value + np.asarray(value).dtype.type(0.1) for name, value in told.items()}
    return lambda self, keras, *watcher: wrong if keras is elsewhere else run(self, keras, *watcher)


@pytest.mark.keras
def test_against_keras(keras):
    trial = try_out(keras, chain())
    assert trial.kept, trial


@pytest.mark.keras
def test_an_error_is_a_finding(keras):
    wrong = chain(fit={"validation_split": 0.999})
    trial = try_out(keras, wrong)
    assert trial.reached == "failed" and trial.reason.startswith("engine: ValueError")
