"""Why they differ: a cause that is planted in the engine must be found among those tried."""

import dataclasses

import numpy as np
import pytest

import engine
from engine.study import step
from keras_ref.cases import CASES
from keras_ref.lockstep import why
from keras_ref.lockstep.causes import CAUSES, Cause
from keras_ref.lockstep.events import Epoch, Start
from keras_ref.lockstep.side import Request, events, train
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
    names = ("adam", "adam-linear", "momentum-linear", "sgd-batch-16", "amsgrad-linear", "weights")
    for name in names:
        split = {**CASES[name].fit, "validation_split": 0.25}
        case = dataclasses.replace(CASES[name], fit=split)
        ours, _ = first_fit(events("engine", request(case)))
        plain, _ = first_fit(events("plain", request(case)))
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
def test_onednn_off_changes_keras():
    if not engine.arithmetic().software.onednn:
        pytest.skip("oneDNN is off in any case")
    case, off = CASES["tanh-batch-5"], CAUSES["onednn"].environment
    plain, _ = first_fit(events("keras", request(case)))
    changed, _ = first_fit(events("keras", request(case, cause="onednn", environment=off)))
    assert why.farthest(plain[-1].weights, changed[-1].weights) > 0


@pytest.mark.keras
@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("adam", {}),
        ("weights", {}),
        ("adam", {"validation_split": 0.25}),  # beside validation rows: without effect
        ("momentum-linear", {"validation_split": 0.25}),
        ("momentum-linear", {"shuffle": False}),
    ],
)
def test_other_backends_get_the_start_and_the_order(monkeypatch, name, fit):
    """Were TensorFlow the other backend, nothing would differ."""
    same = Cause("Keras on TensorFlow, same start and order", CAUSES["jax"].change)
    monkeypatch.setitem(CAUSES, "same", same)
    case = dataclasses.replace(CASES[name], fit={**CASES[name].fit, **fit})
    sides = []
    for cause in ("", "same"):
        told = []
        train("keras", request(case, cause=cause), told.append)
        sides.append([event.weights for event in told if isinstance(event, Epoch)])
    assert sides[0] and [why.farthest(a, b) for a, b in zip(*sides, strict=True)] == [0.0, 0.0]


def explained(cause, ours):
    """Hold that Keras with this change, and not without it, does what the engine's epochs show."""
    case = CASES["adam"]
    theirs, _ = first_fit(events("keras", request(case)))
    changed, _ = first_fit(events("keras", request(case, cause=cause)))
    found = why._judged(cause, CAUSES[cause], ours, theirs, changed)
    assert found.keras > 0
    if engine.arithmetic().level == "bits":
        assert found.explains
    else:
        assert found.engine < found.keras


@pytest.mark.keras
@pytest.mark.parametrize(
    ("cause", "mistake"),
    [
        ("probabilities", "crossentropy on the probabilities, not on the logits"),
        ("reshuffled", "another order in each epoch"),
    ],
)
def test_a_planted_mistake_is_explained(tmp_path, cause, mistake):
    (wrong,) = (w for w in IN_PYTHON if w.name == mistake)
    ours, _ = first_fit(events("engine", request(CASES["adam"]), planted(tmp_path, [wrong])))
    explained(cause, ours)


@pytest.mark.keras
def test_another_epsilon_is_explained():
    case = CASES["adam"]
    options = {**case.optimizer["config"], "epsilon": 1e-8}
    other = dataclasses.replace(case, optimizer={**case.optimizer, "config": options})
    ours, _ = first_fit(events("engine", request(other)))
    explained("epsilon", ours)


def kingma_and_ba(case, alpha, beta_1, beta_2, epsilon, amsgrad):
    """The weights after a training by Algorithm 1 of the paper, on the engine's gradients.

    AMSGrad takes the largest v so far in v's place.
    """
    rows, model = case.rows(), case.build(engine)
    order = engine.random.epoch_order(len(rows.x), case.seed)
    w = [np.asarray(weight, "f8") for weight in model.get_weights()]
    m, v, top, t = [0.0] * len(w), [0.0] * len(w), [0.0] * len(w), 0
    for _ in range(case.fit["epochs"]):
        for start in range(0, len(order), case.fit["batch_size"]):
            chosen = order[start : start + case.fit["batch_size"]]
            gradients = step(model, rows.x[chosen], rows.y[chosen]).gradients
            t += 1
            for i, g in enumerate(gradients):
                m[i] = beta_1 * m[i] + (1 - beta_1) * g
                v[i] = beta_2 * v[i] + (1 - beta_2) * g**2
                top[i] = np.maximum(top[i], v[i]) if amsgrad else v[i]
                corrected_m, corrected_v = m[i] / (1 - beta_1**t), top[i] / (1 - beta_2**t)
                w[i] = w[i] - alpha * corrected_m / (np.sqrt(corrected_v) + epsilon)
            model.set_weights(w)
    return w


@pytest.mark.keras
@pytest.mark.parametrize("amsgrad", [False, True])
def test_the_textbook_is_kingma_and_ba(amsgrad):
    """With a large ε, so that its place matters, and a β₂ with which v falls as well."""
    options = {"learning_rate": 0.01, "beta_2": 0.5, "epsilon": 0.1, "amsgrad": amsgrad}
    case = dataclasses.replace(
        CASES["adam-linear"],
        optimizer={"class_name": "Adam", "config": options},
        fit={"batch_size": 5, "epochs": 2},
    )
    wanted = kingma_and_ba(case, 0.01, 0.9, 0.5, 0.1, amsgrad)
    for cause, near in (("textbook", True), ("", False)):
        trained, _ = first_fit(events("keras", request(case, cause=cause)))
        far = [
            np.max(np.abs(a - b)) for a, b in zip(wanted, trained[-1].weights.values(), strict=True)
        ]
        assert (max(far) < 1e-6) == near, far
