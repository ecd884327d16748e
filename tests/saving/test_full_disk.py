"""A full disk: a clear error, the old file as it was, and nothing beside it."""

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from engine.saving import export_onnx, load_model, replacing
from tests.saving.writing import model_of, save

HERE = Path(__file__).parents[2]
SUFFIXES = (".keras", ".weights.h5", ".h5")
WORDS = r"Expected room for the file; what was there before is kept\. Received: .*m\."


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_an_error_of_the_disk(suffix, code, call, tmp_path, monkeypatch):
    path = tmp_path / f"m{suffix}"
    save(model_of(1), str(path))
    before = path.read_bytes()

    def fail(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(replacing.os, call, fail)
    with pytest.raises(OSError, match=WORDS) as caught:
        save(model_of(2), str(path))
    assert caught.value.errno == code and caught.value.filename == str(path)
    monkeypatch.undo()
    assert path.read_bytes() == before and os.listdir(tmp_path) == [path.name]


def test_another_error_is_told_as_it_is(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(replacing.os, "fsync", fail)
    with pytest.raises(OSError, match="the disk is broken"):
        save(model_of(1), str(tmp_path / "m.keras"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".onnx"])
def test_a_limit_of_the_system(suffix, tmp_path):
    """No file may become larger than 20 kB, in a process of its own."""
    path = tmp_path / f"m{suffix}"
    write = export_onnx if suffix == ".onnx" else save
    arguments = {"verbose": False} if suffix == ".onnx" else {}
    write(model_of(1), str(path), **arguments)
    before = path.read_bytes()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            write(model_of(2), str(path), **arguments)
        except OSError as error:
            os._exit(error.errno)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == errno.EFBIG
    assert path.read_bytes() == before and os.listdir(tmp_path) == [path.name]


def test_a_disk_that_is_full(tmp_path):
    """A file system in memory of 400 kB, where it may be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)]
    if subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("mounting a small tmpfs is not permitted here")
    try:
        path = disk / "m.weights.h5"
        code = (
            "import sys, errno; from tests.saving.writing import model_of, save\n"
            "save(model_of(1), sys.argv[1])\n"  # one file fits, two do not
            "try: save(model_of(2), sys.argv[1])\n"
            "except OSError as error: print(errno.errorcode[error.errno], error)"
        )
        run = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, cwd=HERE, check=True
        )
        assert run.stdout.startswith("ENOSPC") and "what was there before is kept" in run.stdout
        assert os.listdir(disk) == [path.name]
        model = model_of(0)
        model.load_weights(path)
        assert set(model.get_weights()[0].flat) == {1.0}
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_the_old_file_loads_after_a_failure(tmp_path, monkeypatch):
    path = tmp_path / "m.keras"
    save(model_of(1), str(path))
    monkeypatch.setattr(replacing.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("x")))
    with pytest.raises(OSError, match="x"):
        save(model_of(2), str(path))
    assert load_model(path).optimizer.iterations == 1


def test_the_rights_of_the_old_file_are_kept(tmp_path):
    path = tmp_path / "m.keras"
    save(model_of(1), str(path))
    path.chmod(0o600)
    save(model_of(2), str(path))
    assert path.stat().st_mode & 0o777 == 0o600
