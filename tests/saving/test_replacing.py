"""The order in which a file is written, flushed and named; and what is left of killed writers."""

import os

import pytest

from engine.saving import replacing
from engine.saving.replacing import replace_file


def test_the_file_is_flushed_before_it_has_its_name_and_the_folder_after(tmp_path, monkeypatch):
    path, done = tmp_path / "m.keras", []
    fsync, replace = os.fsync, os.replace

    def watched(handle):
        name = os.readlink(f"/proc/self/fd/{handle}")
        done.append(("flushed", os.path.relpath(name, tmp_path), os.path.getsize(name)))
        fsync(handle)

    def named(old, new):
        done.append(("named", os.path.basename(new)))
        replace(old, new)

    monkeypatch.setattr(replacing.os, "fsync", watched)
    monkeypatch.setattr(replacing.os, "replace", named)
    replace_file(str(path), lambda file: file.write(b"x" * 10))
    (first, beside, size), second, third = done
    assert (first, size, second) == ("flushed", 10, ("named", "m.keras"))
    assert beside.startswith("m.keras.") and beside.endswith(".tmp")
    assert third[:2] == ("flushed", ".")


def test_a_leftover_that_looks_like_one_in_an_odd_folder(tmp_path):
    folder = tmp_path / "odd [name]*"
    folder.mkdir()
    stale = folder / f"m[1].keras.{'a' * 16}.tmp"
    stale.write_bytes(b"x")
    replace_file(str(folder / "m[1].keras"), lambda file: file.write(b"y"))
    assert os.listdir(folder) == ["m[1].keras"]


def test_two_writers_of_one_name(tmp_path):
    """The second begins while the first writes, and takes nothing away from it."""
    path = tmp_path / "m.keras"

    def write(file):
        replace_file(str(path), lambda inner: inner.write(b"second"))
        assert path.read_bytes() == b"second"
        file.write(b"first")

    replace_file(str(path), write)
    assert path.read_bytes() == b"first" and os.listdir(tmp_path) == ["m.keras"]


def test_an_interrupt_leaves_nothing(tmp_path):
    def stop(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_file(str(tmp_path / "m.keras"), stop)
    assert os.listdir(tmp_path) == []


def test_a_file_system_without_locks_or_flushed_folders(tmp_path, monkeypatch):
    def no_lock(*_):
        raise OSError("not here")

    monkeypatch.setattr(replacing.fcntl, "flock", no_lock)
    replace_file(str(tmp_path / "m.keras"), lambda file: file.write(b"x"))
    monkeypatch.setattr(replacing, "fcntl", None)
    replace_file(str(tmp_path / "m.keras"), lambda file: file.write(b"y"))
    assert (tmp_path / "m.keras").read_bytes() == b"y"
