"""The page in a browser: it plays the step, and what it shows are the numbers of the trace."""

import numpy as np
import pytest

import engine
from engine.study import worked_example
from engine.study.expressions import shown, shown_result
from engine.study.page import page
from engine.study.page.payload import MOST_ROWS, MOST_UNITS
from tests.study.examples import assert_digits
from tests.study.random_nets import draw
from tests.study.whole_nets import EXAMPLES

pytestmark = pytest.mark.browser


def published():
    model, x, y = worked_example()
    return model.trace(x, y)


def tutorial_1(steps=3):
    from datasets import pima_sgd_split

    x, y, _, _ = pima_sgd_split().arrays()
    engine.utils.set_random_seed(42)
    model = engine.Sequential(
        [
            engine.Input((8,)),
            engine.layers.Dense(8, "relu"),
            engine.layers.Dense(8, "relu"),
            engine.layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile("sgd", "binary_crossentropy")
    return [model.trace(x[k : k + 1], y[k : k + 1], apply=True) for k in range(steps)]


def batch_of(rows=12):
    engine.utils.set_random_seed(1)
    model = engine.Sequential(
        [engine.Input((3,)), engine.layers.Dense(12, "tanh"), engine.layers.Dense(3, "softmax")]
    )
    model.compile("adam", "categorical_crossentropy")
    rng = np.random.default_rng(0)
    return model.trace(rng.normal(size=(rows, 3)), np.eye(3)[rng.integers(0, 3, rows)])


def results(view):
    return view.locator("#formulas .result").all_inner_texts()


def now(view):
    return view.locator("#now").inner_text()


def part(view, number):
    view.locator("#stage").evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }",
        number,
    )


def choose(view, **choices):
    for name, index in choices.items():
        view.locator(f"#{name}").select_option(index=index)


def expected(trace, layer, unit, row):
    """The results of a neuron's equations, by the section of the explanation."""
    return {
        section.title: [shown_result(e.value) for e in section.equations]
        for section in trace.explain(layer, unit, row).sections
    }


def assert_shown(view, trace, layer, unit, row):
    """The numbers of a neuron, forward, backward and in the update."""
    layers = len(trace.layers)
    told = expected(trace, layer, unit, row)
    trained = told["Gradients and update"]
    part(view, 1 + layer)
    choose(view, unit=unit, row=row)
    assert results(view) == told.get("What comes in", []) + told["Forward"]
    part(view, 2 * layers + 1 - layer)
    choose(view, unit=unit, row=row)
    backward = results(view)
    assert backward[: len(told["Backward"])] == told["Backward"]
    gradients = backward[len(told["Backward"]) :]
    part(view, 2 * layers + 2)
    choose(view, layer=layer)
    choose(view, unit=unit)
    assert sorted(results(view) + gradients) == sorted(trained)


def test_every_number_of_the_published_example(opened):
    """Every unit in every part; and all digits that were published."""
    trace = published()
    view = opened(page(trace))
    seen = ""
    for layer in range(2):
        for unit in range(2):
            assert_shown(view, trace, layer, unit, 0)
    for number in range(7):
        part(view, number)
        for layer in (0, 1) if number == 6 else (None,):
            if layer is not None:
                choose(view, layer=layer)
            for unit in range(2):
                choose(view, unit=unit)
                seen += view.locator("main").inner_text()
    assert_digits(seen)


def test_a_batch(opened):
    trace = batch_of()
    view = opened(page(trace))
    assert view.locator("#row option").count() == MOST_ROWS
    for layer, unit, row in ((0, 0, 0), (0, 11, 7), (1, 2, 3), (1, 0, 5)):
        assert_shown(view, trace, layer, unit, row)
    part(view, 3)
    choose(view, row=4)
    of_row, whole = float(trace.sample_losses[4]), trace.loss
    assert results(view) == [shown_result(of_row), shown_result(whole)]
    assert f"Loss of the step: {shown_result(trace.loss)}" in view.locator("#formulas").inner_text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_steps_with_other_parts(opened, name):
    """Layers without weights, frozen ones, clipping, decay, schedules, averages: every number."""
    model, x, y = EXAMPLES[name]()
    traces = [model.trace(x, y, apply=True) for _ in range(2)]
    view = opened(page(traces))
    choose(view, step=1)
    trace = traces[1]
    layers = len(trace.layers)
    for layer in range(layers):
        assert_shown(view, trace, layer, trace.layers[layer].kernel.shape[1] - 1, 1)
        assert trace.layers[layer].name in view.locator("#network").text_content()
    part(view, layers + 1)
    told = expected(trace, layers - 1, 0, 1)["Loss"]
    choose(view, unit=0, row=1)
    assert results(view) == told
    frozen = [k for k, found in enumerate(trace.layers) if found.dkernel is None]
    for layer in frozen:
        part(view, 2 * layers + 1 - layer)
        words = "No gradient is formed" if trace.layers[layer].dz is None else "frozen"
        assert words in view.locator("#formulas").inner_text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_other_parts_on_a_phone(opened, name):
    """Nothing makes the page wider than the screen, in any part."""
    model, x, y = EXAMPLES[name]()
    view = opened(page(model.trace(x, y)), width=390, height=800)
    for number in range(int(view.locator("#stage").get_attribute("max")) + 1):
        part(view, number)
        assert view.evaluate("document.documentElement.scrollWidth") <= 390


def test_several_steps(opened):
    traces = tutorial_1()
    view = opened(page(traces))
    assert view.locator("#step option").all_inner_texts() == ["1", "2", "3"]
    for number, trace in enumerate(traces):
        choose(view, step=number)
        for layer, unit in ((0, 7), (1, 3), (2, 0)):
            assert_shown(view, trace, layer, unit, 0)


def test_the_table_and_the_drawing(opened):
    trace = batch_of()
    view = opened(page(trace))
    part(view, 4)  # backward through the last layer
    choose(view, row=2)
    table = view.locator("#numbers tbody tr")
    for unit in range(3):
        cells = table.nth(unit).locator("td").all_inner_texts()
        last = trace.layers[1]
        assert cells == [shown(float(v[2, unit])) for v in (last.z, last.a, last.dz)]
    circles = view.locator("#network g.unit text").all_text_contents()
    assert len(circles) == 10 + 3  # ten of twelve hidden units are drawn
    shown_in_circles = [float(text.replace("−", "-")) for text in circles]
    drawn = [*trace.layers[0].a[2, :10], *trace.layers[1].dz[2]]
    np.testing.assert_allclose(shown_in_circles, drawn, rtol=0.06)
    assert "⋮ 2 more" in view.locator("#network").text_content()
    lines = view.locator("#network line")
    assert lines.count() == 3 * 10 + 10 * 3
    wide = {
        float(w) for w in lines.evaluate_all("all => all.map(l => l.getAttribute('stroke-width'))")
    }
    assert len(wide) > 20


def test_signs_show_without_colour(opened):
    trace = batch_of()
    view = opened(page(trace))
    part(view, 1)
    classes = view.locator("#network line").evaluate_all(
        "all => all.slice(0, 30).map(l => l.classList[0])"
    )
    kernel = trace.layers[0].kernel[:, :10].reshape(-1)
    assert classes == ["minus" if w < 0 else "plus" for w in kernel]
    dashes = view.locator("#network line.minus").first.evaluate(
        "l => getComputedStyle(l).strokeDasharray"
    )
    assert dashes not in ("none", "")


def test_buttons_slider_and_keys(opened):
    view = opened(page(tutorial_1(1)))
    back, forth = view.get_by_role("button", name="Back"), view.get_by_role("button", name="Next")
    assert back.is_disabled() and not forth.is_disabled()
    told = [now(view)]
    while not forth.is_disabled():
        forth.click()
        told.append(now(view))
    words = [
        "batch",
        "layer 1",
        "layer 2",
        "layer 3",
        "loss",
        "layer 3",
        "layer 2",
        "layer 1",
        "update",
    ]
    assert [word in line for word, line in zip(words, told, strict=True)] == [True] * 9
    assert [f"Part {k} of 9" in line for k, line in enumerate(told, start=1)] == [True] * 9
    back.click()
    assert now(view) == told[-2]
    drawing = view.locator("#network")
    drawing.focus()
    view.keyboard.press("Home")
    assert now(view) == told[0]
    for line in told[1:4]:
        view.keyboard.press("ArrowRight")
        assert now(view) == line
    view.keyboard.press("ArrowLeft")
    assert now(view) == told[2]
    view.keyboard.press("ArrowDown")
    view.keyboard.press("ArrowDown")
    view.keyboard.press("ArrowUp")
    assert "unit 1 of layer 2" in view.locator("#formulas h2").first.inner_text()
    view.get_by_role("button", name="unit 1 of layer 2").focus()
    view.keyboard.press("ArrowDown")  # the focus stays in the drawing, which is drawn anew
    view.keyboard.press("ArrowDown")
    assert "unit 3 of layer 2" in view.locator("#formulas h2").first.inner_text()
    view.keyboard.press("End")
    assert now(view) == told[-1]
    slider = view.get_by_role("slider")
    slider.focus()
    view.keyboard.press("ArrowLeft")
    assert now(view) == told[-2]
    assert slider.get_attribute("aria-valuetext") == told[-2]


def test_the_page_can_be_scrolled_by_keys(opened):
    """Outside the drawing only the arrows to the left and right are the page's own."""
    view = opened(page(tutorial_1(1)), 1000, 500)
    part(view, 1)
    view.evaluate("document.activeElement.blur()")
    for key in ("PageDown", "ArrowDown", "End"):
        view.evaluate("scrollTo(0, 0)")
        before = now(view)
        view.keyboard.press(key)
        view.wait_for_function("scrollY > 0", timeout=3000)
        assert now(view) == before
    view.keyboard.press("ArrowRight")
    assert now(view) != before


def test_what_cannot_be_chosen_is_said(opened):
    told = opened(page(batch_of(12))).locator("#about").inner_text()
    assert f"Of the batch's 12 rows the first {MOST_ROWS} can be chosen." in told
    assert "can be chosen" not in opened(page(batch_of(3))).locator("#about").inner_text()


def test_the_step_is_named(opened):
    view = opened(page(tutorial_1(2)))
    choose(view, step=1)
    assert now(view).startswith("Step 2. Part 1 of 9")


def test_units_are_chosen_in_the_drawing(opened):
    view = opened(page(tutorial_1(1)))
    part(view, 2)
    view.get_by_role("button", name="unit 5 of layer 2").click()
    assert "unit 5 of layer 2" in view.locator("#formulas h2").first.inner_text()
    assert (
        view.get_by_role("button", name="unit 5 of layer 2").get_attribute("aria-pressed") == "true"
    )
    unit = view.get_by_role("button", name="unit 3 of layer 1")
    unit.focus()
    view.keyboard.press("Enter")
    assert "Forward: unit 3 of layer 1" in view.locator("#formulas h2").first.inner_text()
    assert "layer 1" in now(view)


def test_a_screen_reader_is_told(opened):
    """Names and roles of all controls, a live region, a table with headers, formulas as MathML."""
    view = opened(page(tutorial_1(2)))
    for name in ("Step", "Row", "Layer", "Unit"):
        assert view.get_by_role("combobox", name=name, exact=True).count() == 1
    assert view.get_by_role("slider", name="Part of the step").count() == 1
    assert view.get_by_role("status").inner_text() == now(view)
    part(view, 1)
    assert view.get_by_role("button", name="unit 0 of layer 1: a = ").count() == 1
    assert view.get_by_role("columnheader", name="z", exact=True).count() == 1
    assert view.get_by_role("rowheader").count() == 8
    assert view.get_by_role("heading", level=1).count() == 1
    assert view.locator("math").count() > 4
    names = view.locator("button, select, input").evaluate_all(
        "all => all.map(e => e.innerText || e.labels?.[0]?.innerText || e.ariaLabel)"
    )
    assert all(names)
    assert view.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone(opened, width):
    view = opened(page(tutorial_1(1)), width, 800)
    for number in range(9):
        part(view, number)
        wide = view.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"part {number} is {wide} pixels wide"
    box = view.get_by_role("button", name="Next").bounding_box()
    assert box["height"] >= 30 and box["x"] + box["width"] <= width


def test_on_paper(opened):
    view = opened(page(tutorial_1(1)))
    part(view, 7)
    view.emulate_media(media="print")
    assert not view.locator(".controls").is_visible()
    assert view.locator("#formulas").is_visible() and view.locator("#network").is_visible()
    assert len(view.pdf()) > 10_000


@pytest.mark.parametrize("seed", range(0, 27, 4))
def test_any_network(opened, seed):
    """Each part of a step of a network drawn at random; a unit of each layer."""
    model, x, y, weights, _ = draw(seed)
    trace = model.trace(x, y, weights)
    view = opened(page(trace))
    rows = min(len(x), MOST_ROWS)
    for layer, found in enumerate(trace.layers):
        units = min(found.kernel.shape[1], MOST_UNITS)
        assert_shown(view, trace, layer, units - 1, rows - 1)


def test_titles_are_text(opened):
    view = opened(page(published(), title="<b>1 & 2</b>"))
    assert view.locator("h1").inner_text() == "<b>1 & 2</b>" == view.title()


def test_what_keras_says(opened):
    trace = batch_of()
    other = {
        "dz2": trace.layers[1].dz.copy(),
        "dW2": trace.layers[1].dkernel,
        "loss": np.float32(trace.loss),
    }
    other["dz2"][2, 1] += np.float32(1e-3)
    view = opened(page(trace, keras=[other]))
    part(view, 4)
    choose(view, row=2, unit=1)
    says = view.locator(".keras").all_inner_texts()
    theirs = float(other["dz2"][2, 1])
    assert says[0] == f"Keras says {shown_result(theirs)}, 0.001 more."
    assert all(line.endswith(", the same.") for line in says[1:]) and len(says) == 1 + 8
    part(view, 3)
    assert (
        view.locator(".keras").inner_text() == f"Keras says {shown_result(trace.loss)}, the same."
    )
