"""Some members of :func:`engine.fit_many`, with all that it takes to train them anywhere.

A part is checked, converted and complete: it can be cut, sent to a worker, and trained there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.kernels.memory import Array
from engine.models.members import Member, like_model, of_models
from engine.models.model import Model
from engine.models.run import Rows


@dataclass
class Part:
    """Lists have an entry for each member, or one for all of them where that is said."""

    template: Model
    models: list[Model]
    """The models that are trained; none if all members are made like the template."""
    seeds: list[int]
    draw: bool
    """Whether initial weights are drawn from the seeds."""
    learning_rates: Sequence[float] | None
    rows: list[Rows]
    """Of each member, or one for all."""
    validation: list[Any]
    """Rows or None: of each member, or one for all."""
    taken: list[Array] | None
    """The numbers of the rows to train on, if not all of them."""
    evens: list[bool]
    """Whether TensorFlow would know the shape of the batches."""

    def __len__(self) -> int:
        return len(self.seeds)

    def some(self, first: int, end: int) -> Part:
        """Members `first` … `end` − 1; what is one for all stays so."""

        def cut(values: Any, least: int = 1) -> Any:
            return values[first:end] if values is not None and len(values) > least else values

        models = cut(self.models, 0)
        return replace(
            self,
            template=models[0] if models else self.template,
            models=models,
            seeds=cut(self.seeds, 0),
            learning_rates=cut(self.learning_rates, 0),
            rows=cut(self.rows),
            validation=cut(self.validation),
            taken=cut(self.taken, 0),
            evens=cut(self.evens, 0),
        )

    def members(self) -> list[Member]:
        """The members; those that are models share their numbers with them."""
        if self.models:
            members = of_models(self.models, self.seeds)
        else:
            members = like_model(self.template, self.seeds, self.draw, self.learning_rates)
        for k, member in enumerate(members):
            member.rows = self.rows[k % len(self.rows)]
            member.validation = self.validation[k % len(self.validation)]
            member.taken = None if self.taken is None else self.taken[k]
            member.even = self.evens[k]
        return members


@dataclass
class Trained:
    """What a trained part gives."""

    parameters: list[Array] | Array
    """All weights of each member, one after the other; an array with a row for each, if sent."""
    history: dict[str, Array]
    """By name: results of shape (members, epochs, …)."""
    states: list[dict[str, Any]] | None = None
    """Of members that are models: what else has changed in them, if they are another process's."""
