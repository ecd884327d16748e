"""The result in the terminal: one row per tutorial, and tutorial 2's confusion matrices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from keras_ref.classical import Classical
from keras_ref.row import Row

GOOD, BAD = "green", "bold red"


def result_table(rows: Sequence[Row]) -> Table:
    """Return one row per tutorial; what a cell says does not depend on its colour."""
    seed = rows[0].seed if rows else 0
    table = Table(
        title=f"The engine and Keras on the same tutorials, seed {seed}",
        show_lines=True,
        title_justify="left",
    )
    for heading, justify in (
        ("tutorial\ndata, size", "left"),
        ("parameters", "right"),
        ("start\nweights, order", "left"),
        ("max |Δ|\nloss, all epochs\nfinal weights", "right"),
        ("accuracy\nengine\nKeras\npublished", "right"),
        ("fit seconds\nengine\nKeras", "right"),
        ("times\nfaster", "right"),
        ("verdict", "left"),
    ):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for row in rows:
        table.add_row(
            Text.assemble((row.key, "bold"), f"\n{row.data}\n{row.size}"),
            parameters(row).replace(" / ", "\n"),
            Text.assemble(
                _same(row.initial_weights_identical, "weights"),
                "\n",
                _same(row.order_identical, "order"),
            ),
            f"{loss(row)}\n{weights(row)}",
            f"{row.accuracy.engine:.4f}\n{row.accuracy.keras:.4f}\n{row.published}",
            f"{row.seconds.engine:.4f}\n{row.seconds.keras:.2f}",
            f"{row.speedup:,.0f} ×",
            Text("agree", GOOD) if row.agrees else Text("DISAGREE", BAD),
        )
    return table


def result_list(rows: Sequence[Row]) -> Group:
    """Return the same as a list, for terminals too narrow for the table."""
    parts: list[Table | Text] = []
    for row in rows:
        verdict = Text(" agrees", GOOD) if row.agrees else Text(" DISAGREES", BAD)
        parts.append(Text.assemble((f"\n{row.key}", "bold"), verdict))
        facts = Table.grid(padding=(0, 2))
        for name, fact in (
            ("data", f"{row.data}, {row.size}"),
            ("parameters", parameters(row)),
            ("start weights", _same(row.initial_weights_identical, "weights")),
            ("order", _same(row.order_identical, "order")),
            ("loss, max |Δ|", loss(row)),
            ("final weights", weights(row)),
            ("accuracy", f"{row.accuracy.engine:.4f}, Keras {row.accuracy.keras:.4f}"),
            ("published", row.published),
            ("fit seconds", f"{row.seconds.engine:.4f}, Keras {row.seconds.keras:.2f}"),
            ("times faster", f"{row.speedup:,.0f}"),
        ):
            facts.add_row(f"  {name}", fact)
        parts.append(facts)
    return Group(*parts)


def group_table(row: Row) -> Group:
    """Return the accuracy of each configuration of a cross-validated tutorial."""
    folds = row.groups[0].fits
    title = f"{row.key}: mean accuracy over {folds} folds (published {row.published})"
    table = Table()
    for heading in ("network", "parameters", "engine", "Keras"):
        table.add_column(heading, justify="left" if heading == "network" else "right")
    for group in row.groups:
        table.add_row(
            group.name,
            f"{group.parameters.engine:,}",
            f"{group.accuracy.engine:.4f}",
            f"{group.accuracy.keras:.4f}",
        )
    return _titled(title, table)


def confusion_table(
    name: str, true: np.ndarray, predicted: np.ndarray, classes: Sequence[str], remark: str = ""
) -> Group:
    """Return counts C[i, j]: true class i was taken for class j."""
    right = float(np.mean(true == predicted))
    table = Table()
    table.add_column("true \\ predicted")
    for label in classes:
        table.add_column(label, justify="right")
    for i, label in enumerate(classes):
        counts = [int(np.sum((true == i) & (predicted == j))) for j in range(len(classes))]
        table.add_row(label, *(f"{count:,}" for count in counts))
    return _titled(f"{name}: accuracy {right:.4f}{remark}", table)


def classical_tables(models: Sequence[Classical]) -> Group:
    """Return the confusion matrices of the two scikit-learn models of tutorial 2."""
    return Group(
        *(
            confusion_table(
                f"{model.name} on {model.data}",
                model.true,
                model.predicted,
                model.classes,
                f" (published {model.published})",
            )
            for model in models
        )
    )


def print_reasons(console: Console, rows: Sequence[Row]) -> None:
    """Print why a row does not agree, and one line that sums up."""
    for row in rows:
        for reason in row.disagreements:
            console.print(Text.assemble((f"{row.key}: ", BAD), reason))
    agreeing = sum(row.agrees for row in rows)
    style = GOOD if agreeing == len(rows) else BAD
    console.print(Text(f"{agreeing} of {len(rows)} tutorials agree with Keras.", style))


def parameters(row: Row) -> str:
    """Return "3,721 / 1,861 / 5,521", or both sides where they differ."""
    ours, theirs = (
        " / ".join(f"{count:,}" for count in (side if isinstance(side, list) else [side]))
        for side in (row.parameters.engine, row.parameters.keras)
    )
    return ours if ours == theirs else f"{ours}, Keras {theirs}"


def loss(row: Row) -> str:
    """Return the largest difference of the loss curves."""
    return f"{row.loss_max_abs_difference:.1e}" if row.loss_max_abs_difference else "0"


def weights(row: Row) -> str:
    """Return "same bits", or the largest difference."""
    return "same bits" if row.weights_identical else f"{row.weights_max_abs_difference:.1e}"


def _titled(title: str, table: Table) -> Group:
    """Return a title above its table; rich's own would be folded to the table's width."""
    return Group(Text(f"\n{title}", "italic"), table)


def _same(same: bool, what: str) -> Text:
    return Text(f"{what} same", GOOD) if same else Text(f"{what} DIFFER", BAD)
