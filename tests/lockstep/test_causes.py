"""Why they differ: a cause that is planted in the engine must be found among those tried."""

import dataclasses

import numpy as np
import pytest

import engine
from keras_ref.cases import CASES
from keras_ref.lockstep import why
from keras_ref.lockstep.causes import CAUSES, Cause
from keras_ref.lockstep.events import Epoch, Start
from keras_ref.lockstep.side import Request, events
from keras_ref.lockstep.why import first_fit, try_causes
from tests.lockstep.test_wrong_versions import planted
from tests.lockstep.wrong_versions import IN_PYTHON

ADAM = CASES["adam-linear"]


def request(case, **changes):
    return Request(case.as_json(), case.seed, each_step=False, **changes)


def told(*weights, formulas=None):
    """The events of a training whose epochs end in these weights."""
    start = Start("net", {}, ["dense"], formulas or {})
    values = [np.full((2, 2), w, "f4") for w in weights]
    return [start, *(Epoch(n, {}, {"W1": v}) for n, v in enumerate(values, start=1))]


def judged(ours, theirs, changed):
    sides = [[e for e in told(*w) if isinstance(e, Epoch)] for w in (ours, theirs, changed)]
    return why._judged("name", Cause("title"), *sides)


def test_the_verdicts():
    one, next_, far = 1.0, float(np.nextafter(np.float32(1), 2)), 1.5
    found = judged((one, one), (one, far), (one, one))
    assert found.explains and found.verdict.startswith("THIS IS WHY")
    assert (found.engine, found.keras) == (0, 2**22)
    found = judged((one,), (far,), (next_,))
    assert not found.explains and found.verdict.startswith("a part of it")
    assert judged((one,), (far,), (far,)).verdict == "no"
    found = judged((one,), (one,), (one,))
    assert not found.explains and found.verdict == ""
    assert [g.max_ulps for g in judged((one, one), (one, far), (one, one)).growth] == [0, 2**22]


def test_causes_that_mean_nothing_are_not_tried(monkeypatch):
    asked = []

    def fake(side, wanted, folder=None):
        asked.append((side, wanted.cause))
        return iter(told(1.0, formulas={"W1": "W1 − α·dW1"}))

    monkeypatch.setattr(why, "events", fake)
    tried = {row.name: row for row in try_causes(request(ADAM))}
    assert set(tried) == set(CAUSES)
    assert tried["epsilon"].skipped == tried["textbook"].skipped == "the optimizer has no ε"
    assert tried["probabilities"].skipped == "the loss does not work on logits"
    assert ("keras", "reshuffled") in asked and ("plain", "order") in asked
    assert not {cause for _, cause in asked} & {"epsilon", "textbook", "probabilities"}


def test_the_first_fit_alone():
    epochs, formulas = first_fit(iter([*told(1.0, 2.0, formulas={"x": "rows"}), *told(3.0)]))
    assert len(epochs) == 2 and formulas == {"x": "rows"}


def test_the_plain_side_is_near_and_not_the_same():
    """The same start, order and formulas: what differs is rounding."""
    for name in ("adam-linear", "momentum-linear", "sgd-batch-16", "amsgrad-linear", "weights"):
        ours, _ = first_fit(events("engine", request(CASES[name])))
        plain, _ = first_fit(events("plain", request(CASES[name])))
        assert len(ours) == len(plain) == 2
        for a, b in zip(ours, plain, strict=True):
            for weight in a.weights:
                np.testing.assert_allclose(a.weights[weight], b.weights[weight], atol=2e-5)
    assert any(
        a.tobytes() != b.tobytes()
        for a, b in zip(*(e[-1].weights.values() for e in (ours, plain)), strict=True)
    )


@pytest.mark.keras
@pytest.mark.parametrize("cause", ["epsilon", "textbook", "probabilities", "reshuffled"])
def test_a_change_changes_keras(cause):
    case = CASES["adam"]
    plain, _ = first_fit(events("keras", request(case)))
    changed, _ = first_fit(events("keras", request(case, cause=cause)))
    assert why.farthest(plain[-1].weights, changed[-1].weights) > 0


@pytest.mark.keras
def test_a_loss_on_probabilities_is_found(tmp_path):
    """A planted mistake, and the cause that explains it."""
    (wrong,) = (w for w in IN_PYTHON if w.name.startswith("crossentropy on the probabilities"))
    case = CASES["adam"]
    ours, _ = first_fit(events("engine", request(case), planted(tmp_path, [wrong])))
    theirs, _ = first_fit(events("keras", request(case)))
    changed, _ = first_fit(events("keras", request(case, cause="probabilities")))
    found = why._judged("probabilities", CAUSES["probabilities"], ours, theirs, changed)
    assert found.keras > 0
    if engine.arithmetic().level == "bits":
        assert found.explains
    else:
        assert found.engine < found.keras


@pytest.mark.keras
def test_another_epsilon_is_found():
    """An engine with ε̂ = 1e-8 is explained by that cause, and by no other."""
    case = CASES["adam"]
    options = {**case.optimizer["config"], "epsilon": 1e-8}
    other = dataclasses.replace(case, optimizer={**case.optimizer, "config": options})
    ours, _ = first_fit(events("engine", request(other)))
    theirs, _ = first_fit(events("keras", request(case)))
    changed, _ = first_fit(events("keras", request(case, cause="epsilon")))
    found = why._judged("epsilon", CAUSES["epsilon"], ours, theirs, changed)
    assert found.keras > 0
    if engine.arithmetic().level == "bits":
        assert found.explains
    else:
        assert found.engine < found.keras
