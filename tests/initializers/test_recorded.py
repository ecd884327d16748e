"""The engine gives what Keras gave, and versions with a plausible mistake are found out."""

import random as python_random

import numpy as np
import pytest

from engine import initializers, random
from engine.initializers import base, constants, scaling
from engine.random import fills, sampling, seed_generator
from engine.random.philox import block, stateful_stream


def test_recorded_draws(recorded):
    assert len(recorded.draws) == 234
    assert recorded.draw_mismatches(initializers) == 0


def test_recorded_chains(recorded):
    assert len(recorded.chains) == 6
    assert recorded.chain_mismatches(initializers, random) == 0


def words(out, stream):
    blocks = block(stream, np.arange(out.size // 4, dtype=np.uint64))
    return np.stack(blocks, axis=-1).ravel()


def uniform_of_24_bits(out, stream):
    out[:] = (words(out, stream) >> np.uint64(8)).astype(np.float32) / np.float32(2**24)


def uniform_of_32_bits(out, stream):
    out[:] = words(out, stream) / 2.0**32


def cosine_first(out, stream):
    z = np.empty_like(out)
    fill_normal32(z, stream)
    out[0::2], out[1::2] = z[1::2], z[0::2]


def normal_by_numpy(out, stream):
    u = (words(out, stream) & np.uint64(2**23 - 1)).astype(np.float32) / np.float32(2**23)
    r = np.sqrt(np.float32(-2) * np.log(np.maximum(u[0::2], np.float32(1e-7))))
    angle = (2 * np.pi * u[1::2].astype(np.float64)).astype(np.float32)
    out[0::2], out[1::2] = np.sin(angle) * r, np.cos(angle) * r


def clipped(out, stream):
    fill_normal32(out, stream)
    np.clip(out, -2, 2, out=out)


def redrawn_from_one_stream(out, stream):
    z = np.empty(2 * out.size + 8, np.float32)
    z = z[: z.size // 4 * 4]
    fill_normal32(z, stream)
    out[:] = z[np.abs(z) < 2][: out.size]


fill_normal32 = fills.fill_normal32
compute_fans = scaling.compute_fans

WRONG_DRAWS = {
    "key not scrambled": (sampling, "stateless_stream", stateful_stream),
    "seed mod 2³¹ − 1": (sampling, "_SEED_MODULUS", 2**31 - 1),
    "seed not reduced": (sampling, "_SEED_MODULUS", 2**64),
    "24 random bits": (fills, "fill_uniform32", uniform_of_24_bits),
    "32 random bits": (fills, "fill_uniform32", uniform_of_32_bits),
    "bounds in double": (sampling, "as_cast_number", lambda name, value, kind: np.float64(value)),
    "cosine before sine": (fills, "fill_normal32", cosine_first),
    "NumPy's log, sin and cos": (fills, "fill_normal32", normal_by_numpy),
    "stddev in double": (sampling, "as_number", lambda name, value, kind: np.float64(value)),
    "tails clipped": (fills, "fill_truncated32", clipped),
    "tails left in": (fills, "fill_truncated32", fill_normal32),
    "groups not apart": (fills, "fill_truncated32", redrawn_from_one_stream),
    "stddev not corrected": (scaling, "_TRUNCATED_STDDEV", 1.0),
    "stddev corrected to three digits": (scaling, "_TRUNCATED_STDDEV", 0.88),
    "fans swapped": (scaling, "compute_fans", lambda *a: compute_fans(*a)[::-1]),
    "no receptive field": (scaling, "compute_fans", lambda s, *a: (s[-2:] * 2)[:2]),
    "bias fans of one": (
        scaling,
        "compute_fans",
        lambda s, *a: compute_fans(s) if len(s) > 1 else (1, s[0]),
    ),
}


@pytest.mark.parametrize("name", WRONG_DRAWS)
def test_wrong_draws_are_rejected(recorded, monkeypatch, name):
    monkeypatch.setattr(*WRONG_DRAWS[name])
    assert recorded.draw_mismatches(initializers) > 0


def drawing_zeros(zeros):
    base.make_default_seed()


WRONG_CHAINS = {
    "NumPy's generator": (base, "make_default_seed", lambda: int(np.random.randint(1, 10**9))),
    "from 0": (base, "make_default_seed", lambda: python_random.randint(0, 10**9)),
    "up to 2³¹": (base, "make_default_seed", lambda: python_random.randint(1, 2**31)),
    "one seed for all": (base, "make_default_seed", lambda: 1),
    "zeros draw, too": (constants.Zeros, "__init__", drawing_zeros),
    "the shared generator is ordered": (
        seed_generator.SeedGenerator,
        "next",
        lambda self, ordered=True: self.state,
    ),
}


@pytest.mark.parametrize("name", WRONG_CHAINS)
def test_wrong_chains_are_rejected(recorded, monkeypatch, name):
    monkeypatch.setattr(*WRONG_CHAINS[name], raising=False)
    assert recorded.chain_mismatches(initializers, random) > 0


def test_the_seed_is_drawn_on_construction():
    random.set_random_seed(1)
    first, second = initializers.HeNormal(), initializers.HeNormal()
    late, early = second((4,)), first((4,))
    random.set_random_seed(1)
    assert np.array_equal(initializers.HeNormal()((4,)), early)
    assert np.array_equal(initializers.HeNormal()((4,)), late)
    assert np.array_equal(first((4,)), early)
