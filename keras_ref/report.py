"""The result as one HTML file: nothing is loaded from elsewhere, it can be mailed or kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from keras_ref.compare import SAMPLES_TOLERANCE
from keras_ref.differences import LOSS_TOLERANCE
from keras_ref.gallery import Result, pictures
from keras_ref.row import Row
from keras_ref.run import Fit
from keras_ref.table import loss, parameters, weights
from keras_ref.versions import remark

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
       color: #1a1a1a; background: #fff; }
h2 { border-top: 2px solid #ccc; margin-top: 3rem; padding-top: 1rem; }
.wide { overflow-x: auto; }
.wide table { font-size: .8rem; } .wide th, .wide td { padding: .25rem .4rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }
th, td { border: 1px solid #bbb; padding: .3rem .6rem; text-align: right; vertical-align: top; }
th { background: #f0f0f0; }
th:first-child, td:first-child { text-align: left; }
.agree { color: #05602a; font-weight: 600; }
.disagree { color: #a30000; font-weight: 700; }
.pictures { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
figure { margin: 0; max-width: 100%; }
figure img { max-width: 100%; height: auto; background: #fff; }
figcaption { font-size: .9rem; color: #444; }
code { background: #f0f0f0; padding: 0 .2rem; }
"""

HOW = f"""
<p>Each tutorial is one source file that is given either Keras or the engine as its module.
The seed is set right before each model is built, and again for Keras. Compared are the parameter
counts, the bytes of the initial weights, the order in which <code>fit</code> visits the rows (Keras
fits a model that writes down the row numbers it is given), the loss of every epoch in training
and validation (at most {LOSS_TOLERANCE:g} apart) and the correct samples of every evaluation set
(at most {SAMPLES_TOLERANCE} apart), and, when the command says <code>--min-speedup</code>, how many
times faster the engine was. The final weights are shown and decide nothing.</p>
<p><em>published</em> is the accuracy that the tutorial's own page shows. Its seed and its versions
of the libraries are not known, and on test sets this small the accuracy varies by several percent
from seed to seed, so it is there to compare by eye.</p>
<p>Seconds are the wall clock of the <code>fit</code> calls alone, both engines in one process one
after the other. The engine runs each tutorial once before, so that its kernels are compiled
and loaded; Keras trains one small model before. What Keras does for each new model, tracing its
graph, is part of its time, as it is for its users.</p>
"""


def write_report(
    path: Path,
    results: Sequence[Result],
    command: str,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Draw the pictures and write the page to `path`."""
    sections = []
    for result in results:
        tell(f"pictures of {result.row.key}")
        sections.append(_section(result))
    rows = [result.row for result in results]
    agreeing = sum(row.agrees for row in rows)
    verdict = _verdict(agreeing == len(rows), f"{agreeing} of {len(rows)} tutorials agree")
    versions = rows[0].versions if rows else {}
    warning = remark(versions) if versions else ""
    page = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Glassnet and Keras on five tutorials</title>
<style>{STYLE}</style>
</head>
<body>
<h1>Glassnet and Keras on the same tutorials</h1>
<p>{verdict}. Seed {rows[0].seed if rows else "–"}. Made by <code>{escape(command)}</code>.</p>
{f'<p class="disagree">{escape(warning)}</p>' if warning else ""}
{_summary(rows)}
<p><a href="#how">What the columns mean, and how it was made</a></p>
{"".join(sections)}
<h2 id="how">How it was made</h2>
{HOW}
{_table(["part", "version"], [[name, value] for name, value in versions.items()])}
</body>
</html>
"""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _section(result: Result) -> str:
    row = result.row
    figures = "\n".join(
        f'<figure><img alt="{escape(picture.alt, quote=True)}" src="{picture.source}">'
        f"<figcaption>{escape(picture.caption)}</figcaption></figure>"
        for picture in pictures(result)
    )
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in row.disagreements)
    curves = "\n".join(
        _losses(ours, theirs)
        for ours, theirs in zip(result.engine.fits, result.keras.fits, strict=True)
    )
    others = [[m.name, f"{m.accuracy:.4f}", m.published] for m in result.classical]
    return f"""
<h2 id="{escape(row.key)}">{escape(row.key)}: {escape(row.title)}</h2>
<p>{_verdict(row.agrees, "agrees with Keras")}. Data: {escape(row.data)}; {escape(row.size)}.</p>
{f"<p>{escape(row.note)}.</p>" if row.note else ""}
{f'<ul class="disagree">{reasons}</ul>' if reasons else ""}
{_groups(row) if len(row.groups) > 1 else ""}
{_table(["scikit-learn", "accuracy", "published"], others) if others else ""}
<div class="pictures">
{figures}
</div>
{curves}
"""


def _summary(rows: Sequence[Row]) -> str:
    headings = [
        "tutorial",
        "data, size",
        "parameters",
        "initial weights",
        "order",
        "max |Δ loss|",
        "final weights, max |Δ|",
        "accuracy engine",
        "accuracy Keras",
        "published",
        "fit s, engine",
        "fit s, Keras",
        "times faster",
        "verdict",
    ]
    lines = [
        [
            row.key,
            f"{row.data}; {row.size}",
            parameters(row),
            "same" if row.initial_weights_identical else "differ",
            "same" if row.order_identical else "differs",
            loss(row),
            weights(row),
            f"{row.accuracy.engine:.4f}",
            f"{row.accuracy.keras:.4f}",
            row.published,
            f"{row.seconds.engine:.5f}",
            f"{row.seconds.keras:.3f}",
            f"{row.speedup:,.0f}",
            "agrees" if row.agrees else "DISAGREES",
        ]
        for row in rows
    ]
    return _table(headings, lines)


def _groups(row: Row) -> str:
    lines = [
        [
            group.name,
            str(group.fits),
            f"{group.parameters.engine:,}",
            f"{group.accuracy.engine:.4f}",
            f"{group.accuracy.keras:.4f}",
        ]
        for group in row.groups
    ]
    return _table(["network", "folds", "parameters", "accuracy engine", "accuracy Keras"], lines)


def _losses(ours: Fit, theirs: Fit) -> str:
    """Return the losses of every epoch, folded up."""
    keys = [key for key in ("loss", "val_loss") if key in ours.history and key in theirs.history]
    headings = ["epoch"]
    for key in keys:
        headings += [f"{key} engine", f"{key} Keras", "Δ"]
    lines = []
    epochs = min(len(fit.history[key]) for fit in (ours, theirs) for key in keys) if keys else 0
    for epoch in range(epochs):
        line = [str(epoch + 1)]
        for key in keys:
            a, b = ours.history[key][epoch], theirs.history[key][epoch]
            line += [f"{a:.8f}", f"{b:.8f}", f"{abs(a - b):.1e}" if a != b else "0"]
        lines.append(line)
    return (
        f"<details><summary>Loss per epoch, {escape(ours.name)}</summary>"
        f"{_table(headings, lines)}</details>"
    )


def _table(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in lines
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _verdict(good: bool, text: str) -> str:
    if good:
        return f'<span class="agree">{text}</span>'
    if text.startswith("agrees"):
        text = text.replace("agrees", "DISAGREES", 1)
    return f'<span class="disagree">{text}</span>'
