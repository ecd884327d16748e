"""A real browser: Debian's Chromium, headless, driven by Playwright; `make browser` installs it."""

import pytest


@pytest.fixture
def opened(browser, tmp_path):
    """A function that opens a page of traces; nothing may be fetched, and nothing may go wrong."""
    wrong, contexts = [], []

    def open_(html, width=1100, height=1300):
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True, java_script_enabled=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith(("file:", "data:"))
                else wrong.append(f"asks for {asked.url}")
            ),
        )
        page.goto(file.as_uri())
        page.wait_for_selector("body[data-ready]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []
