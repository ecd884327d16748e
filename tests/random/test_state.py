"""The state of all random numbers, taken and put back, also in another process."""

import json
import random
import subprocess
import sys

import numpy as np
import pytest

import engine
from engine.random import get_random_seed, seeds, state


def draw():
    """A number of every kind."""
    return [
        random.random(), random.gauss(0, 1), float(np.random.random()), float(np.random.normal()),
        engine.random.make_default_seed(), float(engine.random.uniform((1,))[0]),
        get_random_seed(), engine.random.epoch_order(9, None).tolist(),
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def afterwards():
    kept = state.take()
    yield
    state.put(kept)


@pytest.mark.parametrize("seed", [None, 5])
def test_goes_on(seed):
    if seed is None:
        seeds.put_random_seed(None)
    else:
        engine.utils.set_random_seed(seed)
    for _ in range(3):  # Gaussian numbers come in pairs; the shared generator is drawn at first use
        taken = json.loads(json.dumps(state.take()))
        expected = [draw() for _ in range(3)]
        engine.utils.set_random_seed(99)
        draw()
        state.put(taken)
        assert [draw() for _ in range(3)] == expected


def test_in_another_process():
    engine.utils.set_random_seed(5)
    draw()
    taken = state.take()
    program = (
        "import json, sys, random, numpy as np, engine\n"
        "from engine.random import state\n"
        "state.put(json.loads(sys.stdin.read()))\n"
        "print(random.random(), np.random.random(), float(engine.random.uniform((1,))[0]),"
        " engine.random.get_random_seed())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(taken), capture_output=True, text=True
    )
    expected = random.random(), float(np.random.random()), float(engine.random.uniform((1,))[0]), 5
    assert run.stdout.split() == [str(value) for value in expected], run.stderr
