"""What mkdocs calls while it builds the site (mkdocs.yml): pages that are made, links that are led.

The chapters are written to be read where the project is kept, too: their links name files of the
project, and here each of these files gets its page.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File
from pymdownx.slugs import slugify

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # for `mkdocs` as a command

from docs.pages import copied, formulas, notebook, places, reference, sources


def on_config(config: Any) -> Any:
    """Formulas as MathML; anchors as they are where the project is kept."""
    fence = {"name": "math", "class": "formula", "format": formulas.fence}
    config.mdx_configs["pymdownx.superfences"] = {"custom_fences": [fence]}
    config.mdx_configs.setdefault("toc", {})["slugify"] = slugify(case="lower")
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the home page, the notebooks, the reference, and the files that pages link to."""

    def add(uri: str, content: str | bytes) -> None:
        if (old := files.get_file_from_path(uri)) is not None:
            files.remove(old)
        files.append(File.generated(config, uri, content=content))

    for name in sorted(path.stem for path in notebook.HERE.glob("*.ipynb")):
        text, pictures = notebook.notebook_page(name)
        add(f"notebooks/{name}.md", text)
        for file, content in pictures.items():
            add(f"notebooks/{file}", content)
    for room in reference.ROOMS:
        add(f"api/{room}.md", reference.room_page(room))
    chapters = [f"docs/{file.src_uri}" for file in files.documentation_pages()]
    todo = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    todo += [path for path in chapters if (places.ROOT / path).exists()]
    seen = set()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        file = places.ROOT / path
        if path.endswith(".md"):
            text = file.read_text(encoding="utf-8")
            todo += [places.within(path, target) for target in places.linked(text)]
            if not path.startswith("docs/"):
                add(places.place(path), places.led(text, path))
        elif file.is_dir() and (file / "README.md").exists():
            todo.append(f"{path}/README.md")
        elif places.place(path).startswith("source/") and file.exists():
            content = file.read_bytes() if sources.is_data(path) else sources.source_page(path)
            add(places.place(path), content)
            todo += sources.files_of(path) if file.is_dir() else []
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead the links of the chapters."""
    path = f"docs/{page.file.src_uri}"
    return places.led(markdown, path) if (places.ROOT / path).exists() else markdown


def on_page_content(html: str, **_: Any) -> str:
    """Examples are copied without their prompts and outputs."""
    return copied.with_code(html)
