"""CallbackList: order, logs, what the callbacks need, and callbacks that are none."""

from __future__ import annotations

import numpy as np
import pytest

from engine.callbacks import (
    Callback,
    CallbackList,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    ProgbarLogger,
)
from engine.callbacks.callback import HOOKS


def recorder(base, name, calls):
    """A callback that notes each call of a hook."""

    def note(hook):
        def method(self, *index, logs=None):
            if len(index) > ("batch" in hook or "epoch" in hook):
                *index, logs = index
            calls.append((name, hook, tuple(index), logs))
            if hook in ("on_train_batch_begin", "on_train_batch_end"):
                getattr(base, hook)(self, *index, logs=logs)

        return method

    return type("Recorder", (base,), {hook: note(hook) for hook in HOOKS})()


def call_all(make_list, base):
    calls = []
    callbacks = make_list([[recorder(base, "first", calls)], recorder(base, "second", calls)])
    logs = {"z": np.float32(0.1), "loss": 1, "all": {"b": np.array(2.0), "a": True}}
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(4)
    callbacks.on_train_batch_begin(0)
    callbacks.on_train_batch_end(0, logs)
    callbacks.on_test_begin()
    callbacks.on_test_batch_begin(1)
    callbacks.on_test_batch_end(1, logs)
    callbacks.on_test_end(logs)
    callbacks.on_epoch_end(4, logs)
    callbacks.on_train_end(logs)
    callbacks.on_predict_begin()
    callbacks.on_predict_batch_begin(2)
    callbacks.on_predict_batch_end(2, {"outputs": "predictions"})
    callbacks.on_predict_end()
    return calls


def test_calls_all_in_order_with_sorted_floats():
    calls = call_all(CallbackList, Callback)
    assert [call[:2] for call in calls[:4]] == [
        ("first", "on_train_begin"),
        ("second", "on_train_begin"),
        ("first", "on_epoch_begin"),
        ("second", "on_epoch_begin"),
    ]
    logs = next(call[3] for call in calls if call[1] == "on_epoch_end")
    assert list(logs.items()) == [
        ("a", 1.0),
        ("b", 2.0),
        ("loss", 1.0),
        ("z", float(np.float32(0.1))),
    ]
    assert {type(value) for value in logs.values()} == {float}
    assert {hook for _, hook, _, _ in calls} == set(HOOKS)
    assert all(call[3] is not None for call in calls)


@pytest.mark.keras
def test_keras_calls_the_same(keras):
    assert call_all(keras.callbacks.CallbackList, keras.callbacks.Callback) == call_all(
        CallbackList, Callback
    )


def test_predictions_arrive_as_they_are():
    seen = []
    callbacks = CallbackList(
        LambdaCallback(on_predict_batch_end=lambda batch, logs: seen.append(logs))
    )
    outputs = np.array([[0.5]])
    callbacks.on_predict_batch_end(0, {"outputs": outputs})
    assert seen[0]["outputs"] is outputs


def test_own_callbacks_before_history_before_progress_bar(stand_ins):
    own, model = Callback(), stand_ins.Model()
    callbacks = CallbackList(
        own, add_history=True, add_progbar=True, model=model, verbose=2, epochs=3, steps=5
    )
    assert [type(c) for c in callbacks.callbacks] == [Callback, History, ProgbarLogger]
    assert callbacks.history is model.history
    assert own.model is model
    assert own.params == {"verbose": 2, "epochs": 3, "steps": 5} == callbacks.history.params


def test_history_of_the_caller_is_used(stand_ins):
    mine, model = History(), stand_ins.Model()
    callbacks = CallbackList((mine,), add_history=True, model=model)
    assert callbacks.callbacks == [mine] and model.history is mine is callbacks.history
    assert CallbackList().history is None and CallbackList().callbacks == []


class Batches(Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class OldBatches(Callback):
    def on_batch_begin(self, batch, logs=None):
        pass


class InheritsBatches(Batches):
    def __init__(self):
        """Callback.__init__ is left out: that must be harmless."""


class HistoryOfBatches(History):
    def on_train_batch_end(self, batch, logs=None):
        pass


class BarWithMore(ProgbarLogger):
    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)


class TestBatches(Callback):
    __test__ = False

    def on_test_batch_begin(self, batch, logs=None):
        pass


def set_on_the_object():
    callback = Callback()
    callback.on_train_batch_end = lambda batch, logs=None: None
    return callback


def function(*arguments, **named):
    pass


NEEDS = {  # callback: (train batches, test batches, predict batches, epochs)
    "nothing": (Callback, (0, 0, 0, 0)),
    "history": (History, (0, 0, 0, 0)),
    "progress bar": (ProgbarLogger, (0, 0, 0, 0)),
    "early stopping": (EarlyStopping, (0, 0, 0, 1)),
    "csv": (lambda: CSVLogger("unused.csv"), (0, 0, 0, 1)),
    "train batches": (Batches, (1, 0, 0, 1)),
    "old name": (OldBatches, (1, 0, 0, 1)),
    "inherited": (InheritsBatches, (1, 0, 0, 1)),
    "history of batches": (HistoryOfBatches, (1, 0, 0, 1)),
    "bar with more": (BarWithMore, (0, 0, 0, 1)),
    "test batches": (TestBatches, (0, 1, 0, 1)),
    "on the object": (set_on_the_object, (1, 0, 0, 1)),
    "empty lambda": (LambdaCallback, (0, 0, 0, 0)),
    "lambda none": (lambda: LambdaCallback(on_train_batch_end=None), (0, 0, 0, 0)),
    "lambda batch": (lambda: LambdaCallback(on_train_batch_begin=function), (1, 0, 0, 1)),
    "lambda old": (lambda: LambdaCallback(on_batch_end=function), (1, 0, 0, 1)),
    "lambda epoch": (lambda: LambdaCallback(on_epoch_begin=function), (0, 0, 0, 1)),
    "lambda validation": (lambda: LambdaCallback(on_test_end=function), (0, 0, 0, 1)),
    "lambda test batch": (lambda: LambdaCallback(on_test_batch_end=function), (0, 1, 0, 1)),
    "lambda predict": (lambda: LambdaCallback(on_predict_batch_end=function), (0, 0, 1, 0)),
    "lambda train": (
        lambda: LambdaCallback(on_train_begin=function, on_train_end=function),
        (0, 0, 0, 0),
    ),
    "nested list": (lambda: CallbackList([Callback()]), (1, 1, 1, 1)),
}


@pytest.mark.parametrize("name", NEEDS)
def test_needs(name):
    make, expected = NEEDS[name]
    callbacks = CallbackList([Callback(), make()], add_history=True, add_progbar=True)
    assert (
        callbacks.needs_batches,
        callbacks.needs_test_batches,
        callbacks.needs_predict_batches,
        callbacks.needs_epochs,
    ) == tuple(map(bool, expected))


@pytest.mark.parametrize(("verbose", "live"), [(0, False), (1, True), (2, False), ("auto", True)])
def test_needs_progress_for_a_live_bar(verbose, live):
    callbacks = CallbackList(add_progbar=verbose != 0, verbose=verbose, epochs=1, steps=1)
    assert callbacks.needs_progress is live


@pytest.mark.parametrize(
    "bad", [EarlyStopping, "history", 3, [History(), None], [[print]], {"a": History()}, object()]
)
def test_no_callbacks(bad):
    with pytest.raises(TypeError, match="Expected callbacks to be Callback objects.*Received: "):
        CallbackList(bad)
    with pytest.raises(TypeError, match="Expected callbacks"):
        CallbackList().append(bad)


def test_append():
    callbacks, history = CallbackList(), History()
    callbacks.append(history)
    assert callbacks.callbacks == [history]
