"""The page's file: one, small, the same every time; and what may be asked of it."""

import base64
import gzip
import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import engine
from engine.study.__main__ import drawn, main
from engine.study.page import page, save_page
from engine.study.page.payload import MOST_INPUTS, MOST_ROWS, MOST_UNITS, beside
from tests.study.examples import PUBLISHED_NEXT_LOSS, assert_digits
from tests.study.random_nets import draw
from tests.study.whole_nets import EXAMPLES


def numbers_of(html):
    (packed,) = re.findall(r'<script id="packed" type="text/plain">(.*?)</script>', html)
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def traced(seed=13):
    model, x, y, weights, _ = draw(seed)
    return model.trace(x, y, weights)


def test_nothing_is_loaded():
    html = page(traced())
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", html) == []
    assert re.findall(r"\s(?:src|srcset)=", html) == []
    assert re.findall(r'href="([^"]*)"', html) == ["data:,", "#formulas"]


def test_the_same_every_time():
    trace = traced()
    assert page(trace) == page([trace])


def test_the_first_tutorial_is_small(tmp_path, capsys):
    """100 of its steps, under 1.5 MB."""
    file = tmp_path / "new" / "page.html"
    assert main(["pima-sgd", "--steps", "100", "--out", str(file)]) == 0
    assert file.stat().st_size < 1_500_000
    assert "Written:" in capsys.readouterr().out
    steps = numbers_of(file.read_text(encoding="utf-8"))["steps"]
    assert [step["number"] for step in steps] == list(range(1, 101))


def test_the_worked_example_has_all_published_digits(tmp_path):
    file = tmp_path / "page.html"
    assert main(["2-2-2", "--out", str(file), "--steps", "2"]) == 0
    told = numbers_of(file.read_text(encoding="utf-8"))
    assert_digits(json.dumps(told["steps"][0], ensure_ascii=False))
    assert abs(float(told["steps"][1]["loss"]) - PUBLISHED_NEXT_LOSS) < 5e-7


def test_large_networks_are_shown_in_part():
    engine.utils.set_random_seed(0)
    model = engine.Sequential(
        [engine.Input((300,)), engine.layers.Dense(100, "relu"), engine.layers.Dense(10, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    told = numbers_of(page(model.trace(rng.normal(size=(32, 300)), rng.integers(0, 10, 32))))
    (step,) = told["steps"]
    assert step["rows"] == len(step["x"]) == MOST_ROWS and step["batch"] == 32
    first = step["layers"][0]
    assert len(first["units"]) == len(first["z"][0]) == MOST_UNITS
    assert first["units"][0]["left"] == 300 - MOST_INPUTS
    assert told["layers"][0]["units"] == 100


@pytest.mark.parametrize("seed", range(0, 27, 2))
def test_forms_are_mathml(seed):
    """Every form is well-formed, and has as many gaps as an equation has numbers for it."""
    told = numbers_of(page(traced(seed)))
    forms = told["forms"]
    for form in forms:
        for piece in form.split("\n"):
            ElementTree.fromstring(f"<math>{piece}</math>")
    assert len(set(forms)) == len(forms)
    for layer in told["steps"][0]["layers"]:
        for unit in layer["units"]:
            equations = [*unit["gradients"], *unit["updates"]]
            equations += [e for row in unit["rows"] for part in row.values() for e in part]
            assert max(len(sides) for _, _, sides, *_ in equations) == 4  # two filled sides
            for _, _, sides, result, _, _ in equations:
                for gaps, texts in zip(sides[::2], sides[1::2], strict=True):
                    assert forms[gaps].count("<mn></mn>") == len(texts.split(" "))
                assert result


def test_beside():
    assert beside(1.0, 1.0) == "1, the same"
    assert beside(float("nan"), float("nan")) == "nan, the same"
    assert beside(1.0, 0.5) == "0.5, 0.5 less"


def test_traces_of_one_model():
    with pytest.raises(TypeError, match="Expected a Trace, as model.trace"):
        page([])
    with pytest.raises(TypeError, match="Expected title to be a text, .*Received: title=3"):
        traced().to_html(3)
    with pytest.raises(TypeError, match="Received: traces="):
        page([1])
    with pytest.raises(ValueError, match="Expected traces of one model"):
        page([traced(13), traced(14)])


def test_trace_to_html(tmp_path):
    trace = traced()
    assert trace.to_html() == page(trace)
    assert save_page(trace, tmp_path / "a.html").read_text(encoding="utf-8") == page(trace)


# --- the command ----------------------------------------------------------------------------------

LOSSES = {
    "bce": (1, "sigmoid"),
    "categorical_crossentropy": (3, "softmax"),
    "sparse_categorical_crossentropy": (3, "softmax"),
    "mse": (2, None),
}


def saved(path, loss):
    units, activation = LOSSES[loss]
    model = engine.Sequential([engine.Input((4,)), engine.layers.Dense(units, activation)])
    model.compile("adam", loss)
    model.save(path)
    return model


@pytest.mark.parametrize("loss", LOSSES)
def test_a_models_file(tmp_path, loss):
    model = saved(tmp_path / "model.keras", loss)
    out = tmp_path / "page.html"
    assert main([str(tmp_path / "model.keras"), "--out", str(out), "--steps", "2"]) == 0
    told = numbers_of(out.read_text(encoding="utf-8"))
    assert told["title"] == "model.keras: 2 steps on rows drawn at random, seed 42"
    assert [step["number"] for step in told["steps"]] == [1, 2]
    x, y = drawn(model, 4, 2, 42)
    trace = model.trace(x[:4], y[:4])
    assert told["steps"][0]["loss"] == numbers_of(page(trace))["steps"][0]["loss"]


def test_a_file_with_other_parts(tmp_path):
    """Rows of two axes, frozen layers, a Dropout: each is named where it stands."""
    model, x, y = EXAMPLES["fine-tuned"]()
    model.save(tmp_path / "model.keras")
    out = tmp_path / "page.html"
    assert main([str(tmp_path / "model.keras"), "--out", str(out), "--steps", "2"]) == 0
    told = numbers_of(out.read_text(encoding="utf-8"))
    assert [name.split("_")[0] for name in told["before"]] == ["flatten", "rescaling"]
    behind = [[name.split("_")[0] for name in layer["behind"]] for layer in told["layers"]]
    assert behind == [[], ["dropout"], [], []]
    first, second, third, _ = told["steps"][1]["layers"]
    assert first["dz"] is None and first["dkernel"] is None
    assert second["passed"][0] == "h" and second["dkernel"] is not None
    assert third["dz"] is not None and third["dkernel"] is None
    assert third["update kernel"] is None and first["passed"] is None
    assert len(told["steps"][1]["rates"]) == 2 and len(told["steps"][1]["total"]) == 2


def test_rows_of_a_file(tmp_path):
    saved(tmp_path / "model.keras", "mse")
    np.savez(tmp_path / "rows.npz", x=np.arange(12.0).reshape(3, 4), y=np.ones((3, 2)))
    out = tmp_path / "page.html"
    options = ["--data", str(tmp_path / "rows.npz"), "--rows", "2", "--out", str(out)]
    assert main([str(tmp_path / "model.keras"), *options, "--steps", "2"]) == 0
    first, second = numbers_of(out.read_text(encoding="utf-8"))["steps"]
    assert first["x"] == [["0", "1", "2", "3"], ["4", "5", "6", "7"]]
    assert second["x"] == [["8", "9", "10", "11"], ["0", "1", "2", "3"]]  # from the beginning


def wrong_data(folder):
    np.savez(folder / "rows.npz", features=np.ones((3, 4)))
    return [str(folder / "model.keras"), "--data", str(folder / "rows.npz")]


def no_archive(folder):
    (folder / "rows.npz").write_text("x,y")
    return [str(folder / "model.keras"), "--data", str(folder / "rows.npz")]


def with_rows(folder, **arrays):
    np.savez(folder / "rows.npz", **arrays)
    return [str(folder / "model.keras"), "--data", str(folder / "rows.npz")]


def short_labels(folder):
    return with_rows(folder, x=np.ones((3, 4)), y=np.ones((2, 2)))


def many_rows(folder):
    return [*with_rows(folder, x=np.ones((3, 4)), y=np.ones((3, 2))), "--rows", "4"]


def text_for_data(folder):
    (folder / "rows.npz").write_text("1,2,3")
    return [str(folder / "model.keras"), "--data", str(folder / "rows.npz")]


def not_compiled(folder):
    model = engine.Sequential([engine.Input((4,)), engine.layers.Dense(2)])
    model.save(folder / "plain.keras")
    return [str(folder / "plain.keras")]


def no_model(folder):
    (folder / "other.keras").write_text("x,y")
    return [str(folder / "other.keras")]


MISTAKES = {
    "no such file": (
        lambda folder: ["nothing.keras"],
        "Expected a tutorial (pima-sgd, .*, 2-2-2 or a file",
    ),
    "no steps": (lambda folder: ["pima-sgd", "--steps", "0"], "Expected --steps ≥ 1"),
    "no rows": (lambda folder: ["pima-sgd", "--rows", "0"], "Expected --rows ≥ 1"),
    "a bad seed": (lambda folder: ["pima-sgd", "--seed", "-1"], "Expected 0 ≤ seed < 2³²"),
    "rows of a tutorial": (lambda folder: ["pima-sgd", "--data", "x.npz"], "with a model's file"),
    "seed of the example": (lambda folder: ["2-2-2", "--seed", "7"], "--seed with a tutorial or"),
    "rows of a tutorial's batch": (
        lambda folder: ["pima-sgd", "--rows", "3"],
        "--rows with a model",
    ),
    "a page over the model": (
        lambda folder: [str(folder / "model.keras"), "--out", str(folder / "model.keras")],
        "Expected --out FILE.html. Received: --out",
    ),
    "x and y of different lengths": (short_labels, "y.shape|rows"),
    "more rows than there are": (many_rows, "Expected --rows of at most the 3 rows in rows.npz"),
    "text for data": (text_for_data, "not one: np.savez"),
    "no data": (
        lambda folder: [str(folder / "model.keras"), "--data", str(folder / "none.npz")],
        "none.npz, no such file",
    ),
    "not compiled": (not_compiled, "Expected a model that was saved after compile"),
    "other arrays": (wrong_data, "with x and y, and maybe sample_weight"),
    "no arrays": (no_archive, "Expected an .npz file with x and y"),
    "no model": (no_model, "other.keras"),
    "a folder": (lambda folder: ["pima-sgd", "--out", str(folder)], "a folder"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name, tmp_path, capsys):
    arguments, words = MISTAKES[name]
    saved(tmp_path / "model.keras", "mse")
    with pytest.raises(SystemExit) as exit_:
        main(arguments(tmp_path))
    assert exit_.value.code == 2
    engine.saving.load_model(tmp_path / "model.keras")  # it is still one
    assert re.search(words.replace("(", r"\("), " ".join(capsys.readouterr().err.split()))
