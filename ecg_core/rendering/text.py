"""What stands in words on a page: lead names, header, footer."""

from __future__ import annotations

from ecg_core.rendering.lettering import Font, TextLayer, load_font, spell_lead
from ecg_core.rendering.plan import PagePlan, PlannedLead, pulse_room_mm
from ecg_core.rendering.style import PageStyle

_LINE_SPACING = 1.3  # of the size of the print


def write_texts(layer: TextLayer, plan: PagePlan, style: PageStyle) -> None:
    """Set all print of the page."""
    scale = style.px_per_mm
    label_font = load_font(style.font, style.labels.size_mm * scale)
    for lead in plan.leads:
        text = spell_lead(lead.label, style.labels.spelling)
        x_mm, y_mm = _label_place(lead, text, label_font, plan, style)
        layer.write(text, (x_mm * scale, y_mm * scale), label_font, lead.label.removeprefix("-"))

    font = load_font(style.font, style.header_size_mm * scale)
    line_mm = style.header_size_mm * _LINE_SPACING
    for number, block in enumerate(style.header):
        x_mm = 1 + plan.width_mm * number / max(len(style.header), 1)
        for line, text in enumerate(block.splitlines()):
            layer.write(_fill(text, style), (x_mm * scale, (line + 1) * line_mm * scale), font)
    for number, text in enumerate(style.footer):
        x_mm = plan.rows_x0_mm + (plan.rows_x1_mm - plan.rows_x0_mm) * number / len(style.footer)
        layer.write(_fill(text, style), (x_mm * scale, (plan.height_mm - line_mm / 2) * scale), font)


def _label_place(
    lead: PlannedLead, text: str, font: Font, plan: PagePlan, style: PageStyle
) -> tuple[float, float]:
    """The left end of a name's own baseline."""
    labels = style.labels
    size_mm = labels.size_mm
    x_mm = lead.x0_mm + labels.indent_mm
    if labels.place == "above":
        return x_mm, lead.baseline_mm - labels.distance_mm
    if labels.place == "below" or lead.column > 0:
        return x_mm, lead.baseline_mm + labels.distance_mm + 0.7 * size_mm
    width_mm = font.getlength(text) / style.px_per_mm
    left_mm = pulse_room_mm(style) if style.pulses.place == "left" else 0.0
    return plan.rows_x0_mm - left_mm - width_mm - 0.5, lead.baseline_mm + 0.35 * size_mm


def _fill(text: str, style: PageStyle) -> str:
    gain = f"{style.gain_mm_mv:g}"
    if style.chest_gain_mm_mv:
        gain += f"/{style.chest_gain_mm_mv:g}"
    return text.replace("{speed}", f"{style.speed_mm_s:g}").replace("{gain}", gain)
