"""The products of a Dense layer: every line of the table of orders, to the bit.

Expected values are formed by :mod:`engine.study.orders`, which says the orders once more in
NumPy.  Behind every input lies NaN and behind every output a number to keep, so that nothing may
leak in or be overwritten.
"""

import numpy as np
import pytest

from engine.kernels import dense, fields
from engine.study import orders
from tests.kernels.harness import run
from tests.tolerances import assert_close, assert_same_bits

BEHIND = 12345.0

SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 48, 64, 65)
LONG = [
    # rows, inputs, units: what lies above 384 in each of the three products
    (1, 400, 5),
    (2, 384, 3),
    (2, 385, 3),
    (5, 500, 17),
    (4, 768, 2),
    (3, 769, 2),
    (17, 1201, 1),
    (3, 900, 40),
    (384, 3, 2),
    (385, 3, 2),
    (800, 2, 3),
    (500, 1, 4),
    (700, 5, 1),
    (16, 2, 384),
    (16, 3, 385),
    (20, 2, 900),
    (15, 3, 400),
    (1, 3, 400),
    (18, 1, 400),
    # W is larger than the batch, which is turned around instead; strips are copied from 64 rows on
    (16, 70, 50),
    (17, 65, 49),
    (70, 400, 399),
    (64, 200, 420),
    (100, 390, 150),
]


def poisoned(values):
    """Row after row, with NaN behind as far as a kernel may read."""
    width = values.shape[-1]
    return np.concatenate([values.ravel(), np.full(16 * width + 128, np.nan, values.dtype)])


class Output:
    """A place for results; fails if something was written behind it, or behind the `room` there."""

    def __init__(self, shape, dtype):
        self.shape, self.size = shape, int(np.prod(shape))
        self.flat = np.full(self.size + 16 * self.shape[-1] + 128, BEHIND, dtype)

    def taken(self, flat=None, room=0):
        flat = self.flat if flat is None else flat
        assert (flat[self.size + room :] == BEHIND).all(), "something was written behind the output"
        return flat[: self.size].reshape(self.shape)


def forward(x, w, b, relu=False, instruction=dense.forward_layer):
    """z; `b` may be None."""
    (rows, inputs), units = x.shape, w.shape[1]
    z, kernel = Output((rows, units), x.dtype), poisoned(w)
    weights = kernel if b is None else np.concatenate([kernel, poisoned(b)])
    bias = -1 if b is None else kernel.size
    numbers = fields.X, 0, 0, bias, 0, inputs, units, relu
    run(instruction, numbers, rows, x.dtype, X=poisoned(x), WEIGHTS=weights, OUTPUTS=z.flat)
    return z.taken(room=31)


def d_weights(x, dz):
    """dW and db."""
    (rows, inputs), units = x.shape, dz.shape[1]
    dw, db = Output((inputs, units), x.dtype), Output((units,), x.dtype)
    gradients = np.concatenate([dw.flat, db.flat])
    numbers = fields.X, 0, 0, 0, dw.flat.size, inputs, units
    buffers = {"X": poisoned(x), "DELTAS": poisoned(dz), "GRADIENTS": gradients}
    run(dense.d_weights, numbers, rows, x.dtype, threads=1, **buffers)
    return dw.taken(gradients[: dw.flat.size]), db.taken(gradients[dw.flat.size :])


def d_input(dz, w):
    """dx."""
    (rows, units), inputs = dz.shape, w.shape[0]
    dx, before = Output((rows, inputs), dz.dtype), poisoned(dz)
    deltas = np.concatenate([before, dx.flat])
    numbers = 0, before.size, 0, inputs, units
    run(dense.d_input, numbers, rows, dz.dtype, DELTAS=deltas, WEIGHTS=poisoned(w))
    return dx.taken(deltas[before.size :], room=15 * inputs + 31)


def products(rows, inputs, units, dtype, rng):
    """All four products by the kernels, and by the stated orders."""
    x, w = rng.normal(size=(rows, inputs)).astype(dtype), rng.normal(size=(inputs, units))
    w, b = w.astype(dtype), rng.normal(size=units).astype(dtype)
    dz = rng.normal(size=(rows, units)).astype(dtype)
    z = orders.forward(x, w, b)
    dw, db = d_weights(x, dz)
    actual = {
        "z without b": forward(x, w, None),
        "z": forward(x, w, b),
        "relu z": forward(x, w, b, True),
        "dW": dw,
        "db": db,
        "dx": d_input(dz, w),
    }
    expected = {
        "z without b": orders.forward(x, w, None),
        "z": z,
        "relu z": np.where(z < 0, z.dtype.type(0), z),
        "dW": orders.gradient_of_kernel(x, dz),
        "db": orders.gradient_of_bias(dz),
        "dx": orders.gradient_of_input(dz, w),
    }
    return actual, expected, (x, w, b, dz)


def assert_products(rows, inputs, units, dtype, rng):
    actual, expected, _ = products(rows, inputs, units, dtype, rng)
    for name, value in actual.items():
        assert_same_bits(value, expected[name], f"{name} of {rows} × {inputs} × {units}")


@pytest.mark.parametrize("rows", SIZES)
def test_orders(rows, rng):
    """Ragged sizes: every number of rows with random widths."""
    for inputs, units in [(1, 1), (1, 3), (3, 1), *rng.choice(SIZES, size=(12, 2)).tolist()]:
        assert_products(rows, inputs, units, "float32", rng)


@pytest.mark.parametrize("units", SIZES)
def test_orders_by_units(units, rng):
    for rows, inputs in rng.choice(SIZES, size=(8, 2)).tolist():
        assert_products(rows, inputs, units, "float32", rng)


@pytest.mark.parametrize("rows, inputs, units", LONG)
def test_orders_of_long_sums(rows, inputs, units, rng):
    assert_products(rows, inputs, units, "float32", rng)


@pytest.mark.parametrize("rows", range(2, 17))
def test_orders_of_long_sums_by_rows(rows, rng):
    """Every number of rows that a tile of eight leaves over, with sums of two blocks."""
    assert_products(rows, 401, 9, "float32", rng)


@pytest.mark.parametrize("rows", [1, 2, 5, 16, 17])
def test_orders_of_float64(rows, rng):
    for inputs, units in [(1, 1), (5, 1), (1, 4), (17, 9), (9, 33)]:
        assert_products(rows, inputs, units, "float64", rng)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values(dtype, rng):
    """Whatever the order: the products that NumPy forms in higher precision."""
    for rows, inputs, units in [(1, 7, 5), (6, 33, 17), (20, 8, 40), (32, 60, 1), (40, 1, 6)]:
        actual, _, (x, w, b, dz) = products(rows, inputs, units, dtype, rng)
        x, w, b, dz = (v.astype("longdouble") for v in (x, w, b, dz))
        expected = {"z": x @ w + b, "dW": x.T @ dz, "db": dz.sum(axis=0), "dx": dz @ w.T}
        for name, value in expected.items():
            assert_close(actual[name], value.astype(dtype), "product", name)


def test_the_orders_show_in_the_bits(rng):
    """Each order gives other bits than plain rounding after every operation."""
    for sizes in [(5, 40, 3), (8, 9, 40), (20, 9, 40)]:
        actual, _, (x, w, b, dz) = products(*sizes, "float32", rng)
        rounded = orders.one_by_one(x.T[:, :, np.newaxis] * w[:, np.newaxis]) + b
        assert (actual["z"] != rounded).any()
        rounded = orders.one_by_one(dz.T[:, :, np.newaxis] * w.T[:, np.newaxis])
        assert (actual["dx"] != rounded).any()


def test_blocks():
    """The blocks of long sums, as both files state them."""
    assert dense.BLOCK == 384
    assert orders.blocks_of_384(384) == [(0, 384)]
    assert orders.blocks_of_384(385) == [(0, 193), (193, 385)]
    assert orders.blocks_of_384(768) == [(0, 384), (384, 768)]
    assert orders.blocks_of_384(800) == [(0, 384), (384, 592), (592, 800)]


@pytest.mark.parametrize("rows, inputs, units", [(1, 5, 3), (3, 20, 1), (5, 20, 18), (17, 20, 18)])
def test_nan_and_infinity_come_through(rows, inputs, units, rng):
    """A NaN in one row reaches that row's results and no other's."""
    x, w = rng.normal(size=(rows, inputs)), rng.normal(size=(inputs, units))
    x[-1, -1] = np.nan
    w[0, 0] = np.inf
    b = np.zeros(units)
    z = forward(x, w, b)
    assert np.isnan(z[-1]).all() and np.isfinite(z[:-1, 1:]).all()
    rectified = forward(x, w, b, True)
    assert (rectified[-1] == 0).all()  # as oneDNN's relu makes of NaN
    assert np.array_equal(rectified[:-1], np.maximum(z[:-1], 0), equal_nan=True)
    dx = d_input(rng.normal(size=(rows, units)), w)
    assert not np.isfinite(dx[:, 0]).any() and np.isfinite(dx[:, 1:]).all()


@pytest.mark.parametrize("sizes", [[(8, 8), (8, 1)], [(4, 10), (10, 3)], [(60, 60), (60, 60)],
                                   [(3, 100), (100, 40), (40, 2)], [(5, 33), (33, 1)]])  # fmt: skip
@pytest.mark.parametrize("most", [1, 15, 16, 20, 60, 1000])
def test_strips_needed(sizes, most):
    """Those that any batch of up to `most` rows may need, found by going through all of them."""
    columns = set()
    for rows in range(1, most + 1):
        for number, (inputs, units) in enumerate(sizes):
            columns.add(units)  # x·W and xᵀ·dz
            if number > 0:  # dz·Wᵀ, or turned W·dzᵀ
                small = rows >= 16 and rows * (inputs + units) < inputs * units
                columns.add(rows if small else inputs)
    needed = set()
    for n in columns:
        needed |= {fields.STRIP_32} if n >= 32 else set()
        if n % 32:
            names = fields.STRIP_8, fields.STRIP_16, fields.STRIP_32, fields.STRIP_32
            needed.add(names[(n % 32 - 1) // 8])
    assert dense.strips_needed(sizes, most) == needed
