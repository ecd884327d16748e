"""A writer is killed at any moment: there is the old file or the new one, whole.

KILLS sets how often a writer of each kind of file is killed; 67 makes 201 in all.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.saving import load_model, load_weights
from tests.saving.writing import model_of, save

HERE = Path(__file__).parents[2]
KILLS = int(os.environ.get("KILLS", 9))


def number_of(path):
    """The number that all weights and slots of a file are."""
    if path.name.endswith(".weights.h5"):
        model = model_of(0)
        load_weights(model, path)
    else:
        model = load_model(path)
    found = {float(n) for w in model.get_weights() for n in np.unique(w)}
    size = model.count_params()
    found |= {float(n) for slot in model.optimizer.slots for n in np.unique(slot[:size])}
    assert len(found) == 1 and model.optimizer.iterations in found
    return found.pop()


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5", ".h5"])
def test_the_old_file_or_the_new_one(suffix, tmp_path):
    path = tmp_path / f"m{suffix}"
    rng = random.Random(suffix)
    seen, leftovers = set(), 0
    for _ in range(KILLS):
        save(model_of(1), str(path))
        assert os.listdir(tmp_path) == [path.name]  # the leftovers of the last one are gone
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.saving.writing", str(path)],
            stdout=subprocess.PIPE,
            cwd=HERE,
        )
        writer.stdout.read(2)  # the first file is whole, the second is begun
        time.sleep(rng.uniform(0, 0.12))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        seen.add(number_of(path))
        names = sorted(os.listdir(tmp_path))
        assert names[0] == path.name and len(names) <= 2
        assert all(name.startswith(path.name) and name.endswith(".tmp") for name in names[1:])
        leftovers += len(names) - 1
    assert seen <= {1.0, 2.0}
    if KILLS >= 50:
        assert seen == {1.0, 2.0} and leftovers, "the kills came at too few moments"


def test_a_leftover_goes_and_a_file_that_is_being_written_stays(tmp_path):
    path = tmp_path / "m.keras"
    stale, other = tmp_path / f"m.keras.{'0' * 16}.tmp", tmp_path / "m.keras.mine.tmp"
    busy = tmp_path / f"m.keras.{'1' * 16}.tmp"
    for each in (stale, other, busy):
        each.write_bytes(b"x")
    import fcntl

    with open(busy, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        save(model_of(1), str(path))
    assert sorted(os.listdir(tmp_path)) == [path.name, busy.name, other.name]
