"""HDF5 files that lead elsewhere, claim too much, go in circles, or are of another kind."""

import json
import pickle
import struct
from io import BytesIO

from tests.hostile.archive_files import Touch
from tests.hostile.sound import CONFIG, hostile

KERNELS = {
    ".keras": "layers/dense/vars/0",
    ".weights.h5": "layers/dense/vars/0",
    ".h5": "model_weights/hidden/hidden/kernel",
}
SHAPE = {"shape": (4, 10), "dtype": "float32"}


def everywhere(change, name, sentence):
    """Put a change of the kernel on the list, for each of the three kinds of file."""
    for suffix, kernel in KERNELS.items():

        def maker(sound, suffix=suffix, kernel=kernel):
            return sound.with_hdf5(lambda file: change(file, kernel, sound), suffix)

        maker.__name__ = f"{name}_in{suffix.replace('.', '_')}"
        maker.__doc__ = sentence
        hostile(suffix)(maker)


def _replaced(**options):
    def change(file, kernel, sound):
        del file[kernel]
        file.create_dataset(kernel, **options)

    return change


def _link(make):
    def change(file, kernel, sound):
        import h5py

        del file[kernel]
        file[kernel] = make(h5py, sound.outside)

    return change


def _external(file, kernel, sound):
    del file[kernel]
    file.create_dataset(kernel, **SHAPE, external=[(sound.outside, 0, 160)])


def _virtual(file, kernel, sound):
    import h5py

    del file[kernel]
    layout = h5py.VirtualLayout((4, 10), "float32")
    layout[:] = h5py.VirtualSource(sound.outside, "x", (4, 10))
    file.create_virtual_dataset(kernel, layout)


def _own_link(file, kernel, sound):
    """A link of a kind that programs define for themselves, made by changing an external one."""
    import h5py

    del file[kernel]
    file[kernel] = h5py.ExternalLink(sound.outside, "/MARK")


def _reserved(file, kernel, sound):
    """An array that is declared and never given room."""
    import h5py

    del file[kernel]
    space = h5py.h5s.create_simple((4, 10**9))
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_alloc_time(h5py.h5d.ALLOC_TIME_LATE)
    h5py.h5d.create(file.id, kernel.encode(), h5py.h5t.IEEE_F32LE, space, plan)


def _circle(file, kernel, sound):
    parent, _, last = kernel.rpartition("/")
    del file[kernel]
    file[kernel] = file[parent.split("/")[0]]


def _references(file, kernel, sound):
    import h5py

    del file[kernel]
    file.create_dataset(kernel, (4, 10), h5py.ref_dtype, data=[[file.ref] * 10] * 4)


def _objects(file, kernel, sound):
    import h5py

    del file[kernel]
    file.create_dataset(kernel, (4, 10), h5py.vlen_dtype("float32"))


def _pickled(file, kernel, sound):
    import numpy as np

    data = pickle.dumps(Touch(sound.outside))
    del file[kernel]
    file[kernel] = np.void(data)


def _type(file, kernel, sound):
    import numpy as np

    del file[kernel]
    file[kernel] = np.dtype("float32")


def _compound(file, kernel, sound):
    import numpy as np

    del file[kernel]
    file[kernel] = np.zeros((4, 10), [("a", "f4"), ("b", "S100")])


everywhere(
    _external,
    "cve_2026_1669_external_storage",
    "CVE-2026-1669: an array's numbers stand in any file of the reader's, which loading read.",
)
everywhere(
    _replaced(shape=(4, 10**9), dtype="float32", chunks=(4, 1000)),
    "cve_2026_0897_shape_bomb",
    "CVE-2026-0897: an array declares a shape of gigabytes and holds nothing; loading made it.",
)
everywhere(
    _replaced(shape=(4, 10**8), dtype="float32", chunks=(4, 10**6), compression="gzip"),
    "cve_2026_0897_compressed",
    "CVE-2026-0897: the same behind a filter that unpacks to gigabytes.",
)
everywhere(_reserved, "cve_2026_0897_no_room", "CVE-2026-0897: the same without chunks.")
everywhere(_virtual, "virtual", "An array that is put together from arrays of other files.")
everywhere(_link(lambda h5py, _: h5py.SoftLink("/vars")), "soft_link", "A link by name.")
everywhere(
    _link(lambda h5py, outside: h5py.ExternalLink(outside, "/x")),
    "external_link",
    "A link into another file.",
)
everywhere(_circle, "circle", "A group that holds itself.")
everywhere(_references, "references", "References in place of numbers.")
everywhere(_objects, "objects", "Lists of any length in place of numbers.")
everywhere(_pickled, "pickled", "A pickle in place of numbers.")
everywhere(_type, "type", "A type in place of an array.")
everywhere(_compound, "compound", "Records in place of numbers.")
everywhere(
    _replaced(data=[[0.0] * 10] * 4, dtype="float32", chunks=(2, 5), compression="gzip"),
    "filter",
    "Numbers that stand behind a filter, which may be code of the reader's machine.",
)
everywhere(
    _replaced(data=[[0.0] * 10] * 4, dtype="float32", chunks=(1, 1)),
    "chunks",
    "One chunk a number.",
)


def _patched(mark, offset, width, value, which=0):
    """Return a maker that overwrites a number behind a mark, of the weights in a .weights.h5."""

    def maker(sound):
        data = bytearray(sound.weights_h5)
        places = [i for i in range(len(data)) if data.startswith(mark, i)]
        place = places[which]
        number = value(place, data) if callable(value) else value
        data[place + offset : place + offset + width] = number.to_bytes(width, "little")
        return bytes(data)

    return maker


PATCHES = {
    # a node's first child is the node itself
    "tree_in_a_circle": (b"TREE", 32, 8, lambda place, _: place),
    "tree_of_many_levels": (b"TREE", 5, 1, 255),
    "tree_of_many_children": (b"TREE", 6, 2, 65535),
    "table_of_many_names": (b"SNOD", 6, 2, 65535),
    "names_without_end": (b"HEAP", 8, 8, 2**63),
    "names_elsewhere": (b"HEAP", 24, 8, 2**63),
    "table_that_is_a_soft_link": (b"SNOD", 24, 4, 2),
    "table_that_leads_outside": (b"SNOD", 16, 8, 2**62),
    "table_that_leads_to_the_end": (b"SNOD", 16, 8, lambda _, data: len(data) - 3),
    "wide_addresses": (b"\x89HDF", 13, 1, 200),
    "another_beginning": (b"\x89HDF", 24, 8, 512),
    "unknown_superblock": (b"\x89HDF", 8, 1, 77),
    "longer_than_it_is": (b"\x89HDF", 40, 8, 2**40),
    "root_elsewhere": (b"\x89HDF", 64, 8, 2**64 - 1),
    "attribute_elsewhere": (b"GCOL", 8, 8, 2**50),
}
for _name, _patch in PATCHES.items():
    _maker = _patched(*_patch)
    _maker.__name__, _maker.__doc__ = _name, "A number in HDF5's tables that leads astray."
    if _name != "attribute_elsewhere":  # the attributes of this kind of file are not read
        hostile(".weights.h5")(_maker)


def _root_header(data):
    """Where the header of the root group stands."""
    return struct.unpack_from("<Q", data, 64)[0]


@hostile(".weights.h5")
def header_in_a_circle(sound):
    """A header that goes on at its own beginning, for ever."""
    data = bytearray(sound.weights_h5)
    place = _root_header(data)
    struct.pack_into("<H", data, place + 2, 65535)
    struct.pack_into("<HHBxxxQQ", data, place + 16, 16, 16, 0, place + 16, 24)
    return bytes(data)


@hostile(".weights.h5")
def own_link(sound):
    """A link of a kind that a program defines for itself."""
    data = sound.with_hdf5(lambda file: _own_link(file, KERNELS[".weights.h5"], sound))
    place = data.index(b"/MARK")
    start = data.rindex(b"\x01\x08\x40", 0, place)  # version, flags, the kind: 64
    return data[: start + 2] + b"\x65" + data[start + 3 :]


@hostile(".weights.h5")
def many_groups(sound):
    """Names in the root, 20,000 of them."""

    def change(file):
        for index in range(20_000):
            file[f"x{index}"] = file["layers"]

    return sound.with_hdf5(change)


@hostile(".weights.h5")
def long_group_name(sound):
    """A name of 60,000 letters."""
    return sound.with_hdf5(lambda file: file.create_group("n" * 60_000))


@hostile(".weights.h5")
def deep_groups(sound):
    """Groups in groups, where an array should be."""

    def change(file):
        kernel = KERNELS[".weights.h5"]
        del file[kernel]
        file.create_group(kernel + "/g" * 500)

    return sound.with_hdf5(change)


@hostile(".weights.h5")
def dense_links(sound):
    """A group in the form of HDF5 1.8, which needs a reader of its own."""
    import h5py

    buffer = BytesIO()
    with (
        h5py.File(BytesIO(sound.weights_h5)) as source,
        h5py.File(buffer, "w", libver="latest") as f,
    ):
        for name in source:
            source.copy(name, f)
        for index in range(50):
            f.create_group(f"x{index}")
    return buffer.getvalue()


@hostile(".keras")
def one_array_for_many_layers(sound):
    """Thousands of layers whose kernels are one large array of the file."""
    import h5py
    import numpy as np

    layers, units = 300, 400

    def change(config):
        whole = config["config"]
        first, middle, _ = whole["layers"]
        entries, before, width = [first], first["config"]["name"], 4
        for index in range(layers):
            entry = json.loads(json.dumps(middle))
            name = f"d{index}"
            entry["name"] = entry["config"]["name"] = name
            entry["config"].update(units=units, use_bias=False)
            tensor = entry["inbound_nodes"][0]["args"][0]["config"]
            tensor.update(shape=[None, width], keras_history=[before, 0, 0])
            entry["build_config"] = {"input_shape": [None, width]}
            entries.append(entry)
            before, width = name, units
        whole["layers"] = entries
        whole["output_layers"] = [before, 0, 0]
        config["compile_config"] = None

    def weights(file):
        del file["layers"], file["optimizer"]
        file.create_group("layers/input_layer/vars")
        file.create_dataset("layers/dense/vars/0", data=np.zeros((4, units), "float32"))
        file.create_dataset("layers/dense_1/vars/0", data=np.zeros((units, units), "float32"))
        for index in range(2, layers):
            file[f"layers/dense_{index}/vars/0"] = file["layers/dense_1/vars/0"]

    config = json.loads(sound.members[CONFIG])
    change(config)
    buffer = BytesIO(sound.members["model.weights.h5"])
    with h5py.File(buffer, "r+") as file:
        weights(file)
    return sound.archive(config=json.dumps(config).encode(), weights=buffer.getvalue())


@hostile(".keras")
def a_billion_units_in_both(sound):
    """CVE-2026-0897: config and file agree on 4 · 10⁹ numbers; the file holds none of them."""
    config = sound.members[CONFIG].replace(b"10", str(10**9).encode())

    def change(file):
        for path, shape in (
            ("layers/dense/vars/0", (4, 10**9)),
            ("layers/dense/vars/1", (10**9,)),
            ("layers/dense_1/vars/0", (10**9, 3)),
        ):
            del file[path]
            chunks = tuple(min(n, 1000) for n in shape)
            file.create_dataset(path, shape, "float32", chunks=chunks)

    buffer = BytesIO(sound.members["model.weights.h5"])
    import h5py

    with h5py.File(buffer, "r+") as file:
        change(file)
    return sound.archive(config=config, weights=buffer.getvalue())


@hostile(".weights.h5")
def with_a_user_block(sound):
    """A script of 512 bytes in front: a file that is two things."""
    return b"#!/bin/sh\ntouch owned\n".ljust(512, b"#") + sound.weights_h5


@hostile(".weights.h5")
def truncated(sound):
    """The first half."""
    return sound.weights_h5[: len(sound.weights_h5) // 2]


@hostile(".weights.h5")
def truncated_by_one(sound):
    """All but the last byte."""
    return sound.weights_h5[:-1]


@hostile(".weights.h5")
def numpy_archive(sound):
    """A pickle under the name of a file of weights."""
    return pickle.dumps(Touch(sound.outside))
