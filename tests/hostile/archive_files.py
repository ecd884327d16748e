"""Archives whose members are too many, too large, elsewhere, or something else."""

import io
import pickle
import stat
import struct
import tarfile
import zipfile
import zlib

from tests.hostile.sound import CONFIG, METADATA, WEIGHTS, hostile, zipped


class Touch:
    """What leaves a trace when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "a")


def _with_name(name):
    def maker(sound):
        return zipped([*sound.members.items(), (name.format(outside=sound.outside), b"x")])

    return maker


NAMES = {
    "traversal": "../../../../{outside}",
    "absolute_name": "{outside}",
    "backslashes": "..\\..\\owned.txt",
    "drive": "C:\\owned.txt",
    "asset": "assets/layers/lookup/vocabulary.txt",
    "folder": "assets/",
    "nul_in_a_name": "config.json\0.txt",
    "long_member_name": "n" * 60000,
}
for _name, _member in NAMES.items():
    _maker = _with_name(_member)
    _maker.__name__ = f"member_{_name}"
    _maker.__doc__ = f"A further member, {_member[:40]!r}: archive traversal, or content to unpack."
    hostile(".keras")(_maker)


@hostile(".keras")
def cve_2025_12060_tar(sound):
    """CVE-2025-12060: a tar archive with ../ and a link, under the name of a model."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in (CONFIG, METADATA, WEIGHTS, "../../owned.txt"):
            info = tarfile.TarInfo(name)
            info.size = 1
            archive.addfile(info, io.BytesIO(b"x"))
        info = tarfile.TarInfo("link")
        info.type, info.linkname = tarfile.SYMTYPE, sound.outside
        archive.addfile(info)
    return buffer.getvalue()


@hostile(".keras")
def link_as_config(sound):
    """config.json is a symbolic link to a file outside."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in sound.members.items():
            info = zipfile.ZipInfo(name)
            if name == CONFIG:
                info.external_attr, data = (stat.S_IFLNK | 0o777) << 16, sound.outside.encode()
            archive.writestr(info, data)
    return buffer.getvalue()


@hostile(".keras")
def link_as_weights_that_are_sound(sound):
    """A link by its mode, whose content would be sound."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in sound.members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, data)
    return buffer.getvalue()


@hostile(".keras")
def bomb(sound):
    """Half a gigabyte of zeros in two megabytes, as weights."""
    return _deflated(sound, WEIGHTS, 512 << 20)


@hostile(".keras")
def config_bomb(sound):
    """Half a gigabyte of spaces in two megabytes, as config."""
    return _deflated(sound, CONFIG, 512 << 20, b" ")


@hostile(".keras")
def bomb_that_claims_to_be_small(sound):
    """The same, with the directory saying 10 kB."""
    data = bytearray(_deflated(sound, WEIGHTS, 256 << 20))
    entry = data.index(WEIGHTS.encode(), data.index(b"PK\x01\x02")) - 46
    struct.pack_into("<I", data, entry + 24, 10_000)
    struct.pack_into("<I", data, data.index(WEIGHTS.encode()) - 30 + 22, 10_000)
    return bytes(data)


def _deflated(sound, name, size, letter=b"\0"):
    """The archive with a member of many equal bytes, written without holding them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for other, data in sound.members.items():
            if other != name:
                archive.writestr(other, data)
        with archive.open(name, "w", force_zip64=False) as member:
            block = letter * (1 << 24)
            for _ in range(min(size, (1 << 31) - 1) // len(block)):
                member.write(block)
    return buffer.getvalue()


@hostile(".keras")
def bomb_in_a_bomb(sound):
    """An archive as weights, with an archive in it."""
    inner = zipped({WEIGHTS: zipped({WEIGHTS: bytes(1 << 20)}, compression=zipfile.ZIP_DEFLATED)})
    return sound.archive(weights=inner)


@hostile(".keras")
def claimed_size_beyond_the_file(sound):
    """Weights of 2 GiB by directory and config, stored, in a file of 20 kB."""
    config = sound.members[CONFIG].replace(b"10", b"50000000")
    data = bytearray(sound.archive(config=config))
    entry = data.index(WEIGHTS.encode(), data.index(b"PK\x01\x02")) - 46
    struct.pack_into("<II", data, entry + 20, 2**31 - 1, 2**31 - 1)
    return bytes(data)


@hostile(".keras")
def overlapping_members(sound):
    """Two members that share their bytes, as in the archives that quote one piece many times."""
    data = bytearray(sound.keras)
    directory = data.index(b"PK\x01\x02")
    entries = [i for i in range(directory, len(data)) if data.startswith(b"PK\x01\x02", i)]
    data[entries[1] + 42 : entries[1] + 46] = data[entries[0] + 42 : entries[0] + 46]
    return bytes(data)


@hostile(".keras")
def member_twice(sound):
    """config.json twice: who checks the first and reads the second is deceived."""
    return zipped([*sound.members.items(), (CONFIG, b"{}")])


@hostile(".keras")
def a_hundred_thousand_members(sound):
    """So many names that listing them is the attack."""
    return zipped([*sound.members.items(), *((f"{i}", b"") for i in range(60_000))])


@hostile(".keras")
def other_names_in_front_of_the_members(sound):
    """The directory says config.json, the member itself says another name."""
    return sound.keras.replace(CONFIG.encode(), b"../../x.tar", 1)


@hostile(".keras")
def something_before(sound):
    """A script in front of the archive."""
    return b"#!/bin/sh\ntouch owned\n" + sound.keras


@hostile(".keras")
def something_behind(sound):
    """Another archive behind the archive, or in its comment."""
    return sound.keras + sound.keras[:-22]


@hostile(".keras")
def comment(sound):
    """A comment at the end."""
    data = bytearray(sound.keras)
    data[-2:] = struct.pack("<H", 5)
    return bytes(data) + b"PK\x05\x06x"


@hostile(".keras")
def archive_of_64_bits(sound):
    """A directory in the form for archives of more than 4 GB, which counts 2⁶³ members."""
    data, end = sound.keras[:-22], sound.keras[-22:]
    start = struct.unpack("<I", end[16:20])[0]
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**63, 2**63, 2**62, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(data), 1)
    return data + wide + locator + end


@hostile(".keras")
def encrypted(sound):
    """Members that ask for a password."""
    data = bytearray(sound.keras)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


@hostile(".keras")
def another_compression(sound):
    """LZMA, whose decoder takes as much memory as the file says."""
    return zipped(sound.members, compression=zipfile.ZIP_LZMA)


@hostile(".keras")
def broken_stream(sound):
    """A deflated member that breaks off in the middle of its stream."""
    data = zlib.compress(sound.members[CONFIG])[2:-4]
    archive = bytearray(zipped(sound.members, compression=zipfile.ZIP_DEFLATED))
    place = archive.index(data[:20])
    archive[place + 20 : place + 60] = bytes(40)
    return bytes(archive)


@hostile(".keras")
def pickle_as_a_model(sound):
    """A pickle under the name of a model."""
    return pickle.dumps(Touch(sound.outside))


@hostile(".keras")
def pickle_as_weights(sound):
    """A pickle in place of the weights, and NumPy's archive beside them."""
    return sound.archive(weights=pickle.dumps(Touch(sound.outside)))


@hostile(".keras")
def numpy_weights(sound):
    """model.weights.npz, which may hold pickled objects, in place of model.weights.h5."""
    members = {name: data for name, data in sound.members.items() if name != WEIGHTS}
    return zipped({**members, "model.weights.npz": pickle.dumps(Touch(sound.outside))})


@hostile(".keras")
def nothing_at_all(sound):
    """No byte."""
    return b""


@hostile(".keras")
def half_an_archive(sound):
    """The first half."""
    return sound.keras[: len(sound.keras) // 2]


@hostile(".keras")
def hdf5_as_an_archive(sound):
    """An HDF5 file under the name of the other format."""
    return sound.h5


@hostile(".h5")
def archive_as_hdf5(sound):
    """An archive under the name of the older format."""
    return sound.keras


@hostile(".h5")
def pickle_as_hdf5(sound):
    """A pickle under the name of the older format."""
    return pickle.dumps(Touch(sound.outside))
