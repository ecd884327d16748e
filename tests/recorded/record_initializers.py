"""Record what Keras draws: run with Keras and TensorFlow installed, from any folder.

    python tests/recorded/record_initializers.py

Writes initializers.json beside itself.  Nothing of the engine is imported here.
"""

import hashlib
import json
import os
import platform
import random
from pathlib import Path

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", KERAS_BACKEND="tensorflow")

import keras
import numpy as np
import tensorflow as tf

SEEDS = (0, 1, 42, 2**31 - 2, 2**31 - 1, 2**32 - 1)
SHAPES = ((7,), (5, 3), (2, 3, 4))
INITIALIZERS = (
    ("RandomUniform", {}),
    ("RandomNormal", {}),
    ("TruncatedNormal", {}),
    ("RandomUniform", {"minval": -1.3, "maxval": 0.7}),
    ("RandomNormal", {"mean": 0.1, "stddev": 1.7}),
    ("TruncatedNormal", {"mean": -0.3, "stddev": 0.9}),
    ("GlorotUniform", {}),
    ("GlorotNormal", {}),
    ("HeUniform", {}),
    ("HeNormal", {}),
    ("LecunUniform", {}),
    ("LecunNormal", {}),
    ("VarianceScaling", {"scale": 0.3, "mode": "fan_out", "distribution": "untruncated_normal"}),
)
ORDERS = (1, 2, 3, 10, 514)


def bits(values):
    """Return the bits of float32 values, 8 hexadecimal digits each, most significant first."""
    return np.ascontiguousarray(values, ">f4").tobytes().hex()


def draws():
    """Yield one record for each initializer, seed and shape."""
    for name, arguments in INITIALIZERS:
        for seed in SEEDS:
            for shape in SHAPES:
                initializer = getattr(keras.initializers, name)(**arguments, seed=seed)
                yield {
                    "initializer": name,
                    "arguments": arguments,
                    "seed": seed,
                    "shape": shape,
                    "bits": bits(initializer(shape)),
                }


def chains():
    """Yield the weights of a small network, and the next number of Python's generator."""
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        model = keras.Sequential(
            [
                keras.layers.Dense(5),
                keras.layers.Dense(4, kernel_initializer="he_normal"),
                keras.layers.Dense(3, bias_initializer="random_normal"),
            ]
        )
        model.build((None, 6))
        yield {
            "seed": seed,
            "weights": [{"shape": w.shape, "bits": bits(w)} for w in model.get_weights()],
            "next": random.randint(1, 10**9),
            "unseeded": bits(keras.random.normal((5,))),
            "unseeded_again": bits(keras.random.uniform((5,))),
        }


def epochs(n, seed):
    """Return the order of n samples in the first and in the second epoch."""
    keras.utils.set_random_seed(seed)
    adapter = keras.src.trainers.data_adapters.array_data_adapter.ArrayDataAdapter(
        np.arange(n), batch_size=n, shuffle=True
    )
    dataset = adapter.get_tf_dataset()
    return [[int(i) for batch in dataset for i in np.ravel(batch)] for _ in range(2)]


def orders():
    """Yield the orders of two epochs, from 100 samples on as the SHA-256 of their int64 bytes."""
    for seed in SEEDS:
        for n in ORDERS:
            indices = epochs(n, seed)
            digests = [hashlib.sha256(np.array(e, "<i8").tobytes()).hexdigest() for e in indices]
            kept = {"epochs": indices} if n < 100 else {"sha256": digests}
            yield {"seed": seed, "n": n, **kept}


def main():
    """Write the file, one record per line."""
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    versions["libc"] = " ".join(platform.libc_ver())
    sections = [f'"versions": {json.dumps(versions)}']
    for name, records in (("draws", draws()), ("chains", chains()), ("orders", orders())):
        lines = ",\n".join(json.dumps(record) for record in records)
        sections.append(f'"{name}": [\n{lines}\n]')
    path = Path(__file__).with_name("initializers.json")
    path.write_text("{\n" + ",\n".join(sections) + "\n}\n")


if __name__ == "__main__":
    main()
