"""The border of a certificate as a drawing: a tally stick printed in two colours, a little off register."""

from equity.rules.notches import notch_path

PAPER, INK, GOLD = "#F6EFE0", "#1B1A17", "#EDB51F"
EDGE_MM, BAND_MM, OFF_REGISTER_MM = 6.5, 8.5, 0.7
RULE_MM = 0.55


def border_svg(facts_hash: str, width_mm: float, height_mm: float) -> bytes:
    """Return a whole SVG of a sheet of that size: paper ground and the border whose notches are ``facts_hash``."""
    outer = notch_path(facts_hash, width_mm, height_mm, inset=EDGE_MM)
    inner = _frame(width_mm, height_mm, EDGE_MM + BAND_MM)
    thin = _frame(width_mm, height_mm, EDGE_MM + BAND_MM + 1.3)
    shift = f"translate({OFF_REGISTER_MM} {OFF_REGISTER_MM})"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm}mm" height="{height_mm}mm" '
        f'viewBox="0 0 {width_mm} {height_mm}">'
        f'<path fill="{PAPER}" d="M0 0H{width_mm}V{height_mm}H0Z"/>'
        f'<path fill="{GOLD}" fill-rule="evenodd" transform="{shift}" d="{outer}{inner}"/>'
        f'<g fill="none" stroke="{INK}" stroke-linejoin="round">'
        f'<path stroke-width="{RULE_MM}" d="{outer}"/><path stroke-width="{RULE_MM}" d="{inner}"/>'
        f'<path stroke-width="0.2" d="{thin}"/></g></svg>'
    ).encode()


def _frame(width: float, height: float, inset: float) -> str:
    return f"M{inset} {inset}H{width - inset}V{height - inset}H{inset}Z"
