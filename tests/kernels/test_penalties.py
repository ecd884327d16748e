"""Penalties in the kernels: the stated order to the bit, neighbours left alone."""

import numpy as np
import pytest

import engine
from engine.kernels import losses, penalties
from engine.kernels.program import Program
from engine.study import orders
from tests.kernels.harness import run
from tests.tolerances import assert_same_bits

LOSS = 1.25
ROOM = engine.regularizers
CHOICE = [None, ROOM.L1(0.3), ROOM.L2(0.07), ROOM.L1L2(0.02, 0.3), ROOM.L1L2(), ROOM.L2(0.0)]


def joined(program, threads):
    """Run what the program asks for: penalties, the mean with them, the penalties' gradients."""
    values, sums = np.zeros(80, program.dtype), np.zeros(16, program.dtype)
    values[0] = LOSS
    before = program.gradients.copy()
    steps = program.mean(4, losses.MEAN), program.each_penalty(penalties.d_penalty)
    for steps_ in steps:
        for instruction, *numbers in steps_:
            run(
                instruction, numbers, 1, program.dtype, threads,
                WEIGHTS=program.parameters, GRADIENTS=program.gradients, VALUES=values,
                SUMS=sums, FACTORS=program.factors,
            )  # fmt: skip
        # The penalties' terms were written where the gradients stand.
        program.gradients[:] = before if steps_ is steps[0] else program.gradients
    return sums[4]


def program_of(sizes, rng):
    """A chain with regularizers by the dozen, its weights and gradients random."""
    layers = [
        engine.layers.Dense(
            n, kernel_regularizer=rng.choice(CHOICE), bias_regularizer=rng.choice(CHOICE)
        )
        for n in sizes[1:]
    ]
    model = engine.Sequential([engine.Input((sizes[0],)), *layers])
    model.set_weights([rng.normal(size=w.shape) for w in model.weights])
    program = Program(layers)
    program.gradients[:] = rng.normal(size=program.gradients.shape)
    pairs = [r for v in layers for r in (v.kernel_regularizer, v.bias_regularizer)]
    return program, [w.numpy().ravel() for w in model.weights], pairs


def penalty(regularizer, w, threads):
    """The penalty of one weight, its sums in Keras's order."""
    l1, l2 = regularizer.factors
    total = w.dtype.type(0)
    if l1 is not None:
        total = total + w.dtype.type(l1) * orders.by_threads(np.abs(w), threads)
    if l2 is not None:
        total = total + w.dtype.type(l2) * orders.by_threads(w * w, threads)
    return total


@pytest.fixture(params=["float32", "float64"])
def floatx(request):
    """Compute in each type, and go back to the one before."""
    before = engine.config.floatx()
    engine.config.set_floatx(request.param)
    yield request.param
    engine.config.set_floatx(before)


@pytest.mark.parametrize("sizes", [(3, 2), (1, 1, 1), (16, 17, 1), (400, 300, 9), (2,) * 25])
def test_order(floatx, sizes, rng):
    for threads in (1, 2, 64):
        program, weights, regularizers = program_of(sizes, rng)
        before = program.gradients.copy()
        loss = joined(program, threads)
        terms = [np.dtype(floatx).type(LOSS)]
        start = 0
        for w, regularizer in zip(weights, regularizers, strict=True):
            expected = before[start : start + w.size]
            if regularizer is not None:
                terms.append(penalty(regularizer, w, threads))
                expected = expected + regularizer.gradient(w)
            assert_same_bits(program.gradients[start : start + w.size], expected)
            start += w.size
        assert_same_bits(program.gradients[start:], before[start:])
        assert_same_bits(loss, orders.packets(np.array(terms)) if len(terms) > 1 else terms[0])


def test_nothing_to_do():
    layers = [engine.layers.Dense(3), engine.layers.Dense(1)]
    engine.Sequential([engine.Input((2,)), *layers])
    program = Program(layers)
    assert [step[0] for step in program.mean(4, losses.MEAN)] == [losses.reduce]
    assert program.each_penalty(penalties.d_penalty) == []
