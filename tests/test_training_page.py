"""The blocks of docs/training.md run as they stand."""

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "training.md"
CODE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_page():
    text = "".join(block[1] for block in CODE.finditer(PAGE.read_text(encoding="utf-8")))
    test = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    assert len(test.examples) > 25
    result = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test)
    assert result.failed == 0
