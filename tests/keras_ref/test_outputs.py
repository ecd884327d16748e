"""Whether files can be written is asked early, and leaves nothing behind."""

from argparse import Namespace

from keras_ref.outputs import no_folder, unwritable


def test_a_new_file_is_not_left_behind(tmp_path):
    path = tmp_path / "new" / "x.json"
    assert unwritable(Namespace(json=path, plot=None), "json", "plot") is None
    assert path.parent.is_dir() and not path.exists()


def test_an_old_file_stays_as_it_is(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("1")
    assert unwritable(Namespace(json=path), "json") is None
    assert path.read_text() == "1"


def test_what_cannot_be_written(tmp_path):
    path = tmp_path / "x"
    path.write_text("1")
    assert "a folder" in unwritable(Namespace(json=tmp_path), "json")
    assert "can be written" in unwritable(Namespace(json=path / "y"), "json")
    assert "Expected a folder" in no_folder(path)
    assert no_folder(tmp_path / "z") is None and (tmp_path / "z").is_dir()
