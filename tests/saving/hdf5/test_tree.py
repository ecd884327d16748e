"""The reader beside h5py: the same names, attributes, shapes, types and numbers."""

import io

import numpy as np
import pytest

from engine.saving import hdf5

h5py = pytest.importorskip("h5py")

NUMBERS = ["<f4", "<f8", "<f2", ">f4", "<i8", "<i4", "<u1", ">i2"]


def written(fill, **options):
    """A file that h5py writes, in memory."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", **options) as file:
        fill(file)
    return buffer


def compare(ours, theirs):
    """Hold a group and all below it against h5py's; return how many arrays there are."""
    assert set(ours) == set(theirs)
    found = ours.attributes()
    for name, value in theirs.attrs.items():
        plain = value.tolist() if isinstance(value, np.ndarray) else value
        assert found[name] == plain, name
    assert len(found) == len(theirs.attrs)
    count = 0
    for name in ours:
        inner = ours[name]
        if isinstance(inner, hdf5.Group):
            count += compare(inner, theirs[name])
            continue
        assert isinstance(inner, hdf5.Array)
        expected = theirs[name]
        assert inner.shape == expected.shape and str(inner.type) == str(expected.dtype)
        received = inner.read()
        assert received.dtype == expected.dtype
        assert received.tobytes() == np.asarray(expected[()]).tobytes()
        count += 1
    return count


@pytest.mark.parametrize("seed", range(20))
def test_random_files(seed):
    rng = np.random.default_rng(seed)

    def fill(group, depth=0):
        for index in range(rng.integers(0, 40 if depth == 1 else 6)):
            name = "".join(rng.choice(list("abcdefgh.:-_"), rng.integers(1, 30))) + str(index)
            if depth < 4 and rng.random() < 0.4:
                fill(group.create_group(name), depth + 1)
            else:
                shape = tuple(rng.integers(0, 5, rng.integers(0, 4)).tolist())
                group[name] = (rng.normal(size=shape) * 50).astype(rng.choice(NUMBERS))
        for index in range(rng.integers(0, 12)):
            words = ["x" * int(n) for n in rng.integers(0, 50, 5)]
            values = [words[0], words, np.array([w.encode() for w in words]).tolist(), "ü"]
            group.attrs[f"a{index}"] = values[index % 4]

    file = written(fill)
    with h5py.File(file) as theirs:
        ours = hdf5.open_tree(file)
        # h5py gives bytes for strings that are ASCII by their type; Keras decodes them, too.
        names = []
        theirs.visit(names.append)
        compare_strings(ours, theirs)
        assert count(ours) == sum(isinstance(theirs[n], h5py.Dataset) for n in names)


def compare_strings(ours, theirs):
    class Decoded:
        def __init__(self, group):
            self.group = group
            self.attrs = {
                name: _decoded(value.tolist() if isinstance(value, np.ndarray) else value)
                for name, value in group.attrs.items()
            }

        def __iter__(self):
            return iter(self.group)

        def __getitem__(self, name):
            found = self.group[name]
            return Decoded(found) if isinstance(found, h5py.Group) else found

    compare(ours, Decoded(theirs))


def _decoded(value):
    if isinstance(value, list):
        return [_decoded(element) for element in value]
    return value.decode() if isinstance(value, bytes) else value


def count(group):
    return sum(count(m) if isinstance(m, hdf5.Group) else 1 for m in map(group.__getitem__, group))


@pytest.mark.parametrize("libver", ["earliest", "v108", "v110", "latest"])
def test_forms_of_the_file(libver):
    def fill(file):
        group = file.create_group("layers/dense")
        group.attrs["name"] = "dense"
        group["0"] = np.arange(6, dtype="f4").reshape(2, 3)
        group["1"] = np.float64(2.5)

    file = written(fill, libver=libver)
    with h5py.File(file) as theirs:
        assert compare(hdf5.open_tree(file), theirs) == 2


def test_names_that_are_not_ascii():
    """A group with such a name has it in its header, whatever the version asked for."""
    found = hdf5.open_tree(written(lambda file: file.create_group("größe/ü")))
    assert list(found) == ["größe"] and list(found["größe"]) == ["ü"]


def test_a_text_of_megabytes():
    text = "ä" * 10**6

    def fill(file):
        file.attrs["config"] = text
        file.attrs["bytes"] = np.bytes_(b"abc")

    found = hdf5.open_tree(written(fill)).attributes()
    assert found["config"] == text and found["bytes"] == "abc"


def test_other_attributes_have_no_value():
    def fill(file):
        file.attrs["number"], file.attrs["numbers"] = 5, np.zeros((2, 2))
        file.attrs["none"] = h5py.Empty("f4")
        file.attrs["nothing"] = []

    found = hdf5.open_tree(written(fill)).attributes()
    assert found == {"number": None, "numbers": None, "none": None, "nothing": []}


def test_what_is_not_read():
    def fill(file):
        file["soft"], file["external"] = h5py.SoftLink("/x"), h5py.ExternalLink("x.h5", "/x")
        file["type"] = np.dtype("f4")
        file.create_dataset("chunks", (4,), "f4", chunks=(2,), data=[1, 2, 3, 4])
        file.create_dataset("packed", (4,), "f4", compression="gzip")
        file.create_dataset("outside", (4,), "f4", external=[("/dev/null", 0, 16)])
        file.create_dataset("text", data=["a", "b"], dtype=h5py.string_dtype())
        file.create_dataset("empty", data=h5py.Empty("f4"))

    root = hdf5.open_tree(written(fill))
    assert root.names["soft"] == "SoftLink" and root.names["external"] == "ExternalLink"
    assert root["soft"].kind == "SoftLink" and root["type"].kind == "datatype"
    assert root["packed"].filtered and root["outside"].outside
    assert root["chunks"].layout.other == "in chunks" and root["empty"].shape is None
    assert str(root["text"].type) == "object"
    for name in ("chunks", "packed", "outside", "text", "empty"):
        with pytest.raises(ValueError, match="Expected weights in an undamaged HDF5 file"):
            root[name].read()


def test_many_names_in_the_newer_form_are_refused():
    def fill(file):
        for index in range(50):
            file.create_group(str(index))

    with pytest.raises(ValueError, match="dense links.*libver='earliest'"):
        list(hdf5.open_tree(written(fill, libver="latest")))


def test_a_file_that_breaks_off_is_no_end():
    data = written(lambda file: file.create_dataset("x", data=np.zeros(100))).getvalue()
    for length in [0, 1, 8, 50, 95, 96, 500, len(data) - 1]:
        with pytest.raises(ValueError, match="undamaged HDF5"):
            hdf5.open_tree(io.BytesIO(data[:length]))
