"""axe-core over a page: WCAG 2.2 AA without findings."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return found.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ")).join(" | "));
}"""


def findings(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, in light and in dark; the scheme is as before afterwards."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(AXE.read_text())
        found += [f"{scheme}: {violation}" for violation in page.evaluate(RUN, RULES)]
    page.emulate_media(color_scheme="light")
    return found
