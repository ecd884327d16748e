"""The notebooks in docs/notebooks are what their sources give: cells, outputs, no faults."""

import copy

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import engine
from datasets.sherlock_files import find_folder
from docs.notebooks import build
from tests.notebooks import compare


@pytest.fixture(scope="module", params=build.NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def stored(name):
    return nbformat.read(build.stored(name), as_version=4)


@pytest.fixture(scope="module")
def executed(name):
    """The notebook of the source, executed in a fresh kernel and an empty folder."""
    before = {path: path.stat().st_mtime_ns for path in build.HERE.iterdir()}
    notebook = build.execute(build.read(build.source(name)))
    after = {path: path.stat().st_mtime_ns for path in build.HERE.iterdir()}
    before.pop(build.HERE / "__pycache__", None)
    after.pop(build.HERE / "__pycache__", None)
    assert after == before
    return notebook


def test_every_source_is_among_the_names():
    scripts = {path.stem for path in build.HERE.glob("*.py")} - {"build"}
    notebooks = {path.stem for path in build.HERE.glob("*.ipynb")}
    assert scripts == notebooks == set(build.NAMES)
    text = (build.HERE / "README.md").read_text(encoding="utf-8")
    assert [name for name in build.NAMES if f"({name}.ipynb)" not in text] == []


def test_the_stored_notebook_has_the_cells_of_its_source(name, stored):
    assert compare.cells(build.read(build.source(name)), stored) == []


def test_the_stored_notebook_has_no_faults(name, stored):
    text = build.stored(name).read_text(encoding="utf-8")
    assert build.written(stored) == text
    assert len(text.encode()) <= build.LARGEST
    assert build.faults(stored) == []
    numbers = [cell.execution_count for cell in stored.cells if cell.cell_type == "code"]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.slow
def test_executing_the_source_gives_the_stored_outputs(name, stored, executed):
    assert build.faults(executed) == []
    if engine.arithmetic().level != "bits":
        pytest.skip("other last bits on this machine: the printed digits may differ")
    if name == "sherlock-neuron" and find_folder(None) is not None:
        pytest.skip("executed with the user's own data; the stored notebook has the stand-in")
    assert compare.outputs(stored, executed) == []


# --- the checks notice what they are there for ------------------------------------------------


def a_notebook(*cells):
    notebook = new_notebook(cells=list(cells))
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
    return notebook


@pytest.fixture(scope="module")
def small():
    """A notebook of three cells, executed."""
    return build.execute(
        a_notebook(
            new_markdown_cell("# Sums"),
            new_code_cell("print(1 + 1)\n{'loss': [0.5]}"),
            new_code_cell("# %matplotlib inline\nopen('written.txt', 'w').write('here')"),
        )
    )


def test_a_small_notebook_is_executed_the_same_twice_and_elsewhere(small):
    assert build.faults(small) == []
    assert not (build.HERE / "written.txt").exists()
    assert build.texts(small.cells[1]) == [("stdout", "2\n"), ("text/plain", "{'loss': [0.5]}")]
    again = build.execute(copy.deepcopy(small))
    assert build.written(again) == build.written(small)


def change_a_source(notebook):
    notebook.cells[1].source = "print(2)"


def change_a_text(notebook):
    notebook.cells[0].source = "# Products"


def drop_a_cell(notebook):
    del notebook.cells[2]


def add_a_cell(notebook):
    notebook.cells.append(new_code_cell("3", id="cell-03"))


def turn_code_into_text(notebook):
    notebook.cells[1] = new_markdown_cell(notebook.cells[1].source, id="cell-01")


def change_an_id(notebook):
    notebook.cells[1].id = "another"


def keep_a_time(notebook):
    notebook.cells[1].metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00Z"}


def change_the_kernel(notebook):
    notebook.metadata["kernelspec"] = {"name": "my-environment"}


@pytest.mark.parametrize(
    "change",
    [change_a_source, change_a_text, drop_a_cell, add_a_cell, turn_code_into_text, change_an_id,
     keep_a_time, change_the_kernel],
)  # fmt: skip
def test_changed_cells_are_noticed(small, change):
    changed = copy.deepcopy(small)
    assert compare.cells(small, changed) == []
    change(changed)
    assert compare.cells(small, changed) != []


def change_a_number(notebook):
    notebook.cells[1].outputs[0].text = "3\n"


def change_a_result(notebook):
    notebook.cells[1].outputs[1].data["text/plain"] = "{'loss': [0.4]}"


def drop_an_output(notebook):
    del notebook.cells[1].outputs[1]


def add_a_picture(notebook):
    notebook.cells[1].outputs[1].data["image/png"] = "iVBORw0KGgo="


@pytest.mark.parametrize(
    "change", [change_a_number, change_a_result, drop_an_output, add_a_picture]
)
def test_changed_outputs_are_noticed(small, change):
    changed = copy.deepcopy(small)
    assert compare.outputs(small, changed) == []
    change(changed)
    assert compare.outputs(small, changed) != []


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        (new_output("stream", name="stderr", text="UserWarning: no"), "stderr"),
        (new_output("error", ename="E", evalue="e", traceback=["Traceback"]), "error"),
        (new_output("stream", name="stdout", text="saved in /home/me/a.keras"), "a path"),
        (new_output("stream", name="stdout", text="saved in /tmp/tmpabc"), "a path"),
        (new_output("stream", name="stdout", text=r"saved in C:\Users\me"), "a path"),
        (new_output("stream", name="stdout", text="514/514 - 0s - 1us/step"), "a duration"),
        (new_output("stream", name="stdout", text="trained in 36 ms"), "a duration"),
        (new_output("stream", name="stdout", text="\x1b[3mitalics"), "a control character"),
        (
            new_output("display_data", data={"text/plain": "<object at 0x7f12ab34cd56>"}),
            "an address",
        ),
    ],
)
def test_faults_are_noticed(output, fault):
    found = build.faults(a_notebook(new_code_cell("1", outputs=[output])))
    assert len(found) == 1
    assert fault in found[0]


def test_a_path_in_a_source_is_a_fault():
    assert build.faults(a_notebook(new_code_cell("open('/root/data.csv')"))) != []
    assert build.faults(a_notebook(new_code_cell(f"open('{build.ROOT}/data.csv')"))) != []
    assert build.faults(a_notebook(new_code_cell("open('data/root/data.csv'); total/tmp"))) == []


def test_a_warning_in_a_cell_is_a_fault_and_an_error_ends_the_execution():
    warned = build.execute(a_notebook(new_code_cell("import warnings; warnings.warn('so')")))
    assert "stderr" in build.faults(warned)[0]
    with pytest.raises(CellExecutionError):
        build.execute(a_notebook(new_code_cell("1 / 0")))


def test_the_announcement_of_compiling_is_no_part_of_a_notebook():
    said = "import sys; print('Compiling kernels for this machine, ten', file=sys.stderr)"
    assert build.faults(build.execute(a_notebook(new_code_cell(said)))) == []
