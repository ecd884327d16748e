"""EarlyStopping: decisions on hand-made sequences, the same in Keras, and wrong versions."""

from __future__ import annotations

import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from engine.callbacks import EarlyStopping

NAN = float("nan")

# name: (arguments, values, (epochs run, stopped_epoch, best, best_epoch, wait, restored))
CASES = {
    "improves to the end": ({}, [4, 3, 2, 1], (4, 0, 1, 3, 0, None)),
    "patience 0 is never epoch 0": ({"baseline": 0.5}, [1, 1, 1], (2, 1, 1, 0, 2, None)),
    "patience 0": ({}, [4, 3, 3, 1], (3, 2, 3, 1, 1, None)),
    "patience 1": ({"patience": 1}, [4, 3, 3, 1], (3, 2, 3, 1, 1, None)),
    "patience 2": ({"patience": 2}, [4, 3, 3, 5, 1], (4, 3, 3, 1, 2, None)),
    "patience 3 is not reached": ({"patience": 3}, [4, 3, 3, 5, 1], (5, 0, 1, 4, 0, None)),
    "min_delta": ({"min_delta": 0.5, "patience": 2}, [4, 3.75, 3.5, 1], (3, 2, 4, 0, 2, None)),
    "min_delta just met": ({"min_delta": 0.5}, [4, 3.25, 2.5, 2], (4, 3, 2.5, 2, 1, None)),
    "negative min_delta": ({"min_delta": -0.5}, [4, 3.75, 1], (2, 1, 4, 0, 1, None)),
    "float32 sees no difference": ({}, [0.5, 0.5 - 1e-9, 0.1], (2, 1, 0.5, 0, 1, None)),
    "mode max": ({"mode": "max", "patience": 1}, [1, 2, 2, 5], (3, 2, 2, 1, 1, None)),
    "max with min_delta": ({"mode": "max", "min_delta": 1}, [1, 2.5, 3], (3, 2, 2.5, 1, 1, None)),
    "auto knows accuracy": (
        {"monitor": "val_accuracy"},
        [0.5, 0.75, 0.5],
        (3, 2, 0.75, 1, 1, None),
    ),
    "auto knows loss": ({"monitor": "loss"}, [0.5, 0.75, 0.5], (2, 1, 0.5, 0, 1, None)),
    "baseline not beaten": (
        {"baseline": 1.0, "patience": 3},
        [4, 3, 2.5, 2.5, 0.5],
        (4, 3, 2.5, 2, 4, None),
    ),
    "baseline beaten once": (
        {"baseline": 2.75, "patience": 2},
        [4, 2.5, 2.6, 2.4, 2.6, 2.6],
        (6, 5, 2.4, 3, 2, None),
    ),
    "improvement is no stop": ({"baseline": 0, "patience": 1}, [4, 3, 2, 2], (4, 3, 2, 2, 4, None)),
    "restores": (
        {"restore_best_weights": True, "patience": 2},
        [4, 3, 5, 5, 1],
        (4, 3, 3, 1, 2, 1),
    ),
    "restores though not stopped": (
        {"restore_best_weights": True, "patience": 9},
        [4, 3, 5],
        (3, 0, 3, 1, 1, 1),
    ),
    "restores the only one": ({"restore_best_weights": True}, [4], (1, 0, 4, 0, 0, 0)),
    "starts later": (
        {"start_from_epoch": 2, "patience": 1, "restore_best_weights": True},
        [1, 2, 3, 4, 5],
        (4, 3, 3, 2, 1, 2),
    ),
    "NaN is no improvement": ({"patience": 2}, [1, NAN, NAN, 0], (3, 2, 1, 0, 2, None)),
    "NaN at first stays": ({"patience": 2}, [NAN, 1, 0.5], (3, 2, NAN, 0, 2, None)),
    "infinite is beaten": ({}, [float("inf"), 5, 6], (3, 2, 5, 1, 1, None)),
}


def train(callback, values, model, name):
    """What a training with these epochs' values comes to."""
    callback.set_model(model)
    callback.on_train_begin()
    epochs = 0
    for epoch, value in enumerate(values):
        model.weights = epoch
        callback.on_epoch_end(epoch, {name: float(value)})
        epochs += 1
        if model.stop_training:
            break
    callback.on_train_end({})
    best = None if callback.best is None else float(callback.best)
    state = (callback.stopped_epoch, best, callback.best_epoch, callback.wait, model.restored)
    return (epochs, *state)


def check_all(early_stopping, make_model):
    """Which of the cases come out differently."""
    wrong = []
    for name, (arguments, values, expected) in CASES.items():
        monitor = arguments.get("monitor", "val_loss")
        result = train(early_stopping(**arguments), values, make_model(), monitor)
        if not np.array_equal(
            np.array(result, dtype=float), np.array(expected, dtype=float), equal_nan=True
        ):
            wrong.append((name, result))
    return wrong


def test_decides_as_worked_out_by_hand(stand_ins):
    assert check_all(EarlyStopping, stand_ins.Model) == []


@pytest.mark.keras
def test_keras_decides_the_same(keras, stand_ins):
    """Keras has no direction for a name without a metric: it gets one by a metric's stand-in."""
    from keras.src.trainers.compile_utils import MetricsList

    metric = keras.metrics.BinaryAccuracy(name="accuracy")
    assert (
        check_all(keras.callbacks.EarlyStopping, lambda: stand_ins.Model([MetricsList([metric])]))
        == []
    )


@pytest.mark.keras
def test_keras_decides_the_same_at_random(keras, stand_ins, capsys):
    random = np.random.default_rng(5)
    stops = 0
    for _ in range(300):
        arguments = {
            "monitor": "loss",
            "min_delta": random.choice([0, 0.1, -0.2, 1e-9]).item(),
            "patience": int(random.integers(0, 4)),
            "verbose": 1,
            "mode": str(random.choice(["auto", "min", "max"])),
            "baseline": random.choice([None, 0.3, 0.7]),
            "restore_best_weights": bool(random.integers(2)),
            "start_from_epoch": int(random.integers(0, 4)),
        }
        values = np.round(random.random(int(random.integers(1, 12))), 1).astype(np.float32)
        ours = train(EarlyStopping(**arguments), values, stand_ins.Model(), "loss")
        our_lines = capsys.readouterr().out
        theirs = train(
            keras.callbacks.EarlyStopping(**arguments), values, stand_ins.Model(), "loss"
        )
        assert ours == theirs, arguments
        assert our_lines == capsys.readouterr().out
        stops += ours[1] > 0
    assert 50 < stops < 280


WRONG = {
    "patience one too long": ("self.wait >= self.patience", "self.wait > self.patience"),
    "patience one too short": ("self.wait >= self.patience", "self.wait + 1 >= self.patience"),
    "waits although better": ("                self.wait = 0\n", "                pass\n"),
    "baseline is the first best": ("self.best = None", "self.best = self.baseline"),
    "baseline ignored": ("if self._improves(value, self.baseline):", "if True:"),
    "counts before the start": (" or epoch < self.start_from_epoch", ""),
    "starts one later": ("epoch < self.start", "epoch <= self.start"),
    "restores only when stopped": (
        "if self.restore_best_weights and self.best_weights is not None",
        "if self.stopped_epoch and self.best_weights is not None",
    ),
    "restores the last": (
        "            if self.restore_best_weights:\n                self._remember(epoch)",
        "        if self.restore_best_weights:\n            self._remember(epoch)",
    ),
}
WRONG_MONITOR = {
    "min_delta turned": ("value + self.min_delta", "value - self.min_delta"),
    "min_delta turned in max": ("- self.min_delta) >", "+ self.min_delta) >"),
    "min_delta signed": ("abs(real(", "(real("),
    "compares doubles": ("np.dtype(config.floatx()).type", "np.float64"),
    "equal is better": (") < rounded", ") <= rounded"),
    "auto is min": ('    "max",\n)', '    "min",\n)'),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_versions_are_caught(name, wrong_version, stand_ins):
    module = wrong_version("engine.callbacks.early_stopping", *WRONG[name])
    assert check_all(module.EarlyStopping, stand_ins.Model)


@pytest.mark.parametrize("name", WRONG_MONITOR)
def test_wrong_versions_of_the_monitor_are_caught(name, wrong_version, stand_ins, monkeypatch):
    monitor = wrong_version("engine.callbacks.monitor", *WRONG_MONITOR[name])
    monkeypatch.setitem(sys.modules, "engine.callbacks.monitor", monitor)
    module = wrong_version("engine.callbacks.early_stopping", "Monitor", "Monitor")
    assert check_all(module.EarlyStopping, stand_ins.Model)


def test_prints_what_happened(stand_ins, capsys):
    stop = EarlyStopping(verbose=1, patience=2, restore_best_weights=True)
    train(stop, [4, 3, 5, 5, 1], stand_ins.Model(), "val_loss")
    assert capsys.readouterr().out == (
        "Epoch 4: early stopping\nRestoring model weights from the end of the best epoch: 2.\n"
    )
    train(EarlyStopping(patience=1), [4, 5, 5], stand_ins.Model(), "val_loss")
    assert capsys.readouterr().out == ""


def test_starts_afresh_in_the_next_training(stand_ins):
    stop = EarlyStopping(patience=1, restore_best_weights=True)
    first = train(stop, [1, 2, 3], stand_ins.Model(), "val_loss")
    assert train(stop, [1, 2, 3], stand_ins.Model(), "val_loss") == first
    assert train(stop, [9, 8, 7], stand_ins.Model(), "val_loss")[:2] == (3, 0)


def test_missing_number_warns_once_and_never_stops(stand_ins):
    stop = EarlyStopping(patience=1)
    stop.set_model(stand_ins.Model())
    stop.on_train_begin()
    with pytest.warns(UserWarning, match="'val_loss'.* Received: accuracy, loss;") as caught:
        for epoch in range(5):
            stop.on_epoch_end(epoch, {"accuracy": 0.5, "loss": 1.0})
    assert len(caught) == 1 and not stop.model.stop_training
    with pytest.warns(UserWarning, match="Received: none"):
        stop.on_train_begin()
        stop.on_epoch_end(0)


@pytest.mark.keras
def test_keras_warns_too(keras, stand_ins):
    stop = keras.callbacks.EarlyStopping()
    stop.set_model(stand_ins.Model())
    stop.on_train_begin()
    with pytest.warns(UserWarning, match="val_loss"):
        stop.on_epoch_end(0, {"loss": 1.0})


def test_direction_comes_from_the_metric_first(stand_ins):
    """A metric that says "down", also in a container, beats the table of known names."""
    metric = SimpleNamespace(name="accuracy", _direction="down")
    for metrics in ([metric], [SimpleNamespace(name="all", metrics=[metric])]):
        stop = EarlyStopping("val_accuracy")
        assert train(stop, [0.5, 0.75], stand_ins.Model(metrics), "val_accuracy")[1] == 1
    metric = SimpleNamespace(name="reward", _direction="up")
    stop = EarlyStopping("reward")
    assert train(stop, [0.5, 0.75], stand_ins.Model([metric]), "reward")[1] == 0


def test_unknown_direction(stand_ins):
    stop = EarlyStopping("val_reward")
    stop.set_model(stand_ins.Model())
    with pytest.raises(ValueError, match="mode='min' or mode='max'.*monitor='val_reward'"):
        stop.on_epoch_end(0, {"val_reward": 1.0})


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"monitor": None}, TypeError),
        ({"monitor": 3}, TypeError),
        ({"min_delta": "0.1"}, TypeError),
        ({"min_delta": None}, TypeError),
        ({"min_delta": True}, TypeError),
        ({"min_delta": NAN}, ValueError),
        ({"patience": 2.5}, TypeError),
        ({"patience": None}, TypeError),
        ({"patience": -1}, ValueError),
        ({"verbose": "auto"}, TypeError),
        ({"verbose": -1}, ValueError),
        ({"mode": "maximum"}, ValueError),
        ({"mode": None}, ValueError),
        ({"baseline": "0.5"}, TypeError),
        ({"baseline": NAN}, ValueError),
        ({"restore_best_weights": "yes"}, TypeError),
        ({"restore_best_weights": 1}, TypeError),
        ({"start_from_epoch": 1.0}, TypeError),
        ({"start_from_epoch": -1}, ValueError),
    ],
)
def test_bad_arguments(arguments, error):
    (name, value) = next(iter(arguments.items()))
    with pytest.raises(error, match=f"Expected .*Received: {name}={value!r}"):
        EarlyStopping(**arguments)


def test_accepts_numpy_numbers():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stop = EarlyStopping(
            min_delta=np.float32(0.5), patience=np.int64(2), baseline=np.float64(1)
        )
    assert (stop.min_delta, stop.patience, stop.baseline) == (0.5, 2, 1.0)
