"""The first estimate of 1/x: Intel's formula against its integer form, and the instruction."""

import numpy as np
import pytest

from engine.kernels.compiler import piece
from engine.kernels.estimate import by_formula, by_instruction
from engine.kernels.lanes import load, pointer, store
from engine.kernels.machine import FLUSHING, IS_X86, exchange_mode
from tests.tolerances import assert_same_bits

x86_only = pytest.mark.skipif(not IS_X86, reason="only x86-64 has the instruction rcpps")

FRACTIONS = np.arange(1 << 23, dtype="uint32")
BINADES = (0x3F800000, 0x40000000)  # 1 … 2 and 2 … 4
INF, NAN = float("inf"), float("nan")


@piece
def formula(x, out):
    for i in range(0, x.size, 8):
        store(pointer(out), i, by_formula(load(pointer(x), i, 8)))


@piece
def flushed_formula(x, out):
    mode = exchange_mode(np.uint32(FLUSHING))
    formula(x, out)
    exchange_mode(mode)


@piece
def instruction(x, out):
    for i in range(0, x.size, 16):
        store(pointer(out), i, by_instruction(load(pointer(x), i, 16)))


def run(kernel, x):
    x = np.asarray(x, "float32")
    filled = np.ones(-(-x.size // 16) * 16, "float32")
    filled[: x.size] = x
    out = np.empty_like(filled)
    kernel(filled, out)
    return out[: x.size]


def in_integers(bits):
    """The estimate's bits for those of a positive normal x below 2¹²⁶; plain integers."""
    bits = bits.astype("int64")
    i, k = (bits >> 12) & 2047, (bits >> 23) - 127
    d = 4097 + 2 * i
    rounded = (2**25 + d // 2) // d  # 4097 … 8190: half of 2¹³ and more
    return (((126 - k) << 23) | ((rounded - 4096) << 11)).astype("uint32")


@pytest.mark.parametrize("binade", BINADES, ids=hex)
def test_formula_is_the_integer_formula(binade):
    bits = FRACTIONS | np.uint32(binade)
    assert_same_bits(run(formula, bits.view("float32")), in_integers(bits).view("float32"))


def test_formula_in_all_binades():
    bits = np.arange(1 << 23, 253 << 23, 4093, dtype="uint32")
    x = bits.view("float32")
    assert_same_bits(run(formula, x), in_integers(bits).view("float32"))
    assert_same_bits(run(formula, -x), -in_integers(bits).view("float32"))


def test_formula_is_near(rng):
    """12 bits: off by 1.5·2⁻¹² at the most, as Intel's manual says of rcpps."""
    x = np.exp(rng.uniform(-80, 80, 100_000)).astype("float32")
    assert np.abs(run(formula, x) * x.astype("float64") - 1).max() < 1.5 * 2**-12


ENDS = [
    (0.0, INF), (-0.0, -INF), (1e-39, INF), (-1e-39, -INF), (1e-45, INF),
    (INF, 0.0), (-INF, -0.0), (2.0**126, 0.0), (-(2.0**126), -0.0), (3.4e38, 0.0),
]  # fmt: skip


@pytest.mark.parametrize(
    "kernel",
    [formula, flushed_formula, pytest.param(instruction, marks=x86_only)],
    ids=["formula", "formula while flushing", "instruction"],
)
def test_ends(kernel):
    """Denormal numbers count as 0, and none comes out."""
    x, expected = (np.array(v, "float32") for v in zip(*ENDS, strict=True))
    assert_same_bits(run(kernel, x), expected)
    assert np.isnan(run(kernel, [NAN, -NAN])).all()
    below = run(kernel, [np.nextafter(np.float32(2.0**126), np.float32(0)), -(2.0**-126)])
    assert 2**-126 <= below[0] < 2**-125.99 and -(2.0**126) < below[1] < -(2.0**125.99)


def maker():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            found = [line.split(":")[1].strip() for line in lines if line.startswith("vendor_id")]
    except OSError:
        found = []
    return found[0] if found else "a maker that is not told"


def made_by(name):
    return pytest.mark.skipif(maker() != name, reason=f"the processor is of {maker()}")


@x86_only
@made_by("GenuineIntel")
@pytest.mark.parametrize("binade", BINADES, ids=hex)
def test_intel_runs_the_formula(binade):
    x = (FRACTIONS | np.uint32(binade)).view("float32")
    assert_same_bits(run(instruction, x), run(formula, x))


@x86_only
@made_by("AuthenticAMD")
def test_amd_adds_two_tables():
    """Seen on Zen 5: twelve places go in, twelve come out, and estimates are sums of two tables,
    one for the first eight places, one for the first four together with the last four.
    """
    x = (FRACTIONS | np.uint32(BINADES[0])).view("float32")
    found = run(instruction, x).reshape(4096, -1)
    assert (found == found[:, :1]).all()
    rounded = found[:, 0] * 8192
    assert (rounded == np.floor(rounded)).all() and rounded.min() == 4096
    table = rounded.reshape(16, 16, 16)  # first four places, four in the middle, last four
    steps = table - table[:, :, :1]
    assert (steps == steps[:, :1]).all()
    intel = run(formula, x).reshape(4096, -1)
    assert (found != intel).mean() > 0.1
    twice = (FRACTIONS | np.uint32(BINADES[1])).view("float32")
    assert_same_bits(run(instruction, twice) * 2, run(instruction, x))
