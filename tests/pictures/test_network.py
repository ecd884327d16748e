import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from engine.pictures import plot_network


def circles(ax):
    return [patch for patch in ax.patches if isinstance(patch, Circle)]


def edges(ax):
    return [len(c.get_segments()) for c in ax.collections if isinstance(c, LineCollection)]


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    ("widths", "units", "lines", "parameters"),
    [
        ((8, 8, 8, 1), 25, [64, 64, 8], "153"),
        ((4, 1), 5, [4], "5"),
        ((4, 10, 3), 17, [40, 30], "83"),
        ((60, 60, 30, 1), 31, [100, 100, 10], "5,521"),
        ((784, 512, 512, 10), 40, [100, 100, 100], "669,706"),
        ((12, 13), 22, [120], "169"),
    ],
)
def test_units_edges_and_parameters(stand_ins, widths, units, lines, parameters):
    ax = plot_network(stand_ins.chain(*widths))
    assert len(circles(ax)) == units
    assert edges(ax) == lines
    assert f"sequential: {parameters} parameters" in texts(ax)
    ellipses = [text.strip("⋮\n") for text in texts(ax) if "⋮" in text]
    assert ellipses == [str(width) for width in widths if width > 12]


def test_columns_are_labelled(stand_ins):
    ax = plot_network(stand_ins.chain(4, 10, 1))
    assert texts(ax)[1:] == [
        *["input", "(None, 4)"],
        *["dense", "Dense, relu", "(None, 10)", "50 parameters"],
        *["dense_1", "Dense, sigmoid", "(None, 1)", "11 parameters"],
    ]


def test_edges_join_the_centres_of_the_units(stand_ins):
    ax = plot_network(stand_ins.chain(3, 2))
    centres = {tuple(circle.center) for circle in circles(ax)}
    (lines,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    assert {tuple(end) for line in lines.get_segments() for end in line} == centres


def boxes_of_texts(ax):
    ax.figure.draw_without_rendering()
    return [text.get_window_extent() for text in ax.texts]


@pytest.mark.parametrize("widths", [(8, 8, 8, 1), (4, 1), (784, 512, 512, 10), (2,) * 9])
@pytest.mark.parametrize("own", [True, False])
def test_no_text_overlaps_another_or_leaves_the_picture(stand_ins, widths, own):
    ax = plot_network(
        stand_ins.chain(*widths), ax=Figure(figsize=(5, 3)).add_subplot() if own else None
    )
    boxes = boxes_of_texts(ax)
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other.padded(-0.5)) for other in boxes[:number])
        assert ax.figure.bbox.x0 <= box.x0 and box.x1 <= ax.figure.bbox.x1
        assert ax.figure.bbox.y0 <= box.y0 and box.y1 <= ax.figure.bbox.y1


def test_a_nested_or_functional_model_is_its_dense_layers(stand_ins):
    inner = stand_ins.chain(8, 4, name="inner")
    head = stand_ins.Dense(4, 1, stand_ins.relu, "head")
    model = stand_ins.Sequential([stand_ins.InputLayer(8, "pixels"), inner, head])
    ax = plot_network(model)
    assert len(circles(ax)) == 13
    assert "pixels" in texts(ax) and "head" in texts(ax)


def test_ax_is_honoured(stand_ins):
    ax = Figure().add_subplot()
    assert plot_network(stand_ins.chain(2, 1), ax=ax) is ax


def test_layers_without_units_stand_below_their_column():
    import engine
    from engine import layers

    middle = [layers.Dense(4, "relu"), layers.Dropout(0.2), layers.Dense(1)]
    norm = layers.Normalization(mean=0.0, variance=1.0)
    model = engine.Sequential([engine.Input((3, 2)), layers.Flatten(), norm, *middle])
    ax = plot_network(model)
    assert len(circles(ax)) == 6 + 4 + 1
    assert [t for t in texts(ax) if t.startswith("then")] == [
        "then Flatten", "then Normalization", "then Dropout",
    ]  # fmt: skip
    assert any(f"{model.count_params():,} parameters" in t for t in texts(ax))


def test_bad_input(stand_ins):
    model = stand_ins.chain(2, 1)
    model.layers.append(stand_ins.Flatten(3, "flat"))
    with pytest.raises(TypeError, match="Received: layer 'flat' of class Flatten"):
        plot_network(model)
    for layers in ([stand_ins.InputLayer(2)], [stand_ins.InputLayer(2), stand_ins.Flatten(2, "f")]):
        with pytest.raises(ValueError, match="Dense layer"):
            plot_network(stand_ins.Sequential(layers))
    model.built = False
    with pytest.raises(ValueError, match="Expected a built model"):
        plot_network(model)
