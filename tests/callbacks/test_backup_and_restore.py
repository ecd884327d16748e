"""BackupAndRestore: a training that is killed and started again ends as one that is not."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.callbacks import BackupAndRestore, CallbackList
from tests.tolerances import assert_same_bits

KILLS = int(os.environ.get("GLASSNET_KILLS", "10"))  # the full size is 200

# What a child process trains; it is killed, started again …, and told apart by its arguments.
CHILD = """
import os, sys
import numpy as np
import engine
from engine.callbacks import BackupAndRestore, LambdaCallback, LearningRateScheduler
from engine.optimizers import Adam
from engine.random import seeds

folder, result, save_freq, seeded, pause = sys.argv[1:]
rng = np.random.default_rng(0)
x = rng.normal(size=(103, 4)).astype(np.float32)
engine.utils.set_random_seed(7)
layers = [engine.layers.Dense(16, "tanh"), engine.layers.Dense(1, "sigmoid")]
model = engine.Sequential([engine.Input((4,)), *layers])
model.compile(Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
if seeded == "no":  # the order of the rows comes from NumPy's generator then
    seeds.put_random_seed(None)
callbacks = [LearningRateScheduler(lambda epoch, rate: 0.01 * 0.95**epoch)]
if folder:
    freq = save_freq if save_freq == "epoch" else int(save_freq)
    callbacks.append(BackupAndRestore(folder, freq))
    callbacks.append(LambdaCallback(on_train_begin=lambda logs: print("ready", flush=True)))
if float(pause):
    import time
    callbacks.append(LambdaCallback(on_epoch_end=lambda epoch, logs: time.sleep(float(pause))))
history = model.fit(x, x.sum(1) > 0, batch_size=10, epochs=12, verbose=0, callbacks=callbacks,
                    validation_split=0.2)
arrays = [*model.get_weights(), *model.optimizer.slots, np.array(model.optimizer.iterations)]
named = {f"h_{k}": v for k, v in history.history.items()}
np.savez(result + ".part.npz", *arrays, epochs=history.epoch, **named)
os.replace(result + ".part.npz", result)
"""


def child(folder, result, save_freq="epoch", seeded="yes", pause="0"):
    arguments = [sys.executable, "-c", CHILD, str(folder), str(result), str(save_freq), seeded]
    return subprocess.Popen(
        [*arguments, pause], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process):
    _, error = process.communicate(timeout=120)
    assert process.returncode == 0, error


def same_end(interrupted, whole):
    """The same bits of weights, slots and steps, and of the epochs that the last process saw."""
    with np.load(interrupted) as ours, np.load(whole) as theirs:
        first = int(ours["epochs"][0]) if ours["epochs"].size else 12
        assert ours["epochs"].tolist() == list(range(first, 12))
        for name in theirs.files:
            if name.startswith("h_"):
                expected = theirs[name][first:]
                if expected.size:
                    assert_same_bits(ours[name], expected, name)
            elif name != "epochs":
                assert_same_bits(ours[name], theirs[name], name)
        return first


@pytest.mark.parametrize(("save_freq", "seeded"), [("epoch", "yes"), ("epoch", "no"), (3, "no")])
def test_killed_again_and_again(save_freq, seeded, tmp_path):
    """kill -9 at random moments, in the training and in the middle of writing."""
    finish(child("", tmp_path / "whole.npz", save_freq, seeded))
    random, kills, resumed, number = np.random.default_rng(os.getpid()), 0, 0, 0
    times = -(-KILLS // 3)
    while kills < times or not resumed:
        number += 1
        assert number < 50, "no kill came after a backup"
        folder, result = tmp_path / f"backup{number}", tmp_path / f"result{number}.npz"
        while not result.exists():
            process = child(folder, result, save_freq, seeded, "0.02")
            assert process.stdout.readline() == "ready\n", process.communicate()[1]
            time.sleep(random.uniform(0.02, 0.3))  # the training takes a quarter of a second
            if process.poll() is None and (kills < times or not resumed):
                process.kill()
                process.communicate()
                kills += 1
            else:
                finish(process)
        resumed += same_end(result, tmp_path / "whole.npz") > 0
        assert not folder.exists(), "the backup is removed in the end"


def small(metrics=("mse",)):
    engine.utils.set_random_seed(2)
    layers = [engine.Input((2,)), engine.layers.Dense(3, "relu"), engine.layers.Dense(1)]
    model = engine.Sequential(layers)
    model.compile("adam", "mse", metrics=list(metrics))
    return model


X = np.random.default_rng(1).normal(size=(21, 2))
FIT = {"x": X, "y": X.sum(1), "batch_size": 4, "epochs": 5, "verbose": 0}


class Break(engine.callbacks.Callback):
    """Fails at one moment: after a batch of an epoch, or at its end."""

    def __init__(self, epoch, batch=None):
        super().__init__()
        self.at = epoch, batch
        self.epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            raise InterruptedError

    def on_epoch_end(self, epoch, logs=None):
        if (epoch, None) == self.at:
            raise InterruptedError


@pytest.mark.parametrize("save_freq", ["epoch", 1, 2, 4, 5, 6, 7, 100])
@pytest.mark.parametrize("at", [(0, 0), (0, None), (2, 3), (2, 5), (2, None), (4, None)])
def test_goes_on_where_it_was(save_freq, at, tmp_path):
    whole = small()
    expected = whole.fit(**FIT).history
    with pytest.raises(InterruptedError):
        small().fit(**FIT, callbacks=[BackupAndRestore(tmp_path / "b", save_freq), Break(*at)])
    model = small()
    history = model.fit(**FIT, callbacks=[BackupAndRestore(tmp_path / "b", save_freq)])
    for ours, theirs in zip(model.get_weights(), whole.get_weights(), strict=True):
        assert_same_bits(ours, theirs)
    assert model.optimizer.iterations == whole.optimizer.iterations == 30
    for name, values in expected.items():
        assert history.history.get(name, []) == values[len(values) - len(history.epoch) :]
    if save_freq == "epoch" and at[1] is None:
        assert history.epoch == list(range(at[0] + 1, 5))
    assert not (tmp_path / "b").exists()


class Shrink(engine.callbacks.Callback):
    """Sets the rate after each batch, and after each epoch."""

    def on_train_batch_end(self, batch, logs=None):
        rate = np.float32(self.model.optimizer.learning_rate)  # as Keras and a backup have it
        self.model.optimizer.learning_rate = float(rate * np.float32(0.75))

    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.learning_rate = 0.01


RATES = {
    "rate": lambda: engine.callbacks.LearningRateScheduler(lambda e, rate: rate * 0.5),
    "epoch": lambda: engine.callbacks.LearningRateScheduler(lambda e: 0.01 * 0.7**e),
    "batch": Shrink,
}


@pytest.mark.parametrize("save_freq", ["epoch", 1, 4])
@pytest.mark.parametrize(
    ("kinds", "place"),
    [(["rate"], 0), (["rate"], 1), (["epoch"], 0), (["rate", "batch"], 2), (["batch", "rate"], 1)],
)
@pytest.mark.parametrize("at", [(0, 4), (2, 3), (2, None)])
def test_the_learning_rate_goes_on_where_it_was(save_freq, kinds, place, at, tmp_path):
    """A schedule that halves the rate has halved it already for the epoch that is resumed."""
    whole, kept = small(), BackupAndRestore(tmp_path / "b", save_freq)
    expected = whole.fit(**FIT, callbacks=[RATES[kind]() for kind in kinds]).history
    callbacks = [RATES[kind]() for kind in kinds]
    callbacks.insert(place, kept)
    for _ in range(2):
        with contextlib.suppress(InterruptedError):  # the second one may begin behind `at`
            small().fit(**{**FIT, "epochs": 4}, callbacks=[*callbacks, Break(*at), Break(3, 4)])
    model = small()
    history = model.fit(**FIT, callbacks=callbacks)
    for ours, theirs in zip(model.get_weights(), whole.get_weights(), strict=True):
        assert_same_bits(ours, theirs)
    for name, values in expected.items():
        assert history.history[name] == values[len(values) - len(history.epoch) :]


def test_a_resumed_schedule_says_the_same(tmp_path, capsys):
    """It prints the rate that it has set, not half of it."""

    def made():
        return engine.callbacks.LearningRateScheduler(lambda e, rate: rate * 0.5, verbose=1)

    with pytest.raises(InterruptedError):
        small().fit(**FIT, callbacks=[made(), BackupAndRestore(tmp_path, 4), Break(1, 5)])
    before = capsys.readouterr().out.splitlines()
    small().fit(**FIT, callbacks=[made(), BackupAndRestore(tmp_path, 4)])
    assert capsys.readouterr().out.splitlines()[1] == before[-1]


@pytest.mark.parametrize("moment", ["next weights", "metadata", "nothing"])
def test_a_kill_between_the_writes(moment, tmp_path, monkeypatch):
    """Whatever stands there belongs together."""
    import engine.callbacks.backup_and_restore as room

    replace, done = os.replace, []

    def replace_or_die(source, target):
        done.append(1)
        if str(target).startswith(str(tmp_path)) and os.path.basename(target) in ALLOWED[moment]:
            if len(done) > 8:
                raise InterruptedError
        replace(source, target)

    monkeypatch.setattr(room.os, "replace", replace_or_die)
    whole = small()
    whole.fit(**FIT)
    if moment == "nothing":
        small().fit(**FIT, callbacks=[BackupAndRestore(tmp_path / "b", delete_checkpoint=False)])
    else:
        with pytest.raises(InterruptedError):
            small().fit(**FIT, callbacks=[BackupAndRestore(tmp_path / "b")])
    monkeypatch.undo()
    model = small()
    history = model.fit(**FIT, callbacks=[BackupAndRestore(tmp_path / "b")])
    assert len(history.epoch) < 5
    for ours, theirs in zip(model.get_weights(), whole.get_weights(), strict=True):
        assert_same_bits(ours, theirs)


ALLOWED = {"next weights": {"training_metadata.json"}, "metadata": {"latest.weights.h5"},
           "nothing": set()}  # fmt: skip


def test_double_checkpoint(tmp_path):
    """A damaged backup is replaced by the one before; without one it is an error."""
    whole = small()
    whole.fit(**FIT)
    for double in (True, False):
        folder = tmp_path / str(double)
        with pytest.raises(InterruptedError):
            small().fit(**FIT, callbacks=[BackupAndRestore(folder, "epoch", double), Break(3, 0)])
        weights = folder / "latest.weights.h5"
        weights.write_bytes(weights.read_bytes()[:-700])
        model = small()
        if double:
            history = model.fit(**FIT, callbacks=[BackupAndRestore(folder, "epoch", double)])
            assert history.epoch == [2, 3, 4]
            for ours, theirs in zip(model.get_weights(), whole.get_weights(), strict=True):
                assert_same_bits(ours, theirs)
        else:
            with pytest.raises(ValueError, match="damaged"):
                model.fit(**FIT, callbacks=[BackupAndRestore(folder)])


@pytest.mark.parametrize("double", [True, False])
@pytest.mark.parametrize(
    "lost",
    [
        {"latest.weights.h5"},
        {"training_metadata.json"},
        {"latest.weights.h5", "training_metadata.json"},
    ],
)
def test_half_a_backup(lost, double, tmp_path):
    """The backup before the last one, if it is there; else it is told."""
    with pytest.raises(InterruptedError):
        small().fit(**FIT, callbacks=[BackupAndRestore(tmp_path, "epoch", double), Break(3, 0)])
    for name in lost:
        (tmp_path / name).unlink()

    def epochs():
        return small().fit(**FIT, callbacks=[BackupAndRestore(tmp_path)]).epoch

    if double:
        assert epochs() == [2, 3, 4]
    elif len(lost) == 2:
        assert epochs() == [0, 1, 2, 3, 4]
    elif "latest.weights.h5" in lost:
        with pytest.warns(UserWarning, match="begins anew"):
            assert epochs() == [0, 1, 2, 3, 4]
    else:
        with pytest.raises(ValueError, match="begins anew. Received: no training_metadata.json"):
            epochs()


@pytest.mark.parametrize("double", [True, False])
def test_killed_while_the_files_are_removed(double, tmp_path, monkeypatch):
    """Before, between and behind the files of a training that is complete."""
    import engine.callbacks.backup_and_restore as room

    whole, unlink, left = small(), room.Path.unlink, [0]
    whole.fit(**FIT)

    def unlink_or_die(path, **options):
        if path.exists() and path.parent == folder:
            if not left[0]:
                raise InterruptedError
            left[0] -= 1
        unlink(path, **options)

    monkeypatch.setattr(room.Path, "unlink", unlink_or_die)
    for removed in range(4 if double else 2):
        folder, left[0] = tmp_path / str(removed), removed
        with pytest.raises(InterruptedError):
            small().fit(**FIT, callbacks=[BackupAndRestore(folder, "epoch", double)])
        assert len(list(folder.iterdir())) == (4 if double else 2) - removed
        model, left[0] = small(), 99
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(**FIT, callbacks=[BackupAndRestore(folder, "epoch", double)])
        assert not folder.exists() and model.optimizer.iterations == 30
        for ours, theirs in zip(model.get_weights(), whole.get_weights(), strict=True):
            assert_same_bits(ours, theirs)


def test_killed_while_the_first_backup_was_written(tmp_path, monkeypatch):
    import engine.callbacks.backup_and_restore as room

    whole, replace = small(), os.replace
    whole.fit(**FIT)

    def replace_or_die(source, target):
        if os.path.basename(target) == "latest.weights.h5":
            raise InterruptedError
        replace(source, target)

    monkeypatch.setattr(room.os, "replace", replace_or_die)
    with pytest.raises(InterruptedError):
        small().fit(**FIT, callbacks=[BackupAndRestore(tmp_path)])
    monkeypatch.undo()
    assert (tmp_path / "training_metadata.json").exists()
    model = small()
    assert model.fit(**FIT, callbacks=[BackupAndRestore(tmp_path)]).epoch == [0, 1, 2, 3, 4]
    for ours, theirs in zip(model.get_weights(), whole.get_weights(), strict=True):
        assert_same_bits(ours, theirs)


@pytest.mark.parametrize(("save_freq", "double"), [("epoch", False), ("epoch", True), (4, False)])
def test_killed_twice_before_any_two_writes(save_freq, double, tmp_path, monkeypatch):
    """Every pair of writes, replacements and removals in the folder; then the training ends."""
    whole, left, fit = small(), [0], {**FIT, "epochs": 3}
    whole.fit(**fit)

    def mortal(room, name, place):
        """`name` of `room` dies when nothing is left, if it is about this test's folder."""
        original = getattr(room, name)

        def call(*arguments, **options):
            if str(arguments[place]).startswith(str(tmp_path)):
                left[0] -= 1
                if left[0] < 0:
                    raise InterruptedError
            return original(*arguments, **options)

        monkeypatch.setattr(room, name, call)

    mortal(os, "replace", 1)
    mortal(shutil, "copy", 1)
    mortal(Path, "write_text", 0)
    mortal(Path, "unlink", 0)

    def train(folder, writes):
        model, left[0] = small(), writes
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                model.fit(**fit, callbacks=[BackupAndRestore(folder, save_freq, double)])
            except InterruptedError:
                return None
        return model

    assert train(tmp_path / "all", 10**6) is not None
    count = 10**6 - left[0]
    for first in range(count):
        folder = tmp_path / f"to {first}"
        assert train(folder, first) is None
        second = 0
        while second <= count:
            again = tmp_path / f"to {first} and {second}"
            if folder.exists():
                shutil.copytree(folder, again)
            ended = train(again, second)
            model = train(again, 10**6) if ended is None else ended
            for ours, theirs in zip(model.get_weights(), whole.get_weights(), strict=True):
                assert_same_bits(ours, theirs, f"killed before writes {first} and {second}")
            assert model.optimizer.iterations == 18 and not again.exists()
            if ended is not None:
                break
            second += 1


def test_another_fit_is_refused(tmp_path):
    with pytest.raises(InterruptedError):
        small().fit(**FIT, callbacks=[BackupAndRestore(tmp_path / "b", 2), Break(1, 3)])
    with pytest.raises(
        ValueError, match="same rows in the same batches.*batches of 5, of which 16"
    ):
        small().fit(**{**FIT, "batch_size": 5}, callbacks=[BackupAndRestore(tmp_path / "b", 2)])


def test_other_files_in_the_folder_stay(tmp_path):
    (tmp_path / "thesis.txt").write_text("ten years of work")
    small().fit(**FIT, callbacks=[BackupAndRestore(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_kept_if_so_asked(tmp_path):
    small().fit(**FIT, callbacks=[BackupAndRestore(tmp_path, delete_checkpoint=False)])
    told = json.loads((tmp_path / "training_metadata.json").read_text())
    assert (told["epoch"], told["batch"]) == (5, 0)
    model = small()
    assert model.fit(**FIT, callbacks=[BackupAndRestore(tmp_path)]).epoch == []
    assert model.optimizer.iterations == 30


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_goes_on_from_our_backup_and_we_from_its(keras, tmp_path):
    """Epoch by epoch, the files are Keras's."""

    def story(room, other, folder):
        def network(keras):
            keras.utils.set_random_seed(2)
            layers = [keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)]
            model = keras.Sequential([keras.Input((2,)), *layers])
            model.compile("adam", "mse")
            return model

        def stop(epoch, logs):
            if epoch == 2:
                raise InterruptedError

        callbacks = [
            room.callbacks.BackupAndRestore(str(folder)),
            room.callbacks.LambdaCallback(on_epoch_end=stop),
        ]
        with pytest.raises(InterruptedError):
            network(room).fit(**FIT, callbacks=callbacks)
        model = network(other)
        history = model.fit(**FIT, callbacks=[other.callbacks.BackupAndRestore(str(folder))])
        return model, history

    FIT["x"] = FIT["x"].astype(np.float32)
    ours, first = story(keras, engine, tmp_path / "a")
    theirs, second = story(engine, keras, tmp_path / "b")
    assert first.epoch == second.epoch == [3, 4] and first.history == second.history
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert_same_bits(mine, other)
    shutil.rmtree(tmp_path / "a", ignore_errors=True)


def test_an_epoch_costs_no_batches(tmp_path):
    assert not CallbackList([BackupAndRestore(tmp_path)]).needs_batches
    assert CallbackList([BackupAndRestore(tmp_path, 5)]).needs_batches


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"backup_dir": ""}, ValueError, "backup_dir=''"),
        ({"backup_dir": None}, TypeError, "backup_dir=None"),
        ({"backup_dir": "b", "save_freq": "batch"}, ValueError, "save_freq='batch'"),
        ({"backup_dir": "b", "save_freq": False}, TypeError, "save_freq=False"),
        ({"backup_dir": "b", "save_freq": 0}, ValueError, "save_freq=0"),
        ({"backup_dir": "b", "double_checkpoint": 1}, TypeError, "double_checkpoint=1"),
        ({"backup_dir": "b", "delete_checkpoint": "no"}, TypeError, "delete_checkpoint='no'"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=f"Expected .*{message}"):
        BackupAndRestore(**arguments)
