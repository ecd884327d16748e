"""A trace of a step with all its parts has the numbers of the compiled kernels, to the bit."""

import numpy as np
import pytest

import engine
from engine.kernels import fields
from engine.study import batch
from tests.study.test_trace import BY_LETTER
from tests.study.whole_nets import draw
from tests.tolerances import assert_same_bits

NETWORKS = 120


def in_the_buffers(model):
    """What lies in the program's buffers besides what `batch` says."""
    run = model._run
    program, rows = run.program, len(batch(model)["x"])

    def part(flat, place, units):
        return flat[place : place + rows * units].reshape(rows, units).copy()

    stages = [
        {
            "output": part(program.outputs, s.output, s.units),
            "draws": part(program.outputs, s.draws, s.units) if s.kind == "dropout" else None,
            "doutput": part(program.deltas, s.output, s.units),
        }
        for s in program.stages
    ]
    count = len(program.penalties) + len(program.activity_penalties)
    penalties = program.factors[2 * count + 1 : 3 * count + 1].copy()
    lengths = None
    if program.squares is not None:
        trained = sum(program.trainable)
        first = (int(run.plan[fields.LENGTHS]) - int(run.plan[fields.SQUARES])) // 4
        lengths = program.squares[first : first + trained + 2].copy()
    return stages, penalties, lengths


def of_the_kernels(model, x, y, weights):
    """Train one batch, watched; what `batch` says of it, and the buffers.  The model moves on."""
    seen = []
    look = engine.callbacks.LambdaCallback(
        on_train_batch_end=lambda step, logs: seen.append((batch(model), in_the_buffers(model)))
    )
    model.fit(
        x, y, batch_size=len(x), shuffle=False, sample_weight=weights, verbose=0, callbacks=[look]
    )
    return seen[0]


def seen_by_the_optimizer(weight):
    return weight.gradient if weight.clipped is None else weight.clipped


def assert_tensors(told, expected, words):
    """Loss, activations and gradients; how many were compared."""
    assert_same_bits(np.float32(told.loss), expected["loss"], words)
    compared = 0
    for name, values in expected.items():
        letters, number = name.rstrip("0123456789"), name.lstrip("adWzbloswxy")
        if letters not in BY_LETTER:
            continue
        layer = told.layers[int(number) - 1]
        actual = getattr(layer, BY_LETTER[letters])
        if letters in ("dW", "db"):  # clipped in place
            which = "kernel" if letters == "dW" else "bias"
            actual = seen_by_the_optimizer(
                next(w for w in told.weights if w.name == f"{layer.name}/{which}")
            )
        assert_same_bits(actual, values, f"{words}: {name}")
        compared += 1
    return compared


def assert_buffers(told, buffers, words):
    stages, penalties, lengths = buffers
    working = [s for s in told.stages if s.kind != "unchanged"]
    assert len(working) == len(stages)
    for number, (stage, expected) in enumerate(zip(working, stages, strict=True)):
        assert_same_bits(stage.output, expected["output"], f"{words}: stage {number}")
        if stage.draws is not None:
            assert_same_bits(stage.draws, expected["draws"], f"{words}: draws {number}")
        if stage.doutput is not None:
            assert_same_bits(stage.doutput, expected["doutput"], f"{words}: dh {number}")
    assert_same_bits(np.array(list(told.penalties.values()), "f4"), penalties, words)
    if lengths is not None:
        trained = [w for w in told.weights if w.trained]
        assert_same_bits(np.float32([w.squares for w in trained]), lengths[:-2], words)


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_any_step(seed):
    """Three steps, so that slots, averages, schedules and draws have gone on."""
    model, x, y, weights, words = draw(seed)
    for step in range(3):
        told = model.trace(x, y, weights)
        assert told.step == step + 1
        if model.optimizer.use_ema:  # at the end of a fit the weights become their average
            model.train_on_batch(x, y, weights)
        else:
            tensors, buffers = of_the_kernels(model, x, y, weights)
            assert assert_tensors(told, tensors, words) > 0
            if model.optimizer.clipping is None or model.optimizer.clipping[0] != "clipnorm":
                assert_buffers(told, buffers, words)
        for traced, weight in zip(told.weights, model._kernel_weights, strict=True):
            assert_same_bits(traced.new, weight.numpy(), f"{words}: {weight.path}")
            assert traced.trained == weight.trainable == (traced.update is not None)
            if traced.trained:
                value = traced.value if traced.decay is None else traced.value + traced.decay
                assert_same_bits(value + traced.update, traced.moved, words)
        for weight, slot, values in model.optimizer.slot_views():
            traced = next(w for w in told.weights if w.name == weight.path)
            if traced.trained:
                assert_same_bits(traced.slots_after[slot], values.copy(), f"{words}: {slot}")
