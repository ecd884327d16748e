"""History: what is recorded, in which order."""

from __future__ import annotations

import pytest

from engine.callbacks import CallbackList, History


def two_trainings(history, model, make_list):
    """The record after two trainings with the same object."""
    for epochs in ([0, 1], [2]):
        callbacks = make_list([history], model=model, verbose=0, epochs=3, steps=7)
        callbacks.on_train_begin()
        for epoch in epochs:
            callbacks.on_epoch_begin(epoch)
            callbacks.on_epoch_end(epoch, {"val_loss": epoch + 0.25, "loss": epoch, "acc": 1})
        callbacks.on_train_end({})
    assert model.history is history and history.model is model
    return history.history, list(history.history), history.epoch, history.params


EXPECTED = (
    {"acc": [1.0, 1.0, 1.0], "loss": [0.0, 1.0, 2.0], "val_loss": [0.25, 1.25, 2.25]},
    ["acc", "loss", "val_loss"],
    [2],
    {"verbose": 0, "epochs": 3, "steps": 7},
)


def test_records(stand_ins):
    assert two_trainings(History(), stand_ins.Model(), CallbackList) == EXPECTED


@pytest.mark.keras
def test_keras_records_the_same(keras, stand_ins):
    make_list = keras.callbacks.CallbackList
    assert two_trainings(keras.callbacks.History(), stand_ins.Model(), make_list) == EXPECTED


def test_empty():
    assert (History().history, History().epoch) == ({}, [])
    assert History().history is not History().history
