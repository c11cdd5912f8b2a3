"""The page Scan as a user works it, over a made-up page."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import pytest
from streamlit.testing.v1 import AppTest

from app import scans
from app.components.pointer import Click, Pointed
from app.scans import Scan
from ecg_core.digitization import document
from ecg_core.digitization.types import Corrections, Digitization
from tests.app.uploads import Upload, upload
from tests.digitization.made_up_page import COLUMN_PX, LEFT_PX, PITCH_PX, TOP_PX, made_up_picture

V3_MIDDLE = Click(LEFT_PX + 2.5 * COLUMN_PX, TOP_PX + 2 * PITCH_PX - 20)
V6_MIDDLE = Click(LEFT_PX + 3.5 * COLUMN_PX, TOP_PX + 2 * PITCH_PX - 20)
BY_HAND = "It is an ECG: set it up by hand"
V3 = 8  # its position in the layout, column by column


def digitize_as(monkeypatch: pytest.MonkeyPatch, digitize: Callable[..., Digitization]) -> None:
    monkeypatch.setattr(document, "digitize_page", digitize)
    monkeypatch.setattr(
        scans, "redigitize", lambda before, said, progress: digitize(before.page, said, progress)
    )


def open_picture(app: AppTest) -> AppTest:
    app.file_uploader[0].set_value([picture()]).run()
    assert not app.exception and not [error for error in app.error if "scale" not in error.value]
    return app


def picture(name: str = "jane_doe.png") -> Upload:
    _, png = cv2.imencode(".png", made_up_picture().rgb[::2, ::2, ::-1])
    return upload(name, png.tobytes())


def opened(app: AppTest) -> Scan:
    scan: Scan = app.session_state["chosen_scan"]
    return scan


def corrections(app: AppTest) -> Corrections:
    return opened(app).pages[0].found.corrections


def leads(app: AppTest) -> tuple[str, ...]:
    return opened(app).document.record.leads


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def mode(app: AppTest, name: str) -> AppTest:
    return next(c for c in app.segmented_control if c.label == "Correct").set_value(name).run()


def select(app: AppTest, position: int) -> AppTest:
    return app.pills[0].set_value(position).run()


def point(app: AppTest, hand: list[Pointed], where: Pointed) -> AppTest:
    hand.append(where)
    return app.button(key="point").click().run()


def said(app: AppTest) -> str:
    texts = (*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.html)
    return "\n".join(element.value for element in texts)
