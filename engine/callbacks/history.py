"""What `fit` returns: the numbers of every epoch.

Keras: ``keras.callbacks.History`` of 3.15.1.
"""

from __future__ import annotations

from engine.callbacks.callback import Callback, Logs


class History(Callback):
    """A record of the epochs.

    Attributes
    ----------
    history
        Each name's values, one for each epoch; goes on growing if the object is used again.
    epoch
        The epochs of the last training, counted from 0.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> record = History()
    >>> record.set_model(SimpleNamespace())
    >>> record.on_train_begin()
    >>> record.on_epoch_end(0, {"loss": 0.5})
    >>> record.history, record.epoch
    ({'loss': [0.5]}, [0])
    >>> record
    <History of 1 epoch: loss=0.5>
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []
        self._lengths: tuple[int, dict[str, int]] | None = None

    def __repr__(self) -> str:
        """How many epochs, and what the last one came to."""
        last = ", ".join(
            f"{name}={values[-1]:.4g}" if isinstance(values[-1], float) else f"{name}={values[-1]}"
            for name, values in self.history.items()
            if values
        )
        epochs = max((len(values) for values in self.history.values()), default=0)
        return f"<History of {epochs} epoch{'' if epochs == 1 else 's'}{last and f': {last}'}>"

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget the epochs, keep the values."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Append the epoch's values."""
        self._lengths = len(self.epoch), {k: len(values) for k, values in self.history.items()}
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self
        self._lengths = None

    def settle(self) -> None:
        """Forget an epoch that Ctrl-C has kept from being appended as a whole."""
        if self._lengths is None:
            return
        epochs, lengths = self._lengths
        del self.epoch[epochs:]
        self.history = {k: self.history[k][:length] for k, length in lengths.items()}
        self._lengths = None

    def extend(self, first: int, logs: dict[str, list[float]]) -> None:
        """Append the values of several epochs, the first of which is epoch `first`."""
        for name, values in logs.items():
            self.history.setdefault(name, []).extend(values)
        self.epoch.extend(range(first, first + len(next(iter(logs.values())))))
        self.model.history = self
