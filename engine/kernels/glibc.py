"""expf of the GNU C library, for several lanes.

    eˣ = 2^(k/32)·e^r   with whole k and |r| ≤ ln 2 / 64, in double precision

TensorFlow evaluates the last n mod 8 elements of a tensor with the C library, number by number, and
the exponentials of a softmax with three classes are all of that kind.  This is the same arithmetic
for a register of numbers: `has_expf` tells whether it is this machine's, too.

Source: the algorithm of Arm's optimized routines (MIT licence), which the GNU C library has had
since 2.28; the digits are its published constants, and the table is 2^(i/32), rounded.
"""

from __future__ import annotations

import ctypes
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types

from engine.kernels.compiler import inlined, intrinsic
from engine.kernels.lanes import Lanes, fma, maximum, minimum, pointer, where

PARTS = 32
"""2^(i/32) stands in a table."""


def _table() -> Any:
    """The bits of 2^(i/32), less those of i/32 in the exponent."""
    with localcontext() as context:
        context.prec = 50
        powers = [float((Decimal(2).ln() * i / PARTS).exp()) for i in range(PARTS)]
    bits = np.array(powers).view(np.int64)
    return bits - (np.arange(PARTS, dtype=np.int64) << _SHIFT)


_SHIFT = 52 - 5
_TABLE = _table()
_PER_PART = float.fromhex("0x1.71547652b82fep+0") * PARTS  # 32/ln 2
_ROUNDER = float.fromhex("0x1.8p+52")  # adding and taking it away again rounds
_CUBIC = float.fromhex("0x1.c6af84b912394p-5") / PARTS**3
_SQUARE = float.fromhex("0x1.ebfce50fac4f3p-3") / PARTS**2
_LINEAR = float.fromhex("0x1.62e42ff0c52d6p-1") / PARTS
_LOWEST = float.fromhex("-0x1.9fe368p6")  # below, eˣ is 0


def _double(lanes: Lanes) -> ir.Type:
    kind = ir.DoubleType()
    return kind if lanes.width == 1 else ir.VectorType(kind, lanes.width)


@intrinsic
def _widened(typing: Any, x: Lanes) -> Any:
    """The numbers in double precision."""
    wide = Lanes(types.float64, x.width)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.fpext(args[0], _double(x))

    return wide(x), emit


@intrinsic
def _narrowed(typing: Any, x: Lanes) -> Any:
    """The numbers rounded to single precision."""
    narrow = Lanes(types.float32, x.width)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FloatType()
        return builder.fptrunc(args[0], kind if x.width == 1 else ir.VectorType(kind, x.width))

    return narrow(x), emit


@intrinsic
def _power(typing: Any, table: types.CPointer, k: Lanes) -> Any:
    """2^(k/32)."""
    whole = ir.IntType(64)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = whole if k.width == 1 else ir.VectorType(whole, k.width)
        constant = (lambda n: kind(n)) if k.width == 1 else (lambda n: kind([n] * k.width))
        number = builder.fptosi(args[1], kind)
        place = builder.and_(number, constant(PARTS - 1))
        if k.width == 1:
            bits = builder.load(builder.gep(args[0], [place]))
        else:
            bits = kind(ir.Undefined)
            for lane in range(k.width):
                index = ir.IntType(32)(lane)
                at = builder.gep(args[0], [builder.extract_element(place, index)])
                bits = builder.insert_element(bits, builder.load(at), index)
        bits = builder.add(bits, builder.shl(number, constant(_SHIFT)))
        return builder.bitcast(bits, args[1].type)

    return k(table, k), emit


@inlined
def expf(x: Any) -> Any:
    """eˣ of single-precision numbers."""
    wide = _widened(minimum(maximum(x, -200.0), 200.0))
    k = fma(wide, _PER_PART, _ROUNDER) - _ROUNDER
    r = fma(wide, _PER_PART, -k)
    p = fma(fma(r, _CUBIC, _SQUARE), r * r, fma(r, _LINEAR, 1.0))
    y = _narrowed(p * _power(pointer(_TABLE), k))
    return where(x < _LOWEST, 0.0, y)


_PROBES = {
    0xC1ECBD5E: 0x2A1E5D1F,
    0xC1D4AE96: 0x2C483DC8,
    0xC1BEAAFC: 0x2E441D09,
    0xC1B62B92: 0x2F0DD3E2,
    0xC1AE694D: 0x2FBB0A4B,
    0xC1A3040B: 0x30C25032,
    0xC1853328: 0x337C540E,
    0xC1834AA2: 0x33A026CF,
    0xC1831151: 0x33A4B26E,
    0xC1344BF6: 0x3756376D,
    0xC0E122A1: 0x3A66B663,
    0xC0DCA911: 0x3A84AB7F,
    0xC0D1CB2B: 0x3ABA513D,
    0xC0BE5ADD: 0x3B2B045D,
    0xC0876291: 0x3C6E3D70,
    0xBEAD72C2: 0x3F36702C,
}
"""Bits of x and of eˣ, where this arithmetic misses the nearest number: 1 in 1,600 does."""


@cache
def has_expf() -> bool:
    """Whether the C library of this process has this very function."""
    try:
        function = ctypes.CDLL(None).expf
    except (OSError, TypeError, AttributeError):
        return False
    function.argtypes, function.restype = [ctypes.c_float], ctypes.c_float
    x = np.array(list(_PROBES), np.uint32).view(np.float32)
    y = np.array([function(value) for value in x.tolist()], np.float32)
    return bool(y.view(np.uint32).tolist() == list(_PROBES.values()))
