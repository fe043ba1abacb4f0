"""axe-core over a page: WCAG 2.2 AA without findings."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
SOURCE = AXE.read_text()
WHOLE = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# Our schemes differ in colours alone (static/css/tokens.css), so in dark the rules about colours are asked again.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RUN = """async (what) => {
  const found = await axe.run(document, { runOnly: what });
  return found.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ")).join(" | "));
}"""


def findings(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, in light and in dark; the scheme is as before afterwards."""
    found = []
    page.evaluate(SOURCE)
    for scheme, what in (("light", WHOLE), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{scheme}: {violation}" for violation in page.evaluate(RUN, what)]
    page.emulate_media(color_scheme="light")
    return found
