"""The numbers of a model as the arrays of its file: weights, step count, learning rate and slots.

The engine keeps a slot flat, one number for each weight of the Dense layers; the file keeps it in
pieces, each of the shape of its weight.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine.saving.layout import OPTIMIZER, Group, Place, layer_groups, optimizer_group, slot_order
from engine.saving.weights import Array

MOST_STEPS = 2**53
"""A count of steps that a double still holds exactly."""


def groups_of(saved: dict[str, Any], optimizer: Any, kept: list[bool] | None = None) -> list[Group]:
    """Return all groups of a checked config: layers, then the optimizer if there is one.

    The optimizer has slots for the weights that are trained by the config; or, with `kept`, for
    those for which it is true, in the order of the weights.
    """
    groups = layer_groups(saved)
    if kept is not None:
        flags = iter(kept)
        groups = [
            replace(g, places=tuple(replace(p, trained=next(flags, False)) for p in g.places))
            for g in groups
        ]
    if optimizer is not None:
        weights = [place for group in groups for place in group.places]
        groups.append(optimizer_group(optimizer, weights))
    return groups


def kept_by(model: Any, whole: bool) -> list[bool] | None:
    """Return for which of a model's weights a file has slots; None: as its config says.

    An optimizer keeps those of the weights that could be trained when it was built, whatever has
    been frozen or thawed since.  A file of weights has them all, as Keras's.  So has a `whole`
    model's in Keras, which then does not read them back, since they do not fit the config; here it
    has those of the weights that are still trained, if there are slots for all of these.
    """
    optimizer = model.optimizer
    if optimizer is None or not optimizer.built:
        return None
    kept = {id(v) for v in optimizer.trained}
    now = {id(v) for v in model.trainable_weights}
    return [id(v) in (now if whole and now <= kept else kept) for v in model.weights]


def take_state(model: Any, groups: list[Group]) -> dict[str, list[Array]]:
    """Return the arrays of `model`, listed by the paths of `groups`."""
    weights = _matched(model, groups)
    arrays = _by_path(groups, weights)
    optimizer = model.optimizer
    if optimizer is not None:
        dtype = weights[0].dtype if weights else np.dtype("float32")
        # That of a schedule follows from the step.
        rate = [] if optimizer.schedule else [np.array(optimizer.learning_rate, dtype)]
        flags = [p.trained for g in groups if g.path != OPTIMIZER for p in g.places]
        kept = {id(v) for v, flag in zip(model.weights, flags, strict=True) if flag}
        slots = [values.copy() for v, _, values in optimizer.slot_views() if id(v) in kept]
        if not optimizer.built:  # before the first step they are zero
            places = [p for g in groups if g.path != OPTIMIZER for p in g.places if p.trained]
            order = slot_order(optimizer, len(places))
            slots = [np.zeros(places[w].shape, dtype) for w, _ in order]
        arrays[OPTIMIZER] = [np.array(optimizer.iterations, np.int64), *rate, *slots]
    return arrays


def put_state(model: Any, groups: list[Group], arrays: dict[str, list[Array]]) -> None:
    """Give `model` the weights in `arrays`, and its optimizer the state if there is one."""
    weights = _matched(model, groups)
    values = [array for g in groups if g.path != OPTIMIZER for array in arrays[g.path]]
    state = arrays.get(OPTIMIZER)
    if state is not None:
        _check_optimizer_state(state, model.optimizer.schedule is not None)
        known = {id(v) for v in model.weights}
        if any(id(v) not in known for v in model.optimizer.trained):
            model.optimizer.check(model._kernel_weights)  # which says that it is another model's
    for variable, value in zip(model.weights, values, strict=True):
        variable.assign(value)
    if state is not None:
        _put_optimizer_state(model, state, weights)


def _check_optimizer_state(state: list[Array], scheduled: bool) -> None:
    """Refuse a step count or a learning rate that no training leads to."""
    steps, rate = state[0].item(), 0.0 if scheduled else state[1].item()
    if not 0 <= steps <= MOST_STEPS:
        raise ValueError(
            f"Expected a count of steps from 0 to 2⁵³ at {OPTIMIZER}/0 of the weights. "
            f"Received: {steps}"
        )
    if not (np.isfinite(rate) and rate >= 0):
        raise ValueError(
            f"Expected a finite learning rate ≥ 0 at {OPTIMIZER}/1 of the weights. Received: {rate}"
        )


def _put_optimizer_state(model: Any, state: list[Array], weights: list[Array]) -> None:
    optimizer = model.optimizer
    optimizer.iterations = state[0].item()
    head = 1
    if optimizer.schedule is None:
        optimizer.learning_rate = state[1].item()
        head = 2
    if not weights:
        return
    if not optimizer.built:
        optimizer.build(model._program().variables)
    for *_, values in optimizer.slot_views():
        values[...] = 0
    if len(state) > head:
        for (_, _, view), value in zip(optimizer.slot_views(), state[head:], strict=True):
            view[...] = value


def _by_path(groups: list[Group], values: list[Array]) -> dict[str, list[Array]]:
    rest = iter(values)
    return {g.path: [next(rest) for _ in g.places] for g in groups if g.path != OPTIMIZER}


def _matched(model: Any, groups: list[Group]) -> list[Array]:
    """Return the model's weights, which are those that `groups` expect."""
    weights = [variable.numpy() for variable in model.weights]
    places = [place for g in groups if g.path != OPTIMIZER for place in g.places]
    found = [Place(w.shape, (str(w.dtype),)) for w in weights]
    fits = len(found) == len(places) and all(
        a.shape == b.shape and a.dtypes[0] in b.dtypes for a, b in zip(found, places, strict=True)
    )
    if not fits:
        raise ValueError(f"Expected weights {places}, by the config. Received: {found}")
    return weights
