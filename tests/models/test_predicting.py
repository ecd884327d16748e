"""predict takes rows batch by batch, from where the user has them, in as many threads as pay."""

import subprocess
import sys
import threading

import numpy as np
import pytest

import engine as keras
from engine.models import predicting
from tests.tolerances import assert_same_bits


def network(*widths):
    keras.utils.set_random_seed(5)
    hidden = [keras.layers.Dense(units, activation="relu") for units in widths[1:-1]]
    last = keras.layers.Dense(widths[-1], activation="softmax" if widths[-1] > 1 else "sigmoid")
    return keras.Sequential([keras.Input((widths[0],)), *hidden, last])


def draw(rows, inputs):
    return np.random.default_rng(rows).standard_normal((rows, inputs), dtype=np.float32)


def batch_by_batch(model, x, batch):
    parts = [x[start : start + batch] for start in range(0, len(x), batch)]
    return np.concatenate([model.predict_on_batch(part) for part in parts])


SHAPES = (1, 1), (4, 10, 3), (8, 10, 8, 8, 1), (64, 5), (100, 33, 4), (784, 128, 10)


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
@pytest.mark.parametrize("widths", SHAPES, ids=lambda widths: "-".join(map(str, widths)))
def test_any_number_of_threads(monkeypatch, widths, threads):
    model = network(*widths)
    monkeypatch.setattr(predicting, "processors", lambda: threads)
    monkeypatch.setattr(predicting, "WORK_FOR_A_TEAM", 0)
    for rows, batch in (2, 1), (81, 1), (33, 32), (113, 32), (200, 32), (500, 70), (64, 64):
        x = draw(rows, widths[0])
        told = model.predict(x, batch_size=batch, verbose=0)
        assert_same_bits(told, batch_by_batch(model, x, batch))


@pytest.mark.parametrize(("rows", "count"), [(64, 1), (5000, 3)])
def test_threads_start_where_the_work_is_worth_them(monkeypatch, rows, count):
    called, kernel = [], predicting.train.predict

    def spy(*arguments):
        called.append(threading.get_ident())
        return kernel(*arguments)

    spy.py_func = kernel.py_func
    monkeypatch.setattr(predicting, "processors", lambda: 3)
    monkeypatch.setattr(predicting.train, "predict", spy)
    model = network(784, 128, 10)
    x = draw(rows, 784)
    assert (rows * model.count_params() >= predicting.WORK_FOR_A_TEAM) == (count > 1)
    model.predict(x, verbose=0)
    # The rows behind which there is no room are this thread's, with a call of their own.
    assert len(called) == count + 1
    assert called.count(threading.get_ident()) == 2


def test_members_of_many_fits(monkeypatch):
    model, x = network(20, 9, 3), draw(300, 20)
    y = np.eye(3, dtype="float32")[np.arange(300) % 3]
    model.compile("adam", "categorical_crossentropy")
    fits = keras.fit_many(model, x, y, seeds=[1, 2], epochs=2)
    alone = fits.predict(x)
    monkeypatch.setattr(predicting, "processors", lambda: 3)
    monkeypatch.setattr(predicting, "WORK_FOR_A_TEAM", 0)
    assert not np.array_equal(alone[0], alone[1])
    assert_same_bits(fits.predict(x), alone)


BEFORE_A_WALL = """
import ctypes, mmap
import numpy as np
from tests.models.test_predicting import network
page = mmap.PAGESIZE
memory = mmap.mmap(-1, 101 * page)
begin = ctypes.addressof(ctypes.c_char.from_buffer(memory))
assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(begin + 100 * page), page, 0) == 0
whole = np.frombuffer(memory, np.float32, 100 * page // 4)
for units in 1, 6, 18, 40:
    for inputs in 1, 3, 8, 60, 784:
        model = network(inputs, units, 2)
        for rows in 1, 3, 29, 42, 70, 128:
            x = whole[whole.size - rows * inputs :].reshape(rows, inputs)
            for batch in rows, rows // 2 + 1, 32:
                model.predict(x, batch_size=batch, verbose=0)
print("nothing was read behind the rows")
"""


def test_nothing_is_read_behind_the_rows():
    run = subprocess.run(
        [sys.executable, "-c", BEFORE_A_WALL], capture_output=True, text=True, timeout=300
    )
    assert run.stdout == "nothing was read behind the rows\n", run.stderr
