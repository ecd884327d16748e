"""What a notebook shows has the numbers of the trace, as well-formed HTML."""

import xml.etree.ElementTree as ET

import numpy as np

import engine
from engine.study import worked_example
from engine.study.expressions import shown, shown_result
from tests.study.examples import assert_digits


def read(html):
    """The texts of all elements; the markup must be well-formed."""
    return list(ET.fromstring(html).itertext())


def traced(rows=3, optimizer="adam"):
    engine.utils.set_random_seed(1)
    model = engine.Sequential(
        [
            engine.Input((2,)),
            engine.layers.Dense(3, "relu", name="hidden"),
            engine.layers.Dense(2, "softmax"),
        ]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    return model.trace(rng.normal(size=(rows, 2)), rng.integers(0, 2, rows))


def test_every_number_of_a_trace():
    told = traced()
    seen = read(told._repr_html_())
    for layer in told.layers:
        for values in (layer.z, layer.a, layer.dz, layer.dkernel, layer.dbias):
            assert {shown(float(v)) for v in values.ravel()} <= set(seen)
    for weight in told.weights:
        for values in (weight.value, weight.update, weight.new, *weight.slots_after.values()):
            assert {shown(float(v)) for v in values.ravel()} <= set(seen)
    assert f"Loss: {shown_result(told.loss)}" in seen
    assert "Forward: layer 1, hidden" in seen


def test_every_result_of_an_explanation():
    told = traced().explain(0, 1, 2)
    seen = read(told._repr_html_())
    equations = [e for section in told.sections for e in section.equations]
    assert len(equations) > 8
    for equation in equations:
        assert shown_result(equation.value) in seen
    root = ET.fromstring(told._repr_html_())
    assert len(root.findall(".//math")) >= 2 * len(equations)
    captions = [caption.text for caption in root.iter("caption")]
    assert captions == ["Forward", "Backward", "Gradients and update"]


def test_published_digits():
    model, x, y = worked_example()
    told = model.trace(x, y)
    units = [told.explain(layer, unit) for layer in (0, 1) for unit in (0, 1)]
    assert_digits(" ".join(read(told._repr_html_())) + "".join(
        " ".join(read(unit._repr_html_())) for unit in units
    ))  # fmt: skip
