"""The shared instructions give the same bits as those for one thread, whatever the team's size."""

import numpy as np
import pytest

from engine.kernels import dense, fields, large, updates
from engine.kernels.memory import ROWS_BEYOND
from tests.kernels.harness import run, run_all
from tests.tolerances import assert_same_bits

# Batches of one row, of a few, of many; sums of one block and of several; strips of 32 columns
# and narrower ones; more members than strips.
SHAPES = [
    (1, 70, 97),
    (1, 400, 2),
    (2, 33, 40),
    (15, 100, 17),
    (16, 64, 64),
    (20, 784, 130),
    (33, 20, 300),
    (33, 513, 33),
    (40, 1, 70),
    (100, 300, 10),
    (130, 40, 33),
    (130, 900, 130),
    (520, 50, 40),
    (800, 60, 430),
    (1100, 40, 300),
]
TEAMS = [1, 2, 3]


def drawn_shapes(count):
    """Sizes about those where something changes: strips, blocks, groups, halves of all these."""
    draw = np.random.default_rng(0)
    sizes = [1, 8, 16, 32, 64, 128, 192, 256, 384, 512, 768, 1152]
    for _ in range(count):
        rows, inputs, units = draw.choice(sizes, 3) + draw.integers(-2, 3, 3)
        rows = min(rows, 140)
        yield int(max(1, rows)), int(max(1, inputs)), int(max(2, units))


SHAPES += drawn_shapes(30)


def drawn(rows, inputs, units, dtype="float32"):
    draw = np.random.default_rng([rows, inputs, units])
    made = lambda *shape: draw.standard_normal(shape).astype(dtype)  # noqa: E731
    return made(rows, inputs), made(inputs, units), made(units), made(rows, units)


def padded(values, fill=np.nan):
    """Row after row, with room for what kernels read beyond."""
    width = values.shape[-1]
    room = np.full(values.size + (ROWS_BEYOND + 16) * width + 4096, fill, values.dtype)
    room[: values.size] = values.ravel()
    return room


def weights(w, b):
    return padded(np.concatenate([w.ravel(), b])[np.newaxis])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("team", TEAMS)
def test_forward(shape, team):
    rows, inputs, units = shape
    x, w, b, _ = drawn(*shape)
    for bias in (inputs * units, -1):
        numbers = fields.X, 0, 0, bias, 0, inputs, units, 1
        outputs = []
        for function, members in ((dense.forward_layer, 1), (large.forward_layer_shared, team)):
            z = padded(np.zeros((rows, units), "float32"))
            run(function, numbers, rows, team=members, X=padded(x), WEIGHTS=weights(w, b),
                OUTPUTS=z)  # fmt: skip
            outputs.append(z[: rows * units])
        assert_same_bits(outputs[1], outputs[0], str(shape))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("team", TEAMS)
def test_gradient_of_the_input(shape, team):
    rows, inputs, units = shape
    _, w, b, dz = drawn(*shape)
    place = padded(dz).size
    outputs = []
    for function, members in ((dense.d_input, 1), (large.d_input_shared, team)):
        deltas = np.concatenate([padded(dz), padded(np.zeros((rows, inputs), "float32"))])
        numbers = 0, place, 0, inputs, units
        run(function, numbers, rows, team=members, WEIGHTS=weights(w, b), DELTAS=deltas)
        outputs.append(deltas[place : place + rows * inputs])
    assert_same_bits(outputs[1], outputs[0], str(shape))


def trained(shape, team, code, kept, function=large.d_weights_shared):
    """Weights, slots and gradients after an update; `function` shared or not."""
    rows, inputs, units = shape
    x, w, b, dz = drawn(*shape)
    size = inputs * units + units
    names = "GRADIENTS", "SLOT_1", "SLOT_2", "SLOT_3"
    buffers = {name: padded(np.full((1, size), 0.25, "float32")) for name in names}
    buffers |= {"X": padded(x), "DELTAS": padded(dz), "WEIGHTS": weights(w, b)}
    hyper = {"RATE": np.full(16, 0.01, "float32"), "HYPER": np.array([0.9, 0.1, 1e-3], "float32")}
    places = fields.X, 0, 0, 0, inputs * units, inputs, units
    plain, exact = updates.PARTS[code]
    if function is dense.d_weights:
        instructions = [(function, *places), (plain, 0, size)]
    elif kept:
        address = exact.address("float32")
        instructions = [(function, *places, 0), (large.update_shared, 0, size, address)]
    else:
        instructions = [(function, *places, exact.address("float32"))]
    run_all(instructions, rows, team=team, threads=1, **buffers, **hyper)
    return {name: buffers[name][:size] for name in ("WEIGHTS", *names)}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("team", TEAMS)
def test_gradient_and_update(shape, team):
    expected = trained(shape, 1, updates.ADAM, True, dense.d_weights)
    kept = trained(shape, team, updates.ADAM, True)
    fused = trained(shape, team, updates.ADAM, False)
    for name, values in expected.items():
        assert_same_bits(kept[name], values, f"{name} {shape}")
        if name != "GRADIENTS":
            assert_same_bits(fused[name], values, f"{name} {shape}")


# The others go weight by weight: tests/optimizers/test_around.py.
@pytest.mark.parametrize("code", range(updates.RMSPROP))
def test_every_optimizer(code):
    shape = 40, 50, 37
    expected = trained(shape, 1, code, True, dense.d_weights)
    for kept in (False, True):
        found = trained(shape, 2, code, kept)
        for name in ("WEIGHTS", "SLOT_1", "SLOT_2", "SLOT_3"):
            assert_same_bits(found[name], expected[name], name)
        assert not np.array_equal(found["WEIGHTS"], weights(*drawn(*shape)[1:3])[:1887])
