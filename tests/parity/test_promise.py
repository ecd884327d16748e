"""What the engine says of a model is what is compared: bits for these cases, less for those."""

import pytest

import engine
from tests.parity.promise import PROMISE
from tests.parity.stories import build
from tests.parity.test_trainings import CASES, NEAR, random_case


def reasons_of(case):
    found = engine.arithmetic(build(engine, case), batch_size=case.batch)
    assert found.reasons[: len(PROMISE.reasons)] == PROMISE.reasons
    return found.reasons[len(PROMISE.reasons) :]


def test_the_cases_with_bits():
    for case in [*CASES, *map(random_case, range(10))]:
        assert reasons_of(case) == (), case


@pytest.mark.parametrize("case", NEAR, ids=str)
def test_the_cases_without(case):
    assert reasons_of(case)
