"""The lockstep is checked itself: each planted mistake must be found, and its tensor named."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from keras_ref.cases import AS_DIGESTS
from keras_ref.lockstep.compare import compare
from keras_ref.lockstep.digests import digested
from keras_ref.lockstep.record import request_for
from keras_ref.lockstep.recorded import read_events
from keras_ref.lockstep.side import trainings
from tests.lockstep.recordings import comparable, path_of
from tests.lockstep.wrong_versions import COPIES

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("engine", "keras_ref", "datasets")
FAST = {"NUMBA_OPT": "0"}  # the same numbers, compiled in half the time

pytestmark = pytest.mark.slow


def planted(folder, copy):
    """Make a copy of the engine with the mistakes of `copy`."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room)
    for wrong in copy:
        path = folder / "engine" / wrong.file
        source = path.read_text(encoding="utf-8")
        for right, change in wrong.changes.items():
            assert source.count(right) == 1, f"{wrong.file}: {source.count(right)} × {right!r}"
            source = source.replace(right, change)
        path.write_text(source, encoding="utf-8")
    return folder


def findings_in(folder, copy):
    """Mistake → the first difference between the copy and what Keras computed."""
    requests = [replace(request_for(wrong.case), environment=FAST) for wrong in copy]
    told = trainings("engine", requests, folder)
    told = (
        list(digested(ours)) if wrong.case in AS_DIGESTS else ours
        for wrong, ours in zip(copy, told, strict=True)
    )
    return {
        wrong.name: compare(ours, read_events(path_of(wrong.case))).first
        for wrong, ours in zip(copy, told, strict=True)
    }


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """Mistake → first difference, for all copies, two at a time."""

    def run(number):
        copy = COPIES[number]
        return findings_in(planted(tmp_path_factory.mktemp(f"copy{number}"), copy), copy)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(run, range(len(COPIES))))
    return {name: difference for part in done for name, difference in part.items()}


@pytest.mark.parametrize("wrong", [w for copy in COPIES for w in copy], ids=lambda w: w.name)
def test_found_and_named(findings, wrong):
    if not comparable(wrong.case):
        pytest.skip("the recordings were made where 1/x begins otherwise")
    difference = findings[wrong.name]
    assert difference is not None, "the lockstep saw no difference"
    assert difference.tensor == wrong.tensor, difference


def test_enough_of_them():
    names = [wrong.name for copy in COPIES for wrong in copy]
    assert len(names) == len(set(names)) >= 25
