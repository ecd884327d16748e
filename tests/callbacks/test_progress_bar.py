"""The progress bar: literal lines, Keras's own with the same clock, and wrong versions."""

from __future__ import annotations

import importlib
import io
import math
import re
from types import SimpleNamespace

import numpy as np
import pytest

from engine.callbacks import CallbackList, ProgbarLogger, ProgressBar
from engine.callbacks import progress_bar as module

NAN, INF = float("nan"), float("inf")

# Each drawing: (seconds since the start, step, values, finalize)
SCRIPTS = {
    "an epoch": (
        514,
        [
            (0.5, 1, {"accuracy": 0.5, "loss": 0.75}, False),
            (0.52, 3, {"accuracy": 0.25, "loss": 0.5}, False),  # too soon to be drawn
            (0.56, 40, {"accuracy": 0.6, "loss": 0.7}, False),
            (0.9, 400, {"accuracy": 0.65, "loss": 0.0005}, False),
            (1.2, 514, {"accuracy": 0.6829, "loss": 0.6213}, False),
            (1.21, 514, {"accuracy": 0.6829, "loss": 0.6213, "val_loss": 0.65}, True),
        ],
    ),
    "jumps": (100, [(3.0, 33, {"loss": 2.0}, False), (7.0, 70, {"loss": 1.0}, False)]),
    "one step": (1, [(0.2, 1, {"loss": 0.1}, False), (0.2, 1, {"loss": 0.1}, True)]),
    "only the end": (15303, [(23.4, 15303, {"accuracy": 0.8493, "loss": 0.4512}, True)]),
    "minutes": (1000, [(9.0, 10, {}, False), (600.0, 990, {}, False), (620.0, 1000, {}, True)]),
    "hours": (100, [(150.0, 1, {}, False), (360.0, 2, {}, False), (9000.4, 100, {}, True)]),
    "exactly a minute": (61, [(1.0, 1, {}, False), (60.0, 31, {}, False)]),
    "exactly an hour": (3601, [(1.0, 1, {}, False), (1.0 + 3600 / 2, 1801, {}, False)]),
    "microseconds": (
        10**6,
        [(0.1, 1, {}, False), (1.3, 10**5, {}, False), (13.0, 10**6, {}, True)],
    ),
    "milliseconds": (1000, [(1.0, 1000, {}, True)]),
    "rounds up to 1000ms": (10, [(9.999, 10, {}, True)]),
    "no time at all": (5, [(0.0, 0, {}, False), (0.0, 5, {}, True)]),
    "no batch yet": (5, [(0.3, 0, {"loss": 0.0}, False)]),
    "small and odd values": (
        7,
        [
            (1.0, 2, {"a": 1e-3, "b": 1.0001e-3, "c": -0.5, "d": -1e-4, "e": 0.0}, False),
            (2.0, 7, {"a": NAN, "b": INF, "c": -INF, "d": 12345.67891, "e": 1e-12}, True),
        ],
    ),
    "types of values": (
        3,
        [(1.0, 3, {"a": np.float32(0.1), "b": 1, "c": np.array([1.0, 2.0]), "d": True}, True)],
    ),
    "gets shorter": (
        20,
        [
            (1.0, 1, {"loss": 1e-5}, False),
            (2.0, 10, {"loss": 0.5}, False),
            (3.0, 20, {"loss": 1}, True),
        ],
    ),
    "new names go last": (
        20,
        [(1.0, 1, {"b": 1.0}, False), (2.0, 20, {"a": 1.0, "b": 2.0, "c": 3.0}, True)],
    ),
    "beyond the target": (10, [(1.0, 12, {}, False), (2.0, 15, {}, True)]),
    "unknown target": (None, [(1.0, 1, {"loss": 0.5}, False), (2.0, 99, {"loss": 0.5}, False)]),
    "no steps": (0, [(1.0, 1, {}, False), (2.0, 0, {}, True)]),
    "ten": (10, [(0.1 * i, i, {"loss": 1 / i}, False) for i in range(1, 11)]),
    "thousand": (1000, [(2.0, 999, {}, False), (2.5, 1000, {}, True)]),
}


def drawn(make_bar, clock, script):
    target, drawings = script
    start = clock.now
    bar = make_bar(target)
    for seconds, step, values, finalize in drawings:
        clock.now = start + seconds
        bar.update(step, values, finalize=finalize)


def engine_output(script, verbose, clock, bar=ProgressBar):
    stream = io.StringIO()
    drawn(lambda target: bar(target, verbose, stream, clock), clock, script)
    return stream.getvalue()


def keras_output(keras, script, verbose, clock, monkeypatch, capsys):
    progbar = importlib.import_module("keras.src.utils.progbar")
    monkeypatch.setattr(progbar, "time", SimpleNamespace(time=clock))

    def make(target):
        bar = keras.utils.Progbar(target, verbose=verbose, stateless_metrics=set())
        update = bar.update
        bar.update = lambda step, values, finalize: update(step, list(values.items()), finalize)
        return bar

    capsys.readouterr()
    drawn(make, clock, script)
    return capsys.readouterr().out


def plain(text):
    """`text` without colours and without going back."""
    return re.sub(r"\x1b\[\d+m|\x08", "", text)


def lines(name, verbose, clock, bar=ProgressBar):
    return plain(engine_output(SCRIPTS[name], verbose, clock, bar)).split("\r")[1:]


FULL = "━" * 20

LITERAL = {
    "an epoch": [
        f"  1/514 {FULL} 4:16 500ms/step - accuracy: 0.5000 - loss: 0.7500",
        f" 40/514 {FULL} 0s 2ms/step - accuracy: 0.6000 - loss: 0.7000    ",
        f"400/514 {FULL} 0s 1ms/step - accuracy: 0.6500 - loss: 5.0000e-04",
        f"514/514 {FULL} 0s 1ms/step - accuracy: 0.6829 - loss: 0.6213    ",
        f"514/514 {FULL} 1s 1ms/step - accuracy: 0.6829 - loss: 0.6213 - val_loss: 0.6500\n",
    ],
    "minutes": [
        f"  10/1000 {FULL} 14:51 900ms/step",
        f" 990/1000 {FULL} 6s 606ms/step   ",
        f"1000/1000 {FULL} 620s 620ms/step\n",
    ],
    "hours": [
        f"  1/100 {FULL} 4:07:30 150s/step",
        f"  2/100 {FULL} 5:43:00 210s/step",
        f"100/100 {FULL} 9000s 89s/step   \n",
    ],
    "exactly a minute": [f" 1/61 {FULL} 60s 1s/step", f"31/61 {FULL} 59s 2s/step"],
    "small and odd values": [
        f"2/7 {FULL} 2s 500ms/step - a: 1.0000e-03 - b: 0.0010 - c: -0.5000 - d: -1.0000e-04"
        " - e: 0.0000e+00",
        f"7/7 {FULL} 2s 286ms/step - a: nan - b: inf - c: -inf - d: 12345.6789 - e: 1.0000e-12"
        "              \n",
    ],
    "unknown target": [
        "      1/Unknown 1s 1s/step - loss: 0.5000",
        "     99/Unknown 2s 10ms/step - loss: 0.5000",
    ],
}


@pytest.mark.parametrize("name", LITERAL)
def test_lines(name, stand_ins):
    assert lines(name, 1, stand_ins.Clock()) == LITERAL[name]


def test_one_line_at_the_end(stand_ins):
    clock = stand_ins.Clock()
    assert engine_output(SCRIPTS["only the end"], 2, clock) == (
        "15303/15303 - 23s - 2ms/step - accuracy: 0.8493 - loss: 0.4512\n"
    )
    assert engine_output(SCRIPTS["an epoch"], 2, clock) == (
        "514/514 - 1s - 1ms/step - accuracy: 0.6829 - loss: 0.6213 - val_loss: 0.6500\n"
    )
    assert engine_output((3, [(6.0, 3, {"a": -0.5, "b": 2.0}, True)]), 2, clock) == (
        "3/3 - 6s - 2s/step - a: -5.0000e-01 - b: 2.0000\n"
    )
    assert engine_output(SCRIPTS["an epoch"], 0, clock) == ""


def test_colours_and_going_back(stand_ins):
    script = (4, [(1.0, 1, {}, False), (2.0, 4, {}, True)])
    first = "\r\x1b[1m1/4\x1b[0m \x1b[32m━━━━━\x1b[0m\x1b[37m" + "━" * 15 + "\x1b[0m"
    first += " \x1b[1m3s\x1b[0m 1s/step"
    width = len("1/4 ") + 20 + len(" 3s 1s/step")
    last = "\b" * width + "\r\x1b[1m4/4\x1b[0m \x1b[32m" + FULL + "\x1b[0m\x1b[37m\x1b[0m"
    last += " \x1b[1m2s\x1b[0m 333ms/step\n"
    assert engine_output(script, 1, stand_ins.Clock()) == first + last


def test_new_lines_where_nothing_can_be_drawn_over(stand_ins, monkeypatch):
    monkeypatch.setattr(module, "redraws", lambda stream: False)
    text = engine_output(SCRIPTS["ten"], 1, stand_ins.Clock())
    assert text.count("\n") == 10 and "\b" not in text and "\r" not in text


@pytest.mark.keras
@pytest.mark.parametrize("verbose", [0, 1, 2])
@pytest.mark.parametrize("name", SCRIPTS)
def test_keras_draws_the_same(keras, name, verbose, stand_ins, monkeypatch, capsys):
    clock = stand_ins.Clock()
    ours = engine_output(SCRIPTS[name], verbose, clock)
    assert ours == keras_output(keras, SCRIPTS[name], verbose, clock, monkeypatch, capsys)


@pytest.mark.keras
def test_keras_draws_the_same_at_random(keras, stand_ins, monkeypatch, capsys):
    random = np.random.default_rng(3)
    for _ in range(200):
        target = int(10 ** random.uniform(0, 5))
        steps = np.unique(random.integers(0, target + 1, random.integers(1, 9)))
        seconds = np.cumsum(10 ** random.uniform(-3, 3, steps.size + 1))
        drawings = []
        for step, now in zip([*steps, target], seconds, strict=True):
            values = {"loss": float(10 ** random.uniform(-5, 3)), "mean": float(random.normal())}
            drawings.append((float(now), int(step), values, False))
        drawings.append((float(now) + 0.01, target, {**values, "val_loss": 0.5}, True))
        for verbose in (1, 2):
            clock = stand_ins.Clock()
            ours = engine_output((target, drawings), verbose, clock)
            theirs = keras_output(keras, (target, drawings), verbose, clock, monkeypatch, capsys)
            assert ours == theirs, (target, drawings)


WRONG = {
    "threshold of the exponent form": ("size > 1e-3", "size >= 1e-3"),
    "sign of small values": ("number(value, abs(value))", "number(value, value)"),
    "sign in the one line": ("{k}: {number(v, v)}", "{k}: {number(v, abs(v))}"),
    "minutes from 60 on": ("seconds > 60", "seconds >= 60"),
    "seconds rounded up": ("whole = int(seconds)", "whole = math.ceil(seconds)"),
    "first step counted": (
        "(now - self._first_step_end) / (step - 1)",
        "(now - self._start) / step",
    ),
    "draws too often": ("INTERVAL = 0.05", "INTERVAL = 0.01"),
    "bar rounded": ("int(WIDTH * (step / target))", "round(WIDTH * (step / target))"),
    "old line shows through": ('" " * (self._drawn_width - width)', '""'),
    "names sorted": (
        "self._values[name] = float(np.mean(value))",
        "self._values = dict(sorted({**self._values, name: float(np.mean(value))}.items()))",
    ),
    "no colours": ('"\\x1b[1m"', '""'),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_versions_are_caught(name, wrong_version, stand_ins):
    wrong = wrong_version("engine.callbacks.progress_bar", *WRONG[name])
    wrong.math = math
    clock = stand_ins.Clock()
    # Keras draws these scripts as the right version does: another test.
    caught = any(
        engine_output(script, verbose, clock, wrong.ProgressBar)
        != engine_output(script, verbose, clock)
        for script in [*SCRIPTS.values(), (3, [(6.0, 3, {"a": -0.5}, True)])]
        for verbose in (1, 2)
    )
    assert caught


def test_stream_without_the_bar_character():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="")
    ProgressBar(2, 1, stream).update(2, {}, finalize=True)
    text = raw.getvalue().decode("ascii")
    assert "=" * 20 in text and text.endswith("step\n")


def test_writes_to_the_current_stdout(capsys):
    bar = ProgressBar(2, 2)
    bar.update(2, {"loss": 0.5}, finalize=True)
    assert capsys.readouterr().out.endswith("- loss: 0.5000\n")


@pytest.mark.parametrize("verbose", [3, -1, "auto", None, 1.5])
def test_bad_verbose(verbose):
    with pytest.raises(ValueError, match=r"Expected verbose to be 0, 1 or 2\. Received: verbose="):
        ProgressBar(2, verbose)


# --- what fit, evaluate and predict print ---------------------------------------------------


def run(make_list, make_logger, clock, what, verbose, epochs=2, steps=3, validate=True):
    """The calls that a model makes; one second passes in each batch."""
    callbacks = make_list([make_logger()], verbose=verbose, epochs=epochs, steps=steps)
    if what == "fit":
        callbacks.on_train_begin()
        for epoch in range(epochs):
            callbacks.on_epoch_begin(epoch)
            for batch in range(steps):
                callbacks.on_train_batch_begin(batch)
                clock.now += 1
                callbacks.on_train_batch_end(batch, {"z": 1.0, "loss": 0.5 / (batch + 1)})
            logs = {"z": 1.0, "loss": 0.25}
            if validate:
                callbacks.on_test_begin()
                for batch in range(steps + 2):
                    callbacks.on_test_batch_begin(batch)
                    clock.now += 1
                    callbacks.on_test_batch_end(batch, {"loss": 7.0})
                callbacks.on_test_end({"loss": 7.0})
                logs["val_loss"] = 7.0
            callbacks.on_epoch_end(epoch, logs)
        callbacks.on_train_end(logs)
        return
    getattr(callbacks, f"on_{what}_begin")()
    for batch in range(steps):
        getattr(callbacks, f"on_{what}_batch_begin")(batch)
        clock.now += 1
        getattr(callbacks, f"on_{what}_batch_end")(batch, {"loss": 0.5})
    getattr(callbacks, f"on_{what}_end")(*([{"loss": 0.25}] if what == "test" else []))


def run_ours(clock, capsys, *arguments, **named):
    capsys.readouterr()
    run(CallbackList, lambda: ProgbarLogger(clock), clock, *arguments, **named)
    return capsys.readouterr().out


def test_fit_prints(stand_ins, capsys):
    clock = stand_ins.Clock()
    assert run_ours(clock, capsys, "fit", 2) == (
        "Epoch 1/2\n3/3 - 8s - 3s/step - loss: 0.2500 - val_loss: 7.0000 - z: 1.0000\n"
        "Epoch 2/2\n3/3 - 8s - 3s/step - loss: 0.2500 - val_loss: 7.0000 - z: 1.0000\n"
    )
    assert run_ours(clock, capsys, "fit", 2, epochs=1, validate=False) == (
        "3/3 - 3s - 1s/step - loss: 0.2500 - z: 1.0000\n"
    )
    live = plain(run_ours(clock, capsys, "fit", "auto"))
    assert live.startswith(f"Epoch 1/2\n\r1/3 {FULL} 2s 1s/step - loss: 0.5000 - z: 1.0000\r")
    assert live.endswith(f"\r3/3 {FULL} 8s 4s/step - loss: 0.2500 - z: 1.0000 - val_loss: 7.0000\n")
    assert run_ours(clock, capsys, "fit", 0) == ""


def test_evaluate_and_predict_print(stand_ins, capsys):
    clock = stand_ins.Clock()
    assert run_ours(clock, capsys, "test", 2) == "3/3 - 3s - 1s/step - loss: 0.2500\n"
    assert run_ours(clock, capsys, "predict", 2) == "3/3 - 3s - 1s/step\n"
    assert plain(run_ours(clock, capsys, "predict", 1)).endswith(f"\r3/3 {FULL} 3s 1s/step\n")


@pytest.mark.keras
@pytest.mark.parametrize("what", ["fit", "test", "predict"])
@pytest.mark.parametrize("verbose", [0, 1, 2, "auto"])
@pytest.mark.parametrize(("epochs", "validate"), [(1, True), (2, True), (3, False)])
def test_keras_prints_the_same(
    keras, what, verbose, epochs, validate, stand_ins, capsys, monkeypatch
):
    clock = stand_ins.Clock()
    ours = run_ours(clock, capsys, what, verbose, epochs=epochs, validate=validate)
    progbar = importlib.import_module("keras.src.utils.progbar")
    monkeypatch.setattr(progbar, "time", SimpleNamespace(time=clock))
    make = keras.callbacks.ProgbarLogger
    make_list = keras.callbacks.CallbackList
    run(make_list, make, clock, what, verbose, epochs=epochs, validate=validate)
    assert ours == capsys.readouterr().out
    assert bool(ours) == (verbose != 0)


def test_progress_between_slices_is_a_batch_end(stand_ins, capsys):
    """`progress(n)` draws what the end of batch n − 1 draws, and nothing in a validation."""
    outputs = []
    for by_slices in (True, False):
        clock = stand_ins.Clock()
        callbacks = CallbackList(ProgbarLogger(clock), verbose=1, epochs=2, steps=90)
        callbacks.on_train_begin()
        callbacks.on_epoch_begin(0)
        for done in (1, 30, 90):
            clock.now += 0.5
            logs = {"loss": np.float32(0.5), "accuracy": 1}
            if by_slices:
                callbacks.progress(done, logs)
            else:
                callbacks.on_train_batch_end(done - 1, logs)
        callbacks.on_test_begin()
        clock.now += 0.5
        if by_slices:
            callbacks.progress(5, logs)
        callbacks.on_test_end(logs)
        callbacks.on_epoch_end(0, {**logs, "val_loss": 0.5})
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    assert plain(outputs[0]).endswith(
        f"90/90 {FULL} 2s 17ms/step - accuracy: 1.0000 - loss: 0.5000 - val_loss: 0.5000\n"
    )


def test_no_bar_no_progress(capsys):
    CallbackList().progress(3, {"loss": 1.0})
    assert capsys.readouterr().out == ""
