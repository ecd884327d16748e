"""Threads that write to a caller's buffers have all ended when the caller goes on."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from engine.models.threads import all_at_once


def interrupted_after(seconds, times=3):
    """Have Ctrl-C pressed `times` times."""

    def press():
        for _ in range(times):
            time.sleep(seconds)
            os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press).start()


@pytest.mark.parametrize("slowest", [0, 1, 2])
def test_ctrl_c_is_heard_when_all_have_ended(slowest):
    ended, handler = [], signal.getsignal(signal.SIGINT)

    def work(number):
        end = time.monotonic() + (0.6 if number == slowest else 0.05)
        while time.monotonic() < end:
            time.sleep(0.01)
        ended.append(number)

    interrupted_after(0.1)
    with pytest.raises(KeyboardInterrupt):
        all_at_once(work, [(0,), (1,), (2,)])
    assert sorted(ended) == [0, 1, 2]
    assert signal.getsignal(signal.SIGINT) is handler


def test_in_another_thread():
    found = []
    thread = threading.Thread(target=all_at_once, args=(found.append, [(1,), (2,)]))
    thread.start()
    thread.join()
    assert sorted(found) == [1, 2]


def test_no_thread_left(monkeypatch):
    """Who has started is told that the others do not come, and waited for."""
    start, off, ended = threading.Thread.start, threading.Event(), []

    def start_one(thread):
        if any(t.name == "member" for t in threading.enumerate()):
            raise RuntimeError("can't start new thread")
        thread.name = "member"
        start(thread)

    def work(number):
        assert off.wait(timeout=60)
        ended.append(number)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    with pytest.raises(RuntimeError, match="new thread"):
        all_at_once(work, [(0,), (1,), (2,)], off.set)
    assert ended == [1]


MANY = """
import os, signal, threading, time
import numpy as np
import engine as keras

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
x = np.random.default_rng(0).normal(size=(20000, 8))
y = (x.sum(1) > 0) * 1
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(8), keras.layers.Dense(1)])
model.compile("adam", "mse")
fits = keras.fit_many(model, x[:64], y[:64], seeds=range(4), verbose=0)
fits.evaluate(x[:64], y[:64])
waiting = threading.active_count()

def all_day():
    while True:
        {call}

def press():
    for _ in range(3):
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

for _ in range(3):
    presser = threading.Thread(target=press)
    presser.start()
    told = 0
    while presser.is_alive():
        try:
            all_day()
        except KeyboardInterrupt:
            told += 1
            assert threading.active_count() <= waiting + 1, threading.enumerate()
    assert told > 0
assert np.isfinite(keras.fit_many(model, x, y, seeds=[1], verbose=0).history["loss"]).all()
print("alive")
"""


@pytest.mark.parametrize(
    "call",
    [
        "keras.fit_many(model, x, y, seeds=range(2000), epochs=50, verbose=0)",
        "fits.evaluate(x, y)",
    ],
)
def test_ctrl_c_while_many_are_trained(call):
    program = MANY.replace("{call}", call)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=300
    )
    assert (run.returncode, run.stdout) == (0, "alive\n"), run.stderr
