"""A callback from functions.

Keras: ``keras.callbacks.LambdaCallback`` of 3.15.1, which takes any keyword argument; here it
must be a hook's name, and the value a function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.callbacks.callback import HOOKS, Callback

Hook = Callable[..., Any] | None


class LambdaCallback(Callback):
    """Calls the given functions with what the hooks of these names receive.

    Epoch hooks receive ``(epoch, logs)``, batch hooks ``(batch, logs=logs)``, others ``(logs)``.

    Raises
    ------
    TypeError
        An argument is not named like a hook, or is no function.

    Examples
    --------
    >>> LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch)).on_epoch_end(3, {})
    3
    """

    def __init__(
        self,
        on_epoch_begin: Hook = None,
        on_epoch_end: Hook = None,
        on_train_begin: Hook = None,
        on_train_end: Hook = None,
        on_train_batch_begin: Hook = None,
        on_train_batch_end: Hook = None,
        **kwargs: Hook,
    ) -> None:
        super().__init__()
        functions = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in functions.items():
            if name not in HOOKS:
                raise TypeError(f"Expected arguments out of {', '.join(HOOKS)}. Received: {name}")
            if function is None:
                continue
            if not callable(function):
                raise TypeError(f"Expected {name} to be a function. Received: {name}={function!r}")
            setattr(self, name, function)
