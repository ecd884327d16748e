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
