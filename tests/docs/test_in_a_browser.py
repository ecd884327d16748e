"""The site in a browser, on a desk and on a phone, light and dark, without a network."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PAGES = (
    "index.html",
    "maths/optimizers.html",
    "notebooks/penguins.html",
    "api/engine.layers.html",
    "api/engine.html",
    "performance.html",
    "source/engine/layers/dense.py.html",
    "project/CHANGELOG.html",
)


BROKEN_WORDS = r"""() => {
  const broken = [], range = document.createRange();
  for (const cell of document.querySelectorAll("article .md-typeset__table :is(th, td)")) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (const word of node.data.matchAll(/[\p{L}\p{N}_]+/gu)) {
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const lines = new Set([...range.getClientRects()].map((part) => Math.round(part.top)));
        if (lines.size > 1) broken.push(word[0]);
      }
  }
  return broken;
}"""
HIDDEN_COLUMNS = """() => {
  const wraps = [...document.querySelectorAll("article .md-typeset__scrollwrap")];
  return wraps.map((wrap) => {
    const last = wrap.querySelector("tr").lastElementChild;
    const beyond = () => last.getBoundingClientRect().right - wrap.getBoundingClientRect().right;
    const before = beyond();
    wrap.scrollLeft = 1e6;
    const shadow = getComputedStyle(wrap).backgroundImage !== "none";
    return { before, after: beyond(), shadow };
  });
}"""


class Quiet(SimpleHTTPRequestHandler):
    """A server that says nothing."""

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture(scope="module")
def address(built):
    """Where a server of this machine has the site."""
    handler = functools.partial(Quiet, directory=str(built[0]))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize(("width", "scheme"), [(1300, "light"), (1300, "dark"), (390, "light")])
def test_pages_fit_and_ask_for_nothing(browser, built, width, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    wrong = []
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda asked: asked.url.startswith(("file:", "data:", "blob:")) or wrong.append(asked.url),
    )
    for name in PAGES:
        page.goto((built[0] / name).as_uri())
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0, name
        shown = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (shown == "rgb(255, 255, 255)") == (scheme == "light"), (name, shown)
    context.close()
    assert wrong == []


def test_the_search_finds_an_entry(browser, address):
    page = browser.new_page()
    wrong = []
    page.on("request", lambda asked: asked.url.startswith(address) or wrong.append(asked.url))
    page.goto(f"{address}index.html")
    page.keyboard.press("s")  # Material's key for it
    page.fill("input[name=query]", "GlorotUniform")
    page.wait_for_selector(".md-search-result__item a[href*='engine.initializers']", timeout=60_000)
    page.close()
    assert [url for url in wrong if not url.startswith(("data:", "blob:"))] == []


@pytest.fixture(params=["light", "dark"])
def opened(request, browser, built):
    """A function that opens a page of the site, `width` pixels wide, in both schemes."""
    contexts = []

    def open_(name, width):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=request.param, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.goto((built[0] / name).as_uri())
        page.wait_for_selector(".md-typeset__scrollwrap", state="attached")
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", ["performance.html", "training.html", "parity.html"])
def test_tables_show_all_columns_and_whole_words(opened, name):
    for width in (1200, 390):
        page = opened(name, width)
        tables = page.evaluate(HIDDEN_COLUMNS)
        assert tables
        for table in tables:
            assert table["after"] <= 0 and table["shadow"], (width, table)
            assert table["before"] <= 0 or width == 390, table
        assert page.evaluate(BROKEN_WORDS) == [], width


def test_titles_are_as_dark_as_the_text(opened):
    page = opened("performance.html", 1200)
    look = "name => { const s = getComputedStyle(document.querySelector(`article ${name}`)); "
    title, text = (
        page.evaluate(look + "return [s.color, s.fontWeight]; }", n) for n in "h1 p".split()
    )
    assert title[0] == text[0] and int(title[1]) > int(text[1])


def test_an_example_is_copied_without_prompts_and_outputs(opened):
    page = opened("training.html", 1200)
    page.evaluate("document.addEventListener('copy', e => { window.copied = e.target.value; })")
    blocks = page.locator("article .highlight")
    for block in (blocks.nth(k) for k in range(3)):
        shown = block.locator("code").inner_text()
        block.hover()
        block.locator("[data-clipboard-target]").click()
        copied = page.evaluate("window.copied")
        prompted = [x[4:] for x in shown.splitlines() if x.startswith((">>> ", "... "))]
        assert prompted and [x for x in copied.splitlines() if x] == prompted
