"""ModelCheckpoint: which files, when, and what is printed; the same in Keras."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import engine
from engine.callbacks import CallbackList, ModelCheckpoint


class Model:
    """Remembers what is saved where."""

    def __init__(self):
        self.metrics, self.stop_training, self.saved = [], False, []

    def save(self, path, overwrite=True):
        self.saved.append(("model", str(path)))

    def save_weights(self, path, overwrite=True):
        self.saved.append(("weights", str(path)))


def train(callback, model, epochs, batches):
    """Epochs of (loss, val_loss), each of so many batches."""
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, (loss, val_loss) in enumerate(epochs):
        callback.on_epoch_begin(epoch)
        for batch in range(batches):
            callback.on_train_batch_end(batch, {"loss": loss + batch / 8})
        callback.on_epoch_end(epoch, {"loss": loss, "val_loss": val_loss})
    callback.on_train_end()
    return model.saved


EPOCHS = [(4.0, 3.0), (3.0, 3.5), (2.0, 2.5), (1.0, 2.5)]
NAMED = "{epoch:02d}-{val_loss:.2f}.keras"

# name: (arguments, (which files are saved))
CASES = {
    "each epoch": ({"filepath": "m.keras"}, ["m.keras"] * 4),
    "named": ({"filepath": NAMED}, ["01-3.00.keras", "02-3.50.keras", "03-2.50.keras",
                                    "04-2.50.keras"]),
    "best": ({"filepath": NAMED, "save_best_only": True}, ["01-3.00.keras", "03-2.50.keras"]),
    "best by max": (
        {"filepath": "{epoch}.keras", "save_best_only": True, "mode": "max"},
        ["1.keras", "2.keras"],
    ),
    "best loss": (
        {"filepath": "{epoch}.keras", "save_best_only": True, "monitor": "loss"},
        ["1.keras", "2.keras", "3.keras", "4.keras"],
    ),
    "threshold": (
        {"filepath": "{epoch}.keras", "save_best_only": True, "initial_value_threshold": 2.75},
        ["3.keras"],
    ),
    "weights": (
        {"filepath": "{epoch}.weights.h5", "save_weights_only": True},
        ["1.weights.h5", "2.weights.h5", "3.weights.h5", "4.weights.h5"],
    ),
    "every 2 batches": (
        {"filepath": "{epoch}-{batch}-{loss:.3f}.keras", "save_freq": 2},
        ["1-2-4.125.keras", "2-1-3.000.keras", "2-3-3.250.keras", "3-2-2.125.keras",
         "4-1-1.000.keras", "4-3-1.250.keras"],
    ),
    "every 4 batches": (
        {"filepath": "{epoch}-{batch}.keras", "save_freq": 4},
        ["2-1.keras", "3-2.keras", "4-3.keras"],
    ),
}  # fmt: skip


def run(kind, name, folder):
    arguments, _ = CASES[name]
    path = str(folder / arguments["filepath"])
    callback = kind(**{**arguments, "filepath": path, "verbose": 1})
    return train(callback, Model(), EPOCHS, 3), callback


@pytest.mark.parametrize("name", CASES)
def test_which_files(name, tmp_path):
    saved, _ = run(ModelCheckpoint, name, tmp_path)
    kind = "weights" if name == "weights" else "model"
    assert saved == [(kind, str(tmp_path / file)) for file in CASES[name][1]]


@pytest.mark.keras
@pytest.mark.parametrize("name", CASES)
def test_keras_saves_and_prints_the_same(keras, name, tmp_path, capsys):
    ours, callback = run(ModelCheckpoint, name, tmp_path)
    printed = capsys.readouterr().out
    theirs, other = run(keras.callbacks.ModelCheckpoint, name, tmp_path)
    assert (ours, printed) == (theirs, capsys.readouterr().out)
    assert callback.best == other.best and printed


def test_best_of_batches_in_the_first_epoch(tmp_path):
    """Keras does not know what better means before the first epoch ends."""
    path = str(tmp_path / "{epoch}-{batch}.keras")
    callback = ModelCheckpoint(path, "loss", save_best_only=True, save_freq=1)
    saved = train(callback, Model(), EPOCHS[:2], 3)
    assert [path for _, path in saved] == [str(tmp_path / f"{e}-1.keras") for e in (1, 2)]


def test_missing_number_saves_and_warns(tmp_path):
    callback = ModelCheckpoint(tmp_path / "m.keras", "val_reward", save_best_only=True, mode="max")
    with pytest.warns(UserWarning, match="'val_reward'.* Received: None; the model is saved"):
        assert len(train(callback, Model(), EPOCHS[:1], 1)) == 1
    with pytest.raises(KeyError, match="Expected filepath to name epoch, loss, val_loss.*'acc'"):
        train(ModelCheckpoint(tmp_path / "{acc}.keras"), Model(), EPOCHS, 1)


def test_unknown_direction_is_told_after_the_first_epoch(tmp_path):
    with pytest.raises(ValueError, match="mode='min' or mode='max'"):
        train(ModelCheckpoint(tmp_path / "m.keras", "reward"), Model(), EPOCHS, 1)


def test_in_a_fit(tmp_path):
    """The file holds the weights and the optimizer of the best epoch; folders are made."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 3))
    engine.utils.set_random_seed(1)
    model = engine.Sequential([engine.Input((3,)), engine.layers.Dense(1)])
    model.compile("adam", "mse")
    path = tmp_path / "some" / "where" / "{epoch}.keras"
    history = model.fit(
        x, x.sum(1), epochs=3, batch_size=8, verbose=0, callbacks=[ModelCheckpoint(path, "loss")]
    )
    third = engine.saving.load_model(tmp_path / "some" / "where" / "3.keras")
    assert third.optimizer.iterations == 12 and len(history.epoch) == 3
    for ours, theirs in zip(third.get_weights(), model.get_weights(), strict=True):
        assert ours.tobytes() == theirs.tobytes()
    first = engine.saving.load_model(tmp_path / "some" / "where" / "1.keras")
    first.fit(x, x.sum(1), epochs=2, batch_size=8, verbose=0)
    for ours, theirs in zip(first.get_weights(), model.get_weights(), strict=True):
        assert ours.tobytes() == theirs.tobytes()


def test_only_a_number_of_batches_costs_batches(tmp_path):
    assert not CallbackList([ModelCheckpoint(tmp_path / "m.keras")]).needs_batches
    assert CallbackList([ModelCheckpoint(tmp_path / "m.keras", save_freq=3)]).needs_batches

    class Own(ModelCheckpoint):
        def on_train_batch_end(self, batch, logs=None):
            pass

    assert CallbackList([Own(tmp_path / "m.keras")]).needs_batches


def test_a_folder_of_that_name(tmp_path):
    (tmp_path / "m.keras").mkdir()
    model = SimpleNamespace(metrics=[], save=lambda path: (tmp_path / path).open("w"))
    with pytest.raises(IsADirectoryError):
        train(ModelCheckpoint(tmp_path / "m.keras"), model, EPOCHS, 1)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"filepath": 3}, TypeError, "filepath=3"),
        ({"filepath": "m"}, ValueError, ".keras or .h5.*'m'"),
        ({"filepath": "m.keras", "save_weights_only": True}, ValueError, r"weights\.h5.*m\.keras"),
        ({"filepath": "m.keras", "monitor": 3}, TypeError, "monitor=3"),
        ({"filepath": "m.keras", "mode": "best"}, ValueError, "mode='best'"),
        ({"filepath": "m.keras", "verbose": "yes"}, TypeError, "verbose='yes'"),
        ({"filepath": "m.keras", "save_best_only": 1}, TypeError, "save_best_only=1"),
        ({"filepath": "m.keras", "save_freq": "batch"}, ValueError, "save_freq='batch'"),
        ({"filepath": "m.keras", "save_freq": 0}, ValueError, "save_freq=0"),
        ({"filepath": "m.keras", "save_freq": 2.5}, TypeError, "save_freq=2.5"),
        ({"filepath": "m.keras", "initial_value_threshold": "1"}, TypeError, "='1'"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=f"Expected .*{message}"):
        ModelCheckpoint(**arguments)
