"""Ctrl-C while kernels are compiled: heard, soon, and nothing half done stays behind."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from numba.core.compiler_lock import global_compiler_lock
from numba.core.event import end_event, start_event

from engine.kernels.ctrl_c import ctrl_c_between_passes


def press():
    os.kill(os.getpid(), signal.SIGINT)


def a_pass():
    start_event("numba:run_pass")
    end_event("numba:run_pass")


@pytest.fixture
def handled():
    """Set a handler; afterwards the one that was there is there again."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda handler: signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGINT, before)


def test_it_is_heard_when_the_next_pass_begins(handled):
    handled(signal.default_int_handler)
    reached = []
    with pytest.raises(KeyboardInterrupt), ctrl_c_between_passes():
        a_pass()
        press()
        reached.append("the rest of the pass")
        a_pass()
        reached.append("the next pass")
    assert reached == ["the rest of the pass"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_it_is_heard_at_the_end(handled):
    handled(signal.default_int_handler)
    reached = []
    with pytest.raises(KeyboardInterrupt):
        with ctrl_c_between_passes():
            press()
            press()
            reached.append("the end of the block")
        reached.append("what follows")
    assert reached == ["the end of the block"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_of_the_compiler_goes_its_way(handled):
    handled(signal.default_int_handler)
    with pytest.raises(ZeroDivisionError), ctrl_c_between_passes():
        a_pass()
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    a_pass()


def test_another_handler_is_told_of_each_signal(handled):
    told = []

    def handler(number, frame):
        told.append((number, frame.f_code.co_name))

    handled(handler)
    with ctrl_c_between_passes():
        press()
        press()
        assert not told
        a_pass()
        assert told == [(signal.SIGINT, "press")] * 2
        with ctrl_c_between_passes():
            press()
    assert told == [(signal.SIGINT, "press")] * 3
    assert signal.getsignal(signal.SIGINT) is handler
    press()
    assert len(told) == 4


def test_a_handler_that_a_handler_sets_stays(handled):
    """As in scripts that stop after the epoch, and at once when Ctrl-C is pressed again."""
    handled(lambda *_: signal.signal(signal.SIGINT, signal.default_int_handler))
    with pytest.raises(KeyboardInterrupt), ctrl_c_between_passes():
        press()
        a_pass()
        press()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL])
def test_what_python_does_not_handle_is_left_alone(handled, handler):
    handled(handler)
    with ctrl_c_between_passes():
        assert signal.getsignal(signal.SIGINT) is handler
        if handler is signal.SIG_IGN:
            press()


def test_other_threads_set_no_handler(handled):
    handled(signal.default_int_handler)
    seen = []

    def compile_in_a_thread():
        with ctrl_c_between_passes():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=compile_in_a_thread)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def test_waiting_for_another_threads_compiler_is_interrupted(handled):
    handled(signal.default_int_handler)
    has, over = threading.Event(), threading.Event()

    def compile_all_day():
        with global_compiler_lock:
            has.set()
            threading.Timer(0.3, press).start()
            over.wait(60)

    thread = threading.Thread(target=compile_all_day)
    thread.start()
    has.wait()
    with pytest.raises(KeyboardInterrupt), ctrl_c_between_passes():
        pass
    assert thread.is_alive()
    over.set()
    thread.join()


TRAINING = """
import hashlib, os, signal, sys, threading, time, warnings
from llvmlite.binding import ExecutionEngine

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
calls = {"notify": 0, "getbuffer": 0}  # of Python, by LLVM
armed = {}

def press():
    passes.since = 0
    os.kill(os.getpid(), signal.SIGINT)

def pressing(name, call):
    def hook(*arguments):
        calls[name] += 1
        if calls[name] == armed.get(name):
            press()
        return call(*arguments)
    return hook

set_object_cache = ExecutionEngine.set_object_cache
ExecutionEngine.set_object_cache = lambda self, notify, getbuffer: set_object_cache(
    self, pressing("notify", notify), pressing("getbuffer", getbuffer)
)
from numba.core import event  # which keeps the method as it finds it

class Passes(event.Listener):
    since = 0  # Ctrl-C was pressed
    def on_start(self, event):
        self.since += 1
    def on_end(self, event):
        pass

passes = Passes()
event.register("numba:run_pass", passes)

import numpy as np
import engine as keras

x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
y = (x.sum(axis=1) > 0) * 1.0

def train(epochs=2, callbacks=()):
    keras.utils.set_random_seed(1)
    layers = [keras.Input((3,)), keras.layers.Dense(2, "tanh"), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential(layers)
    model.compile("sgd", "binary_crossentropy")
    model.fit(x, y, epochs=epochs, verbose=0, callbacks=list(callbacks))
    return hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest()

def told(name, number):
    armed[name] = calls[name] + number
    try:
        train()
    except KeyboardInterrupt:
        assert passes.since <= 1, passes.since
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        return True
    finally:
        armed.clear()
    return False
"""

COMPILING = """
assert all(told("notify", number) for number in (1, 2, 5, 1, 1, 40, 1))
for seconds in (0.1, 0.5, 1.5):
    presser = threading.Timer(seconds, press)
    presser.start()
    try:
        train(10**9)
    except KeyboardInterrupt:
        pass
    presser.join()
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    armed["notify"] = calls["notify"] + 1
    from engine.wrappers import MLPClassifier
    network = MLPClassifier((5,), max_iter=10**6, tol=0, n_iter_no_change=10**6).fit(x, y)
assert network.n_iter_ == 0 and len(network.predict(x)) == 40
assert [str(w.message) for w in warned] == [
    "Training was interrupted: the epochs so far count."
], warned
print(train())
"""

LOADING = """
assert all(told("getbuffer", number) for number in (1, 2, 1, 1))
assert calls["getbuffer"] > calls["notify"]  # something came from the cache
print(train())
"""

IN_PEACE = "print(train())"


def test_ctrl_c_while_llvm_calls_python(tmp_path):
    """In LLVM's calls of Python, and at any time; what was in the cache by then can be used."""

    def run(program, cache):
        ended = subprocess.run(
            [sys.executable, "-c", TRAINING + program],
            env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert ended.returncode == 0, ended.stderr
        assert "Exception ignored" not in ended.stderr, ended.stderr
        return ended.stdout

    in_peace = run(IN_PEACE, os.environ.get("NUMBA_CACHE_DIR", ""))
    assert run(COMPILING, tmp_path) == in_peace
    assert run(LOADING, tmp_path) == in_peace
