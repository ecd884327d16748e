"""Scripts whose batches are made in processes, with and without `if __name__ == "__main__":`."""

import os
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.utils.py_dataset import in_order

DATASET = """
import numpy as np
import engine as keras

class Ones(keras.utils.PyDataset):
    def __len__(self):
        return 6
    def __getitem__(self, number):
        return np.ones((4, 2)), np.zeros(4)
"""

TRAINING = """
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
data = Ones(workers=2, use_multiprocessing=True, max_queue_size=2)
print("begins")
print(model.fit(data, epochs=2, verbose=0).epoch)
"""

WANTED = (
    'RuntimeError: Expected the script to have its own lines under `if __name__ == "__main__":`'
)


def run(tmp_path, *parts):
    script = tmp_path / "script.py"
    script.write_text("".join(parts))
    root = str(Path(engine.__file__).parent.parent)
    return subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": root},
        capture_output=True,
        text=True,
        timeout=300,
    )


def indented(lines):
    return lines.replace("\n", "\n    ")


def test_a_script_that_keeps_its_own_lines(tmp_path):
    ended = run(tmp_path, DATASET, 'if __name__ == "__main__":', indented(TRAINING))
    assert (ended.returncode, ended.stdout) == (0, "begins\n[0, 1]\n"), ended.stderr


def test_a_script_that_would_begin_again_is_told(tmp_path):
    """The script says so, and before it each process, whose fit has not looked at the data."""
    looks = "print('looked at', flush=True); return np.ones"
    ended = run(tmp_path, DATASET.replace("return np.ones", looks), TRAINING)
    assert ended.returncode == 1
    told = [line for line in ended.stderr.splitlines() if line.startswith(WANTED)]
    assert told[-1].endswith("Received: processes that ended before the first batch")
    assert len(told) > 1
    assert all(line.endswith("begins the training again") for line in told[:-1]), ended.stderr
    assert "was the direct cause" in ended.stderr and "BrokenProcessPool" in ended.stderr
    assert "bootstrapping phase" not in ended.stderr
    assert ended.stdout.count("looked at") == 1


def test_a_class_that_processes_cannot_find(tmp_path):
    ended = run(
        tmp_path, 'if __name__ == "__main__":', indented(DATASET + TRAINING.replace("\n\n", "\n"))
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(WANTED)


class Fails(engine.utils.PyDataset):
    def __len__(self):
        return 6

    def __getitem__(self, number):
        raise ZeroDivisionError


class Ends(engine.utils.PyDataset):
    def __len__(self):
        return 6

    def __getitem__(self, number):
        if number == 4:
            os._exit(1)
        return np.ones((4, 2)), np.zeros(4)


def test_a_process_that_ends_later_is_another_matter():
    batches = in_order(Ends(workers=1, use_multiprocessing=True, max_queue_size=1), range(6))
    for _ in range(4):
        next(batches)
    with pytest.raises(BrokenProcessPool):
        next(batches)


def test_an_error_in_the_first_batch_is_passed_on():
    batches = in_order(Fails(workers=2, use_multiprocessing=True), range(6))
    with pytest.raises(ZeroDivisionError):
        next(batches)
