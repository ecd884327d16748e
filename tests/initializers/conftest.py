"""What Keras drew, and how the engine's values are compared with it."""

import json
import platform
from pathlib import Path

import numpy as np
import pytest

PATH = Path(__file__).parents[1] / "recorded" / "initializers.json"

# Normal values go through the C library's logf, sinf and cosf: the recorded bits are glibc's.
ULPS = 0 if platform.libc_ver()[0] == "glibc" else 4


class Recorded:
    """The recorded draws and chains, and the comparison of both with another version."""

    def __init__(self):
        content = json.loads(PATH.read_text(encoding="utf-8"))
        self.draws, self.chains = content["draws"], content["chains"]

    def same(self, values, bits, exact=False):
        """Say whether float32 `values` have these bits."""
        expected = np.frombuffer(bytes.fromhex(bits), ">f4").astype(np.float32)
        if values.dtype != np.float32 or values.size != expected.size:
            return False
        distance = values.ravel().view(np.int32).astype(np.int64) - expected.view(np.int32)
        return bool(np.all(np.abs(distance) <= (0 if exact else ULPS)))

    def draw_mismatches(self, initializers):
        """Count the records that the classes of the module `initializers` do not reproduce."""
        wrong = 0
        for record in self.draws:
            make = getattr(initializers, record["initializer"])
            values = make(**record["arguments"], seed=record["seed"])(tuple(record["shape"]))
            exact = record["initializer"].endswith("Uniform")
            wrong += values.shape != tuple(record["shape"])
            wrong += not self.same(values, record["bits"], exact)
        return wrong

    def chain_mismatches(self, initializers, random):
        """Count the weights of recorded networks, and draws after them, that do not come out."""
        wrong = 0
        for record in self.chains:
            random.set_random_seed(record["seed"])
            names = ["glorot_uniform", "zeros", "he_normal", "zeros", "glorot_uniform"]
            layers = [initializers.get(name) for name in [*names, "random_normal"]]
            for initializer, weight in zip(layers, record["weights"], strict=True):
                wrong += not self.same(initializer(weight["shape"]), weight["bits"])
            wrong += random.make_default_seed() != record["next"]
            wrong += not self.same(random.normal((5,)), record["unseeded"])
            wrong += not self.same(random.uniform((5,)), record["unseeded_again"])
        return wrong


@pytest.fixture(scope="session")
def recorded():
    """The recorded outputs of Keras."""
    return Recorded()
