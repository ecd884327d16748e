"""`python -m keras_ref`: train the tutorials in the engine and in Keras, and compare.

`python -m keras_ref lockstep`, `page`, `fuzz` and `record` are commands of their own.

Exit code 0: all agree; 1: something does not; 2: the command line is wrong, or Keras is missing;
130: stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import importlib
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from keras_ref.outputs import unwritable

if TYPE_CHECKING:
    from keras_ref.gallery import Result

COMMANDS = {
    "lockstep": "lockstep.command",
    "fuzz": "fuzz.command",
    "page": "page",
    "record": "lockstep.record",
}
WORDS = {
    "lockstep": "every tensor of every step",
    "fuzz": "random networks",
    "page": "steps to play in a browser, with Keras's numbers beside",
    "record": "keep what Keras computes",
}
KEYS = ("pima-sgd", "sherlock-neuron", "pima-adam", "penguins", "sonar-cv")
REPORT = Path("report") / "parity.html"
WIDTH = 132  # of the table where the output is not a terminal
STOPPED = 130  # the exit code after Ctrl-C
NARROWEST = 112  # terminal in which the table's words are whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given and given[0] in COMMANDS:
            module = importlib.import_module(f"keras_ref.{COMMANDS[given[0]]}")
            return int(module.main(given[1:]))
        return tutorials(given)
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped")
        return STOPPED
    except MemoryError as error:
        Console(stderr=True).print(
            f"Expected networks and rows that fit into the memory. Received: {error}", markup=False
        )
        return 2


def tutorials(given: Sequence[str]) -> int:
    """Train the tutorials in both engines and show how they compare."""
    options = _parse(given)
    errors = Console(stderr=True)
    from keras_ref.quiet import keras_for_command

    keras = keras_for_command(errors)
    if keras is None:
        return 2

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, refresh_per_second=4) as progress:
        results = run_all(options, keras, progress)
        if options.json is not None:  # first, so that a failing picture does not cost the numbers
            rows = [result.row.as_json() for result in results]
            text = json.dumps(rows, indent=2, allow_nan=False)
            options.json.write_text(text + "\n", encoding="utf-8")
        if options.html is not None:
            from keras_ref.report import write_report

            task = progress.add_task("report", total=1)
            command = shlex.join(["python", "-m", "keras_ref", *given])
            write_report(
                options.html, results, command, lambda text: progress.update(task, description=text)
            )
            progress.update(task, description=f"report: {options.html}", completed=1)
    print_results(results)
    return 0 if all(result.row.agrees for result in results) else 1


def run_all(options: argparse.Namespace, keras: ModuleType, progress: Progress) -> list[Result]:
    """Train every wanted tutorial in both engines and compare."""
    import engine
    from keras_ref.classical import train_classical
    from keras_ref.compare import compare
    from keras_ref.gallery import Result
    from keras_ref.orders import engine_orders, keras_orders
    from keras_ref.quiet import quiet_stderr, tutorial_wording
    from keras_ref.tutorials import TUTORIALS, pima_sgd
    from keras_ref.versions import versions

    found = versions()
    task = progress.add_task("Keras: first fit", total=1)
    with quiet_stderr(), tutorial_wording():
        pima_sgd.run(keras, 0, epochs=1)
    progress.update(task, completed=1)

    results = []
    for key in options.keys:
        tutorial = TUTORIALS[key]
        task = progress.add_task(key, total=1)

        def tell(side: str, task: Any = task, key: str = key) -> Any:
            return lambda text: progress.update(task, description=f"{key}: {side}, {text}")

        with tutorial_wording():
            tutorial.run(engine, options.seed, full=options.full, tell=tell("engine warm-up"))
            # A fit takes about a millisecond: the middle one of three is a fairer time.
            three = [_fresh(engine, tutorial, options, tell("engine")) for _ in range(3)]
            ours = sorted(three, key=lambda run: run.seconds)[1]
            theirs = _fresh(keras, tutorial, options, tell("Keras"))
        tell("Keras")("order of the rows")
        orders = {
            rows: (engine_orders(rows, options.seed), keras_orders(keras, rows, options.seed))
            for rows in {len(fit.split.x_train) for fit in ours.fits}
        }
        row = compare(
            ours,
            theirs,
            orders=orders,
            expected=tutorial.PARAMETERS,
            title=tutorial.TITLE,
            published=tutorial.PUBLISHED,
            versions=found,
            min_speedup=options.min_speedup,
        )
        classical = []
        if key == "sherlock-neuron":
            tell("scikit-learn")("logistic regression and decision tree")
            classical = train_classical(ours.fits[0].split, options.seed)
        results.append(Result(row, ours, theirs, classical))
        word = "agrees" if row.agrees else "DISAGREES"
        progress.update(task, description=f"{key}: {word}", completed=1)
    return results


def _fresh(keras: Any, tutorial: Any, options: argparse.Namespace, tell: Any) -> Any:
    """Run a tutorial as a new session would: layers are called dense, dense_1 … again."""
    keras.utils.clear_session()
    return tutorial.run(keras, options.seed, full=options.full, tell=tell)


def print_results(results: Sequence[Result]) -> None:
    """Print the table, the folds' and tutorial 2's tables, and the reasons."""
    from keras_ref.table import (
        classical_tables,
        confusion_table,
        group_table,
        print_reasons,
        result_list,
        result_table,
    )
    from keras_ref.versions import remark

    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    rows = [result.row for result in results]
    wide = console.width >= NARROWEST
    console.print(result_table(rows) if wide else result_list(rows))
    for result in results:
        if len(result.row.groups) > 1:
            console.print(group_table(result.row))
        if result.classical:
            fit = result.engine.fits[0]
            name = f"one neuron in the engine on {result.row.data}"
            console.print(confusion_table(name, fit.true, fit.predicted, fit.split.classes))
            console.print(classical_tables(result.classical))
    for row in rows:
        if row.note:
            console.print(f"{row.key}: {row.note}.", style="dim")
    console.print(
        "fit seconds: the fit calls alone; the engine's are the middle one of three runs, after "
        "its kernels were compiled and loaded.",
        style="dim",
    )
    if warning := remark(rows[0].versions):
        console.print(warning, style="bold red")
    print_reasons(console, rows)


def _parse(given: Sequence[str]) -> argparse.Namespace:
    others = ", ".join(f"{name} ({WORDS[name]})" for name in COMMANDS)
    parser = argparse.ArgumentParser(
        prog="python -m keras_ref",
        description="Train the five tutorials in the engine and in Keras, and compare.",
        epilog="Exit code 0: all agree; 1: something does not agree; 2: wrong usage. "
        f"Other commands, each with --help: {others}.",
    )
    parser.add_argument(
        "keys", metavar="KEY", nargs="*", help=f"which tutorials: {', '.join(KEYS)}; default all"
    )
    parser.add_argument("--seed", type=int, default=42, help="0 ≤ N < 2³²; default 42", metavar="N")
    parser.add_argument(
        "--full",
        action="store_true",
        help="all 612,114 rows of sherlock-neuron and all 10 folds of sonar-cv",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the comparison as JSON")
    parser.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        default=REPORT,
        help=f"where the report goes; default {REPORT}",
    )
    parser.add_argument(
        "--no-html", dest="html", action="store_const", const=None, help="write no report"
    )
    parser.add_argument(
        "--min-speedup",
        type=float,
        metavar="X",
        help="count it as a disagreement if fit is less than X times as fast as Keras's",
    )
    options = parser.parse_args(given)
    unknown = [key for key in options.keys if key not in KEYS]
    if unknown:
        parser.error(
            f"Expected tutorials among {', '.join(KEYS)}, or one of the commands "
            f"{', '.join(COMMANDS)}. Received: {', '.join(unknown)}"
        )
    options.keys = list(dict.fromkeys(options.keys)) or list(KEYS)
    if not 0 <= options.seed < 2**32:
        parser.error(f"Expected 0 ≤ seed < 2³². Received: --seed {options.seed}")
    if options.min_speedup is not None and not options.min_speedup > 0:
        parser.error(f"Expected a positive ratio. Received: --min-speedup {options.min_speedup}")
    if reason := unwritable(options, "json", "html"):
        parser.error(reason)
    return options


if __name__ == "__main__":
    raise SystemExit(main())
