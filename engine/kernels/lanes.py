"""A vector type for Numba: formulas over lanes read like formulas over numbers.

``Lanes(dtype, width)`` is `width` numbers in one register (LLVM's ``<width x float>``; a single
lane is a plain ``float``).  The operators ``+ - * / < <= > >= == !=``, unary ``-`` and ``abs``
work lane by lane, each rounded once; a Python number beside lanes takes the lanes' type, as a
Python number beside a NumPy array does.  LLVM splits wide vectors on machines with narrower
registers, so the width is a matter of speed and of the *stated* order of sums, never of what the
code may do.

Memory is reached through pointers that check nothing: ``load``, ``store``.  Buffers are padded by
their owner (:mod:`engine.kernels.program`) so that a full register may be read beyond the end.

Nothing here allows LLVM to reorder or to contract: an ``fma`` is written where one is meant.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import models, overload, register_model

from engine.kernels.compiler import formula, inlined, intrinsic
from engine.kernels.interpreted import Marked

_I32 = ir.IntType(32)


class Lanes(types.Type):
    """`width` numbers of `dtype` in one register."""

    def __init__(self, dtype: types.Float, width: int) -> None:
        self.dtype = dtype
        self.width = width
        super().__init__(name=f"lanes({dtype}, {width})")


class Mask(types.Type):
    """`width` truth values, the result of comparing lanes."""

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__(name=f"mask({width})")


def _vector(element: ir.Type, width: int) -> ir.Type:
    return element if width == 1 else ir.VectorType(element, width)


def _llvm_float(dtype: types.Float) -> ir.Type:
    return ir.FloatType() if dtype == types.float32 else ir.DoubleType()


def _llvm(lanes: Lanes) -> ir.Type:
    return _vector(_llvm_float(lanes.dtype), lanes.width)


def _llvm_int(lanes: Lanes) -> ir.Type:
    return _vector(ir.IntType(lanes.dtype.bitwidth), lanes.width)


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, lanes: Lanes) -> None:
        super().__init__(manager, lanes, _llvm(lanes))


@register_model(Mask)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager: Any, mask: Mask) -> None:
        super().__init__(manager, mask, _vector(ir.IntType(1), mask.width))


def _suffix(lanes: Lanes) -> str:
    """LLVM's name of the type, as in ``llvm.fma.v16f32``."""
    name = f"f{lanes.dtype.bitwidth}"
    return name if lanes.width == 1 else f"v{lanes.width}{name}"


def _constant(kind: ir.Type, value: Any) -> ir.Constant:
    if isinstance(kind, ir.VectorType):
        return ir.Constant(kind, [value] * kind.count)
    return ir.Constant(kind, value)


def _spread(builder: Any, value: Any, like: Lanes | int) -> Any:
    """Copy one number into every lane."""
    width = like if isinstance(like, int) else like.width
    if width == 1:
        return value
    undefined = ir.Constant(ir.VectorType(value.type, width), ir.Undefined)
    first = builder.insert_element(undefined, value, _I32(0))
    return _shuffle(builder, first, undefined, [0] * width)


def _shuffle(builder: Any, a: Any, b: Any, order: list[int]) -> Any:
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(_I32, len(order)), order))


def _call(builder: Any, name: str, result: ir.Type, arguments: list[Any]) -> Any:
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


def _common(args: Sequence[types.Type]) -> Lanes | None:
    """The lanes type that `args` agree on, if they do; plain numbers and masks agree with any."""
    lanes = [a for a in args if isinstance(a, Lanes)]
    if not lanes or any(a != lanes[0] for a in lanes):
        return None
    return lanes[0] if all(isinstance(a, Lanes | Mask | types.Number) for a in args) else None


def _as_lanes(context: Any, builder: Any, value: Any, kind: types.Type, lanes: Lanes) -> Any:
    """`value` as `lanes`: a plain number is converted to the lanes' type and spread."""
    if isinstance(kind, Lanes | Mask):
        return value
    return _spread(builder, context.cast(builder, value, types.unliteral(kind), lanes.dtype), lanes)


# --- operators ----------------------------------------------------------------------------------


def _define(function: Any, emit: Callable[..., Any], arity: int, compares: bool = False) -> None:
    """Teach Numba `function` of lanes; `emit(builder, lanes, *values)` writes the instructions."""

    @infer_global(function)
    class _Typing(AbstractTemplate):
        def generic(self, args: tuple[types.Type, ...], kws: dict[str, Any]) -> Any:
            lanes = _common(args)
            if kws or len(args) != arity or lanes is None:
                return None
            return signature(Mask(lanes.width) if compares else lanes, *args)

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        lanes = _common(sig.args)
        assert lanes is not None
        values = [
            _as_lanes(context, builder, v, k, lanes) for v, k in zip(args, sig.args, strict=True)
        ]
        return emit(builder, lanes, *values)

    patterns: dict[int, list[tuple[Any, ...]]] = {
        1: [(Lanes,)],
        2: [(Lanes, Lanes), (Lanes, types.Number), (types.Number, Lanes)],
        3: [(types.Any, types.Any, types.Any)],
    }
    for pattern in patterns[arity]:
        lower_builtin(function, *pattern)(lower)


_define(operator.add, lambda b, lanes, x, y: b.fadd(x, y), 2)
_define(operator.sub, lambda b, lanes, x, y: b.fsub(x, y), 2)
_define(operator.mul, lambda b, lanes, x, y: b.fmul(x, y), 2)
_define(operator.truediv, lambda b, lanes, x, y: b.fdiv(x, y), 2)
_define(operator.neg, lambda b, lanes, x: b.fneg(x), 1)
_define(abs, lambda b, lanes, x: _call(b, f"llvm.fabs.{_suffix(lanes)}", x.type, [x]), 1)
for _op, _sign in {
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
}.items():
    _define(_op, lambda b, lanes, x, y, s=_sign: b.fcmp_ordered(s, x, y), 2, compares=True)
_define(operator.ne, lambda b, lanes, x, y: b.fcmp_unordered("!=", x, y), 2, compares=True)


# --- functions that formulas call: NumPy arrays and lanes alike ---------------------------------


def fma(x: Any, y: Any, z: Any) -> Any:
    """x·y + z with one rounding (NumPy's reading rounds twice, in the wider float64)."""
    kind = np.result_type(x, y, z)
    return (np.multiply(x, y, dtype=np.float64) + z).astype(kind)


def where(condition: Any, x: Any, y: Any) -> Any:
    """`x` where the condition holds, `y` elsewhere."""
    result = np.where(condition, x, y)
    marks = [type(v) for v in (x, y) if isinstance(v, Marked)]
    return result.view(marks[0]) if marks else result


def sqrt(x: Any) -> Any:
    """√x, correctly rounded."""
    return np.sqrt(x)


def floor(x: Any) -> Any:
    """The largest integer ≤ x."""
    return np.floor(x)


_define(fma, lambda b, t, *v: _call(b, f"llvm.fma.{_suffix(t)}", v[0].type, list(v)), 3)
_define(sqrt, lambda b, t, x: _call(b, f"llvm.sqrt.{_suffix(t)}", x.type, [x]), 1)
_define(floor, lambda b, t, x: _call(b, f"llvm.floor.{_suffix(t)}", x.type, [x]), 1)
_define(where, lambda b, t, mask, x, y: b.select(mask, x, y), 3)


@formula
def maximum(x: Any, y: Any) -> Any:
    """The larger of x and y; a NaN in `x` comes through."""
    return where(x < y, y, x)


@formula
def minimum(x: Any, y: Any) -> Any:
    """The smaller of x and y; a NaN in `x` comes through."""
    return where(x > y, y, x)


# --- memory -------------------------------------------------------------------------------------


@intrinsic
def pointer(typing: Any, array: types.Array) -> Any:
    """The address of a contiguous array's first element."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return context.make_array(sig.args[0])(context, builder, args[0]).data

    return types.CPointer(array.dtype)(array), emit


@intrinsic
def at(typing: Any, p: types.CPointer, i: types.Integer) -> Any:
    """The address `i` elements after `p`."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.gep(args[0], [args[1]])

    return p(p, types.intp), emit


@intrinsic
def located(typing: Any, address: types.Integer, like: types.CPointer) -> Any:
    """The place in memory whose address is the integer `address`, as a pointer like `like`."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(like))

    return like(types.int64, like), emit


@intrinsic
def address(typing: Any, p: types.CPointer) -> Any:
    """The address of a place in memory, as an integer."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.ptrtoint(args[0], ir.IntType(64))

    return types.int64(p), emit


def _call_part(builder: Any, function: Any, values: list[Any]) -> None:
    """Call a :class:`~engine.kernels.compiler.Part` as Numba's functions call each other.

    Two places come first, for the result and for an exception; a part has neither.
    """
    byte = ir.IntType(8).as_pointer()
    nothing = cgutils.alloca_once(builder, byte)
    kind = ir.FunctionType(_I32, [nothing.type, nothing.type, *(v.type for v in values)])
    builder.call(builder.inttoptr(function, kind.as_pointer()), [nothing, nothing, *values])


@intrinsic
def call(typing: Any, function: types.Integer, arguments: types.BaseTuple) -> Any:
    """Call the part at the address `function`."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        _call_part(builder, args[0], cgutils.unpack_tuple(builder, args[1]))
        return context.get_dummy_value()

    return types.void(types.int64, arguments), emit


def _address(builder: Any, p: Any, i: Any, width: int) -> Any:
    address = builder.gep(p, [i])
    if width == 1:
        return address
    return builder.bitcast(address, ir.VectorType(p.type.pointee, width).as_pointer())


@intrinsic(prefer_literal=True)
def load(typing: Any, p: types.CPointer, i: types.Integer, width: Any) -> Any:
    """`width` neighbours from ``p[i]``."""
    lanes = Lanes(p.dtype, width.literal_value)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = builder.load(_address(builder, args[0], args[1], lanes.width))
        value.align = lanes.dtype.bitwidth // 8
        return value

    return lanes(p, types.intp, width), emit


@intrinsic(prefer_literal=True)
def broadcast(typing: Any, p: types.CPointer, i: types.Integer, width: Any) -> Any:
    """The number ``p[i]`` in each of `width` lanes."""
    lanes = Lanes(p.dtype, width.literal_value)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _spread(builder, builder.load(builder.gep(args[0], [args[1]])), lanes.width)

    return lanes(p, types.intp, width), emit


@intrinsic
def lookup(typing: Any, p: types.CPointer, i: Lanes) -> Any:
    """In each lane ``p[i]``, `i` being that lane's whole number."""
    lanes = Lanes(p.dtype, i.width)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        table, numbers = args[0], builder.fptosi(args[1], _vector(_I32, i.width))
        if i.width == 1:
            return builder.load(builder.gep(table, [numbers]))
        value = ir.Constant(_llvm(lanes), ir.Undefined)
        for lane in range(i.width):
            place = builder.extract_element(numbers, _I32(lane))
            found = builder.load(builder.gep(table, [place]))
            value = builder.insert_element(value, found, _I32(lane))
        return value

    return lanes(p, i), emit


@intrinsic
def store(typing: Any, p: types.CPointer, i: types.Integer, x: Lanes) -> Any:
    """Write all lanes of `x` to ``p[i]`` and its neighbours."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        done = builder.store(args[2], _address(builder, args[0], args[1], x.width))
        done.align = x.dtype.bitwidth // 8
        return context.get_dummy_value()

    return types.void(p, types.intp, x), emit


@intrinsic
def prefetch(typing: Any, p: types.CPointer, i: types.Integer) -> Any:
    """Have the line of the cache with ``p[i]`` brought near, to be written soon."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, _I32, _I32, _I32])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        place = builder.bitcast(builder.gep(args[0], [args[1]]), byte)
        builder.call(function, [place, _I32(1), _I32(3), _I32(1)])
        return context.get_dummy_value()

    return types.void(p, types.intp), emit


@intrinsic(prefer_literal=True)
def half(typing: Any, x: Lanes, which: Any) -> Any:
    """The lower (0) or the upper (1) half of the lanes of `x`."""
    width = x.width // 2
    first = width * which.literal_value

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        if width == 1:
            return builder.extract_element(args[0], _I32(first))
        return _shuffle(builder, args[0], args[0], list(range(first, first + width)))

    return Lanes(x.dtype, width)(x, which), emit


def _put_first(p: Any, i: Any, x: Any, n: Any) -> None:
    raise NotImplementedError("compiled code only")


@overload(_put_first, strict=False, jit_options={"error_model": "numpy", "forceinline": True})
def _put_pieces(p: Any, i: Any, x: Any, n: Any) -> Any:
    if x.width == 1:
        return lambda p, i, x, n: None
    width = x.width // 2

    def put_pieces(p: Any, i: Any, x: Any, n: Any) -> None:
        if n >= width:
            store(p, i, half(x, 0))
            _put_first(p, i + width, half(x, 1), n - width)
        else:
            _put_first(p, i, half(x, 0), n)

    return put_pieces


@inlined
def put(p: Any, i: Any, x: Any, n: Any, width: Any) -> None:
    """Write those of the `width` lanes of `x` that lie among the next `n` elements.

    A part of a register is written in pieces of 8, 4, 2 and 1: what a store with a mask has
    written, a load must wait for until it has reached the cache.
    """
    if n >= width:
        store(p, i, x)
    elif n > 0:
        _put_first(p, i, x, n)


@intrinsic(prefer_literal=True)
def fill(typing: Any, p: types.CPointer, value: types.Type, width: Any) -> Any:
    """`value` in each of `width` lanes of the type that `p` points to."""
    lanes = Lanes(p.dtype, width.literal_value)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _as_lanes(context, builder, args[1], sig.args[1], lanes)

    return lanes(p, value, width), emit


@intrinsic
def number(typing: Any, x: Lanes) -> Any:
    """A single lane as a plain number; of several lanes the first."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return args[0] if x.width == 1 else builder.extract_element(args[0], _I32(0))

    return x.dtype(x), emit


# --- masks --------------------------------------------------------------------------------------


def _first_lanes(builder: Any, n: Any, width: int) -> Any:
    wide = ir.VectorType(_I32, width)
    count = _spread(builder, builder.trunc(n, _I32), width)
    return builder.icmp_signed("<", ir.Constant(wide, list(range(width))), count)


@intrinsic
def keep_first(typing: Any, x: Lanes, n: types.Integer) -> Any:
    """The first `n` lanes of `x`, zeros after them."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        mask = _first_lanes(builder, args[1], x.width)
        return builder.select(mask, args[0], _constant(args[0].type, 0.0))

    return x(x, types.intp), emit


# --- sums and transposes in a stated order ------------------------------------------------------


def _halves_sum(builder: Any, value: Any, width: int) -> Any:
    while width > 1:
        width //= 2
        low = _shuffle(builder, value, value, list(range(width)))
        high = _shuffle(builder, value, value, list(range(width, 2 * width)))
        value = builder.fadd(low, high)
    return builder.extract_element(value, _I32(0))


@intrinsic
def sum_halves(typing: Any, x: Lanes) -> Any:
    """The sum of all lanes, upper half onto lower half again and again: (0+4)+(2+6) + …"""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _halves_sum(builder, args[0], x.width)

    return Lanes(x.dtype, 1)(x), emit


@intrinsic
def sum_8_pairs(typing: Any, rows: types.UniTuple) -> Any:
    """Eight sums of eight lanes each, ((0+1)+(4+5)) + ((2+3)+(6+7)); sum r in lane r."""
    lanes = rows.dtype
    even, odd = [0, 2, 8, 10, 4, 6, 12, 14], [1, 3, 9, 11, 5, 7, 13, 15]
    front, back = [0, 1, 2, 3, 8, 9, 10, 11], [4, 5, 6, 7, 12, 13, 14, 15]

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        def add(a: Any, b: Any, left: list[int], right: list[int]) -> Any:
            return builder.fadd(_shuffle(builder, a, b, left), _shuffle(builder, a, b, right))

        v = cgutils.unpack_tuple(builder, args[0])
        # lanes: a01 a23 b01 b23 | a45 a67 b45 b67
        v = [add(v[i], v[i + 1], even, odd) for i in range(0, 8, 2)]
        # (01)+(45) and (23)+(67) of four rows
        v = [add(v[i], v[i + 1], front, back) for i in (0, 2)]
        return add(v[0], v[1], list(range(0, 16, 2)), list(range(1, 16, 2)))

    return lanes(rows), emit


@intrinsic
def transpose_16(
    typing: Any, source: Any, s: Any, ds: Any, left: Any, target: Any, t: Any, dt: Any
) -> Any:
    """Copy a 16 × 16 block transposed: row r of `source` (stride `ds`) to column r of `target`.

    Of each row the first `left` numbers are taken; zeros stand for the others.
    """
    lanes = Lanes(source.dtype, 16)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        source_, s_, ds_, left_, target_, t_, dt_ = args
        rows, mask, zero = [], _first_lanes(builder, left_, 16), _constant(_llvm(lanes), 0.0)
        for r in range(16):
            i = builder.add(s_, builder.mul(ds_, ir.Constant(ds_.type, r)))
            value = builder.load(_address(builder, source_, i, 16))
            value.align = lanes.dtype.bitwidth // 8
            rows.append(builder.select(mask, value, zero))
        step = 1
        while step < 16:  # swap off-diagonal blocks of 1, 2, 4 and 8
            low = [k if not k & step else 16 + k - step for k in range(16)]
            high = [k + step if not k & step else 16 + k for k in range(16)]
            for r in range(16):
                if not r & step:
                    a, b = rows[r], rows[r + step]
                    rows[r] = _shuffle(builder, a, b, low)
                    rows[r + step] = _shuffle(builder, a, b, high)
            step *= 2
        for r in range(16):
            i = builder.add(t_, builder.mul(dt_, ir.Constant(dt_.type, r)))
            done = builder.store(rows[r], _address(builder, target_, i, 16))
            done.align = lanes.dtype.bitwidth // 8
        return context.get_dummy_value()

    places = [source, types.intp, types.intp, types.intp, target, types.intp, types.intp]
    return types.void(*places), emit


# --- several registers at once ------------------------------------------------------------------


@intrinsic(prefer_literal=True)
def zeros(typing: Any, p: types.CPointer, count: Any, width: Any) -> Any:
    """`count` registers of `width` zeros."""
    lanes = Lanes(p.dtype, width.literal_value)
    registers = types.UniTuple(lanes, count.literal_value)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        zero = _constant(_llvm(lanes), 0.0)
        return cgutils.pack_array(builder, [zero] * count.literal_value)

    return registers(p, count, width), emit


@intrinsic
def fma_outer(typing: Any, sums: types.UniTuple, x: Any, i: Any, step: Any, v: Lanes) -> Any:
    """Add x[i + r·step]·v to the r-th register of `sums`."""
    lanes = sums.dtype

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        registers, x_, place, step_, v_ = args
        values = cgutils.unpack_tuple(builder, registers)
        name, results = f"llvm.fma.{_suffix(lanes)}", []
        for r, value in enumerate(values):
            at_r = builder.add(place, builder.mul(step_, ir.Constant(step_.type, r)))
            factor = _spread(builder, builder.load(builder.gep(x_, [at_r])), lanes)
            results.append(_call(builder, name, value.type, [factor, v_, value]))
        return cgutils.pack_array(builder, results)

    return sums(sums, x, types.intp, types.intp, v), emit


@intrinsic
def fma_each(typing: Any, sums: Any, x: Any, i: Any, w: Any, j: Any, step: Any) -> Any:
    """Add x[i + r]·(the lanes from w[j + r·step]) to the r-th register of `sums`."""
    lanes = sums.dtype

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        registers, x_, i_, w_, j_, step_ = args
        values = cgutils.unpack_tuple(builder, registers)
        name, results = f"llvm.fma.{_suffix(lanes)}", []
        for r, value in enumerate(values):
            number_ = builder.load(builder.gep(x_, [builder.add(i_, ir.Constant(i_.type, r))]))
            at_r = builder.add(j_, builder.mul(step_, ir.Constant(step_.type, r)))
            loaded = builder.load(_address(builder, w_, at_r, lanes.width))
            loaded.align = lanes.dtype.bitwidth // 8
            factor = _spread(builder, number_, lanes)
            results.append(_call(builder, name, value.type, [factor, loaded, value]))
        return cgutils.pack_array(builder, results)

    return sums(sums, x, types.intp, w, types.intp, types.intp), emit


@intrinsic
def plus_zero(typing: Any, registers: types.UniTuple) -> Any:
    """Every number + 0, which makes 0 of −0."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        values = cgutils.unpack_tuple(builder, args[0])
        return cgutils.pack_array(
            builder, [builder.fadd(v, _constant(v.type, 0.0)) for v in values]
        )

    return registers(registers), emit


@intrinsic
def halving_sum(typing: Any, registers: types.UniTuple) -> Any:
    """The sum of 2, 4, 8 or 16 registers, upper half onto lower half again and again."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        values = cgutils.unpack_tuple(builder, args[0])
        while len(values) > 1:
            half_ = len(values) // 2
            values = [
                builder.fadd(a, b) for a, b in zip(values[:half_], values[half_:], strict=True)
            ]
        return values[0]

    return registers.dtype(registers), emit


# --- bits ---------------------------------------------------------------------------------------


def _fraction_bits(lanes: Lanes) -> int:
    return 23 if lanes.dtype == types.float32 else 52


def _exponent_bias(lanes: Lanes) -> int:
    return 127 if lanes.dtype == types.float32 else 1023


@intrinsic
def power_of_two(typing: Any, n: Lanes) -> Any:
    """2ⁿ for whole numbers n in the range of normal exponents."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = _llvm_int(n)
        exponent = builder.fptosi(args[0], kind)
        exponent = builder.add(exponent, _constant(kind, _exponent_bias(n)))
        bits = builder.shl(exponent, _constant(kind, _fraction_bits(n)))
        return builder.bitcast(bits, args[0].type)

    return n(n), emit


@intrinsic
def exponent(typing: Any, x: Lanes) -> Any:
    """The whole number e of x = 2ᵉ·t with ½ ≤ t < 1, for normal x > 0."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = _llvm_int(x)
        bits = builder.lshr(builder.bitcast(args[0], kind), _constant(kind, _fraction_bits(x)))
        return builder.sitofp(
            builder.sub(bits, _constant(kind, _exponent_bias(x) - 1)), args[0].type
        )

    return x(x), emit


@intrinsic
def fraction(typing: Any, x: Lanes) -> Any:
    """The number t of x = 2ᵉ·t with ½ ≤ t < 1, for normal x > 0."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind, shift = _llvm_int(x), _fraction_bits(x)
        bits = builder.and_(builder.bitcast(args[0], kind), _constant(kind, (1 << shift) - 1))
        bits = builder.or_(bits, _constant(kind, (_exponent_bias(x) - 1) << shift))
        return builder.bitcast(bits, args[0].type)

    return x(x), emit
