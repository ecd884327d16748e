"""What a page's copy buttons give: of examples with prompts their code, ready to be pasted.

Material's button copies the attribute ``data-copy`` if a block has it, else all that it shows.
"""

from __future__ import annotations

import doctest
import html
import re

BLOCK = re.compile(r"(<pre[^>]*>(?:<span></span>)?<code)(?=[^>]*>(.*?)</code></pre>)", re.DOTALL)
TAG = re.compile(r"<[^>]*>")


def code_of(shown: str) -> str:
    r"""The code of a block that begins with a prompt; nothing of another block.

    A statement that ends indented gets an empty line, as it needs behind a prompt.

    >>> code_of(">>> for n in (1, 2):\n...     print(n)\n1\n2\n>>> n\n2\n")
    'for n in (1, 2):\n    print(n)\n\nn\n'
    >>> code_of("make bench\n")
    ''
    """
    if not shown.startswith(">>> "):
        return ""
    sources = [example.source for example in doctest.DocTestParser().get_examples(shown)]
    return "".join(f"{s}\n" if s.splitlines()[-1].startswith(" ") else s for s in sources)


def with_code(page: str) -> str:
    """The HTML of a page, its blocks of examples with what is copied of them."""
    return BLOCK.sub(_block, page)


def _block(found: re.Match[str]) -> str:
    code = code_of(html.unescape(TAG.sub("", found[2])))
    # The end of a line as a number: nothing that rewrites HTML takes it for a space.
    kept = html.escape(code.rstrip("\n")).replace("\n", "&#10;")
    return f'{found[1]} data-copy="{kept}"' if code else found[1]
