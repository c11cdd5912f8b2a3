"""The dashboard as a user works it: pages, files, and the paper."""

from collections.abc import Mapping

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS

expect.set_options(timeout=PATIENCE_MS)


class Dashboard:
    """One browser window on the app; every wait is for something the user sees."""

    def __init__(self, browser: Browser, url: str, width_px: int, height_px: int = 900) -> None:
        self.page: Page = browser.new_page(viewport={"width": width_px, "height": height_px})
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.goto(url)
        expect(self.page.get_by_role("heading", name="Start with an example")).to_be_visible()

    def upload(self, files: Mapping[str, bytes]) -> None:
        """Give files to the upload field of the sidebar, all at once."""
        payload = [
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
            for name, data in files.items()
        ]
        self.page.locator("[data-testid=stSidebar] input[type=file]").set_input_files(payload)

    def go_to(self, name: str, last: str, path: str = "") -> None:
        """Open a page through the navigation and wait until `last`, a text at its end, is drawn; `path` where it isn't the name."""
        self.page.get_by_role("link", name=name).click()
        self.page.wait_for_url(f"**/{path or name.lower()}")
        expect(self.page.get_by_text(last, exact=True)).to_be_visible()
        self.wait_until_drawn()

    def wait_until_drawn(self) -> None:
        """Wait until the server has nothing left to send, and see that nothing went wrong."""
        expect(self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
        expect(self.page.locator("[data-testid=stException]")).to_have_count(0)

    @property
    def charts(self) -> Locator:
        """The charts of the open page."""
        return self.page.locator(".stPlotlyChart")

    def drag_on_chart(self, width_share: float, height_share: float) -> float:
        """Draw a box from the middle of the first chart; returns its width in the unit of the x axis."""
        plot = self.charts.first.locator(".nsewdrag")
        box = plot.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + width_share * box["width"], y + height_share * box["height"], steps=8)
        mouse.up()
        left, right = self.charts.first.locator(".js-plotly-plot").evaluate(
            "plot => plot._fullLayout.xaxis.range"
        )
        return width_share * float(right - left)
