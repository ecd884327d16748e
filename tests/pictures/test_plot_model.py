import inspect
import struct
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from engine.pictures import plot_model

SVG_TEXT = ".//{http://www.w3.org/2000/svg}text"


@pytest.fixture
def model(stand_ins):
    return stand_ins.chain(8, 8, 1)


@pytest.mark.parametrize("units", [False, True])
def test_svg_is_well_formed_and_keeps_text(model, tmp_path, units):
    plot_model(model, tmp_path / "m.svg", units=units)
    words = [
        "".join(node.itertext())
        for node in ElementTree.parse(tmp_path / "m.svg").iterfind(SVG_TEXT)
    ]
    assert {"dense", "dense_1"} <= set(words)


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
@pytest.mark.parametrize("units", [False, True])
def test_same_model_same_bytes(model, tmp_path, suffix, units):
    one, two = tmp_path / f"one.{suffix}", tmp_path / f"two.{suffix}"
    plot_model(model, one, show_shapes=True, units=units)
    plot_model(model, two, show_shapes=True, units=units)
    assert one.read_bytes() == two.read_bytes()
    assert b"dc:date" not in one.read_bytes() and b"CreationDate" not in one.read_bytes()


@pytest.mark.parametrize("dpi", [50, 200])
@pytest.mark.parametrize("name", ["m.png", "M.PNG", "model"])
def test_png_has_the_size_asked_for(model, tmp_path, dpi, name):
    figure = plot_model(model, str(tmp_path / name), dpi=dpi)
    data = (tmp_path / name).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert isinstance(figure, Figure)
    assert abs(width - figure.get_figwidth() * dpi) <= 1
    assert abs(height - figure.get_figheight() * dpi) <= 1


def test_pdf(model, tmp_path):
    plot_model(model, tmp_path / "m.pdf")
    assert (tmp_path / "m.pdf").read_bytes().startswith(b"%PDF-")


def test_positions_and_defaults_are_keras(model):
    parameters = inspect.signature(plot_model).parameters
    assert [(name, p.default) for name, p in parameters.items()][1:-1] == [
        ("to_file", "model.png"),
        ("show_shapes", False),
        ("show_dtype", False),
        ("show_layer_names", True),  # Keras 2; Keras 3 says False
        ("rankdir", "TB"),
        ("expand_nested", False),
        ("dpi", 200),
        ("show_layer_activations", False),
        ("show_trainable", False),
    ]


def test_options_reach_the_boxes(model, tmp_path):
    figure = plot_model(
        model,
        tmp_path / "m.svg",
        show_shapes=True,
        show_dtype=True,
        show_layer_names=False,
        rankdir="LR",
        show_layer_activations=True,
        show_trainable=True,
    )
    words = {text.get_text() for text in figure.axes[0].texts}
    assert {"(None, 8)", "float32", "relu", "Trainable", "Dense"} <= words
    assert "dense" not in words
    assert figure.get_figwidth() > figure.get_figheight()


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("m.gif", {}, r"\.png, \.svg or \.pdf\. Received: to_file=.*m\.gif"),
        ("m.svg", {"rankdir": "up"}, "rankdir='up'"),
        ("m.png", {"dpi": 0}, "dpi=0"),
    ],
)
def test_bad_arguments_write_nothing(model, tmp_path, name, options, says):
    with pytest.raises(ValueError, match=says):
        plot_model(model, tmp_path / name, **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("units", [False, True])
def test_a_model_that_is_not_built(model, tmp_path, units):
    model.built = False
    with pytest.raises(ValueError, match="Expected a built model"):
        plot_model(model, tmp_path / "m.png", units=units)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist(model, tmp_path):
    with pytest.raises(FileNotFoundError, match="in a folder that exists. Received: .*none"):
        plot_model(model, tmp_path / "none" / "m.png")


def test_what_is_not_a_model(tmp_path):
    with pytest.raises(TypeError, match="Expected model to be a model. Received: model=None"):
        plot_model(None, tmp_path / "m.png")
