"""What the engine says of a model is what is compared: bits, for all cases."""

import pytest

import engine
from engine.promise.models import MAGNIFIES
from keras_ref.cases import CASES
from tests.parity.promise import PROMISE
from tests.parity.test_trainings import drawn


def reasons_of(experiment):
    model = experiment.build(engine)
    found = engine.arithmetic(model, batch_size=experiment.fit["batch_size"])
    assert found.reasons[: len(PROMISE.reasons)] == PROMISE.reasons
    return [r for r in found.reasons[len(PROMISE.reasons) :] if r != MAGNIFIES]


@pytest.mark.parametrize("name", CASES)
def test_the_cases_with_bits(name):
    assert reasons_of(CASES[name]) == []


def test_drawn_experiments_with_bits():
    for number in range(20):
        assert reasons_of(drawn(number)) == [], drawn(number)
