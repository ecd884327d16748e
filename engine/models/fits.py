"""What fit_many returns: the numbers of many trained networks, as arrays.

The first axis of every array is the member.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.kernels import fields
from engine.kernels.memory import Array, address
from engine.models.arguments import BATCH_SIZE, whole
from engine.models.members import each_of, side_by_side
from engine.models.model import Model
from engine.models.predicting import outputs
from engine.models.run import VALIDATED, Buffers, Run
from engine.models.together import go_through, nothing, tiled


class Fits:
    """Many trained networks.

    Attributes
    ----------
    history
        By name, as in ``History.history``: arrays of shape (members, epochs), with a further axis
        for metrics that have several numbers.
    seeds, learning_rates
        What the members were made from; None if it was the same for all.
    """

    def __init__(
        self,
        model: Model,
        parameters: list[Array],
        history: dict[str, Array],
        seeds: list[int] | None = None,
        learning_rates: list[float] | None = None,
    ) -> None:
        self._model, self._parameters = model, parameters
        self.history = history
        self.seeds, self.learning_rates = seeds, learning_rates

    def __len__(self) -> int:
        return len(self._parameters)

    def __repr__(self) -> str:
        """How many members, and the mean of what they ended with."""
        last = ", ".join(f"{k}={v[:, -1].mean():.4f}" for k, v in self.history.items())
        return f"<Fits of {len(self)} networks, mean of the last epoch: {last}>"

    @property
    def weights(self) -> list[Array]:
        """The weights in the order of ``model.weights``, each of shape (members, …)."""
        result, start = [], 0
        for view in self._model._program().views:
            end = start + view.size
            stacked = np.stack([values[start:end] for values in self._parameters])
            result.append(stacked.reshape(len(self), *view.shape))
            start = end
        return result

    def model(self, member: int) -> Model:
        """A compiled model with the weights of member 0 … len − 1, and an optimizer that is new."""
        if not isinstance(member, int | np.integer) or isinstance(member, bool):
            raise TypeError(f"Expected the number of a member. Received: member={shown(member)}")
        if not 0 <= member < len(self):
            raise IndexError(f"Expected a member in 0 … {len(self) - 1}. Received: member={member}")
        old = self._model
        made: Model = type(old).from_config(old.get_config())
        made.compile_from_config(old.get_compile_config())
        if not made.built:
            made.build(old.input_shape)
        made.set_weights(old.get_weights())  # those that are not trained, too
        for weight, values in zip(made._kernel_weights, self.weights, strict=True):
            weight.assign(values[member])
        return made

    def evaluate(
        self, x: Any, y: Any, batch_size: int | None = None, sample_weight: Any = None
    ) -> dict[str, Array]:
        """Loss and metrics of every member by name, each of shape (members,).

        x, y and sample_weight are for all members, or lists with those of each.
        """
        batch = whole("batch_size", batch_size, BATCH_SIZE)
        model, lists = self._model, each_of(x, y, sample_weight)
        values = zip(lists, (x, y, sample_weight), strict=True)
        data = [model._rows(*some) for some in side_by_side(*values)]
        if len(data) not in (1, len(self)):
            raise ValueError(
                f"Expected rows for all members, or a list for each of {len(self)}. "
                f"Received: {len(data)}"
            )
        loss, program = model._loss, model._program()
        assert loss is not None
        result: dict[str, Array] = {}
        for size in {min(batch, len(rows)) for rows in data}:
            some = [k for k in range(len(self)) if min(batch, len(data[k % len(data)])) == size]
            kept = [data[k] for k in some] if len(data) > 1 else data
            metrics = model._metrics(kept[0].y)
            run = Run(program, loss, metrics, validation_rows=kept[0], validation_batch=size)
            assert run.validation is not None
            plans, histories = tiled(run, len(some), [self._parameters[k] for k in some])
            buffers = [Buffers(r, loss, program.dtype, run.validation.fetched) for r in kept]
            for plan, k in zip(plans, range(len(some)), strict=True):
                plan[list(VALIDATED)] = buffers[k % len(buffers)].addresses
                plan[fields.VALIDATION_ROWS] = len(kept[k % len(kept)])
            go_through(run, plans, nothing)
            told = run.scores.results(histories[:, 0, run.scores.columns :])
            for name, values in told.items():
                shape = (len(self), *values.shape[1:])
                result.setdefault(name, np.zeros(shape, program.dtype))[some] = values
        return result

    def predict(self, x: Any, batch_size: int | None = None) -> Array:
        """The outputs of every member for the same rows, of shape (members, rows, units)."""
        rows = self._model._features(x)
        batch = min(whole("batch_size", batch_size, BATCH_SIZE), len(rows))
        program = self._model._program()
        program.make_room(batch)
        return np.stack(
            [outputs(program, rows, batch, address(values)) for values in self._parameters]
        )

    def frame(self) -> Any:
        """A tidy pandas frame: a row for each member and epoch.

        Columns: member, seed and learning_rate if they differ, epoch, then the names of
        :attr:`history`.
        """
        import pandas

        members, epochs = self.history["loss"].shape
        columns: dict[str, Any] = {"member": np.repeat(np.arange(members), epochs)}
        for name, values in (("seed", self.seeds), ("learning_rate", self.learning_rates)):
            if values is not None:
                columns[name] = np.repeat(values, epochs)
        columns["epoch"] = np.tile(np.arange(epochs), members)
        for name, results in self.history.items():
            flat = results.reshape(members * epochs, *results.shape[2:])
            columns[name] = flat if flat.ndim == 1 else list(flat)
        return pandas.DataFrame(columns)
