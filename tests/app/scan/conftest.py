"""A made-up page for every test of Scan: digitization proper has tests of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.components import pointed_figure
from app.components.pointer import Pointed
from tests.app.scan.scanning import digitize_as, open_picture
from tests.digitization.made_up_page import made_up_digitization


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every picture shows the made-up page; digitization proper has tests of its own."""
    digitize_as(monkeypatch, made_up_digitization)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Pointed]]:
    """Where the user points next: AppTest has no mouse, so a button does it."""
    places: list[Pointed] = []

    def listen(chart_key: str, fig: object, on_pointed: Callable[[Pointed], None]) -> None:
        st.button("Point", key="point", on_click=lambda: on_pointed(places[-1]))

    monkeypatch.setattr(pointed_figure, "listen", listen)
    yield places


@pytest.fixture
def scan(app: AppTest) -> AppTest:
    """The dashboard with a page opened in it."""
    return open_picture(app)
