"""Where two notebooks differ, in words."""

from docs.notebooks.build import texts


def cells(one, other):
    """The cells whose kind, source, id or metadata differ; the notebooks' metadata too."""
    found = [] if one.metadata == other.metadata else ["the metadata of the notebook"]
    if len(one.cells) != len(other.cells):
        found.append(f"{len(one.cells)} and {len(other.cells)} cells")
    for number, (left, right) in enumerate(zip(one.cells, other.cells, strict=False)):
        for key in ("cell_type", "source", "id", "metadata"):
            if left[key] != right[key]:
                found.append(f"cell {number}: {key}: {left[key]!r} and {right[key]!r}")
    return found


def outputs(one, other):
    """The cells whose outputs differ: other text, or other kinds of output."""
    found = []
    for number, (left, right) in enumerate(zip(one.cells, other.cells, strict=True)):
        if texts(left) != texts(right):
            found.append(
                f"cell {number}: {left.source[-200:]}\n{_first(texts(left), texts(right))}"
            )
    return found


def _first(left, right):
    for a, b in zip(left, right, strict=False):
        if a != b:
            return f"{a[0]}: {a[1]}\n{b[0]}: {b[1]}"
    return f"{len(left)} and {len(right)} outputs"
