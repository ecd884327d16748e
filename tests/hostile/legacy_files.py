"""Whole models in the older .h5 that bring code, lead elsewhere, or are too much."""

import json
import struct

from tests.hostile.config_files import payload
from tests.hostile.sound import hostile


def _layer(config):
    """Return a maker whose middle layer is another."""
    return lambda sound: sound.with_texts(
        lambda model, _: model["config"]["layers"][1].update(config(sound))
    )


LAYERS = {
    "cve_2025_9905_lambda": (
        "CVE-2025-9905: safe mode said nothing about .h5, so that a Lambda's bytecode ran.",
        lambda s: {"class_name": "Lambda", "config": {"name": "hidden", "function": payload(s)}},
    ),
    "cve_2025_9905_lambda_as_a_list": (
        "CVE-2025-9905: the same in Keras 2's form, a list of code, defaults and closure.",
        lambda s: {
            "class_name": "Lambda",
            "config": {
                "name": "hidden",
                "function": [payload(s)["config"]["code"], None, None],
                "function_type": "lambda",
            },
        },
    ),
    "layer_of_a_module": (
        "CVE-2025-1550 in .h5: a module to import beside the class.",
        lambda s: {"module": "os", "class_name": "system", "config": {"command": "touch owned"}},
    ),
    "vocabulary_in_h5": (
        "CVE-2025-12058 in .h5: a vocabulary that is a path.",
        lambda s: {"class_name": "StringLookup", "config": {"vocabulary": s.outside}},
    ),
    "saved_model_in_h5": (
        "CVE-2026-1462 in .h5: a SavedModel that is a path.",
        lambda s: {"class_name": "TFSMLayer", "config": {"name": "x", "filepath": s.outside}},
    ),
    "class_that_is_no_text": (
        "A class that is a list.",
        lambda s: {"class_name": ["Dense"]},
    ),
    "layer_name_in_h5": (
        "CVE-2026-12479 in .h5: a name that leads upwards.",
        lambda s: {"name": "../../owned"},
    ),
    "type_spec": (
        "A word that Keras's JSON reader turns into an object of TensorFlow.",
        lambda s: {"class_name": "TypeSpec", "type_spec": "x", "serialized": [1]},
    ),
    "composite_tensor": (
        "Another: a tensor in the config.",
        lambda s: {"class_name": "CompositeTensor", "spec": {}, "tensors": [["float32", [1]]]},
    ),
}
for _name, (_sentence, _config) in LAYERS.items():
    _maker = _layer(_config)
    _maker.__name__, _maker.__doc__ = _name, _sentence
    hostile(".h5")(_maker)


@hostile(".h5")
def optimizer_of_a_module(sound):
    """Any class as the optimizer."""
    return sound.with_texts(
        lambda _, training: training.update(
            optimizer_config={"module": "os", "class_name": "system", "config": {"x": 1}}
        )
    )


@hostile(".h5")
def loss_that_is_a_function(sound):
    """Any function as the loss."""
    return sound.with_texts(lambda _, training: training.update(loss="eval"))


@hostile(".h5")
def metric_that_wraps_a_function(sound):
    """Keras 2's wrapper around any function."""
    wrapper = {"class_name": "MeanMetricWrapper", "config": {"name": "x", "fn": "eval"}}
    return sound.with_texts(lambda _, training: training.update(metrics=[[wrapper]]))


@hostile(".h5")
def passive_serialization(sound):
    """A mark that makes Keras's JSON reader build an object while it reads."""

    def change(model, _):
        model["config"]["layers"][1]["config"]["activation"] = {
            "class_name": "Lambda",
            "config": {"function": payload(sound)},
            "__passive_serialization__": True,
        }

    return sound.with_texts(change)


def _names(change):
    """Return a maker that changes the names under which the kernel and bias are looked up."""

    def maker(sound):
        def edit(file):
            group = file["model_weights/hidden"]
            group.attrs["weight_names"] = change(sound)

        return sound.with_hdf5(edit, ".h5")

    return maker


NAMES = {
    "names_upwards": lambda s: ["../out/out/kernel", "hidden/bias"],
    "names_from_the_root": lambda s: ["/model_weights/out/out/kernel", "hidden/bias"],
    "names_of_files": lambda s: [s.outside, s.outside + "/x"],
    "names_twice": lambda s: ["hidden/kernel", "hidden/kernel"],
    "names_of_groups": lambda s: ["hidden", "hidden/bias"],
    "names_that_are_empty": lambda s: ["", "/"],
    "names_that_are_long": lambda s: ["x/" * 30_000, "hidden/bias"],
    "names_that_are_many": lambda s: [f"{i}" for i in range(3_000)],
    "names_that_are_bytes": lambda s: [b"\xff\xfe", b"hidden/bias"],
    "names_that_are_numbers": lambda s: [1, 2],
    "names_that_are_one_text": lambda s: "hidden/kernel",
}
for _name, _change in NAMES.items():
    _maker = _names(_change)
    _maker.__name__ = _name
    _maker.__doc__ = "Names of arrays that are none, lead elsewhere, or are too many."
    hostile(".h5")(_maker)


def _attribute(name, value):
    """Return a maker that gives the root another attribute."""

    def maker(sound):
        def edit(file):
            del file.attrs[name]
            file.attrs[name] = value

        return sound.with_hdf5(edit, ".h5")

    return maker


ATTRIBUTES = {
    "config_that_is_a_number": ("model_config", 5),
    "config_that_is_a_list": ("model_config", ["{}", "{}"]),
    "config_that_is_empty": ("model_config", ""),
    "config_that_is_deep": ("model_config", "[" * 10**6),
    "config_that_is_huge": ("model_config", " " * (17 << 20)),
    "config_that_is_dense": ("model_config", '{"a":[' + "[]," * (2**20) + "[]]}"),
    "config_with_a_key_twice": ("model_config", '{"class_name": "Model", "class_name": "x"}'),
    "config_of_a_list": ("model_config", '{"class_name": "Sequential", "config": []}'),
    "training_that_is_a_number": ("training_config", 5),
    "training_that_is_nothing": ("training_config", "{}"),
    "training_with_infinity": ("training_config", '{"optimizer_config": Infinity}'),
    "training_that_is_deep": ("training_config", '{"a":' * 10**5),
}
for _name, _arguments in ATTRIBUTES.items():
    _maker = _attribute(*_arguments)
    _maker.__name__, _maker.__doc__ = _name, "A text of a whole model that is none."
    hostile(".h5")(_maker)


@hostile(".h5")
def references_as_names(sound):
    """References in place of names."""

    def edit(file):
        import h5py

        group = file["model_weights/hidden"]
        group.attrs.create("weight_names", [file.ref, file.ref], dtype=h5py.ref_dtype)

    return sound.with_hdf5(edit, ".h5")


@hostile(".h5")
def heap_that_is_huge(sound):
    """Texts stand in a heap that claims 2⁵⁰ bytes."""
    data = bytearray(sound.h5)
    place = data.index(b"GCOL")
    data[place + 8 : place + 16] = (2**50).to_bytes(8, "little")
    return bytes(data)


@hostile(".h5")
def heap_with_a_huge_text(sound):
    """A text in the heap that claims 2⁶⁰ bytes."""
    data = bytearray(sound.h5)
    place = data.index(b"GCOL")
    data[place + 24 : place + 32] = (2**60).to_bytes(8, "little")
    return bytes(data)


def _of_one_text(change, count):
    """The .h5 file after `change(file, texts)`; the heap has each of the texts only once.

    HDF5 writes a copy for each attribute.  Here short ones are written, and then all their
    references (size, address, number in the heap) are overwritten by that of the long one.
    """

    def maker(sound):
        long, short = "x" * 4_900_000, "q" * 4321

        def edit(file):
            file.attrs["long"] = long
            change(file, [short] * count)

        data = bytearray(sound.with_hdf5(edit, ".h5"))
        size = struct.pack("<I", len(long))
        place = data.index(size, data.index(b"long\0"))
        reference, place = data[place : place + 16], -1
        for _ in range(count):
            place = data.index(struct.pack("<I", len(short)), place + 1)
            while data[int.from_bytes(data[place + 4 : place + 12], "little") :][:4] != b"GCOL":
                place = data.index(struct.pack("<I", len(short)), place + 1)
            data[place : place + 16] = reference
        return bytes(data)

    return maker


def _many_attributes(file, texts):
    for index, text in enumerate(texts):
        file.attrs[f"a{index}"] = text


def _many_names(file, texts):
    del file["model_weights"].attrs["layer_names"]
    for index, text in enumerate(texts):
        file["model_weights"].attrs[f"layer_names{index}"] = [text]


for _name, _change, _count in (
    ("attributes_of_one_text", _many_attributes, 400),
    ("names_of_one_text", _many_names, 100),
):
    _maker = _of_one_text(_change, _count)
    _maker.__name__ = _name
    _maker.__doc__ = "Attributes that are all one text of 4.9 MB: gigabytes, if each is read."
    hostile(".h5")(_maker)


@hostile(".h5")
def a_billion_units_in_h5(sound):
    """10⁹ units, declared throughout; the arrays are those of 10."""

    def change(model, _):
        text = json.dumps(model).replace("10", str(10**9))
        model.clear()
        model.update(json.loads(text))

    return sound.with_texts(change)


@hostile(".h5")
def input_without_dimensions(sound):
    """A shape that is an empty list, in the older form of a layer's source."""

    def change(model, _):
        model["config"]["layers"][0]["config"]["batch_shape"] = []
        model["config"]["layers"][1]["inbound_nodes"] = [[["input_layer", 0, 0, {}]]]

    return sound.with_texts(change)


@hostile(".h5")
def layers_that_lead_in_a_circle(sound):
    """A layer that reads itself."""

    def change(model, _):
        node = model["config"]["layers"][1]["inbound_nodes"][0]["args"][0]["config"]
        node["keras_history"] = ["hidden", 0, 0]

    return sound.with_texts(change)


@hostile(".h5")
def no_weights(sound):
    """A whole model without its weights."""
    return sound.with_hdf5(lambda file: file.pop("model_weights"), ".h5")


@hostile(".h5")
def input_shape_of_zero(sound):
    """An input whose shape is 0, as large as that which the next layer does not state."""
    return sound.with_texts(
        lambda model, _: model["config"]["layers"][0]["config"].update(batch_shape=0)
    )
