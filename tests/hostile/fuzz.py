"""Mutated files: does loading any of them end in anything but a model or a documented error?

    python -m tests.hostile.fuzz --count 100000 --seed 0 --workers 2

Each file is a sound one with a few changes, all drawn from its number: bits, bytes, lengths and
addresses, pieces copied, cut out, or taken from another file; words and values of config.json and
of the texts in an .h5 file; links, shapes and types written by h5py.  Workers load them one after
the other, each file within SECONDS and MEMORY; what a worker dies of is reported with the number
of the file.  FUZZ_COUNT sets how many the test takes.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from multiprocessing import get_context

import numpy as np

DOCUMENTED = (ValueError, TypeError, OSError)
SECONDS = 10
MEMORY = 200 << 20
"""More than a sound file needs."""
KINDS = (".keras", ".weights.h5", ".h5")


def network(name):
    """The network of a sound file, compiled.

    "one" is a Sequential, "two" a functional Model, "three" has layers without trained weights and
    an optimizer, metrics and a schedule with many arguments.
    """
    from engine import layers, metrics, models, optimizers

    if name == "one":
        chain = [layers.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1, "sigmoid")]
        model = models.Sequential(chain, name=name)
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        return model
    if name == "three":
        chain = [
            layers.Input((3, 1)),
            layers.Rescaling([[0.5], [2.0], [1.0]], 0.1),
            layers.Flatten(),
            layers.Normalization(mean=[0.0, 1.0, 2.0], variance=1.0 + np.arange(3.0)),
            layers.Dense(4, "elu", activity_regularizer="l1", trainable=False),
            layers.Dropout(0.3, seed=7),
            layers.Dense(1, "sigmoid"),
        ]
        model = models.Sequential(chain, name=name)
        rate = optimizers.schedules.PiecewiseConstantDecay([3, 5], [0.1, 0.05, 0.01])
        around = {"clipnorm": 1.0, "use_ema": True, "ema_overwrite_frequency": 4}
        model.compile(
            optimizers.AdamW(rate, amsgrad=True, **around),
            "binary_crossentropy",
            metrics=[metrics.AUC(num_thresholds=9), metrics.Precision([0.3, 0.5])],
            weighted_metrics=["binary_crossentropy", metrics.F1Score(threshold=0.5)],
        )
        return model
    inputs = layers.Input((3,), name="i")
    hidden = layers.Dense(4, "relu", kernel_regularizer="l2", name="a")(inputs)
    model = models.Model(inputs, layers.Dense(2, "softmax", name="b")(hidden), name=name)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy", "mse"])
    return model


def seeds(folder):
    """Sound files of each kind, small enough that most changes hit something: [(suffix, bytes)]."""
    made = []
    for name in ("one", "two", "three"):
        model = network(name)
        for suffix in KINDS:
            path = os.path.join(folder, name + suffix)
            (model.save_weights if suffix == ".weights.h5" else model.save)(path)
            with open(path, "rb") as file:
                made.append((suffix, file.read()))
    return made


INTERESTING = [0, 1, -1, 255, 256, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63, 2**64 - 1]
WORDS = [
    *("Lambda", "__lambda__", "os", "builtins", "eval", "function", "Functional", "Sequential"),
    *("../../x", "/etc/passwd", "", ".", "a" * 5000, "\u0000", "\ud800", "None", "keras.utils"),
]


def flip(rng, data, _others):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 16, 64])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def overwrite(rng, data, _others):
    """Bytes, or a number of 1 to 8 bytes as a length or an address has."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        width = rng.choice([1, 2, 4, 8])
        value = rng.choice([*INTERESTING, rng.randrange(len(data)), rng.getrandbits(64)])
        place = rng.randrange(len(data))
        data[place : place + width] = (value % 2 ** (8 * width)).to_bytes(width, "little")
    return bytes(data)


def splice(rng, data, others):
    source = rng.choice([data, rng.choice(others)[1]])
    start, place = rng.randrange(len(source)), rng.randrange(len(data))
    piece = source[start : start + rng.choice([4, 16, 64, 512, 4096])]
    return data[:place] + piece + data[place + rng.choice([0, len(piece)]) :]


def truncate(rng, data, _others):
    return data[: rng.randrange(len(data))] if rng.random() < 0.7 else data[rng.randrange(64) :]


def metadata(rng, data, _others):
    """A change where HDF5 keeps its tables: behind one of their signatures."""
    data = bytearray(data)
    marks = [b"TREE", b"SNOD", b"HEAP", b"GCOL", b"\x89HDF", b"PK\x01\x02", b"PK\x05\x06"]
    for _ in range(rng.choice([1, 2, 4])):
        mark = rng.choice(marks)
        found = [match.start() for match in re.finditer(re.escape(mark), data)]
        if found:
            place = rng.choice(found) + rng.randrange(4, 64)
            width = rng.choice([1, 2, 4, 8])
            value = rng.choice([*INTERESTING, rng.randrange(len(data))]) % 2 ** (8 * width)
            data[place : place + width] = value.to_bytes(width, "little")
    return bytes(data)


def change_json(rng, value, depth=0):
    """One change somewhere in a JSON value."""
    if isinstance(value, dict) and value and (depth < 1 or rng.random() < 0.9):
        # mostly go on inside: what stands at the top is soon told
        inner = [key for key, v in value.items() if v and isinstance(v, (dict, list))]
        key = rng.choice(inner if inner and rng.random() < 0.75 else list(value))
        chance = rng.random()
        if chance < 0.05:
            del value[key]
        elif chance < 0.1:
            value[rng.choice(WORDS)] = value[key]
        else:
            value[key] = change_json(rng, value[key], depth + 1)
        return value
    if isinstance(value, list) and value and rng.random() < 0.9:
        index = rng.randrange(len(value))
        chance = rng.random()
        if chance < 0.05:
            del value[index]
        elif chance < 0.1:
            value.append(value[index])
        else:
            value[index] = change_json(rng, value[index], depth + 1)
        return value
    replacements = [None, True, [], {}, [value], {"class_name": value}, rng.choice(WORDS)]
    numbers = [*INTERESTING, 0.5, -0.0, 1e308, float("nan"), float("inf"), 10**30, 10**400]
    return rng.choice(replacements if rng.random() < 0.5 else numbers)


def edit_json(rng, text):
    value = json.loads(text)
    for _ in range(rng.choice([1, 1, 2, 3])):
        value = change_json(rng, value)
    made = json.dumps(value)
    if rng.random() < 0.05:
        made = made[: rng.randrange(1, len(made))] + rng.choice(["", "]", "}", "{" * 3000])
    return made


def edit_hdf5(rng, data):
    """A change by h5py: another link, shape, type, attribute, or way to store an array."""
    import h5py
    import numpy as np

    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        names = []
        file.visit(names.append)
        name = rng.choice(names)
        arrays = [n for n in names if isinstance(file[n], h5py.Dataset)]
        array = rng.choice(arrays)
        shape, chance = file[array].shape, rng.randrange(13)
        if chance == 0:
            del file[name]
        elif chance < 6:
            del file[array]
            extent = rng.choice([0, 1, 7, 1000])
            options = [
                {"shape": (extent, *shape[1:]), "dtype": "f4"},
                {
                    "shape": shape,
                    "dtype": rng.choice(["f8", ">f4", "i4", "S5", h5py.string_dtype()]),
                },
                {"shape": (10**9, 10**3), "dtype": "f4", "chunks": (1, 1000)},
                {"shape": shape, "dtype": "f4", "external": [("/etc/passwd", 0, 4000)]},
                {"shape": shape or (3,), "dtype": "f4", "compression": "gzip"},
                {"shape": shape, "dtype": h5py.ref_dtype},
            ]
            file.create_dataset(array, **rng.choice(options))
        elif chance < 9:
            del file[name]
            other = rng.choice([h5py.SoftLink("/" + array), h5py.ExternalLink("x.h5", "/")])
            file[name] = rng.choice([other, other, file["/"]])
        elif chance < 11:
            group = file[name]
            for key in list(group.attrs) or ["name"]:
                values = ["x" * 70000, ["a", "b"], ["a"] * 3000, 5, np.zeros(3), b"\xff", []]
                group.attrs[key] = rng.choice(values)
        else:
            file.copy(name, f"copy{rng.randrange(9)}")
    return buffer.getvalue()


def edit_texts(rng, data):
    """Change the JSON texts of an .h5 file."""
    import h5py

    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        name = rng.choice(["model_config", "training_config"])
        text = edit_json(rng, file.attrs[name])
        file.attrs[name] = text.encode("utf-8", "surrogatepass").replace(b"\0", b"")
    return buffer.getvalue()


BYTES = [flip, overwrite, splice, truncate, metadata]


def mutate(number, sound):
    """The file of a number: its suffix and its bytes."""
    rng = random.Random(number)
    suffix, data = rng.choice(sound)
    others = [(s, d) for s, d in sound if s == suffix]
    if suffix == ".keras":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        chance = rng.random()
        if chance < 0.15:
            return suffix, rng.choice(BYTES)(rng, data, others)
        if chance < 0.55:
            text = edit_json(rng, parts["config.json"])
            parts["config.json"] = text.encode("utf-8", "surrogatepass")
        elif chance < 0.6:
            parts["metadata.json"] = edit_json(rng, parts["metadata.json"]).encode(
                "utf-8", "surrogatepass"
            )
        if chance > 0.5:
            weights = parts["model.weights.h5"]
            changed = (
                edit_hdf5(rng, weights)
                if chance > 0.85
                else rng.choice(BYTES)(rng, weights, [("", weights)])
            )
            parts["model.weights.h5"] = changed
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
        return suffix, buffer.getvalue()
    chance = rng.random()
    if chance < 0.15:
        data = edit_hdf5(rng, data)
    elif chance < 0.5 and suffix == ".h5":
        data = edit_texts(rng, data)
    if not 0.05 < chance < 0.4:
        for _ in range(rng.choice([1, 1, 2])):
            data = rng.choice(BYTES)(rng, data, others) or b"x"
    return suffix, data


class TooLong(BaseException):
    """A file that took more than SECONDS."""


def load(path, suffix):
    """Load a file as its suffix asks; return what came of it."""
    from engine.saving import load_model

    ways = [lambda: load_model(path)]
    if suffix == ".weights.h5":
        ways = [
            lambda: network("one").load_weights(path),
            lambda: network("two").load_weights(path),
            lambda: network("three").load_weights(path),
        ]
    outcome = "loaded"
    for way in ways:
        try:
            way()
            return "loaded"
        except DOCUMENTED as error:
            if isinstance(error.__cause__, MemoryError):
                raise AssertionError(f"more than {MEMORY:,} bytes") from error
            if "Expected" not in str(error):
                raise AssertionError(f"no words of our own: {error}") from error
            outcome = type(error).__name__
    return outcome


def _address_space():
    """The bytes that RLIMIT_AS counts."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def work(numbers, folder, report):
    """Load the files of these numbers; write down which one is being loaded, and the outcomes."""
    os.nice(5)
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def stop(*_):
        raise TooLong

    signal.signal(signal.SIGALRM, stop)
    sound = seeds(folder)
    for suffix, data in sound:  # everything is imported before the memory is limited
        path = os.path.join(folder, "file" + suffix)
        with open(path, "wb") as file:
            file.write(data)
        load(path, suffix)
    mutate(0, sound)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    used = _address_space()
    found = Counter()
    for number in numbers:
        with open(report, "w") as file:
            file.write(str(number))
        suffix, data = mutate(number, sound)
        path = os.path.join(folder, "file" + suffix)
        with open(path, "wb") as file:
            file.write(data)
        used = min(used, _address_space())  # what was freed since is no room for this file
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, most))
        signal.alarm(SECONDS)
        try:
            outcome = load(path, suffix)
        except BaseException as error:
            outcome = f"BREACH {number}: {type(error).__name__}: {str(error)[:200]}"
        signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        found[outcome] += 1
    return found


def _run(numbers, folder, outcomes):
    os.chdir(folder)
    inside = os.path.join(folder, "files")
    os.mkdir(inside)
    found = work(numbers, inside, os.path.join(folder, "now"))
    left = sorted(set(os.listdir(folder)) - {"files", "now"})
    if left:
        found[f"BREACH {numbers[0]}…: made {left}"] += 1
    outcomes.put(found)


def _read(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return "before the first file"
    with open(path) as file:
        return file.read()


def fuzz(count, seed=0, workers=2, chunk=500, say=None):
    """Load `count` mutated files; return how often each outcome was seen."""
    context = get_context("spawn")
    chunks = [range(s, min(s + chunk, seed + count)) for s in range(seed, seed + count, chunk)]
    total, running = Counter(), []
    begun = time.monotonic()
    while chunks or running:
        while chunks and len(running) < workers:
            numbers, queue = chunks.pop(0), context.SimpleQueue()
            folder = tempfile.mkdtemp(prefix="fuzz-")
            process = context.Process(target=_run, args=(numbers, folder, queue))
            process.start()
            running.append((process, numbers, queue, folder))
        for entry in list(running):
            process, numbers, queue, folder = entry
            process.join(0.05)
            if process.is_alive():
                continue
            running.remove(entry)
            if process.exitcode == 0:
                total += queue.get()
            else:
                now = _read(folder, "now")
                total[f"BREACH {now}: the process ended with {process.exitcode}"] += 1
            shutil.rmtree(folder)
            if say:
                done = count - sum(map(len, chunks)) - sum(len(n) for _, n, _, _ in running)
                say(f"{done:,} of {count:,} in {time.monotonic() - begun:.0f} s: {dict(total)}")
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=int(os.environ.get("FUZZ_COUNT", 100_000)))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    total = fuzz(options.count, options.seed, options.workers, say=print)
    breaches = sorted(o for o in total if o.startswith("BREACH"))
    print(*breaches, sep="\n")
    print(f"{sum(total.values()):,} files, {len(breaches)} breaches: {dict(total)}"[:2000])
    sys.exit(bool(breaches))


if __name__ == "__main__":
    main()
