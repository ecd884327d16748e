"""fit_many: many networks of one architecture, trained in one compiled call on all processors.

    member k:  the weights of seed k, the rows of k, the learning rate of k

Each member's numbers are those of training it alone, to the bit.  Keras has nothing like it.
Where joblib is told of workers, they take the members in chunks: :mod:`engine.models.spreading`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from engine.callbacks import History
from engine.callbacks.progress_bar import ProgressBar
from engine.checks.shown import shown
from engine.kernels import fields
from engine.kernels.memory import Array, address
from engine.losses import Loss
from engine.models.arguments import BATCH_SIZE, verbosity, whole
from engine.models.batches import are_batches
from engine.models.fits import Fits
from engine.models.fitting import held_back
from engine.models.members import (
    Member,
    check_alike,
    checked_rates,
    each_of,
    how_many,
    row_numbers,
    side_by_side,
)
from engine.models.model import Model
from engine.models.parts import Part, Trained
from engine.models.run import SLOTS, VALIDATED, Buffers, Rows, Run, hyperparameters
from engine.models.scores import listed
from engine.models.spreading import over_workers, workers
from engine.models.together import SOURCES, go_through, nothing, tiled
from engine.random import get_random_seed

ORDERS = 1 << 23
"""About so many numbers of rows stand ready for the fits to come: 64 MiB."""


def fit_many(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    seeds: Sequence[int] | None = None,
    learning_rates: Sequence[float] | None = None,
    rows: Sequence[Any] | None = None,
    batch_size: int | None = None,
    epochs: int = 1,
    verbose: Any = "auto",
    callbacks: Any = None,
    validation_split: float = 0.0,
    validation_data: Any = None,
    validation_batch_size: int | None = None,
    shuffle: bool = True,
    class_weight: dict[int, float] | None = None,
    sample_weight: Any = None,
) -> Fits:
    """Train many networks of one architecture at once.

    What differs from member to member is given as a list; all lists are equally long.  All
    processors of this machine share the work; within ``joblib.parallel_config("dask")``, or any
    other with more than one job, joblib's workers do, with the same bits (docs/scale.md).

    Parameters
    ----------
    model
        A compiled model, which stays as it is; or a list of compiled models of one architecture,
        which are trained.
    x, y
        Rows of features and their labels for all members; either may be a list with an array for
        each, or an array with an axis more.
    seeds
        Member k is what ``set_random_seed(seeds[k])``, making the model anew and ``fit`` give:
        initial weights and the order of the rows.  Without seeds the members begin with the
        model's weights.  For a list of models the seeds tell the order of the rows only.
    learning_rates
        In the place of the optimizer's.
    rows
        The numbers of the rows that a member is trained on, or masks: the folds of a
        cross-validation, say.
    validation_data
        ``(x, y)`` or ``(x, y, sample_weight)`` for all members, or a list of such tuples.
    batch_size, epochs, verbose, validation_split, validation_batch_size, shuffle, class_weight, \
    sample_weight
        As in ``Model.fit``; the progress bar counts members, and sample_weight may be a list.
    callbacks
        None: there is no coming back to Python between the epochs of many fits.

    Returns
    -------
    Fits
        Histories and weights as arrays whose first axis is the member; scores and predictions on
        request.

    Raises
    ------
    ValueError, TypeError
        If lists differ in length, or an argument does not fit the model.

    Examples
    --------
    >>> import engine as keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((8, 2)), np.zeros(8)
    >>> fits = keras.fit_many(model, x, y, seeds=range(3), epochs=5, verbose=0)
    >>> fits.history["loss"].shape
    (3, 5)
    """
    if callbacks is not None:
        raise ValueError(
            "Expected callbacks=None: many fits in one compiled call have none; train the models "
            f"one by one with fit. Received: callbacks={shown(callbacks)}"
        )
    if are_batches(x):
        raise TypeError(
            "Expected x and y to be arrays: many fits go through the same rows, each in an order "
            f"of its own, which batches do not allow. Received: x={shown(x)}"
        )
    models = list(model) if isinstance(model, list | tuple) else []
    for k, one in enumerate(models or [model]):
        if not isinstance(one, Model):
            name = f"model[{k}]" if models else "model"
            raise TypeError(
                f"Expected a compiled model, or a list of them. Received: {name}={shown(one)}"
            )
        one._require_compiled(loss=True)
    template: Model = models[0] if models else model
    batch = whole("batch_size", batch_size, BATCH_SIZE)
    validation_batch = whole("validation_batch_size", validation_batch_size, batch)
    epochs, verbose = whole("epochs", epochs), verbosity(verbose)
    if not isinstance(shuffle, bool):
        raise TypeError(f"Expected shuffle to be True or False. Received: shuffle={shown(shuffle)}")
    if models and learning_rates is not None:
        raise ValueError(
            "Expected learning_rates with a single model: models have optimizers of their own. "
            f"Received: {len(models)} models"
        )
    xs, ys, weights = each_of(x, y, sample_weight)
    tuples = validation_data if isinstance(validation_data, list) else None
    count = how_many(
        model=models or None, seeds=seeds, learning_rates=learning_rates, rows=rows, x=xs, y=ys,
        sample_weight=weights, validation_data=tuples,
    )  # fmt: skip
    data = [
        template._rows(*some) for some in side_by_side((xs, x), (ys, y), (weights, sample_weight))
    ]
    validation = [_at_hand(template._validation(v, data[0])) for v in tuples or [validation_data]]
    if validation_data is None:
        pairs = [held_back(some, validation_split) for some in data]
        data, validation = [kept for kept, _ in pairs], [held for _, held in pairs]
        if rows is not None and validation[0] is not None:
            raise ValueError(
                "Expected validation_data, or none, beside rows: nobody tells which rows "
                f"validation_split holds back. Received: validation_split={validation_split!r}"
            )
    data = [template._class_weighted(some, class_weight) for some in data]
    for one in models or [template]:
        one._ready(data[0], one.optimizer)
        if not any(w.trainable for w in one._kernel_weights):
            raise ValueError(
                f"Expected a model with a weight to train. Received: model {one.name!r} with "
                "trainable=False in all layers"
            )
    if models:
        check_alike(models)
    if learning_rates is not None:
        learning_rates = checked_rates(learning_rates)
    orders = _seeds(seeds, count)
    taken, evens = None, []
    if rows is not None:
        taken = [row_numbers(rows[k], len(data[k % len(data)]), f"rows[{k}]") for k in range(count)]
    for k in range(count):
        size = len(data[k % len(data)] if taken is None else taken[k])
        even_size = 0 if size % batch else batch
        evens.append(models[k]._shape_is_known("fit", even_size) if models else even_size > 0)
    part = Part(
        template, models, orders, seeds is not None, learning_rates, data, validation, taken, evens
    )
    bar, how = ProgressBar(count, verbose), ((batch, validation_batch), epochs, shuffle)
    if workers() > 1 and count > 1:
        trained = over_workers(train_part, part, how, bar.update)
    else:
        trained = train_part(part, *how, bar.update)
    history = trained.history
    last = {name: float(values[:, -1].mean()) for name, values in history.items()}
    bar.update(count, last, finalize=True)
    for k, one in enumerate(models):
        record = History()
        record.set_model(one)
        record.extend(0, {name: listed(values[k]) for name, values in history.items()})
    return Fits(
        template,
        list(trained.parameters),
        history,
        orders if seeds is not None else None,
        None if learning_rates is None else list(learning_rates),
    )


def train_part(
    part: Part,
    batches: tuple[int, int],
    epochs: int,
    shuffle: bool,
    tell: Callable[[int], None] = nothing,
) -> Trained:
    """Train some members here, in one compiled call; `tell` how many are done."""
    members = part.members()
    results = _train(part.template, members, batches, epochs, shuffle, tell)
    history = results(np.array([member.history for member in members]))
    for model, member in zip(part.models, members, strict=False):
        member.optimizer.iterations += epochs * -(-len(member) // batches[0])
        model._kept_program.keep_seeds()
    for member in members:
        if member.average is not None:
            part.template._program().take_average(member.parameters, member.average)
    return Trained([member.parameters for member in members], history)


def _seeds(seeds: Sequence[int] | None, count: int) -> list[int]:
    """A seed for each member's order of rows: the global one if there are none, or any."""
    if seeds is not None:
        for k, seed in enumerate(seeds):
            is_whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
            if not is_whole or not 0 <= seed < 2**32:
                raise (ValueError if is_whole else TypeError)(
                    "Expected seeds to be whole numbers, 0 ≤ seed < 2³². "
                    f"Received: seeds[{k}]={shown(seed)}"
                )
        return [int(seed) for seed in seeds]
    common = get_random_seed()
    return [secrets.randbelow(1 << 32) if common is None else common for _ in range(count)]


def _train(
    template: Model,
    members: list[Member],
    batches: tuple[int, int],
    epochs: int,
    shuffle: bool,
    tell: Callable[[int], None],
) -> Callable[[Array], dict[str, Array]]:
    """Train all members; return what tells the results of their histories by name."""
    groups: dict[tuple[int, int, bool], list[Member]] = {}
    for member in members:
        batch = min(batches[0], len(member))
        validation_batch = min(batches[1], len(member.validation or member))
        groups.setdefault((batch, validation_batch, member.even), []).append(member)
    done = 0
    for (batch, validation_batch, even), group in groups.items():
        first, loss = group[0], template._loss
        assert first.rows is not None and loss is not None
        optimizer = type(first.optimizer).from_config(first.optimizer.get_config())
        run = Run(
            template._program(),
            loss,
            template._metrics(first.rows.y),
            optimizer=optimizer,
            train_rows=first.rows,
            batch=batch,
            validation_rows=first.validation,
            validation_batch=validation_batch,
            epochs=epochs,
            stop_at_epoch_end=False,
            even=even,
        )
        _train_group(run, group, loss, shuffle, partial(_tell, tell, done))
        done += len(group)
    return run.results


def _tell(tell: Callable[[int], None], before: int, done: int) -> None:
    """Tell how many are done altogether."""
    tell(before + done)


def _train_group(
    run: Run, group: list[Member], loss: Loss, shuffle: bool, tell: Callable[[int], None]
) -> None:
    """Train members that share lists of instructions."""
    plans, histories = tiled(run, len(group), [member.parameters for member in group])
    kept: dict[Any, Any] = {}
    for plan, member, history in zip(plans, group, histories, strict=True):
        member.history = history
        _fill(plan, run, member, loss, kept)
    wave = max(1, ORDERS // max(len(member) for member in group))
    for start in range(0, len(group), wave):
        some = slice(start, start + wave)
        orders = [np.ascontiguousarray(member.order(shuffle)) for member in group[some]]
        plans[some, fields.ORDER] = [address(order) for order in orders]
        go_through(run, plans[some], partial(_tell, tell, start))


def _fill(plan: Array, run: Run, member: Member, loss: Loss, kept: dict[Any, Any]) -> None:
    """Write what a member has of its own into its plan; `kept` has what several share."""
    rows, optimizer = member.rows, member.optimizer
    assert rows is not None and run.train is not None
    steps = len(run.history) * -(-len(member) // run.batch)
    key = id(optimizer), steps
    if key not in kept:
        hyper = hyperparameters(optimizer, run.program.dtype)
        of_steps = optimizer.iterations, steps, run.program.dtype
        rates = np.ascontiguousarray(optimizer.rates(*of_steps))
        bases = None
        if optimizer.weight_decay is not None:
            bases = np.ascontiguousarray(optimizer.learning_rates(*of_steps))
        kept[key] = rates, bases, hyper
    rates, bases, hyper = kept[key]
    plan[fields.RATES], plan[fields.HYPER] = address(rates), address(hyper)
    plan[fields.LEARNING_RATES] = 0 if bases is None else address(bases)
    plan[fields.ITERATION] = optimizer.iterations
    plan[fields.SEEDS], plan[fields.CONSTANTS] = address(member.draws), address(member.constants)
    if member.average is not None:
        plan[fields.AVERAGE] = address(member.average)
    for field, slot in zip(SLOTS, member.slots, strict=False):
        plan[field] = address(slot)
    if id(rows) not in kept:
        kept[id(rows)] = loss.smooth(rows.y)
    targets = kept[id(rows)]
    sources = [rows.x, rows.y, None if targets is rows.y else targets, rows.weights]
    plan[fields.TRAIN_ROWS] = len(member)
    plan[list(SOURCES)] = [0 if values is None else address(values) for values in sources]
    if run.train.fetched:  # batch by batch, from where they are
        plan[fields.TRAIN_X], plan[fields.FROM_X] = plan[fields.FROM_X], 0
    validation = member.validation
    if validation is not None and run.validation is not None:
        if id(validation) not in kept:
            dtype, fetched = run.program.dtype, run.validation.fetched
            kept[id(validation)] = Buffers(validation, loss, dtype, fetched)
        plan[list(VALIDATED)] = kept[id(validation)].addresses
        plan[fields.VALIDATION_ROWS] = len(validation)


def _at_hand(given: Any) -> Rows | None:
    """Rows to validate on, which many fits share: in memory."""
    if given is None or isinstance(given, Rows):
        return given
    raise TypeError(
        "Expected arrays in memory as validation_data. Received: data that come in pieces"
    )
