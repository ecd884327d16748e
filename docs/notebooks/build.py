"""Execute the notebooks: NAME.py is the source, NAME.ipynb the same with its outputs.

    make notebooks                                        all of them
    .venv/bin/python -m docs.notebooks.build pima-sgd     some

A notebook is executed in an empty folder, by a kernel that sees this checkout, and its file holds
nothing that differs from run to run: no times, no random ids, no versions.  One with an error, a
warning, a path of this machine or a duration in its outputs is not written.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import tempfile
from io import BytesIO
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NAMES = ("pima-sgd", "sherlock-neuron", "pima-adam", "penguins", "sonar-cv")
LARGEST = 450_000
"""Bytes that an executed notebook may have."""

TIMEOUT = 300
"""Seconds that a cell may take: the first training on a machine compiles its kernels."""

_ANNOUNCED = "Compiling kernels for this machine"
_UNWANTED = {
    "a path of this machine": re.compile(
        r"(?<![\w.~/:<])/(?:home|root|tmp|usr|var|opt|Users|private|mnt)\b|\b[A-Z]:\\\w|"
        + re.escape(str(ROOT))
    ),
    "a duration": re.compile(r"\d(?:ms|us|µs|s)/(?:step|epoch)|\d ?(?:ms|µs|seconds)\b"),
    "a control character": re.compile(r"[\x00-\x08\x0b-\x1f]"),
    "an address": re.compile(r"\bat 0x[0-9a-f]{6,}"),
}


def source(name: str) -> Path:
    """The percent script that is read and reviewed."""
    return HERE / f"{name}.py"


def stored(name: str) -> Path:
    """The executed notebook."""
    return HERE / f"{name}.ipynb"


def read(path: Path) -> NotebookNode:
    """The notebook of a percent script, with ids that count its cells."""
    notebook = jupytext.read(path, fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = {}
    notebook.metadata = {
        "jupytext": {"formats": "ipynb,py:percent"},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return nbformat.from_dict(notebook)


def execute(notebook: NotebookNode) -> NotebookNode:
    """The same notebook with its outputs; raises CellExecutionError where a cell raises."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder, "work")
        work.mkdir()
        # IPython's start-up files and history stay out.
        environment = {**os.environ, "IPYTHONDIR": folder, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            kernel_name="python3",
            resources={"metadata": {"path": str(work)}},
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=["--Application.log_level=40"],
        )
        client.execute(env=environment)
    return tidied(notebook)


def tidied(notebook: NotebookNode) -> NotebookNode:
    """Take out what belongs to the run and not to the notebook."""
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if not _announcement(o)]
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    output.data["image/png"] = _smaller(output.data["image/png"])
    return notebook


def _smaller(png: str) -> str:
    """The same picture with at most 256 colours: a third of the bytes."""
    made = BytesIO()
    picture = Image.open(BytesIO(base64.b64decode(png))).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return base64.b64encode(made.getvalue()).decode() + "\n"


def _announcement(output: NotebookNode) -> bool:
    """Whether an output is the engine's word that it is compiling, and nothing else."""
    if output.output_type != "stream" or output.name != "stderr":
        return False
    return output.text.startswith(_ANNOUNCED) and output.text.count("\n") == 1


def texts(cell: NotebookNode) -> list[tuple[str, str]]:
    """The outputs of a cell that are text, each with its kind; pictures are named, not compared."""
    found: list[tuple[str, str]] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            found.append((output.name, output.text))
        elif output.output_type == "error":
            found.append(("error", "\n".join(output.traceback)))
        else:
            for kind, value in sorted(output.data.items()):
                found.append((kind, value if kind.startswith("text/") else ""))
    return found


def faults(notebook: NotebookNode) -> list[str]:
    """What no notebook may hold, in words."""
    found = []
    for number, cell in enumerate(notebook.cells):
        for kind, text in [("source", cell.source), *texts(cell)]:
            if kind in ("stderr", "error"):
                found.append(f"cell {number}: {kind}: {text.strip()[:200]}")
            for what, pattern in _UNWANTED.items():
                if seen := pattern.search(text):
                    found.append(f"cell {number}: {what} in its {kind}: {seen[0]!r}")
    return found


def written(notebook: NotebookNode) -> str:
    """The text of the .ipynb file."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def main() -> None:
    """Execute and write the notebooks that were asked for."""
    from datasets.sherlock_files import find_folder

    parser = argparse.ArgumentParser(prog="python -m docs.notebooks.build", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    names = parser.parse_args().names or NAMES
    if unknown := [name for name in names if name not in NAMES]:
        parser.error(f"Expected names of {', '.join(NAMES)}. Received: {', '.join(unknown)}")
    if "sherlock-neuron" in names and find_folder(None) is not None:
        raise SystemExit(
            "Expected the synthetic stand-in: numbers of your own smartphone data must not be "
            "published. Move the two files away, or name the other notebooks."
        )
    for name in names:
        notebook = execute(read(source(name)))
        text = written(notebook)
        wrong = faults(notebook)
        if len(text.encode()) > LARGEST:
            wrong.append(f"{len(text.encode()):,} bytes; {LARGEST:,} are allowed")
        if wrong:
            raise SystemExit(f"{name} is not written:\n    " + "\n    ".join(wrong))
        stored(name).write_text(text, encoding="utf-8")
        print(f"{stored(name).relative_to(ROOT)}: {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main()
