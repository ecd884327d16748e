"""fit: training for some epochs.

A fit whose callbacks want nothing between batches runs in compiled slices of a tenth of a second;
between two slices the progress bar moves and Ctrl-C is heard, and the weights are those of the
last finished batch.  There, too, the loss is looked at: :mod:`engine.models.nonfinite`.

Keras: ``keras.Model.fit``.
"""

from __future__ import annotations

import math
from typing import Any

from engine.callbacks import CallbackList, History
from engine.checks.shown import shown
from engine.models.arguments import BATCH_SIZE, not_yet, verbosity, whole
from engine.models.evaluating import one_validation
from engine.models.feeding import Feeding
from engine.models.nonfinite import Watch
from engine.models.run import Rows, Run
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
        validation_freq: int = 1,
    ) -> History:
        """Train for some epochs.

        Parameters
        ----------
        x, y
            Rows of features and their labels.
        batch_size
            Rows for one update, 32 by default; the last batch of an epoch may be smaller.
        epochs, initial_epoch
            Train epochs `initial_epoch` … `epochs` − 1.
        verbose
            0 silent, 1 ("auto") a progress bar, 2 a line for each epoch.
        callbacks
            Objects of :mod:`engine.callbacks`.
        validation_split
            The share of the last rows that is held back for validation, in [0, 1).
        validation_data
            ``(x, y)`` or ``(x, y, sample_weight)``; evaluated after each epoch.
        shuffle
            Visit the rows in a random order; after ``utils.set_random_seed`` it is Keras's, the
            same in every epoch.
        class_weight, sample_weight
            Weights of classes ``{0: 1.0, 1: 2.5}``, or of rows.  The loss is divided by the
            number of rows all the same.

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
        not_yet(
            steps_per_epoch=(steps_per_epoch, None),
            validation_steps=(validation_steps, None),
            validation_freq=(validation_freq, 1),
        )
        verbose = verbosity(verbose)
        batch = whole("batch_size", batch_size, BATCH_SIZE)
        validation_batch = whole("validation_batch_size", validation_batch_size, batch)
        epochs = whole("epochs", epochs)
        first = whole("initial_epoch", initial_epoch, least=0)
        if not isinstance(shuffle, bool):
            raise TypeError(
                f"Expected shuffle to be True or False. Received: shuffle={shown(shuffle)}"
            )
        rows = self._rows(x, y, sample_weight)
        validation = self._validation_rows(validation_data, rows)
        if validation is None:
            rows, validation = held_back(rows, validation_split)
        rows = self._class_weighted(rows, class_weight)
        even_size = 0 if len(rows) % batch else batch
        batch = min(batch, len(rows))
        validation_batch = min(validation_batch, len(validation or rows))
        scores = self._metrics(rows.y)
        hooks = CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            model=None,
            verbose=verbose,
            epochs=epochs,
            steps=-(-len(rows) // batch),
        )
        assert self._loss is not None
        seed = get_random_seed()
        by_epoch = (
            verbose != 0 or hooks.needs_epochs or hooks.needs_batches or (shuffle and seed is None)
        )
        program = self._ready(rows, self.optimizer)
        run = Run(
            program,
            self._loss,
            scores,
            optimizer=self.optimizer,
            train_rows=rows,
            batch=batch,
            validation_rows=validation,
            validation_batch=validation_batch,
            epochs=max(0, epochs - first),
            stop_at_epoch_end=by_epoch,
            even=self._shape_is_known("fit", even_size),
            watched=hooks.needs_batches,
            shuffled=shuffle,
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
        if shuffle and seed is not None:
            run.reorder(known_order(len(rows), seed))
        by_chance = shuffle and seed is None
        watch = Watch(self, run, first, by_chance)
        logs: dict[str, float] = {}
        try:
            if by_epoch:
                while run.epoch < epochs - first:
                    if by_chance:
                        _draw_order(run, len(rows), hooks.needs_batches)
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
        if run.epoch:
            assert self.optimizer is not None
            self.optimizer.finalize()
        hooks.on_train_end(logs)
        self._run = None
        return history

    def _validation_rows(self, validation_data: Any, rows: Rows) -> Rows | None:
        if validation_data is None:
            return None
        expected = "Expected validation_data to be (x, y) or (x, y, sample_weight). Received: "
        if not isinstance(validation_data, list | tuple):
            raise TypeError(f"{expected}validation_data={shown(validation_data)}")
        if len(validation_data) not in (2, 3):
            raise ValueError(f"{expected}validation_data of length {len(validation_data)}")
        x, y, *weights = validation_data
        return self._rows(x, y, weights[0] if weights else None, like=rows)


def held_back(rows: Rows, share: Any) -> tuple[Rows, Rows | None]:
    """The rows to train on and, if `share` > 0, the last ones to validate on."""
    share = checked_number("validation_split", share, 0.0, 1.0)
    if share == 0:
        return rows, None
    kept = math.floor(len(rows) * (1.0 - share))
    if kept in (0, len(rows)):
        raise ValueError(
            f"Expected validation_split to leave rows on both sides. "
            f"Received: validation_split={share!r} of {len(rows)} rows"
        )
    return rows.split(kept)


def _epoch_logs(run: Run, epoch: int) -> dict[str, float]:
    """Loss and metrics of an epoch."""
    return {name: values[0] for name, values in run.recorded(epoch, epoch + 1).items()}


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


def _one_epoch(run: Run, hooks: CallbackList, first: int, watch: Watch) -> dict[str, float]:
    epoch = run.epoch
    hooks.on_epoch_begin(first + epoch)
    while run.epoch == epoch and not run.validating:
        step = run.step
        if hooks.needs_batches:
            hooks.on_train_batch_begin(step)
            last = step == run.steps - 1
            watch.advance(1)
            logs = run.trained(epoch) if last else run.running()
            hooks.on_train_batch_end(step, logs)
            if not hooks.model.stop_training:  # a callback has seen to it
                watch.check(logs["loss"])
            elif not last:
                run.end_training()
        else:
            # Stop where the validation begins, so that its hooks are called in time.
            # A bar leaves the first batch out of its time for a step.
            watch.advance(1 if hooks.needs_progress and step == 0 else run.steps - step)
            if run.epoch == epoch and not run.validating:
                logs = run.running()
                hooks.progress(run.step, logs)
                watch.check(logs["loss"])
            else:
                watch.check(float(run.history[epoch, 0]))
    if run.validation is not None:
        hooks.progress(run.steps, run.trained(epoch))
        hooks.on_test_begin()
        one_validation(run, hooks)
        hooks.on_test_end(run.validated(epoch))
    logs = _epoch_logs(run, epoch)
    hooks.on_epoch_end(first + epoch, logs)
    return logs
