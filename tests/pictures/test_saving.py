from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from engine.pictures import plot_history, save_picture


def test_any_picture_is_saved_with_the_same_bytes(tmp_path):
    for name in ("one.svg", "two.svg"):
        ax = plot_history({"loss": [0.7, 0.5], "val_loss": [0.8, 0.6]})
        assert save_picture(ax, tmp_path / name) is ax.figure
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    root = ElementTree.parse(tmp_path / "one.svg").getroot()
    assert "epoch (passes over the training data)" in "".join(root.itertext())


def test_a_figure_is_a_picture(tmp_path):
    figure = Figure()
    assert save_picture(figure, tmp_path / "f.png", dpi=20) is figure
    assert (tmp_path / "f.png").exists()


def test_axes_without_a_figure(tmp_path):
    ax = Figure().add_subplot()
    ax.remove()
    with pytest.raises(ValueError, match="Received: axes without one"):
        save_picture(ax, tmp_path / "f.png")


def test_bad_pictures_and_places(tmp_path):
    figure = Figure()
    for picture, told in [(figure.subplots(2, 2), r"<ndarray of shape \(2, 2\)>"), (3, "3")]:
        with pytest.raises(TypeError, match=f"an Axes or a Figure. Received: picture={told}"):
            save_picture(picture, tmp_path / "f.png")
    with pytest.raises(TypeError, match="Expected to_file to be a path. Received: to_file=5"):
        save_picture(figure, 5)
    with pytest.raises(FileNotFoundError, match="in a folder that exists. Received: .*none"):
        save_picture(figure, tmp_path / "none" / "f.png")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match="Expected a file. Received: the folder"):
        save_picture(figure, tmp_path / "folder")
