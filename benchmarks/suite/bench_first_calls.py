"""What the first calls of a process cost: importing, the first fit, compiling.

Each is the time of a whole process, Python's own start included.
"""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import engine
from benchmarks.peers.engine import Peer
from benchmarks.worker import ROOT
from benchmarks.workloads import workload

FIT = """
import sys
import numpy as np
import engine as keras

data = np.load(sys.argv[1])
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input(shape=(8,))])
model.add(keras.layers.Dense(8, activation="relu"))
model.add(keras.layers.Dense(8, activation="relu"))
model.add(keras.layers.Dense(1, activation="sigmoid"))
model.compile(keras.optimizers.SGD(0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(data["x"], data["y"], batch_size=1, epochs=4, verbose=0)
np.savez(sys.argv[2], *model.get_weights())
"""
"""The first tutorial."""


def python(code, *arguments, **environment):
    """Run code in a process of its own and return what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


@pytest.fixture
def tutorial(tmp_path):
    """Files with the tutorial's rows and for the weights; a check of the weights."""
    peer = Peer(workload("pima-sgd"))
    peer.prepare()
    peer.train()
    rows, weights = tmp_path / "rows.npz", tmp_path / "weights.npz"
    np.savez(rows, x=peer.workload.x, y=peer.workload.y)

    def check():
        with np.load(weights) as found:
            for ours, theirs in zip(peer.weights(), found.values(), strict=True):
                assert (ours == theirs).all()
        weights.unlink()

    return rows, weights, check


def bench_import(benchmark):
    """`import engine`."""
    code = "import engine; print(engine.__version__)"
    assert python(code).strip() == engine.__version__
    printed = benchmark.pedantic(python, (code,), rounds=3)
    assert printed.strip() == engine.__version__


def bench_first_fit(benchmark, tutorial):
    """Import, build and fit; the kernels are on disk."""
    rows, weights, check = tutorial
    python(FIT, rows, weights)
    check()
    benchmark.pedantic(python, (FIT, rows, weights), rounds=3)
    check()


@pytest.mark.slow
def bench_first_compilation(benchmark, tutorial, tmp_path):
    """The same, with no kernels on disk; checked afterwards, since there is a first time once."""
    rows, weights, check = tutorial
    empty = {"NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    benchmark.pedantic(python, (FIT, rows, weights), empty, rounds=1)
    check()
    assert any((tmp_path / "kernels").rglob("*.nbc")), "nothing was compiled"
