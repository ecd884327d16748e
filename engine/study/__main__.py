"""`python -m engine.study`: a page that plays training steps, number by number.

Of a tutorial, by its key: its first steps from a seed.  2-2-2: the worked example whose numbers
are published (engine.study.worked_example).  Of a model's file: steps from where it stands,
on rows of yours (an .npz file with x and y, and maybe sample_weight), or on rows that are drawn at
random.  `python -m keras_ref page` has Keras's numbers beside the engine's.

Exit code 0: written; 2: the command line is wrong, or a package is missing.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.losses import BinaryCrossentropy, CategoricalCrossentropy
from engine.models.model import Model
from engine.study.page import save_page
from engine.study.trace import Trace
from engine.study.worked_example import worked_steps

TUTORIALS = ("pima-sgd", "sherlock-neuron", "pima-adam", "penguins", "sonar-cv")
EXAMPLE = "2-2-2"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m engine.study", description=__doc__)
    parser.add_argument(
        "training",
        metavar="KEY|FILE.keras",
        help=f"{', '.join(TUTORIALS)}; {EXAMPLE}; or a model's file",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="default report/NAME.html")
    parser.add_argument("--steps", type=int, default=5, metavar="N", help="default 5")
    parser.add_argument("--seed", type=int, metavar="N", help="default 42")
    parser.add_argument("--data", type=Path, metavar="FILE.npz", help="rows for a model's file")
    parser.add_argument(
        "--rows", type=int, metavar="N", help="of a batch, for a model's file; default 4"
    )
    options = parser.parse_args(arguments)
    for name in ("steps", "rows"):
        if (given := getattr(options, name)) is not None and given < 1:
            parser.error(f"Expected --{name} ≥ 1. Received: --{name} {given}")
    if options.seed is not None and not 0 <= options.seed < 2**32:
        parser.error(f"Expected 0 ≤ seed < 2³². Received: --seed {options.seed}")
    seed = 42 if options.seed is None else options.seed
    name = Path(options.training).stem if options.training != EXAMPLE else EXAMPLE
    out = options.out or Path("report") / f"{name}.html"
    try:
        check_out(out)
        if options.training == EXAMPLE:
            _refuse(options, "data", "rows", "seed")
            traces, title = of_example(options.steps)
        elif options.training in TUTORIALS:
            _refuse(options, "data", "rows")
            traces, title = of_tutorial(options.training, seed, options.steps)
        else:
            traces, title = of_file(options, seed)
        save_page(traces, out, title)
    except (ValueError, TypeError, ImportError, OSError) as error:
        parser.error(str(error))
    print(f"Written: {out}, {out.stat().st_size / 1e6:.2f} MB")
    return 0


def check_out(out: Path) -> None:
    """A page goes into a file of its own: never over a model or data."""
    if out.is_dir():
        raise ValueError(f"Expected --out FILE.html. Received: --out {out}, a folder")
    if out.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"Expected --out FILE.html. Received: --out {out}")
    out.parent.mkdir(parents=True, exist_ok=True)


def _refuse(options: argparse.Namespace, *names: str) -> None:
    """Options that would change nothing."""
    for name in names:
        if (given := getattr(options, name)) is not None:
            what = "with a model's file" if name != "seed" else "with a tutorial or a model's file"
            raise ValueError(
                f"Expected --{name} {what}. Received: {options.training} --{name} {given}"
            )


def of_tutorial(key: str, seed: int, steps: int) -> tuple[list[Trace], str]:
    """The first steps of a tutorial."""
    # The tutorials are in that room; Keras is not imported.
    found = importlib.import_module("keras_ref.page").traces(key, seed, steps)
    return found, f"{key}: {_first(len(found))} from seed {seed}"


def _first(steps: int) -> str:
    return "the first step" if steps == 1 else f"the first {steps} steps"


def of_example(steps: int) -> tuple[list[Trace], str]:
    """The first steps of the worked example."""
    return worked_steps(steps), f"The 2-2-2 worked example, biases put back: {_first(steps)}"


def of_file(options: argparse.Namespace, seed: int) -> tuple[list[Trace], str]:
    """Steps of a model of a file, from where it stands."""
    path = Path(options.training)
    if not path.is_file():
        raise ValueError(
            f"Expected a tutorial ({', '.join(TUTORIALS)}), {EXAMPLE} or a file. "
            f"Received: {path}; there is no such file"
        )
    from engine.saving import load_model

    model: Model = load_model(path)
    if model._loss is None or model.optimizer is None:
        raise ValueError(
            "Expected a model that was saved after compile(): a step needs loss and optimizer. "
            f"Received: {path}"
        )
    size = 4 if options.rows is None else options.rows
    if options.data is None:
        x, y, weights = *drawn(model, size, options.steps, seed), None
        told = f"rows drawn at random, seed {seed}"
    else:
        x, y, weights = _read(options.data)
        model._rows(x, y, weights)  # says what does not fit, of all rows
        if size > len(x):
            raise ValueError(
                f"Expected --rows of at most the {len(x)} rows in {options.data.name}. "
                f"Received: --rows {size}"
            )
        told = f"rows of {options.data.name}"
    traces = []
    for step in range(options.steps):
        # After the last row comes the first again, as in another epoch.
        rows = np.arange(step * size, (step + 1) * size) % len(x)
        chosen = None if weights is None else weights[rows]
        traces.append(model.trace(x[rows], y[rows], chosen, apply=True))
    count = f"{len(traces)} step" + "s" * (len(traces) > 1)
    return traces, f"{path.name}: {count} on {told}"


def drawn(model: Model, rows: int, steps: int, seed: int) -> tuple[Any, Any]:
    """Standard normal features, and labels that the model's loss can read."""
    draw = np.random.default_rng(seed)
    count, units, loss = rows * steps, model.output_shape[-1], model._loss
    assert loss is not None and units is not None
    x = draw.standard_normal((count, *(size or 1 for size in model.input_shape[1:])))
    classes = draw.integers(0, max(units, 1), count)
    if loss.sparse:
        return x, classes
    if isinstance(loss, CategoricalCrossentropy):
        return x, np.eye(units)[classes]
    if isinstance(loss, BinaryCrossentropy):
        return x, draw.integers(0, 2, (count, units)) * 1.0
    return x, draw.standard_normal((count, units))


def _read(path: Path) -> tuple[Any, Any, Any]:
    """x, y and maybe sample_weight of an .npz file."""
    if not zipfile.is_zipfile(path):
        what = (
            "no such file" if not path.exists() else "not one: np.savez(file, x=x, y=y) makes one"
        )
        raise ValueError(f"Expected an .npz file with x and y. Received: {path}, {what}")
    try:
        with np.load(path, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
    except (OSError, ValueError) as error:
        raise ValueError(f"Expected an .npz file with x and y. Received: {path}: {error}") from None
    if not {"x", "y"} <= set(arrays) <= {"x", "y", "sample_weight"}:
        raise ValueError(
            "Expected an .npz file with x and y, and maybe sample_weight. "
            f"Received: {path} with {shown(sorted(arrays))}"
        )
    if not len(arrays["x"]):
        raise ValueError(f"Expected at least one row in x. Received: {path} with none")
    return arrays["x"], arrays["y"], arrays.get("sample_weight")


if __name__ == "__main__":
    sys.exit(main())
