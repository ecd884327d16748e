"""Every operation on lanes, for every width and type: the bits of NumPy, and nothing beyond."""

import operator

import numpy as np
import pytest

from engine.kernels import lanes
from engine.kernels.compiler import piece
from engine.kernels.lanes import (
    at,
    broadcast,
    exponent,
    fill,
    floor,
    fma,
    fma_each,
    fma_outer,
    fraction,
    halving_sum,
    keep_first,
    load,
    lookup,
    maximum,
    minimum,
    number,
    pointer,
    power_of_two,
    put,
    sqrt,
    store,
    sum_8_pairs,
    sum_halves,
    transpose_16,
    where,
    zeros,
)
from engine.study import orders
from tests.kernels import exact
from tests.tolerances import assert_same_bits

WIDTHS = (1, 4, 8, 16, 32)
DTYPES = ("float32", "float64")
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
BEHIND = 12345.0


def special(dtype, rng, n):
    """Random numbers of all sizes, with every kind of special value among them."""
    info = np.finfo(dtype)
    values = rng.normal(size=n) * 10.0 ** rng.uniform(-5, 5, n)
    values[:14] = [0.0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 0.5, -0.5, 2.5, -2.5, 1e5, 1.0, 0.0]
    values[14:18] = [float(info.max), float(info.tiny), float(info.smallest_subnormal), -0.9999]
    return rng.permutation(values).astype(dtype)


def same_with_nan(actual, expected, message):
    """Same bits, but NaN is expected exactly where there is one."""
    assert actual.dtype == expected.dtype and actual.shape == expected.shape
    assert np.array_equal(np.isnan(actual), np.isnan(expected)), message
    keep = ~np.isnan(expected)
    assert_same_bits(actual[keep], expected[keep], message)


@pytest.fixture(scope="module")
def results():
    """For each width and type: the arguments, and what every operation made of them."""
    rng, found = np.random.default_rng(20), {}
    for width in WIDTHS:

        @piece
        def kernel(x, y, z, out, n):
            p, q, r, o = pointer(x), pointer(y), pointer(z), pointer(out)
            for i in range(0, n, width):  # noqa: B023
                a, b, c = load(p, i, width), load(q, i, width), load(r, i, width)  # noqa: B023
                store(o, i, a + b)
                store(o, n + i, a - b)
                store(o, 2 * n + i, a * b)
                store(o, 3 * n + i, a / b)
                store(o, 4 * n + i, -a)
                store(o, 5 * n + i, abs(a))
                store(o, 6 * n + i, fma(a, b, c))
                store(o, 7 * n + i, sqrt(a))
                store(o, 8 * n + i, floor(a))
                store(o, 9 * n + i, maximum(a, b))
                store(o, 10 * n + i, minimum(a, b))
                store(o, 11 * n + i, a * 0.1)
                store(o, 12 * n + i, 0.1 - a)
                store(o, 13 * n + i, a + 3)
                store(o, 14 * n + i, where(a < b, c, 1.0) * where(b > 0.0, a, c))
                store(o, 15 * n + i, where(a < b, fill(p, 1, width), 0.0))  # noqa: B023
                store(o, 16 * n + i, where(a <= b, fill(p, 1, width), 0.0))  # noqa: B023
                store(o, 17 * n + i, where(a > b, fill(p, 1, width), 0.0))  # noqa: B023
                store(o, 18 * n + i, where(a >= b, fill(p, 1, width), 0.0))  # noqa: B023
                store(o, 19 * n + i, where(a == b, fill(p, 1, width), 0.0))  # noqa: B023
                store(o, 20 * n + i, where(a != b, fill(p, 1, width), 0.0))  # noqa: B023

        for dtype in DTYPES:
            n = 128
            x, y, z = (special(dtype, rng, n) for _ in range(3))
            y[::9] = x[::9]
            out = np.full(21 * n, np.nan, dtype)
            kernel(x, y, z, out, n)
            found[width, dtype] = (x, y, z, out.reshape(21, n))
    return found


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", WIDTHS)
def test_operations(results, width, dtype):
    x, y, z, out = results[width, dtype]
    tenth = np.array(0.1, dtype)
    with np.errstate(all="ignore"):
        expected = [
            x + y,
            x - y,
            x * y,
            x / y,
            -x,
            np.abs(x),
            exact.fma(x, y, z),
            np.sqrt(x),
            np.floor(x),
            np.where(x < y, y, x),
            np.where(x > y, y, x),
            x * tenth,
            tenth - x,
            x + np.array(3, dtype),
            np.where(x < y, z, x.dtype.type(1)) * np.where(y > 0, x, z),
            *(getattr(operator, name)(x, y).astype(dtype) for name in COMPARISONS),
        ]
    assert len(expected) == len(out)
    for number_, (actual, wanted) in enumerate(zip(out, expected, strict=True)):
        same_with_nan(actual, wanted, f"operation {number_}")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", WIDTHS)
def test_memory(width, dtype):
    """A load reads what is there, and a store leaves its neighbours alone."""

    @piece
    def kernel(x, out, spread, single):
        p = pointer(x)
        store(at(pointer(out), 5), 0, load(at(p, 1), 2, width))
        store(pointer(spread), 5, broadcast(p, 7, width))
        single[0] = number(load(p, 3, width))

    x = np.arange(1, 100).astype(dtype)
    out, spread = np.full(width + 10, BEHIND, dtype), np.full(width + 10, BEHIND, dtype)
    single = np.zeros(1, dtype)
    kernel(x, out, spread, single)
    kept = np.full(width + 10, BEHIND, dtype)
    kept[5 : 5 + width] = x[3 : 3 + width]
    assert_same_bits(out, kept)
    kept[5 : 5 + width] = x[7]
    assert_same_bits(spread, kept)
    assert_same_bits(single[0], x[3])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", WIDTHS)
def test_lookup(width, dtype, rng):
    """Each lane reads its own place, in any order and the same one twice."""

    @piece
    def kernel(table, places, out, n):
        for i in range(0, n, width):
            store(pointer(out), i, lookup(pointer(table), load(pointer(places), i, width)))

    table = rng.normal(size=31).astype(dtype)
    places = rng.integers(0, table.size, 4 * width)
    out = np.full(places.size, np.nan, dtype)
    kernel(table, places.astype(dtype), out, places.size)
    assert_same_bits(out, table[places])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", WIDTHS[1:])
def test_first_lanes(width, dtype):
    """What is masked away may be NaN: it neither comes through nor is written."""

    @piece
    def kernel(x, out, kept, n):
        value = load(pointer(x), 0, width)
        put(pointer(out), 0, value, n, width)
        store(pointer(kept), 0, keep_first(value, n))

    for n in range(-1, width + 8):
        first = min(max(n, 0), width)
        x = np.arange(1, width + 1).astype(dtype)
        x[first:] = np.nan
        out, kept = np.full(width + 4, BEHIND, dtype), np.full(width, BEHIND, dtype)
        kernel(x, out, kept, n)
        expected = np.full(width + 4, BEHIND, dtype)
        expected[:first] = x[:first]
        assert_same_bits(out, expected, n)
        assert_same_bits(
            kept, np.where(np.arange(width) < n, np.arange(1, width + 1), 0).astype(dtype)
        )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", WIDTHS[1:])
def test_sum_halves(width, dtype, rng):
    @piece
    def kernel(x, out):
        store(pointer(out), 0, sum_halves(load(pointer(x), 0, width)))

    different = 0
    for _ in range(20):
        x, out = rng.normal(size=width).astype(dtype), np.zeros(1, dtype)
        kernel(x, out)
        assert_same_bits(out[0], orders.halves(x))
        different += out[0] != orders.one_by_one(x)
    assert different  # the order shows in the bits


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_of_many_rows(dtype, rng):
    @piece
    def eight(x, out):
        p = pointer(x)
        rows = (load(p, 0, 8), load(p, 8, 8), load(p, 16, 8), load(p, 24, 8))
        more = (load(p, 32, 8), load(p, 40, 8), load(p, 48, 8), load(p, 56, 8))
        store(pointer(out), 0, sum_8_pairs(rows + more))

    @piece
    def sixteen(x, out):
        p = pointer(x)
        a = (load(p, 0, 16), load(p, 16, 16), load(p, 32, 16), load(p, 48, 16))
        b = (load(p, 64, 16), load(p, 80, 16), load(p, 96, 16), load(p, 112, 16))
        c = (load(p, 128, 16), load(p, 144, 16), load(p, 160, 16), load(p, 176, 16))
        d = (load(p, 192, 16), load(p, 208, 16), load(p, 224, 16), load(p, 240, 16))
        store(pointer(out), 0, halving_sum(a + b + c + d))

    for _ in range(20):
        x, out = rng.normal(size=(8, 8)).astype(dtype), np.zeros(8, dtype)
        eight(x, out)
        assert_same_bits(out, orders.pairs_of_eight(x))
        x, out = rng.normal(size=(16, 16)).astype(dtype), np.zeros(16, dtype)
        sixteen(x, out)
        assert_same_bits(out, orders.halves(x.T))


@pytest.mark.parametrize("dtype", DTYPES)
def test_transpose(dtype):
    @piece
    def kernel(x, out, left):
        transpose_16(pointer(x), 3, 20, left, pointer(out), 5, 17)

    for left in (1, 7, 15, 16, 40):
        x, out = np.arange(400).astype(dtype), np.full(400, BEHIND, dtype)
        kernel(x, out, left)
        expected = np.full(400, BEHIND, dtype)
        for r in range(16):
            for c in range(16):
                expected[5 + 17 * c + r] = x[3 + 20 * r + c] if c < left else 0
        assert_same_bits(out, expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_several_registers(dtype, rng):
    """x outer v, x[r]·row r, and the tree of halves over registers."""

    @piece
    def kernel(x, w, outer, each):
        sums = fma_outer(zeros(pointer(x), 4, 8), pointer(x), 2, 3, load(pointer(w), 1, 8))
        store(pointer(outer), 0, halving_sum(sums))
        sums = fma_each(zeros(pointer(x), 16, 4), pointer(x), 1, pointer(w), 2, 5)
        store(pointer(each), 0, halving_sum(sums))

    x, w = rng.normal(size=40).astype(dtype), rng.normal(size=120).astype(dtype)
    outer, each = np.zeros(8, dtype), np.zeros(4, dtype)
    kernel(x, w, outer, each)
    assert_same_bits(outer, orders.halves((x[2:14:3, None] * w[1:9]).T))
    rows = np.array([w[2 + 5 * r : 6 + 5 * r] for r in range(16)])
    assert_same_bits(each, orders.halves((x[1:17, None] * rows).T))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [1, 8, 16])
def test_bits_of_numbers(width, dtype, rng):
    """2ⁿ, and x = 2ᵉ·t, over all exponents of normal numbers."""

    @piece
    def kernel(n, x, powers, e, t, size):
        for i in range(0, size, width):
            store(pointer(powers), i, power_of_two(load(pointer(n), i, width)))
            value = load(pointer(x), i, width)
            store(pointer(e), i, exponent(value))
            store(pointer(t), i, fraction(value))

    info = np.finfo(dtype)
    n = np.arange(info.minexp, info.maxexp).astype(dtype)
    n = n[: n.size // 16 * 16]
    x = np.ldexp(rng.uniform(0.5, 1, n.size), n.astype(int) + 1).astype(dtype)
    powers, e, t = (np.zeros(n.size, dtype) for _ in range(3))
    kernel(n, x, powers, e, t, n.size)
    assert_same_bits(powers, np.ldexp(np.ones(n.size), n.astype(int)).astype(dtype))
    fractions, exponents = np.frexp(x)
    assert_same_bits(e, exponents.astype(dtype))
    assert_same_bits(t, fractions)


def test_plain_readings():
    """On NumPy arrays the same names are NumPy's functions, and keep the type."""
    x = np.array([-1.5, 0.25, 2.25], "float32")
    assert_same_bits(lanes.fma(x, x, x), (x * x + x))
    assert_same_bits(lanes.where(x > 0, x, -x), np.abs(x))
    assert_same_bits(lanes.sqrt(np.abs(x)), np.sqrt(np.abs(x)))
    assert_same_bits(lanes.floor(x), np.floor(x))
    assert_same_bits(lanes.maximum(x, np.float32(0)), np.maximum(x, 0))
    assert_same_bits(lanes.minimum(x, np.float32(0)), np.minimum(x, 0))
    assert np.isnan(lanes.maximum(np.array([np.nan]), 0.0)).all()
