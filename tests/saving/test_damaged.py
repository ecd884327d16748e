"""Files with one thing wrong: each is refused in words that name the file, and nothing happens."""

import io
import json
import os
import struct
import sys
import zipfile

import numpy as np
import pytest

from engine.saving import load_model, load_weights

h5py = pytest.importorskip("h5py")

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


def zipped(contents, **options):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:
        for name, data in contents:
            archive.writestr(name, data)
    return buffer.getvalue()


def object_of(module, name, **config):
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


# --- the archive ------------------------------------------------------------------------------


def with_member(name, data=b"x"):
    return lambda parts: zipped([*parts.items(), (name, data)])


def without(name):
    return lambda parts: zipped([(n, d) for n, d in parts.items() if n != name])


def encrypted(parts):
    data = bytearray(zipped(parts.items()))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return bytes(data)


def flipped(parts):
    """A bit of a weight changes; the check sum does not."""
    data = bytearray(zipped(parts.items()))
    data[data.index(parts[WEIGHTS]) + len(parts[WEIGHTS]) // 2] ^= 4
    return bytes(data)


def bomb(parts):
    zeros = parts | {WEIGHTS: bytes(64 << 20)}
    return zipped(zeros.items(), compression=zipfile.ZIP_DEFLATED)


def claimed(size):
    """The directory says that config.json is of another size."""

    def make(parts):
        data = bytearray(zipped(parts.items()))
        entry = data.index(CONFIG.encode(), data.index(b"PK\x01\x02")) - 46
        data[entry + 24 : entry + 28] = struct.pack("<I", size)
        return bytes(data)

    return make


def deep(parts):
    return zipped((parts | {CONFIG: b"[" * 100_000}).items())


ARCHIVES = {
    "empty": (lambda parts: b"", "undamaged zip"),
    "no archive": (lambda parts: b"a, b, c\n1, 2, 3\n", "undamaged zip"),
    "an HDF5 file": (lambda parts: parts[WEIGHTS], "undamaged zip"),
    "half": (lambda parts: zipped(parts.items())[:9000], "undamaged zip"),
    "without its end": (lambda parts: zipped(parts.items())[:-30], "undamaged zip"),
    "a bit flipped": (flipped, "Bad CRC-32"),
    "no members": (lambda parts: zipped([]), "without metadata.json"),
    "no config": (without(CONFIG), "without config.json"),
    "no weights": (without(WEIGHTS), "without model.weights.h5"),
    "no metadata": (without(METADATA), "without metadata.json"),
    "an asset": (with_member("assets/layers/words.txt"), "assets/layers/words.txt"),
    "a path upwards": (with_member("../../escaped.txt"), r"\.\./\.\./escaped.txt"),
    "an absolute path": (with_member("/tmp/escaped.txt"), "the member '/tmp/escaped.txt'"),
    "a folder": (with_member("assets/", b""), "the member 'assets/'"),
    "NumPy's weights": (with_member("model.weights.npz"), "model.weights.npz"),
    "encrypted": (encrypted, "not encrypted"),
    "bzip2": (
        lambda parts: zipped(parts.items(), compression=zipfile.ZIP_BZIP2),
        "stored or deflated",
    ),
    "a bomb": (bomb, "at most 4 times as large"),
    "a large config": (
        lambda parts: zipped((parts | {CONFIG: bytes(17 << 20)}).items()),
        "config.json to have at most 4,194,304 bytes",
    ),
    "a config claimed to be large": (claimed(0xFFFFFFF0), "config.json to have at most"),
    "a config claimed to be small": (claimed(10), "undamaged zip|config.json to be JSON"),
    "deep nesting": (deep, "config.json to be JSON"),
    "not UTF-8": (lambda parts: zipped((parts | {CONFIG: b"\xff{}"}).items()), "to be JSON"),
    "no JSON": (lambda parts: zipped((parts | {CONFIG: b"{'a': 1}"}).items()), "to be JSON"),
    "a list": (lambda parts: zipped((parts | {CONFIG: b"[]"}).items()), "config.json to hold a"),
    "a key twice": (
        lambda parts: zipped((parts | {CONFIG: b'{"a": 1, "a": 2}'}).items()),
        "occurs twice",
    ),
    "Keras 2": (
        lambda parts: zipped((parts | {METADATA: b'{"keras_version": "2.15.0"}'}).items()),
        "a file of Keras 3.*2.15.0",
    ),
    "no version": (lambda parts: zipped((parts | {METADATA: b"{}"}).items()), "file of Keras 3"),
}


# --- config.json ------------------------------------------------------------------------------


def dense(config):
    return config["config"]["layers"][1]


def put(*path):
    """A change that puts the last of `path` at the keys before it."""

    def change(config):
        *keys, last, value = path
        for key in keys:
            config = config[key]
        config[last] = value

    return change


def put_in_dense(*path):
    return lambda config: put(*path)(dense(config))


LAMBDA = {
    "module": "keras.layers",
    "class_name": "Lambda",
    "config": {
        "name": "lambda",
        "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAAA", "defaults": None}},
    },
    "registered_name": None,
    "name": "lambda",
    "inbound_nodes": [],
}


def append(*path_and_value):
    def change(config):
        *keys, value = path_and_value
        for key in keys:
            config = config[key]
        config.append(value)

    return change


def both(*changes):
    return lambda config: [change(config) for change in changes]


NODE = ("inbound_nodes", 0, "args", 0, "config")
HUGE = 10**12

CONFIGS = {
    "empty": (lambda c: c.clear(), "one of keras.Sequential, keras.src.models.functional"),
    "another model": (put("class_name", "Model"), "'Model'"),
    "a module": (put("module", "os"), "'os'"),
    "a module that is a list": (put("module", ["keras"]), "one of keras.Sequential"),
    "no config": (lambda c: c.pop("config"), "a dict with 'config'"),
    "a number as config": (put("config", 3), "config.json.config to be a dict"),
    "registered": (put("registered_name", "evil>Functional"), "evil>Functional"),
    "an unknown key": (put("fit", "os.system"), "Received: 'fit'"),
    "layers that are none": (put("config", "layers", {}), "layers to be a list"),
    "no layers": (put("config", "layers", []), "the end of the chain"),
    "Lambda": (append("config", "layers", LAMBDA), r"layers\[3\].*Lambda"),
    "a Lambda as activation": (put_in_dense("config", "activation", LAMBDA), "activation"),
    "an unknown activation": (put_in_dense("config", "activation", "gelu"), "activation.*gelu"),
    "a layer of your own": (
        both(put_in_dense("module", "mine"), put_in_dense("registered_name", "mine>Dense")),
        "mine>Dense",
    ),
    "a registered Dense": (put_in_dense("registered_name", "Dense"), "nothing else is loaded"),
    "a module to import": (put_in_dense("module", "antigravity"), "antigravity"),
    "an unknown argument": (put_in_dense("config", "lora_rank", 4), "Received: 'lora_rank'"),
    "units as text": (put_in_dense("config", "units", "10"), "units to be a whole number"),
    "units as float": (put_in_dense("config", "units", 10.0), "units to be a whole number"),
    "units as truth": (put_in_dense("config", "units", True), "units to be a whole number"),
    "no units": (lambda c: dense(c)["config"].pop("units"), "a dict with 'units'"),
    "negative units": (put_in_dense("config", "units", -1), "units to be a whole number"),
    "huge units": (put_in_dense("config", "units", HUGE), r"rows of shape \(1000000000000,\)"),
    "huge units throughout": (
        both(
            put_in_dense("config", "units", HUGE),
            put("config", "layers", 2, *NODE, "shape", [None, HUGE]),
            put("config", "layers", 2, "build_config", "input_shape", [None, HUGE]),
        ),
        r"shape=\(4, 1000000000000\).*at layers/dense/vars/0.*shape=\(4, 10\)",
    ),
    "a huge input": (
        both(
            put("config", "layers", 0, "config", "batch_shape", [None, HUGE]),
            put_in_dense(*NODE, "shape", [None, HUGE]),
            put_in_dense("build_config", "input_shape", [None, HUGE]),
        ),
        r"shape=\(1000000000000, 10\).*layers/dense/vars/0",
    ),
    "another width built": (
        put_in_dense("build_config", "input_shape", [None, 5]),
        "build_config.input_shape",
    ),
    "batches of none": (
        put("config", "layers", 0, "config", "batch_shape", [0, 4]),
        r"batch_shape\[0\] to be a whole number of at least 1",
    ),
    "an image": (
        put("config", "layers", 0, "config", "batch_shape", [None, 4, 4]),
        r"rows of shape \(4, 4\)",
    ),
    "a regularizer of nothing": (
        put_in_dense("config", "kernel_regularizer", {}),
        "kernel_regularizer",
    ),
    "a regularizer of another room": (
        put_in_dense("config", "kernel_regularizer", object_of("keras.initializers", "Zeros")),
        "kernel_regularizer.*keras.regularizers.L1.*Zeros",
    ),
    "a regularizer's other argument": (
        put_in_dense("config", "bias_regularizer", object_of("keras.regularizers", "L2", l1=0.1)),
        "bias_regularizer.config.*l2 and nothing else.*l1",
    ),
    "a regularizer of infinity": (
        put_in_dense(
            "config", "bias_regularizer", object_of("keras.regularizers", "L2", l2=float("inf"))
        ),
        "bias_regularizer.config.l2.*finite",
    ),
    "a regularizer below 0": (
        put_in_dense("config", "bias_regularizer", object_of("keras.regularizers", "L2", l2=-1)),
        "bias_regularizer",
    ),
    "frozen": (put_in_dense("config", "trainable", "no"), "trainable"),
    "half precision": (
        put_in_dense("config", "dtype", "config", "name", "float16"),
        "'float32' or 'float64'.*float16",
    ),
    "an initializer of your own": (
        put_in_dense("config", "kernel_initializer", "module", "mine"),
        "kernel_initializer.*'mine'",
    ),
    "an initializer's attribute": (
        put_in_dense("config", "kernel_initializer", "class_name", "__init__"),
        "kernel_initializer.*__init__",
    ),
    "a name with a slash": (
        both(put_in_dense("config", "name", "a/b"), put_in_dense("name", "a/b")),
        "in a chain|without '/'",
    ),
    "another name outside": (put_in_dense("name", "other"), "one name"),
    "two of one name": (
        lambda c: c["config"]["layers"].append(c["config"]["layers"][1]),
        "no other has",
    ),
    "two inputs": (
        lambda c: c["config"]["layers"].insert(0, c["config"]["layers"][0]),
        "no other has|followed by a chain",
    ),
    "a layer used twice": (
        lambda c: dense(c)["inbound_nodes"].append(dense(c)["inbound_nodes"][0]),
        "a single use",
    ),
    "two tensors": (
        lambda c: dense(c)["inbound_nodes"][0]["args"].append(
            dense(c)["inbound_nodes"][0]["args"][0]
        ),
        "one input",
    ),
    "a layer without a source": (put_in_dense("inbound_nodes", []), "followed by a chain"),
    "an unknown source": (put_in_dense(*NODE, "keras_history", ["x", 0, 0]), "in a chain"),
    "a circle": (put_in_dense(*NODE, "keras_history", ["dense_1", 0, 0]), "in a chain"),
    "another output": (put("config", "output_layers", ["dense", 0, 0]), "end of the chain"),
    "another input": (put("config", "input_layers", ["dense", 0, 0]), "followed by a chain"),
    "output_layers as text": (put("config", "output_layers", "dense"), "output_layers"),
    "another optimizer": (
        put("compile_config", "optimizer", "class_name", "Lion"),
        "SGD, keras.optimizers.Adam.*RMSprop; nothing else.*Lion",
    ),
    "an optimizer as text": (put("compile_config", "optimizer", "adam"), "optimizer to be a dict"),
    "a schedule": (
        put("compile_config", "optimizer", "config", "learning_rate", {"class_name": "Cosine"}),
        "learning_rate to be one of keras.optimizers.schedules.ExponentialDecay",
    ),
    "an infinite learning rate": (
        put("compile_config", "optimizer", "config", "learning_rate", float("inf")),
        "learning_rate to be a finite number",
    ),
    "beta_1 = 1": (put("compile_config", "optimizer", "config", "beta_1", 1.0), "beta_1"),
    "clipping": (put("compile_config", "optimizer", "config", "clipnorm", "1"), "clipnorm"),
    "an unknown loss": (put("compile_config", "loss", "hinge"), "hinge"),
    "a loss of your own": (
        put("compile_config", "loss", {"module": "mine", "class_name": "L", "config": {}}),
        "'mine'",
    ),
    "a function of your own": (
        put(
            "compile_config",
            "loss",
            {
                "module": "builtins",
                "class_name": "function",
                "config": "eval",
                "registered_name": "function",
            },
        ),
        "eval",
    ),
    "an unknown metric": (put("compile_config", "metrics", ["auk"]), "auk"),
    "metrics as a dict": (put("compile_config", "metrics", {"a": "b"}), "metrics"),
    "loss weights": (put("compile_config", "loss_weights", [2.0]), "loss_weights to be 1 or None"),
    "an unknown argument of compile": (put("compile_config", "code", "1"), "Received: 'code'"),
    "no optimizer": (lambda c: c["compile_config"].pop("optimizer"), "a dict with 'optimizer'"),
}


# --- model.weights.h5 -------------------------------------------------------------------------

KERNEL = "layers/dense/vars/0"


def replace(path, **options):
    def change(file):
        del file[path]
        file.create_dataset(path, **options)

    return change


def link(target):
    def change(file):
        del file[KERNEL]
        file[KERNEL] = target

    return change


def virtual(file):
    del file[KERNEL]
    layout = h5py.VirtualLayout((4, 10), "float32")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4, 10))
    file.create_virtual_dataset(KERNEL, layout)


def as_group(file):
    del file[KERNEL]
    file.create_group(KERNEL)


def as_type(file):
    del file[KERNEL]
    file[KERNEL] = np.dtype("float32")


def set_value(path, value):
    def change(file):
        file[path][()] = value

    return change


EXTERNAL = [("/etc/passwd", 0, 160)]
SHAPE = {"shape": (4, 10), "dtype": "float32"}
HERE = r"shape=\(4, 10\), dtype=float32, at layers/dense/vars/0 of the weights. Received: "

HDF5S = {
    "a kernel missing": (lambda f: f.pop(KERNEL), HERE + "nothing"),
    "a layer missing": (
        lambda f: f.pop("layers/dense_1"),
        "layers/dense_1 of the weights.*nothing: the file is of a model with other layers",
    ),
    "all layers missing": (lambda f: f.pop("layers"), "at layers of the weights.*nothing"),
    "the optimizer missing": (lambda f: f.pop("optimizer"), "at optimizer of.*nothing$"),
    "one slot missing": (lambda f: f.pop("optimizer/vars/9"), "optimizer/vars/9 of.*nothing"),
    "an array too many": (lambda f: f.create_dataset("layers/dense/vars/2", data=1.0), "vars/2"),
    "a layer too many": (lambda f: f.create_group("layers/dense_2"), "layers/dense_2"),
    "something else": (lambda f: f.create_dataset("code", data=1.0), "Received: code"),
    "a slot too many": (lambda f: f.create_dataset("optimizer/vars/10", data=1.0), "vars/10"),
    "another shape": (
        replace(KERNEL, data=np.zeros((10, 4), "float32")),
        HERE + r"shape=\(10, 4\)",
    ),
    "flat": (replace(KERNEL, data=np.zeros(40, "float32")), HERE + r"shape=\(40,\)"),
    "double": (replace(KERNEL, data=np.zeros((4, 10))), HERE + ".*float64"),
    "another byte order": (replace(KERNEL, data=np.zeros((4, 10), ">f4")), HERE + ".*>f4"),
    "integers": (replace(KERNEL, data=np.zeros((4, 10), "int32")), HERE + ".*int32"),
    "text": (replace(KERNEL, data=[["a"] * 10] * 4, dtype=h5py.string_dtype()), HERE + ".*object"),
    "nothing in it": (replace(KERNEL, data=h5py.Empty("float32")), HERE + "shape=None"),
    "huge": (replace(KERNEL, shape=(4, HUGE), dtype="float32", chunks=(1, 1000)), HERE),
    "declared, not stored": (
        replace(KERNEL, **SHAPE, chunks=(2, 2)),
        HERE + ".*stored in chunks",
    ),
    "compressed": (replace(KERNEL, **SHAPE, compression="gzip"), HERE + ".*a filter"),
    "outside": (replace(KERNEL, **SHAPE, external=EXTERNAL), HERE + ".*outside"),
    "virtual": (virtual, HERE + ".*outside"),
    "an external link": (link(h5py.ExternalLink("/etc/passwd", "/x")), f"{KERNEL}.*ExternalLink"),
    "a soft link": (link(h5py.SoftLink("/layers/dense_1/vars/0")), f"{KERNEL}.*SoftLink"),
    "a group of links": (
        lambda f: (f.pop("layers"), f.__setitem__("layers", h5py.ExternalLink("x.h5", "/layers"))),
        "layers of the weights.*ExternalLink",
    ),
    "a group": (as_group, HERE + "an HDF5 group"),
    "a type": (as_type, HERE + "an HDF5 datatype"),
    "an array for a group": (
        lambda f: (f.pop("layers/dense"), f.create_dataset("layers/dense", data=1.0)),
        "a group at layers/dense of the weights. Received: an array",
    ),
    "negative steps": (set_value("optimizer/vars/0", -1), "steps from 0.*-1"),
    "too many steps": (set_value("optimizer/vars/0", 2**60), "steps from 0"),
    "a learning rate of nan": (set_value("optimizer/vars/1", np.nan), "learning rate.*nan"),
    "a negative learning rate": (set_value("optimizer/vars/1", -0.5), "learning rate.*-0.5"),
}

BYTES = {
    "empty": (lambda data: b"", "undamaged HDF5"),
    "no HDF5": (lambda data: b"x" * 5000, "undamaged HDF5"),
    "half": (lambda data: data[: len(data) // 2], "undamaged HDF5"),
    "headless": (lambda data: data[512:], "undamaged HDF5"),
}


def refused(tmp_path, data, words):
    """Loading `data` fails in `words`, and leaves no file and no module behind."""
    path = tmp_path / "damaged.keras"
    path.write_bytes(data)
    there, modules = sorted(os.listdir(tmp_path)), set(sys.modules)
    with pytest.raises(ValueError, match=rf"damaged\.keras'\. Expected(?s:.*)({words})"):
        load_model(path)
    assert sorted(os.listdir(tmp_path)) == there
    assert path.read_bytes() == data
    assert not {"mine", "antigravity"} & (set(sys.modules) - modules)


@pytest.mark.parametrize("case", ARCHIVES)
def test_archives(kit, saved, tmp_path, case):
    make, words = ARCHIVES[case]
    refused(tmp_path, make(kit.members(saved)), words)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("name", [CONFIG, WEIGHTS])
def test_a_member_that_occurs_twice(kit, saved, tmp_path, name):
    refused(tmp_path, with_member(name)(kit.members(saved)), f"the member '{name}'")


@pytest.mark.parametrize("case", CONFIGS)
def test_configs(kit, saved, tmp_path, case):
    change, words = CONFIGS[case]
    parts = kit.members(saved)
    config = json.loads(parts[CONFIG])
    change(config)
    refused(tmp_path, zipped((parts | {CONFIG: json.dumps(config).encode()}).items()), words)


@pytest.mark.parametrize("case", HDF5S)
def test_weights(kit, saved, tmp_path, case):
    change, words = HDF5S[case]
    parts = kit.members(saved)
    buffer = io.BytesIO(parts[WEIGHTS])
    with h5py.File(buffer, "r+") as file:
        change(file)
    refused(tmp_path, zipped((parts | {WEIGHTS: buffer.getvalue()}).items()), words)


@pytest.mark.parametrize("case", BYTES)
def test_broken_weights(kit, saved, tmp_path, case):
    change, words = BYTES[case]
    parts = kit.members(saved)
    data = change(parts[WEIGHTS])
    refused(tmp_path, zipped((parts | {WEIGHTS: data}).items()), words)
    (tmp_path / "damaged.weights.h5").write_bytes(data)
    with pytest.raises(ValueError, match=rf"damaged\.weights\.h5'\. Expected.*{words}"):
        load_weights(load_model(saved), tmp_path / "damaged.weights.h5")


def test_the_table_starts_from_a_sound_file(kit, saved, tmp_path):
    """Packing the members anew, even deflated, is not what the cases are refused for."""
    parts = kit.members(saved)
    config = json.dumps(json.loads(parts[CONFIG])).encode()
    (tmp_path / "m.keras").write_bytes(zipped((parts | {CONFIG: config}).items()))
    load_model(tmp_path / "m.keras")
    deflated = zipped(parts.items(), compression=zipfile.ZIP_DEFLATED)
    (tmp_path / "m.keras").write_bytes(deflated)
    load_model(tmp_path / "m.keras")
