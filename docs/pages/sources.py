"""Pages for the files of the project that other pages link to: their text, with colours."""

from __future__ import annotations

from docs.pages.places import DATA, ROOT

KINDS = {".py": "python", ".js": "javascript", ".css": "css", ".html": "html", ".c": "c"}
ASIDE = "---\nsearch:\n  exclude: true\n---\n"


def source_page(path: str) -> str:
    """The page of a file, or of a folder."""
    file = ROOT / path
    if file.is_dir():
        return _folder_page(path)
    text = file.read_text(encoding="utf-8").rstrip("\n")
    return f"{ASIDE}# {path}\n\n~~~~~~ {KINDS.get(file.suffix, 'text')}\n{text}\n~~~~~~\n"


def files_of(path: str) -> list[str]:
    """The files that the page of a folder links to."""
    found = (ROOT / path).rglob("*")
    kept = [f for f in found if f.suffix in KINDS and "__pycache__" not in f.parts]
    return sorted(f.relative_to(ROOT).as_posix() for f in kept)


def is_data(path: str) -> bool:
    """Whether a file is given as it is."""
    return path.endswith(DATA)


def _folder_page(path: str) -> str:
    names = [name.removeprefix(f"{path}/") for name in files_of(path)]
    return f"{ASIDE}# {path}\n\n" + "".join(f"- [{name}]({name}.md)\n" for name in names)
