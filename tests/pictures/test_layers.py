import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from engine.pictures import plot_layers


def texts(ax):
    return [text.get_text() for text in ax.texts]


def count(ax, kind):
    return sum(isinstance(patch, kind) for patch in ax.patches)


@pytest.fixture
def nested(stand_ins):
    inner = stand_ins.chain(8, 4, name="inner")
    first = stand_ins.Dense(8, 8, stand_ins.relu, "first")
    encoder = stand_ins.Sequential([first, inner], "encoder")
    head = stand_ins.Dense(4, 1, stand_ins.relu, "head")
    return stand_ins.Sequential([stand_ins.InputLayer(8), encoder, head], "whole")


def test_a_box_names_layer_and_class(stand_ins):
    ax = plot_layers(stand_ins.chain(8, 8, 1))
    assert texts(ax) == ["dense", "(Dense)", "dense_1", "(Dense)"]
    assert count(ax, Rectangle) == 2 and count(ax, FancyArrowPatch) == 1
    assert texts(plot_layers(stand_ins.chain(8, 1), show_layer_names=False)) == ["Dense"]


def test_facts_are_those_asked_for(stand_ins):
    model = stand_ins.chain(8, 3)
    model.layers[0].trainable = False
    ax = plot_layers(
        model, show_shapes=True, show_dtype=True, show_layer_activations=True, show_trainable=True
    )
    assert texts(ax)[2:] == [
        *["Activation:", "sigmoid"],
        *["Input shape:", "(None, 8)", "Output shape:", "(None, 3)"],
        *["Output dtype:", "float32", "Non-trainable"],
    ]


def test_an_input_layer_has_one_shape_and_nothing_to_train(stand_ins):
    model = stand_ins.Sequential([stand_ins.InputLayer(8)])
    ax = plot_layers(model, show_shapes=True, show_trainable=True)
    assert texts(ax) == ["input_layer", "(InputLayer)", "Output shape:", "(None, 8)"]


def test_direction(stand_ins):
    model = stand_ins.chain(8, 8, 1)
    down, right = plot_layers(model, rankdir="TB"), plot_layers(model, rankdir="LR")
    (a, b), (c, d) = (
        [patch.get_xy() for patch in ax.patches if isinstance(patch, Rectangle)]
        for ax in (down, right)
    )
    assert a[0] == b[0] and a[1] < b[1]  # y grows downwards
    assert c[1] == d[1] and c[0] < d[0]
    assert down.yaxis_inverted()


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_a_nested_model_is_one_box_or_a_frame(nested, rankdir):
    closed = plot_layers(nested, rankdir=rankdir)
    assert "encoder" in texts(closed) and "first" not in texts(closed)
    assert count(closed, Rectangle) == 3 and count(closed, FancyArrowPatch) == 2
    ax = plot_layers(nested, rankdir=rankdir, expand_nested=True)
    assert {"encoder", "inner", "first", "dense", "head"} <= set(texts(ax))
    frames = [p for p in ax.patches if isinstance(p, Rectangle) and not p.get_fill()]
    boxes = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_fill()]
    encoder, inner = (frame.get_bbox() for frame in frames)
    inside = [box.get_bbox() for box in boxes]
    assert [encoder.fully_containsx(b.x0) and encoder.fully_containsy(b.y0) for b in inside] == [
        *[False, True],
        *[True, False],
    ]
    assert encoder.x0 < inner.x0 and inner.x1 < encoder.x1
    assert encoder.y0 < inner.y0 and inner.y1 < encoder.y1


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_no_text_overlaps_another_or_leaves_the_picture(nested, rankdir, own):
    ax = plot_layers(
        nested,
        show_shapes=True,
        show_dtype=True,
        show_layer_activations=True,
        show_trainable=True,
        expand_nested=True,
        rankdir=rankdir,
        ax=Figure(figsize=(5, 3)).add_subplot() if own else None,
    )
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])
        assert ax.figure.bbox.x0 <= box.x0 and box.x1 <= ax.figure.bbox.x1


def test_ax_is_honoured(stand_ins):
    ax = Figure().add_subplot()
    assert plot_layers(stand_ins.chain(2, 1), ax=ax) is ax


def test_bad_input(stand_ins):
    model = stand_ins.chain(2, 1)
    with pytest.raises(ValueError, match="rankdir='diagonal'"):
        plot_layers(model, rankdir="diagonal")
    model.built = False
    with pytest.raises(ValueError, match="Expected a built model.*'sequential', built=False"):
        plot_layers(model)
    model.built, model.layers = True, []
    with pytest.raises(ValueError, match="Expected a model with layers"):
        plot_layers(model)
