"""What the engine says of a model is what is compared: bits, for all cases."""

import engine
from tests.parity.promise import PROMISE
from tests.parity.stories import build
from tests.parity.test_trainings import CASES, random_case


def reasons_of(case):
    found = engine.arithmetic(build(engine, case), batch_size=case.batch)
    assert found.reasons[: len(PROMISE.reasons)] == PROMISE.reasons
    return found.reasons[len(PROMISE.reasons) :]


def test_the_cases_with_bits():
    for case in [*CASES, *map(random_case, range(10))]:
        assert reasons_of(case) == (), case
