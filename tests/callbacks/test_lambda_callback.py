"""LambdaCallback: every hook, and bad names and values."""

from __future__ import annotations

import pytest

from engine.callbacks import CallbackList, LambdaCallback
from engine.callbacks.callback import HOOKS


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_called_with_its_arguments(hook):
    calls = []
    if "batch" in hook:
        function = lambda batch, logs: calls.append((batch, logs))  # noqa: E731
        arguments = (3,)
    elif "epoch" in hook:
        function = lambda number, record: calls.append((number, record))  # noqa: E731
        arguments = (3,)
    else:
        function = lambda record: calls.append((record,))  # noqa: E731
        arguments = ()
    callbacks = CallbackList([LambdaCallback(**{hook: function})])
    for other in HOOKS:
        if other != hook:
            getattr(callbacks, other)(*([3] if "batch" in other or "epoch" in other else []))
    aliased = calls[:]
    calls.clear()
    getattr(callbacks, hook)(*arguments, {"loss": 2})
    assert calls == [(*arguments, {"loss": 2.0})]
    # Only the older names are also called by another hook.
    assert aliased == ([(3, {})] if hook in ("on_batch_begin", "on_batch_end") else [])


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"on_epoch": print}, "Received: on_epoch$"),
        ({"on_train_batch": print}, "Received: on_train_batch$"),
        ({"model": None}, "Received: model$"),
        ({"on_epoch_end": "print"}, "on_epoch_end='print'"),
        ({"on_test_end": 3}, "on_test_end=3"),
    ],
)
def test_bad_arguments(arguments, match):
    with pytest.raises(TypeError, match=match):
        LambdaCallback(**arguments)
