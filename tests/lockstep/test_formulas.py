"""Every tensor and result that a lockstep may name has its formula."""

import pytest

import engine
from keras_ref.cases import CASES
from keras_ref.lockstep.events import EVALUATE, HISTORY, RUNNING, Epoch, Start, Step
from keras_ref.lockstep.side import Request, train

NAMES = (
    "sgd", "nesterov", "amsgrad", "weights", "smoothing", "categorical", "sparse", "adam-linear",
    "leaky_relu-batch-10", "softmax-45", "elu-batch-5", "metrics-tanh-10", "metrics-logits",
    "penalties-sparse", "probabilities-binary-relu", "no-bias",
)  # fmt: skip


def names_in(event):
    if isinstance(event, Start):
        return list(event.weights)
    if isinstance(event, Step):
        return [*event.tensors, *map(RUNNING.format, event.running)]
    if isinstance(event, Epoch):
        return [*event.weights, *map(HISTORY.format, event.logs)]
    return ["predict", *map(EVALUATE.format, event.evaluated)]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_without_a_formula(name):
    case, told = CASES[name], []
    engine.utils.clear_session()
    train("engine", Request(case.as_json(), case.seed, steps=3), told.append)
    formulas = told[0].formulas
    assert [n for event in told for n in names_in(event) if not formulas.get(n)] == []
    assert [text for text in formulas.values() if "{" in text or "?" in text] == []
