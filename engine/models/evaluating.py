"""evaluate and the methods for a single batch.

Keras: ``keras.Model.evaluate``, ``train_on_batch``, ``test_on_batch``.
"""

from __future__ import annotations

from typing import Any

from engine.callbacks import CallbackList
from engine.models.arguments import BATCH_SIZE, not_yet, verbosity, whole
from engine.models.feeding import Feeding
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

        Returns
        -------
        float, list of float or dict
            The loss; with metrics ``[loss, metric, …]`` in the order of :attr:`metrics_names`;
            with `return_dict` by name.
        """
        not_yet(steps=(steps, None))
        verbose = verbosity(verbose)
        batch = whole("batch_size", batch_size, BATCH_SIZE)
        rows = self._rows(x, y, sample_weight)
        batch = min(batch, len(rows))
        scores = self._metrics(rows.y)
        hooks = CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=1,
            steps=-(-len(rows) // batch),
        )
        assert self._loss is not None
        program = self._ready(rows)
        run = Run(program, self._loss, scores, validation_rows=rows, validation_batch=batch)
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
                optimizer=self.optimizer,
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
    epoch = run.epoch
    while run.epoch == epoch:
        step = run.step
        if hooks.needs_test_batches:
            hooks.on_test_batch_begin(step)
            run.advance(1)
            finished = run.epoch != epoch
            hooks.on_test_batch_end(step, run.validated(epoch) if finished else run.running())
        else:
            run.advance(run.validation_steps - step)
            if run.epoch == epoch:
                hooks.progress(run.step, run.running())
