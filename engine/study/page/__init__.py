"""The worked example: a page that plays a training step, in one file that needs no network."""

from __future__ import annotations

from engine.study.page.page import page, save_page

__all__ = ["page", "save_page"]
