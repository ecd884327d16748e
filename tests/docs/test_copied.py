"""What is copied of a page's blocks: of examples the code, of all others what they show."""

from codeop import CommandCompiler

import pytest

from docs.pages.copied import code_of, with_code


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (">>> 1 + 1\n2\n", "1 + 1\n"),
        (">>> f(\n...     1,\n... )\n2\n>>> 3\n3\n", "f(\n    1,\n)\n3\n"),
        (">>> def f():\n...     return 1\n>>> f()\n1\n", "def f():\n    return 1\n\nf()\n"),
        (">>> print('a\\n\\nb')\na\n<BLANKLINE>\nb\n\n>>> 2\n2\n", "print('a\\n\\nb')\n2\n"),
        ("x = 1\n", ""),
        ("def f():\n    >>> f()\n", ""),  # a file with an example in it
        ("make bench\n", ""),
    ],
)
def test_the_code_of_a_block(shown, expected):
    assert code_of(shown) == expected


def test_what_is_copied_can_be_pasted_behind_a_prompt():
    """As Python reads it there, line by line: a statement that is open ends with an empty one."""
    code = code_of(
        ">>> for k in (1, 2):\n...     n = k\n>>> def f():\n...     return n\n>>> f()\n2\n"
    )
    names, statement, compiled = {}, [], CommandCompiler()
    for line in code.splitlines():
        statement.append(line)
        whole = compiled("\n".join(statement))
        if whole is not None:
            exec(whole, names)
            statement.clear()
    assert statement == [] and names["f"]() == 2


def test_blocks_of_a_page():
    block = '<div class="highlight"><pre><span></span><code>%s</code></pre></div>'
    spans = (
        '<span class="o">&gt;&gt;&gt;</span> f(<span>&quot;a&quot;</span>)\n<span>... </span>\n1\n'
    )
    page = block % spans + "<p><code>&gt;&gt;&gt; 1</code></p>" + block % "make bench\n"
    kept = page.replace(
        "<pre><span></span><code>", '<pre><span></span><code data-copy="f(&quot;a&quot;)">', 1
    )
    assert with_code(page) == kept
