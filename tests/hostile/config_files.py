"""Configs that name what must not be made, read or called; configs that are too much."""

import base64
import json
import marshal

from tests.hostile.sound import hostile

FUNCTION = {"class_name": "function", "registered_name": "function"}


def payload(sound):
    """Code that leaves a trace, as a file of Keras holds a function: marshalled, in base64."""
    code = compile(f"open({sound.outside!r}, 'a')", "payload", "exec")
    text = base64.b64encode(marshal.dumps(code)).decode()
    return {"class_name": "__lambda__", "config": {"code": text, "defaults": None, "closure": None}}


@hostile(".keras")
def cve_2024_3660_lambda(sound):
    """CVE-2024-3660: a Lambda layer brings marshalled bytecode, which loading ran."""
    return sound.with_layer("keras.layers", "Lambda", {"function": payload(sound)})


@hostile(".keras")
def cve_2025_1550_any_function(sound):
    """CVE-2025-1550: config.json names any module and function, which loading then called."""
    function = {"module": "os", "config": "system", **FUNCTION}
    node = {"args": [f"touch {sound.outside}"], "kwargs": {}}
    return sound.with_layer("keras.layers", "Lambda", {"function": function}, inbound_nodes=[node])


@hostile(".keras")
def cve_2025_1550_class_of_any_module(sound):
    """CVE-2025-1550: the class of a layer comes from any module, which loading imported."""
    return sound.with_layer("subprocess", "Popen", {"args": ["touch", sound.outside]})


@hostile(".keras")
def cve_2025_8747_get_file(sound):
    """CVE-2025-8747: functions of Keras itself were still called, get_file for a download."""
    function = {"module": "keras.utils", "config": "get_file", **FUNCTION}
    arguments = {"origin": f"file://{sound.outside}", "cache_dir": ".", "force_download": True}
    node = {"args": ["owned"], "kwargs": arguments}
    return sound.with_layer(
        "keras.layers",
        "Lambda",
        {"function": function, "arguments": arguments},
        inbound_nodes=[node],
    )


@hostile(".keras")
def cve_2025_9906_safe_mode_off(sound):
    """CVE-2025-9906: the config itself switched safe mode off, then brought a Lambda."""
    off = {"module": "keras.config", "config": "enable_unsafe_deserialization", **FUNCTION}

    def change(config):
        layers = config["config"]["layers"]
        for index, function in ((1, off), (2, payload(sound))):
            layers[index].update(class_name="Lambda", config={"name": "x", "function": function})

    return sound.with_config(change)


@hostile(".keras")
def cve_2025_12058_vocabulary(sound):
    """CVE-2025-12058: a StringLookup's vocabulary is a path or a URL, and loading read it."""
    return sound.with_layer("keras.layers", "StringLookup", {"vocabulary": sound.outside})


@hostile(".keras")
def cve_2025_12058_vocabulary_from_the_network(sound):
    """CVE-2025-12058: the same with an address, to which the reader's machine then connected."""
    return sound.with_layer("keras.layers", "IntegerLookup", {"vocabulary": "http://127.0.0.1:9/v"})


@hostile(".keras")
def cve_2025_12060_get_file_extracts(sound):
    """CVE-2025-12060: get_file unpacked a tar archive without looking where its names lead."""
    function = {"module": "keras.utils", "config": "get_file", **FUNCTION}
    arguments = {"origin": f"file://{sound.outside}", "extract": True, "archive_format": "tar"}
    return sound.with_layer(
        "keras.layers", "Lambda", {"function": function, "arguments": arguments}
    )


@hostile(".keras")
def cve_2026_1462_saved_model(sound):
    """CVE-2026-1462: a TFSMLayer loads the SavedModel of any path, in safe mode, too."""
    return sound.with_layer("keras.layers", "TFSMLayer", {"filepath": sound.outside})


@hostile(".keras")
def cve_2026_12479_layer_name(sound):
    """CVE-2026-12479: a layer's name with ../ became part of a path that loading wrote to."""

    def change(config):
        text = json.dumps(config).replace('"hidden"', json.dumps("../../" + sound.outside))
        return json.loads(text)

    return sound.with_config(change)


@hostile(".keras")
def cve_2026_12479_model_name(sound):
    """CVE-2026-12479: the same with the name of the model."""
    return sound.with_config(lambda c: c["config"].update(name=f"../..{sound.outside}"))


@hostile(".keras")
def cve_2026_12481_lambda_in_a_wrapper(sound):
    """CVE-2026-12481: a Lambda got through where safe mode was neither on nor off."""
    inner = {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": {"name": "x", "function": payload(sound)},
        "registered_name": None,
    }
    return sound.with_layer("keras.layers", "TimeDistributed", {"layer": inner})


def _in_dense(name):
    """Make a maker that puts a Lambda in the place of a Dense's argument."""

    def maker(sound):
        def change(config):
            function = {"module": "os", "config": "system", **FUNCTION}
            config["config"]["layers"][1]["config"][name] = function

        return sound.with_config(change)

    maker.__name__ = f"function_as_{name}"
    maker.__doc__ = f"Any function as a Dense's {name}."
    hostile(".keras")(maker)


for _argument in ("activation", "kernel_initializer", "bias_regularizer", "dtype", "name", "units"):
    _in_dense(_argument)


def _in_compile(name):
    """Make a maker that puts any function in the place of an argument of compile()."""

    def maker(sound):
        def change(config):
            function = {"module": "builtins", "config": "eval", **FUNCTION}
            config["compile_config"][name] = function if name != "metrics" else [function]

        return sound.with_config(change)

    maker.__name__ = f"function_as_{name}"
    maker.__doc__ = f"Any function as compile's {name}."
    hostile(".keras")(maker)


for _argument in ("loss", "metrics", "optimizer", "loss_weights", "jit_compile"):
    _in_compile(_argument)


@hostile(".keras")
def registered_class(sound):
    """A class of your own, which would have to be registered before."""

    def change(config):
        config["config"]["layers"][1].update(module="mine", registered_name="Custom>Dense")

    return sound.with_config(change)


@hostile(".keras")
def module_that_is_not_there(sound):
    """A module to import, from the folder that the reader is in."""
    return sound.with_layer("antigravity", "Dense", {"units": 10})


@hostile(".keras")
def a_billion_units(sound):
    """A Dense of 10⁹ units, declared throughout; the arrays are those of 10."""

    def change(config):
        text = json.dumps(config).replace("10", str(10**9))
        return json.loads(text)

    return sound.with_config(change)


@hostile(".keras")
def units_of_400_digits(sound):
    """A whole number that no float holds."""

    def change(config):
        config["config"]["layers"][1]["config"]["units"] = 10**400

    return sound.with_config(change)


@hostile(".keras")
def rate_of_400_digits(sound):
    """A learning rate that no float holds."""
    text = sound.members["config.json"].replace(b'"beta_1": 0.9', b'"beta_1": ' + b"9" * 400)
    return sound.archive(config=text)


@hostile(".keras")
def rate_of_5000_digits(sound):
    """A number with more digits than Python turns into one."""
    text = sound.members["config.json"].replace(b'"beta_1": 0.9', b'"beta_1": ' + b"9" * 5000)
    return sound.archive(config=text)


@hostile(".keras")
def nan_and_infinity(sound):
    """Numbers that JSON does not have, as a learning rate and as a regularizer's factor."""

    def change(config):
        config["compile_config"]["optimizer"]["config"]["learning_rate"] = float("nan")

    return sound.with_config(change)


@hostile(".keras")
def deep_lists(sound):
    """A million brackets."""
    return sound.archive(config=b"[" * 10**6)


@hostile(".keras")
def deep_objects(sound):
    """Objects in objects, well formed, 100,000 deep."""
    return sound.archive(config=b'{"a":' * 10**5 + b"1" + b"}" * 10**5)


@hostile(".keras")
def many_small_lists(sound):
    """A config that is 20 times larger in memory than on the disk, of the largest size."""
    return sound.archive(config=b'{"a":[' + b"[]," * (2**20) + b"[]]}")


@hostile(".keras")
def many_keys(sound):
    """300,000 keys of one object, none of which is known."""
    text = json.dumps({f"k{i}": 0 for i in range(250_000)})
    return sound.archive(config=text.encode())


@hostile(".keras")
def key_twice(sound):
    """A class that is named twice: who looks at the first and makes the second is deceived."""
    text = sound.members["config.json"].replace(
        b'"class_name": "Dense"', b'"class_name": "Dense", "class_name": "Lambda"'
    )
    return sound.archive(config=text)


@hostile(".keras")
def long_name(sound):
    """A name of two million letters."""

    def change(config):
        return json.loads(json.dumps(config).replace('"hidden"', json.dumps("n" * 2 * 10**6)))

    return sound.with_config(change)


@hostile(".keras")
def many_layers(sound):
    """As many layers as a config of 4 MiB holds."""

    def change(config):
        entry = dict(config["config"]["layers"][1])
        count = (3 << 20) // len(json.dumps(entry))
        config["config"]["layers"][1:1] = [entry] * count

    return sound.with_config(change)


@hostile(".keras")
def itself_as_a_layer(sound):
    """A model in a model in a model …"""

    def change(config):
        inner = json.loads(json.dumps(config))
        for _ in range(20):
            inner = {**config, "config": {**config["config"], "layers": [inner]}}
        return inner

    return sound.with_config(change)


@hostile(".keras")
def another_encoding(sound):
    """A config in UTF-16, with a mark in front."""
    return sound.archive(config=sound.members["config.json"].decode().encode("utf-16"))


@hostile(".keras")
def half_a_character(sound):
    """A name that is no text: half of a pair that JSON allows to be written alone."""
    text = sound.members["config.json"].replace(b'"hidden"', b'"\\ud800"')
    return sound.archive(config=text)


@hostile(".keras")
def another_keras(sound):
    """A version that is another kind of file, or no text."""
    return sound.archive(metadata=b'{"keras_version": ["3.15.1"]}')
