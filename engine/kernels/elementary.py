"""exp, log, log1p, 1/x, 1/√x, the logistic function and tanh in three readings.

NumPy arrays
    NumPy's own functions: the readable reference.  Of arrays that are marked as packets or single
    numbers (:mod:`engine.kernels.interpreted`) the kernels' own.
one lane
    The C library, as TensorFlow uses it for the last n mod 8 elements of a tensor.
several lanes
    Eigen's vector functions for float32 (:mod:`engine.kernels.eigen`); the C library, lane by
    lane, for float64.

``fused_exp``, ``fused_logistic`` and ``fused_tanh`` are the same mathematics in oneDNN's arithmetic
(:mod:`engine.kernels.onednn`): TensorFlow uses it for a sigmoid, tanh or elu right behind a bias
and for every softmax that somebody reads.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import overload

from engine.kernels import eigen, glibc, onednn
from engine.kernels.compiler import formula, intrinsic
from engine.kernels.interpreted import Marked
from engine.kernels.lanes import Lanes, _call, minimum, sqrt, where


def _readable(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """On marked numbers the function is the kernels'."""

    @wraps(function)
    def read(x: Any) -> Any:
        return x.evaluated(function.__name__) if isinstance(x, Marked) else function(x)

    return read


@_readable
def exp(x: Any) -> Any:
    """eˣ."""
    return np.exp(x)


@_readable
def log(x: Any) -> Any:
    """ln x."""
    return np.log(x)


@_readable
def log1p(x: Any) -> Any:
    """ln(1 + x)."""
    return np.log1p(x)


@_readable
def reciprocal(x: Any) -> Any:
    """1/x."""
    return 1.0 / x


@_readable
def tanh(x: Any) -> Any:
    """(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)."""
    return np.tanh(x)


@_readable
def logistic(x: Any) -> Any:
    """1 / (1 + e⁻ˣ), without overflow on either side."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0 / (1.0 + e), e / (1.0 + e))


def single_exp(x: Any) -> Any:
    """eˣ, in all lanes as the C library has it (:mod:`engine.kernels.glibc`)."""
    return np.exp(x)


@_readable
def fused_exp(x: Any) -> Any:
    """eˣ, in oneDNN's arithmetic."""
    return np.exp(x)


@_readable
def fused_logistic(x: Any) -> Any:
    """1 / (1 + e⁻ˣ), in oneDNN's arithmetic."""
    return logistic(x)


@_readable
def fused_tanh(x: Any) -> Any:
    """tanh x, in oneDNN's arithmetic."""
    return np.tanh(x)


@_readable
def reciprocal_root(x: Any) -> Any:
    """1/√x."""
    return 1.0 / np.sqrt(x)


def power(x: Any, y: Any) -> Any:
    """xʸ."""
    return np.power(x, y)


@intrinsic
def _library_power(typing: Any, x: Lanes, y: Lanes) -> Any:
    full_name = "powf" if x.dtype == types.float32 else "pow"

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _call(builder, full_name, args[0].type, list(args))

    return x(x, y), emit


@overload(power, strict=False)
def _power(x: Any, y: Any) -> Any:
    return (lambda x, y: _library_power(x, y)) if isinstance(x, Lanes) and x.width == 1 else None


def _c_library(name: str) -> Any:
    """The C library's function, called for each lane."""

    @intrinsic
    def function(typing: Any, x: Lanes) -> Any:
        full_name = name + ("f" if x.dtype == types.float32 else "")

        def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            value = args[0]
            number = value.type if x.width == 1 else value.type.element
            kind = ir.FunctionType(number, [number])
            library = cgutils.get_or_insert_function(builder.module, kind, full_name)
            library.attributes.add("readnone")  # called twice with one number, once will do
            library.attributes.add("nounwind")
            if x.width == 1:
                return builder.call(library, [value])
            for lane in range(x.width):
                index = ir.Constant(ir.IntType(32), lane)
                y = builder.call(library, [builder.extract_element(args[0], index)])
                value = builder.insert_element(value, y, index)
            return value

        return x(x), emit

    return function


@formula
def _library_logistic(x: Any) -> Any:
    e = _library_exp(minimum(x, 16.6355324))
    return e / (1.0 + e)


@formula
def _exact_logistic(x: Any) -> Any:
    e = _library_exp(-abs(x))
    return where(x >= 0.0, 1.0 / (1.0 + e), e / (1.0 + e))


@formula
def _exact_reciprocal_root(x: Any) -> Any:
    return 1.0 / sqrt(x)


@formula
def _exact_reciprocal(x: Any) -> Any:
    return 1.0 / x


_library_exp, _library_log = _c_library("exp"), _c_library("log")
_library_log1p, _library_tanh = _c_library("log1p"), _c_library("tanh")


def _readings(function: Any, packets: Any, scalar: Any, wide: Any) -> None:
    """Let kernels call `function`: Eigen's `packets`, one `scalar` lane, `wide` float64 lanes."""

    @overload(function, strict=False, jit_options={"error_model": "numpy", "forceinline": True})
    def choose(x: Any) -> Callable[[Any], Any] | None:
        if not isinstance(x, Lanes):
            return None
        if x.dtype != types.float32:
            return lambda x: wide(x)
        if x.width == 1:
            return lambda x: scalar(x)
        return lambda x: packets(x)


_readings(exp, eigen.exp, _library_exp, _library_exp)
_readings(log, eigen.log, _library_log, _library_log)
_readings(log1p, eigen.log1p, _library_log1p, _library_log1p)
_readings(tanh, eigen.tanh, eigen.tanh, _library_tanh)
_readings(logistic, eigen.logistic, _library_logistic, _exact_logistic)
_readings(reciprocal, eigen.reciprocal, _exact_reciprocal, _exact_reciprocal)
_readings(reciprocal_root, eigen.reciprocal_root, _exact_reciprocal_root, _exact_reciprocal_root)
_readings(single_exp, glibc.expf, _library_exp, _library_exp)
_readings(fused_exp, onednn.exp, onednn.exp, _library_exp)
_readings(fused_logistic, onednn.logistic, onednn.logistic, _exact_logistic)
_readings(fused_tanh, onednn.tanh, onednn.tanh, _library_tanh)
