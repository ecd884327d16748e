"""exp, log and their relatives against float64: few ulps everywhere, and what happens at the ends.

One lane is the C library, several lanes are Eigen's formulas, the fused ones oneDNN's.  The bits
themselves are judged by Keras in tests/parity.
"""

import math

import numpy as np
import pytest

from engine.kernels import elementary, onednn
from engine.kernels.compiler import piece
from engine.kernels.lanes import load, pointer, store
from engine.kernels.onednn_tanh import COEFFICIENTS
from tests.kernels import exact
from tests.tolerances import assert_close, assert_same_bits, assert_ulps, same_bits

NAN, INF = float("nan"), float("inf")
SMALLEST, LARGEST = float(np.finfo("float32").tiny), float(np.finfo("float32").max)


def logistic(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


# function: (truth, intervals; a pair of powers of ten when both ends are one sign and far apart)
FUNCTIONS = {
    "exp": (np.exp, [(-103.9, -87.4), (-87.3, 88.7), (-1, 1), (-1e-3, 1e-3)]),
    "log": (np.log, [(SMALLEST, 1e-30), (1e-5, 1e5), (0.5, 2), (1e30, LARGEST)]),
    "log1p": (np.log1p, [(1e-30, 1e-7), (1e-7, 1e-2), (0.01, 1), (-0.9, -0.01), (1, 1e30)]),
    "reciprocal": (np.reciprocal, [(1e-30, 1e30), (0.5, 2), (-3, -1), (1e-37, 1e-30)]),
    "logistic": (logistic, [(-87, -20), (-20, 20), (-1, 1), (20, 1000)]),
    "tanh": (np.tanh, [(-9, 9), (-1, 1), (-1e-3, 1e-3), (9, 1e6)]),
    "fused_exp": (np.exp, [(-86.9, 88.7), (-1, 1), (-1e-3, 1e-3)]),
    "fused_logistic": (logistic, [(-86.9, -20), (-20, 20), (-1, 1), (20, 1000)]),
    "fused_tanh": (np.tanh, [(-9.1, 9.1), (-1, 1), (1e-5, 1e-3), (9, 1e6)]),
}


def compile_for(function, width):
    @piece
    def kernel(x, out, n):
        p, q = pointer(x), pointer(out)
        for i in range(0, n, width):
            store(q, i, function(load(p, i, width)))

    def call(x):
        x = np.asarray(x)
        filled = np.ones(-(-x.size // width) * width, x.dtype)
        filled[: x.size] = x
        out = np.empty_like(filled)
        kernel(filled, out, filled.size)
        return out[: x.size]

    return call


@pytest.fixture(scope="module")
def run():
    """run(name, width, x): the function on lanes, each compiled once."""
    kernels = {}

    def call(name, width, x):
        if (name, width) not in kernels:
            kernels[name, width] = compile_for(getattr(elementary, name), width)
        return kernels[name, width](x)

    return call


def points(low, high, rng, dtype):
    n = 20_000
    if low > 0 and high / low > 1e4:
        x = np.exp(rng.uniform(np.log(low), np.log(high), n))
    else:
        x = rng.uniform(low, high, n)
    return np.sort(np.clip(x, low, high)).astype(dtype)


@pytest.mark.parametrize("width", [1, 8, 16])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_ulps(run, name, width, rng):
    truth, intervals = FUNCTIONS[name]
    kind = name if width > 1 or name.startswith("fused") or name == "tanh" else "C library"
    for low, high in intervals:
        x = points(low, high, rng, "float32")
        assert_ulps(run(name, width, x), truth(x.astype("float64")), kind, f"{low} … {high}")


@pytest.mark.parametrize("width", [1, 8])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_ulps_of_float64(run, name, width, rng):
    """In float64 every lane is the C library's, so lanes and single numbers are the same bits."""
    truth, intervals = FUNCTIONS[name]
    for low, high in intervals:
        x = points(low, high, rng, "float64")
        exact = truth(x.astype("longdouble")).astype("float64")
        values = run(name, width, x)
        assert_ulps(values, exact, "C library")
        assert_same_bits(values, run(name, 1, x))


@pytest.mark.parametrize("name", ["exp", "log", "log1p"])
def test_one_lane_is_the_c_library(run, name, rng):
    """Python's math is the C library too; rounded to float32 it is within half an ulp or so."""
    for low, high in FUNCTIONS[name][1]:
        x = points(low, high, rng, "float64")[::40]
        expected = np.array([getattr(math, name)(v) for v in x.tolist()])
        assert_same_bits(run(name, 1, x), expected)


def test_powers(rng):
    @piece
    def kernel(x, y, out, n):
        for i in range(n):
            value = elementary.power(load(pointer(x), i, 1), load(pointer(y), i, 1))
            store(pointer(out), i, value)

    for beta in (0.9, 0.999, 0.5, 0.0):
        t = np.concatenate([np.arange(1, 2000), [10**5, 10**6]]).astype("float32")
        x, out = np.full(t.size, beta, "float32"), np.empty(t.size, "float32")
        kernel(x, t, out, t.size)
        assert_ulps(out, np.power(x.astype("float64"), t.astype("float64")), "C library")
        x64, out64 = x.astype("float64"), np.empty(t.size)
        kernel(x64, t.astype("float64"), out64, t.size)
        expected = [math.pow(a, b) for a, b in zip(x64.tolist(), t.tolist(), strict=True)]
        assert_same_bits(out64, np.array(expected))


ENDS = {
    "exp": {0: 1, INF: INF, -INF: 0, 89: INF, LARGEST: INF, -105: 0, -LARGEST: 0},
    "fused_exp": {0: 1, -INF: 0, -88: 0, -LARGEST: 0},
    "log": {1: 0, INF: INF},
    "log1p": {0: 0, INF: INF, 1e-20: 1e-20},
    "reciprocal": {INF: 0, -INF: 0, 0: INF, 1: 1, 2: 0.5, -4: -0.25},
    "logistic": {0: 0.5, INF: 1, -INF: 0, 100: 1, -105: 0, LARGEST: 1},
    "fused_logistic": {0: 0.5, INF: 1, -INF: 0, 100: 1, -105: 0, LARGEST: 1},
    "fused_tanh": {0: 0, INF: 1, -INF: -1, 9.0109: 1, 50: 1, -50: -1, 1e-20: 1e-20, 4.2e-4: 4.2e-4},
    "tanh": {0: 0, INF: 1, -INF: -1, 50: 1, -50: -1, 1e-20: 1e-20},
}


@pytest.mark.parametrize("width", [1, 8])
@pytest.mark.parametrize("name", ENDS)
def test_ends(run, name, width):
    x = np.array(list(ENDS[name]), "float32")
    values = run(name, width, x)
    for argument, value, expected in zip(x, values, ENDS[name].values(), strict=True):
        assert value == expected or abs(float(value) - expected) < 2e-7, (argument, value)
    assert np.isnan(run(name, width, np.array([NAN], "float32"))).all()
    assert np.isnan(run(name, width, np.array([NAN], "float64"))).all()


def test_ends_of_onednn(run):
    """Beyond its limits oneDNN's exp stays at the value of the limit: no infinity comes out."""
    for width in (1, 16):
        top = run("fused_exp", width, np.array([onednn.LARGEST, 89, 1e30, INF], "float32"))
        assert np.isfinite(top).all() and (top == top[0]).all() and top[0] > 3.4e38
        assert_same_bits(
            run("fused_exp", width, np.array([-87.4, -1e30], "float32")), np.zeros(2, "float32")
        )


def tanh_of_onednn(x, fma=exact.fma, columns=0, digits=0xFFC00000):
    """oneDNN's tanh in its own words: column and start from the leading ten bits of |x|."""
    size = np.abs(x)
    bits = size.view("uint32")
    leading = bits & np.uint32(digits)
    column = ((leading - np.uint32(0x39800000)) >> np.uint32(22)).astype("int64") + columns
    r = size - leading.view("float32")
    table = COEFFICIENTS.reshape(7, 32)
    p = table[6, np.clip(column, 0, 31)]
    for degree in range(5, -1, -1):
        p = fma(p, r, table[degree, np.clip(column, 0, 31)])
    linear, one = np.array([0x39DDB3D7, 0x41102CB3], "uint32").view("float32")
    value = np.where(one > size, p, np.float32(1))
    return np.copysign(np.where(linear > size, size, value), x)


def test_tanh_of_onednn(run, rng):
    """In the bits of the numbers: half binades, the ends of each of them, and everywhere."""
    starts = np.arange(0x39800000, 0x41800000, 0x400000).astype("uint32")
    ends = np.concatenate([starts - 1, starts, [0x39DDB3D6, 0x39DDB3D7, 0x41102CB2, 0x41102CB3]])
    x = np.concatenate([ends.astype("uint32").view("float32"), rng.normal(scale=3, size=20_000)])
    x = x.astype("float32")
    for width in (1, 16):
        assert_same_bits(run("fused_tanh", width, x), tanh_of_onednn(x))
    two_roundings = {"fma": lambda p, r, c: p * r + c}
    for wrong in (two_roundings, {"columns": 1}, {"digits": 0xFF800000}):
        assert not same_bits(run("fused_tanh", 16, x), tanh_of_onednn(x, **wrong))


@pytest.mark.parametrize("width", [1, 8])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_rising(run, name, width):
    """Steps of a thousandth lead upwards, and neighbours never go down by more than an ulp."""
    if name == "reciprocal":
        return
    low, high = {"log": (0.1, 9), "log1p": (-0.9, 9)}.get(name, (-4, 4))
    x = np.linspace(low, high, 10_001, dtype="float32")
    assert (np.diff(run(name, width, x)) > 0).all()
    neighbours = np.arange(np.float32(0.7).view("int32"), np.float32(0.75).view("int32"), 7)
    values = run(name, width, neighbours.astype("int32").view("float32"))
    assert (np.diff(values) >= -np.spacing(values[1:])).all()


@pytest.mark.parametrize("width", [1, 8])
@pytest.mark.parametrize("name", ["logistic", "fused_logistic"])
def test_symmetry(run, name, width, rng):
    """σ(x) + σ(−x) = 1, and tanh is odd to the bit."""
    x = rng.uniform(-10, 10, 5000).astype("float32")
    total = run(name, width, x) + run(name, width, -x)
    assert_close(total, np.ones_like(total), "symmetry")
    for tanh in ("tanh", "fused_tanh"):
        assert_same_bits(run(tanh, width, -x), -run(tanh, width, x))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_widths_agree(run, name, rng):
    """The width of a register is a matter of speed: 8 and 16 lanes give the same bits."""
    low, high = FUNCTIONS[name][1][1]
    x = points(low, high, rng, "float32")
    assert_same_bits(run(name, 8, x), run(name, 16, x))


def test_fused_is_the_same_for_all_elements(run, rng):
    x = rng.uniform(-20, 20, 999).astype("float32")
    for name in ("fused_exp", "fused_logistic", "fused_tanh"):
        assert_same_bits(run(name, 1, x), run(name, 16, x))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_plain_reading(name, rng):
    """On NumPy arrays: NumPy's own function, in the array's type."""
    truth, intervals = FUNCTIONS[name]
    for low, high in intervals[1:]:
        x = points(low, high, rng, "float64")
        values = getattr(elementary, name)(x)
        assert_close(values, truth(x), "elementary")
        assert getattr(elementary, name)(x.astype("float32")).dtype == np.float32
