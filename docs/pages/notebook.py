"""The executed notebooks as pages: text, code, and what the code printed, drew or tabulated."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from docs.pages.places import ROOT

HERE = ROOT / "docs" / "notebooks"
STYLE = re.compile(r"<style.*?</style>", re.DOTALL)


def notebook_page(name: str) -> tuple[str, dict[str, bytes]]:
    """The Markdown of a notebook, and its pictures by their names."""
    notebook = json.loads((HERE / f"{name}.ipynb").read_text(encoding="utf-8"))
    parts, pictures = [], {}
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(_fenced(source, "python"))
        for output in cell["outputs"]:
            data = output.get("data", {})
            if "image/png" in data:
                file = f"{name}-{len(pictures) + 1}.png"
                pictures[file] = base64.b64decode("".join(data["image/png"]))
                parts.append(f"![Drawn by the code above]({file})")
            elif "text/html" in data:
                parts.append(_table("".join(data["text/html"])))
            else:
                parts.append(_fenced(_text(output), "text"))
    title, *rest = parts
    where = f"The file, to work with: [{name}.ipynb]({name}.ipynb){{download}}"
    return "\n\n".join([title, where, *rest]) + "\n", pictures


def _text(output: dict[str, Any]) -> str:
    return "".join(output["text"] if "text" in output else output["data"]["text/plain"])


def _fenced(text: str, kind: str) -> str:
    kind = "python" if kind == "python" else "{ .text .output }"
    return f"~~~~~~ {kind}\n{text.rstrip()}\n~~~~~~"


def _table(html: str) -> str:
    # Without empty lines, or Markdown would see its end in one.
    lines = [line.strip() for line in STYLE.sub("", html).splitlines()]
    return '<div class="frame">' + "".join(lines) + "</div>"
