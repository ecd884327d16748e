"""The training loop: one generic kernel that walks a table of layers.

A call runs as many batches as it is told to and leaves everything it needs to go on in `state`, so
that a fit can be cut into slices short enough for Ctrl-C and the progress bar.  The weights are
always those of the last finished batch.

The tables are described, column by column, by the constants below;
:mod:`engine.kernels.program` fills them.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import activations, dense, losses, metrics, penalties, updates
from engine.kernels.compiler import compiled, inlined
from engine.kernels.lanes import at, fill, load, number, pointer, store
from engine.kernels.machine import FLUSHING, exchange_mode
from engine.kernels.sums import long_sum

# layers[l, ·]: sizes, places in the parameters (−1: no bias), activation, places in the buffers
INPUTS, UNITS, KERNEL, BIAS, ACTIVATION, OUTPUT, DELTA, LAYER_COLUMNS = range(8)

# plan[·]: numbers that stay the same for a whole fit
(
    OPTIMIZER,  # a code of engine.kernels.updates
    PARAMETERS,  # how many there are
    FORM,  # the loss: a code of engine.kernels.losses
    ON_LOGITS,  # 1: the loss works on the last layer's z, its activation is for the metrics alone
    PREDICTIONS,  # place of the predictions among the outputs
    LABEL_WIDTH,  # numbers in a row of labels
    ROWS,
    BATCH,
    WEIGHTED,  # 1: the rows have sample weights
    VALIDATION_ROWS,  # 0: no validation
    VALIDATION_BATCH,
    VALIDATION_WEIGHTED,
    STOP_AT_EPOCH_END,  # 1: return when an epoch is complete
    EVEN,  # 1: TensorFlow knows the shape of the batches
    THREADS,  # how many TensorFlow would use, which cuts very long sums
    PLAN_LENGTH,
) = range(16)

# state[·]: where the fit stands
EPOCH, PHASE, POSITION, STEPS_DONE, STATE_LENGTH = range(5)
TRAINING, VALIDATING = range(2)


@inlined
def _activate_hidden(code: Any, has_bias: Any, z: Any, rows: Any, units: Any) -> None:
    """Apply a hidden layer's activation in place; behind a bias the product has rectified."""
    if code != activations.LINEAR and not (code == activations.RELU and has_bias):
        activations.forward(code, has_bias, z, z, rows, units)


@inlined
def _forward(layers: Any, x: Any, params: Any, outputs: Any, rows: Any) -> None:
    """Run all layers; every layer but the last applies its activation."""
    source = x
    last = layers.shape[0] - 1
    for index in range(last + 1):
        layer = layers[index]
        inputs, units, bias = layer[INPUTS], layer[UNITS], layer[BIAS]
        code = layer[ACTIVATION]
        has_bias = bias >= 0
        mode = -1
        if has_bias:
            mode = 1 if code == activations.RELU and index < last else 0
        z = at(outputs, layer[OUTPUT])
        b = at(params, max(bias, 0))
        dense.forward(source, at(params, layer[KERNEL]), b, z, rows, inputs, units, mode)
        if index < last:
            _activate_hidden(code, has_bias, z, rows, units)
        source = z


@inlined
def _logits_are_read(plan: Any, metric_codes: Any) -> Any:
    """Whether the loss or a metric is a crossentropy on the logits."""
    read = plan[ON_LOGITS] > 0
    for code in metric_codes:
        if metrics.LOSS <= code <= metrics.LOSS + losses.SPARSE_LOGITS:
            read = True
    return read


@inlined
def _predictions(layers: Any, plan: Any, metric_codes: Any, outputs: Any, rows: Any) -> Any:
    """The last layer's activation, written beside its z, which the loss may still need.

    TensorFlow fuses a sigmoid with the bias before it, unless somebody else reads the logits, too.
    When the loss works on them and there are no metrics, nobody needs the activation.
    """
    layer = layers[layers.shape[0] - 1]
    z = at(outputs, layer[OUTPUT])
    code = layer[ACTIVATION]
    if code == activations.LINEAR:
        return z
    p = at(outputs, plan[PREDICTIONS])
    if metric_codes.size > 0 or not plan[ON_LOGITS]:
        apart = code == activations.SIGMOID and _logits_are_read(plan, metric_codes)
        fused = layer[BIAS] >= 0 and not apart
        activations.forward(code, fused, z, p, rows, layer[UNITS])
    return p


@inlined
def _evaluate(layers, plan, metric_codes, thresholds, sums, outputs, y, targets, weights, weighted,
              rows, scale, values, dz, elements, training, penalized, factors, params,
              scratch) -> Any:  # fmt: skip
    """Loss and metrics of a batch whose forward pass is done; the gradient too when `training`."""
    form, threads = plan[FORM], plan[THREADS]
    last = layers.shape[0] - 1
    units = layers[last, UNITS]
    z = at(outputs, layers[last, OUTPUT])
    on_logits = plan[ON_LOGITS] > 0
    p = _predictions(layers, plan, metric_codes, outputs, rows)
    if training:
        losses.fill_scale(form, scale, weights, weighted, plan[EVEN] > 0, rows, units)
    source = z if on_logits else p
    losses.evaluate(form, source, targets, rows, units, scale, values, dz, elements, training)
    if weighted:
        for i in range(rows):
            store(values, i, load(values, i, 1) * load(weights, i, 1))
    count = number(fill(sums, rows, 1))
    mean = long_sum(values, rows, threads) / count
    if penalized.shape[0] > 0:
        loss = at(pointer(factors), 2 * penalized.shape[0])
        store(loss, 0, mean)
        penalties.add_to_loss(penalized, factors, params, scratch, threads)
        mean = load(loss, 0, 1)
    store(sums, 0, load(sums, 0, 1) + mean * count)
    store(sums, 1, load(sums, 1, 1) + count)
    store(sums, 2 * metric_codes.size + 2, mean)
    code = layers[last, ACTIVATION]
    logits = z if code == activations.SIGMOID or code == activations.SOFTMAX else p
    for m in range(metric_codes.size):
        total = metrics.evaluate(
            metric_codes[m], thresholds[m], p, logits, y, rows, units, scale, values, elements,
            threads,
        )  # fmt: skip
        store(sums, 2 * m + 2, load(sums, 2 * m + 2, 1) + total)
        store(sums, 2 * m + 3, load(sums, 2 * m + 3, 1) + count)
    return p


@inlined
def _backward(layers, plan, x, params, gradients, outputs, deltas, scratch, rows) -> None:
    """All gradients, from the last layer to the first."""
    for index in range(layers.shape[0] - 1, -1, -1):
        layer = layers[index]
        inputs, units, kernel, bias = layer[INPUTS], layer[UNITS], layer[KERNEL], layer[BIAS]
        dz = at(deltas, layer[DELTA])
        source = x if index == 0 else at(outputs, layers[index - 1, OUTPUT])
        dense.gradient_of_kernel(source, dz, at(gradients, kernel), rows, inputs, units)
        if bias >= 0:
            dense.gradient_of_bias(dz, at(gradients, bias), rows, units, plan[THREADS])
        if index > 0:
            dx = at(deltas, layers[index - 1, DELTA])
            dense.gradient_of_input(dz, at(params, kernel), dx, scratch, rows, inputs, units)
            activations.backward(layers[index - 1, ACTIVATION], source, dx, scratch, rows, inputs)


@inlined
def _record(sums: Any, history: Any, epoch: Any, column: Any, count: Any) -> None:
    """Write the means of loss and metrics and start them afresh."""
    for m in range(count):
        history[epoch, column + m] = number(load(sums, 2 * m, 1) / load(sums, 2 * m + 1, 1))
        store(sums, 2 * m, fill(sums, 0.0, 1))
        store(sums, 2 * m + 1, fill(sums, 0.0, 1))


@compiled
def run(batches, state, layers, plan, metric_codes, thresholds, hyper, rates, sums, history,
        params, gradients, slot_1, slot_2, slot_3, penalized, factors, outputs, deltas, buffer,
        x, y, targets, weights, vx, vy, vtargets, vweights):  # fmt: skip
    """Go on with a fit for `batches` batches, or until it (or, if so planned, an epoch) ends.

    A fit is, for every epoch, a pass over the rows of `x` with an update after each batch, then a
    pass over the rows of `vx` without; `x` is in the order of the epoch already.  `targets` are
    the labels as the loss sees them, `y` as the metrics do.  Row e of `history` receives loss and
    metrics of epoch e, then those of the validation.  `penalized` is the table of weights that have
    a regularizer (:mod:`engine.kernels.penalties`).
    """
    mode = exchange_mode(FLUSHING)
    last = layers.shape[0] - 1
    inputs, units, width = layers[0, INPUTS], layers[last, UNITS], plan[LABEL_WIDTH]
    rows, size, validation_rows = plan[ROWS], plan[BATCH], plan[VALIDATION_ROWS]
    largest = max(size, plan[VALIDATION_BATCH])
    scale = pointer(buffer)
    values = at(scale, largest * units + 16)
    elements = at(values, largest + 16)
    scratch = at(elements, losses.elements_needed(largest, units))
    w, g, out, sum_ = pointer(params), pointer(gradients), pointer(outputs), pointer(sums)
    dz = at(pointer(deltas), layers[last, DELTA])
    columns = 1 + metric_codes.size
    p = out
    done = 0
    steps = 0
    while done < batches and state[EPOCH] < history.shape[0]:
        training = state[PHASE] == TRAINING
        start = state[POSITION]
        if training:
            n = min(size, rows - start)
            x_, y_, targets_, weights_ = pointer(x), pointer(y), pointer(targets), pointer(weights)
            weighted = plan[WEIGHTED]
        else:
            n = min(plan[VALIDATION_BATCH], validation_rows - start)
            x_, y_ = pointer(vx), pointer(vy)
            targets_, weights_ = pointer(vtargets), pointer(vweights)
            weighted = plan[VALIDATION_WEIGHTED]
        x_, y_, targets_ = (
            at(x_, start * inputs),
            at(y_, start * width),
            at(targets_, start * width),
        )
        weights_ = at(weights_, start * weighted)
        if n > 0:
            _forward(layers, x_, w, out, n)
            p = _evaluate(
                layers, plan, metric_codes, thresholds, sum_, out, y_, targets_, weights_,
                weighted > 0, n, scale, values, dz, elements, training, penalized, factors,
                w, g,
            )  # fmt: skip
            state[POSITION] = start + n
        if training:
            if not plan[ON_LOGITS]:
                activations.backward(layers[last, ACTIVATION], p, dz, scratch, n, units)
            _backward(layers, plan, x_, w, g, out, pointer(deltas), scratch, n)
            if penalized.shape[0] > 0:
                penalties.add_to_gradients(penalized, factors, w, g)
            updates.update(
                plan[OPTIMIZER], w, g, pointer(slot_1), pointer(slot_2),
                pointer(slot_3), at(pointer(rates), steps), pointer(hyper), plan[PARAMETERS],
            )  # fmt: skip
            steps += 1
            state[STEPS_DONE] += 1
            if start + n >= rows:
                _record(sum_, history, state[EPOCH], 0, columns)
                state[POSITION] = 0
                state[PHASE] = VALIDATING
        done += 1
        if state[PHASE] == VALIDATING and state[POSITION] >= validation_rows:
            if validation_rows > 0:
                _record(sum_, history, state[EPOCH], columns, columns)
            state[POSITION] = 0
            state[PHASE] = TRAINING
            state[EPOCH] += 1
            if plan[STOP_AT_EPOCH_END]:
                break
    exchange_mode(mode)


@compiled
def predict(layers, params, outputs, x, rows, batch, predictions):
    """Write the last layer's activation for all rows of `x`, `batch` rows at a time.

    Here the activation is behind a bias for TensorFlow too, so all of it is oneDNN's.
    """
    mode = exchange_mode(FLUSHING)
    layer = layers[layers.shape[0] - 1]
    inputs, units = layers[0, INPUTS], layer[UNITS]
    start = 0
    while start < rows:
        n = min(batch, rows - start)
        _forward(layers, at(pointer(x), start * inputs), pointer(params), pointer(outputs), n)
        z, p = at(pointer(outputs), layer[OUTPUT]), at(pointer(predictions), start * units)
        if layer[ACTIVATION] == activations.LINEAR:
            for i in range(n * units):
                store(p, i, load(z, i, 1))
        else:
            activations.forward(layer[ACTIVATION], layer[BIAS] >= 0, z, p, n, units)
        start += n
    exchange_mode(mode)
