"""evaluate and the methods for a single batch.

Keras: ``keras.Model.evaluate``, ``train_on_batch``, ``test_on_batch``.
"""

from __future__ import annotations

from typing import Any

from engine.callbacks import CallbackList
from engine.models.arguments import verbosity, whole
from engine.models.feed import check_passes, feed
from engine.models.feeding import Feeding
from engine.models.piecewise import run_over
from engine.models.run import Rows, Run
from engine.models.scores import Scores


class Evaluating(Feeding):
    """The part of a model that evaluates."""

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Loss and metrics on data, the weights staying as they are.

        Parameters
        ----------
        x, y, batch_size, sample_weight
            Rows of features and their labels, or an iterable of batches, as for `fit`.
        steps
            How many batches to go through; None: all.

        Returns
        -------
        float, list of float or dict
            The loss; with metrics ``[loss, metric, …]`` in the order of :attr:`metrics_names`;
            with `return_dict` by name.
        """
        verbose = verbosity(verbose)
        batch = None if batch_size is None else whole("batch_size", batch_size)
        steps = None if steps is None else whole("steps", steps)
        data = feed(self._given(x, y, sample_weight), batch, steps)
        check_passes(data, 1, "x", "steps")
        scores = self._metrics(data.rows.y)
        hooks = CallbackList(
            callbacks, add_progbar=verbose != 0, verbose=verbose, epochs=1, steps=data.steps
        )
        assert self._loss is not None
        run = run_over(self._ready(data.rows), self._loss, scores, None, data)
        hooks.set_model(self)
        run.warm_up()
        hooks.on_test_begin()
        one_validation(run, hooks)
        logs = run.validated(0)
        hooks.on_test_end(logs)
        return _result(logs, scores, return_dict)

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """One update on one batch.

        Returns
        -------
        float, list of float or dict
            Loss and metrics of this batch, with the weights before the update.
        """
        rows = self._class_weighted(self._rows(x, y, sample_weight), class_weight)
        return self._on_batch(rows, True, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics of one batch, the weights staying as they are."""
        return self._on_batch(self._rows(x, y, sample_weight), False, return_dict)

    def _on_batch(self, rows: Rows, training: bool, return_dict: bool) -> Any:
        scores = self._metrics(rows.y)
        assert self._loss is not None
        program = self._ready(rows, self.optimizer if training else None)
        n = len(rows)
        if training:
            run = Run(
                program,
                self._loss,
                scores,
                optimizer=self._trainer(),
                train_rows=rows,
                batch=n,
                even=self._shape_is_known("train_on_batch", n),
            )
        else:
            run = Run(program, self._loss, scores, validation_rows=rows, validation_batch=n)
        run.advance(1)
        logs = run.trained(0) if training else run.validated(0)
        return _result(logs, scores, return_dict)


def _result(logs: dict[str, Any], scores: Scores, return_dict: bool) -> Any:
    """By name; or in order, as Keras lists them: what has a name of its own at the end."""
    if return_dict:
        return dict(sorted(logs.items()))
    own = ["loss", *(metric.name for metric in scores.metrics)]
    values = [logs[name] for name in [*own, *sorted(logs.keys() - own)]]
    return values[0] if len(values) == 1 else values


def one_validation(run: Run, hooks: CallbackList) -> None:
    """Go through the rows to validate on, once."""
    epoch, by_batch, bar = run.epoch, hooks.needs_test_batches, hooks.needs_progress
    step, unknown = 0, run.validation_steps is None
    run.begin_pass()
    while run.epoch == epoch and run.ready():
        step = run.step
        if by_batch:
            hooks.on_test_batch_begin(step)
            run.advance(1)
            finished = run.epoch != epoch
            hooks.on_test_batch_end(step, run.validated(epoch) if finished else run.running())
        else:
            run.advance(run.left)
            if run.epoch == epoch and bar:
                hooks.progress(run.step, run.running())
    if unknown:
        hooks.progress(step + 1, run.validated(epoch))
