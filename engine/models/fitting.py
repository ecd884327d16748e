"""fit: training for some epochs.

A fit whose callbacks want nothing between batches runs in compiled slices of a tenth of a second;
between two slices the progress bar moves and Ctrl-C is heard, and the weights are those of the
last finished batch.  There, too, the loss is looked at: :mod:`engine.models.nonfinite`.

Keras: ``keras.Model.fit``.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from engine.callbacks import CallbackList, History
from engine.checks.shown import shown
from engine.models.arguments import verbosity, whole
from engine.models.batches import Batches
from engine.models.evaluating import one_validation
from engine.models.feed import Given, check_passes, feed
from engine.models.feeding import Feeding
from engine.models.nonfinite import Watch
from engine.models.piecewise import run_over
from engine.models.run import Run
from engine.optimizers.optimizer import checked_number
from engine.random import epoch_order, get_random_seed
from engine.random.shuffle import known_order
from engine.random.state import put_numpy, take_numpy


class Fitting(Feeding):
    """The part of a model that trains."""

    _run: Run | None = None
    """The fit in progress; the last one if it was interrupted."""

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
    ) -> History:
        """Train for some epochs.

        Parameters
        ----------
        x, y
            Rows of features and their labels: arrays, frames, lists; of ``numpy.memmap`` some
            batches are read at a time.  Or x alone, an iterable of batches (x, y) or
            (x, y, sample_weight): a ``utils.PyDataset``, a generator, a list, a DataLoader.
        batch_size
            Rows for one update, 32 by default; the last batch of an epoch may be smaller.  Data
            that come as batches keep them.
        epochs, initial_epoch
            Train epochs `initial_epoch` … `epochs` − 1; of 0 epochs the History is empty.
        verbose
            0 silent, 1 ("auto") a progress bar, 2 a line for each epoch.
        callbacks
            Objects of :mod:`engine.callbacks`.
        validation_split
            The share of the last rows that is held back for validation, in [0, 1).
        validation_data
            ``(x, y)``, ``(x, y, sample_weight)`` or an iterable of batches; evaluated after each
            epoch.
        shuffle
            Visit the rows in a random order; after ``utils.set_random_seed`` it is Keras's, the
            same in every epoch.  Of data that come as batches, those of a PyDataset are shuffled.
        class_weight, sample_weight
            Weights of classes ``{0: 1.0, 1: 2.5}``, or of rows.  The loss is divided by the
            number of rows all the same.
        steps_per_epoch
            How many batches an epoch has; the next one goes on with those after them.  None: as
            many as there are.
        validation_steps, validation_batch_size
            How many batches a validation goes through, each time from the first, and their rows.
        validation_freq
            After how many epochs a validation comes, or a list of epochs, counted from 1.

        Returns
        -------
        History
            Loss and metrics of each epoch in ``history``.

        Raises
        ------
        ValueError, TypeError
            If the data do not fit the model or the loss.  The model stays as it was.
        NonFiniteError
            If the loss becomes NaN or infinite; see :func:`engine.config.set_nonfinite_policy`.
        """
        verbose = verbosity(verbose)
        batch = None if batch_size is None else whole("batch_size", batch_size)
        validation_batch = whole("validation_batch_size", validation_batch_size, 0) or batch
        epochs = whole("epochs", epochs, least=0)
        first = whole("initial_epoch", initial_epoch, least=0)
        if not isinstance(shuffle, bool):
            raise TypeError(
                f"Expected shuffle to be True or False. Received: shuffle={shown(shuffle)}"
            )
        steps = _steps("steps_per_epoch", steps_per_epoch)
        validates = every(validation_freq)
        seed = get_random_seed()
        given = self._given(x, y, sample_weight, shuffle)
        held: Given | None = None
        if validation_data is None:
            given, held = held_back(given, validation_split)
        weigh = partial(self._class_weighted, class_weight=class_weight)

        def order(rows: int) -> Any:  # after a backup's seed, if the fit begins with one
            return epoch_order(rows, None) if seed is None else known_order(rows, seed)

        training = feed(given, batch, steps, order if shuffle else None, weigh)
        if validation_data is not None:
            held = self._validation(validation_data, training.rows)
        validation = None
        if held is not None:
            validation = feed(held, validation_batch, _steps("validation_steps", validation_steps))
        check_passes(training, epochs - first, "x", "steps_per_epoch")
        if validation is not None:
            check_passes(validation, epochs - first, "validation_data", "validation_steps")
        scores = self._metrics(training.rows.y)
        hooks = CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            model=None,
            verbose=verbose,
            epochs=epochs,
            steps=training.steps,
        )
        assert self._loss is not None
        shuffled = shuffle and training.epochs is None
        by_epoch = (
            verbose != 0
            or hooks.needs_epochs
            or hooks.needs_batches
            or (shuffled and seed is None)
            or validation_freq != 1
            or any(data is not None and data.epochs is not None for data in (training, validation))
        )
        program = self._ready(training.rows, self.optimizer)
        run = run_over(
            program,
            self._loss,
            scores,
            training,
            validation,
            optimizer=self._trainer(),
            epochs=max(0, epochs - first),
            stop_at_epoch_end=by_epoch,
            even=self._shape_is_known("fit", training.even),
            watched=hooks.needs_batches,
            shuffled=shuffled,
        )
        self._run = run
        hooks.set_model(self)
        history = hooks.history
        assert history is not None
        self.stop_training = False
        run.warm_up()
        hooks.on_train_begin()
        if run.resumed is not None:
            first, seed = run.resumed["epoch"] or first, get_random_seed()
            run.begin(max(0, epochs - first))
        rows = len(training.rows)
        by_chance = shuffled and seed is None
        if shuffled and seed is not None:
            run.reorder(known_order(rows, seed))
        watch = Watch(self, run, first, by_chance)
        logs: dict[str, float] = {}
        try:
            if by_epoch:
                while run.epoch < epochs - first:
                    if not run.go_on():
                        _out_of_data(first + run.epoch, epochs)
                        break
                    run.validate(validates(first + run.epoch + 1))
                    if by_chance:
                        _draw_order(run, rows, hooks.needs_batches)
                    logs = _one_epoch(run, hooks, first, watch)
                    if self.stop_training:
                        break
            else:
                try:
                    while run.epoch < epochs - first:
                        watch.advance()
                        watch.check_all()
                finally:
                    if run.epoch:
                        recorded = run.recorded()
                        history.extend(first, recorded)
                        logs = {name: values[-1] for name, values in recorded.items()}
        except BaseException:  # Ctrl-C may come between any two lines
            run.count_steps()
            history.settle()
            raise
        if run.epoch and run.optimizer is not None:
            run.optimizer.finalize()
        hooks.on_train_end(logs)
        self._run = None
        return history


def held_back(given: Any, share: Any) -> tuple[Any, Any]:
    """The rows to train on and, if `share` > 0, the last ones to validate on."""
    share = checked_number("validation_split", share, 0.0, 1.0)
    if share == 0:
        return given, None
    if isinstance(given, Batches):
        raise ValueError(
            "Expected validation_data instead of validation_split: x comes as batches, which "
            f"cannot be split. Received: validation_split={share!r}"
        )
    kept = math.floor(len(given) * (1.0 - share))
    if kept in (0, len(given)):
        raise ValueError(
            f"Expected validation_split to leave rows on both sides. "
            f"Received: validation_split={share!r} of {len(given)} rows"
        )
    kept_rows, held = given.split(kept)
    return kept_rows, held


def every(validation_freq: Any) -> Callable[[int], bool]:
    """Whether an epoch, counted from 1, ends with a validation.

    >>> [epoch for epoch in range(1, 7) if every(3)(epoch)], every([2, 5])(5)
    ([3, 6], True)
    """
    if isinstance(validation_freq, list | tuple | range):
        chosen = {whole("validation_freq", epoch) for epoch in validation_freq}
        return chosen.__contains__
    between = whole("validation_freq", validation_freq)
    return lambda epoch: epoch % between == 0


def _steps(name: str, value: Any) -> int | None:
    return None if value is None else whole(name, value)


def _epoch_logs(run: Run, epoch: int) -> dict[str, float]:
    """Loss and metrics of an epoch."""
    return {name: values[0] for name, values in run.recorded(epoch, epoch + 1).items()}


def _out_of_data(done: int, epochs: int) -> None:
    warnings.warn(
        f"Expected data for {epochs} epochs. Received: their end, so that the training ends after "
        f"{done} of {epochs} epochs",
        stacklevel=3,
    )


def _draw_order(run: Run, rows: int, kept: bool) -> None:
    """Put the rows into an order for the epoch, and keep where it was drawn from if so asked."""
    told = run.resumed or {}
    again = told.get("order") if run.epoch == 0 else None
    if again is not None:  # the epoch was begun in another process
        put_numpy(again)
    if kept:
        run.order_from = take_numpy()
    run.reorder(epoch_order(rows, None))
    if again is not None:
        put_numpy(told["random"]["numpy"])


def _begin_epoch(run: Run, hooks: CallbackList, epoch: int) -> None:
    """Tell the callbacks.  In the middle of an epoch, the learning rate is that of the backup.

    The epoch was begun before: a callback that halves the rate sees the rate that it saw then, and
    what it sets does not count.
    """
    optimizer, told = hooks.model.optimizer, run.resumed or {}
    if optimizer.schedule is not None:
        hooks.on_epoch_begin(epoch)
        return
    begun = run.epoch == 0 and told.get("position", 0) > 0
    rate = optimizer.learning_rate
    if begun:
        optimizer.learning_rate = told.get("rate_before", rate)
    run.rate_before = float(optimizer.learning_rate)
    hooks.on_epoch_begin(epoch)
    if begun:
        optimizer.learning_rate = rate


def _one_epoch(run: Run, hooks: CallbackList, first: int, watch: Watch) -> dict[str, float]:
    epoch, step, unknown = run.epoch, 0, run.steps is None
    by_batch, bar = hooks.needs_batches, hooks.needs_progress
    _begin_epoch(run, hooks, first + epoch)
    run.begin_pass()
    while run.epoch == epoch and not run.validating and run.ready():
        step = run.step
        if by_batch:
            hooks.on_train_batch_begin(step)
            watch.advance(1)
            over = run.epoch != epoch or run.validating
            logs = run.trained(epoch) if over else run.running()
            hooks.on_train_batch_end(step, logs)
            if not hooks.model.stop_training:  # a callback has seen to it
                watch.check(logs["loss"])
            elif not over:
                run.end_pass()
        else:
            # Stop where the validation begins, so that its hooks are called in time.
            # A bar leaves the first batch out of its time for a step.
            watch.advance(1 if bar and step == 0 else run.left)
            if run.epoch == epoch and not run.validating:
                if bar:
                    hooks.progress(run.step, run.running())
                watch.check(float(run.sums[0]))
            else:
                watch.check(float(run.history[epoch, 0]))
    if unknown or run.validating:  # a line for the epoch counts the steps, too
        hooks.progress(step + 1 if run.steps is None or unknown else run.steps, run.trained(epoch))
    if run.validating:
        hooks.on_test_begin()
        one_validation(run, hooks)
        hooks.on_test_end(run.validated(epoch))
    logs = _epoch_logs(run, epoch)
    hooks.on_epoch_end(first + epoch, logs)
    return logs
