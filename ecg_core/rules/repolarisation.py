"""Signs in ST, T, U and QT."""

from __future__ import annotations

import math
from typing import Literal

from ecg_core.leads import CHEST_LEADS
from ecg_core.rules.lead_values import Values, by_lead, leads_words, second_most
from ecg_core.rules.types import Rule, Sign

# Narrow and steep: so many of 434 unaltered PTB-XL ECGs are both (3.7 %, docs/signs.md) as were called peaked
# at normal potassium by Varga et al. (4.7 %). No limit of the literature is for a width at half height.
NARROW_MS = 90.0
LEAST_PEAKED_MV = 0.2
PEAKED_T = Rule(
    "peaked_t",
    "Peaked T waves",
    14.0,
    "√mV/s",
    f"upright, at most {NARROW_MS:.0f} ms wide at half height and a downslope / √amplitude of 14 √mV/s or more, in two leads",
    "high",
    "measure: Attia et al., J Am Heart Assoc 2016;5:e002746; limits: this project, by unaltered PTB-XL ECGs; 18.4 % above "
    "7 mEq/L v 4.7 % at normal potassium: Varga et al., BMC Emerg Med 2019;19:33",
    "early repolarisation, young age, acute ischemia; most of those with high potassium do not have it",
)
TALL_LIMB_MV, TALL_CHEST_MV = 0.5, 1.0
TALL_T = Rule(
    "tall_t",
    "Tall T waves",
    1.0,
    "times the limit",
    "above 5 mm in limb leads or 10 mm in chest leads (1 mm: 0.1 mV), in two leads",
    "high",
    "Surawicz and Knilans, Chou's Electrocardiography in Clinical Practice, 6th edition",
    "early repolarisation, left ventricular hypertrophy, acute ischemia",
)
FLAT_T = Rule(
    "flat_t",
    "Flat T waves",
    0.1,
    "mV",
    "peak between -0.1 and +0.1 mV in more than half of I, II, V4 to V6 (limb leads with an R above 0.3 mV)",
    "low",
    "Rautaharju et al., AHA/ACCF/HRS 2009 IV; the number of leads is this project's",
    "ischemia, drugs, low voltage, pericarditis, obesity",
)
FLAT_LEADS = ("I", "II", "V4", "V5", "V6")
FLAT_LEAST_R_MV = 0.3
ST_DEPRESSION = Rule(
    "st_depression",
    "ST depression",
    1.0,
    "times the limit",
    "ST at J + 60 ms 0.5 mm or more below the line in V2 and V3, 1 mm in other leads (1 mm: 0.1 mV), in two leads",
    "low",
    "Wagner et al., AHA/ACCF/HRS 2009 VI, whose limits are for J itself",
    "ischemia, digitalis, left ventricular hypertrophy, bundle branch block, fast rates",
)
PROMINENT_U = Rule(
    "u_wave",
    "Prominent U waves",
    0.1,
    "mV",
    "above 1 mm (0.1 mV) in two leads",
    "low",
    "Surawicz et al., Circulation 1957;16:750; Rautaharju et al., AHA/ACCF/HRS 2009 IV",
    "slow rates, class III drugs, left ventricular hypertrophy; a U that is fused with T counts as T",
)
LONG_QTC_MS = {"male": 450.0, "female": 460.0}
DANGEROUS_QTC_MS = 500.0
_LONG_QTC_SOURCE = (
    "Rautaharju et al., AHA/ACCF/HRS 2009 IV; above 500 ms torsade de pointes threatens: Drew et al., AHA/ACCF 2010, "
    "Circulation 121:1047"
)

_NOT_REVERSED = tuple(lead for lead in ("I", "II", "III", "aVL", "aVF", *CHEST_LEADS) if lead != "V1")
_U_LEADS = ("II", "V2", "V3", "V4", "V5", "V6")


def repolarisation_signs(values: Values, sex: Literal["female", "male"] | None) -> tuple[Sign, ...]:
    """All signs of this file from the measurements by key; the limit of QTc follows the sex."""
    return (
        _long_qtc(values, sex),
        _peaked_t(values),
        _tall_t(values),
        _flat_t(values),
        _st_depression(values),
        _prominent_u(values),
    )


def _peaked_t(values: Values) -> Sign:
    width, steepness, height_mv = (
        by_lead(values, key, _NOT_REVERSED)
        for key in ("t_width_ms", "t_downslope_per_root_mv", "t_amplitude_mv")
    )
    if not steepness:
        return _not_measured(PEAKED_T, "no T wave has a shape that can be measured")
    narrow = {
        lead: value if width.get(lead, math.inf) <= NARROW_MS and height_mv[lead] >= LEAST_PEAKED_MV else 0.0
        for lead, value in steepness.items()
    }
    value = second_most(narrow)
    leads = _from(narrow, PEAKED_T.limit)
    if value >= PEAKED_T.limit:
        steepest = max(leads, key=lambda lead: narrow[lead])
        text = (
            f"T is narrow and steep in {leads_words(leads)}; in {steepest} {width[steepest]:.0f} ms wide at half height, "
            f"{10 * height_mv[steepest]:.1f} mm high."
        )
        return Sign(PEAKED_T, True, text, value, leads=leads)
    return Sign(PEAKED_T, False, "T is not both narrow and steep in two leads.", second_most(steepness))


def _tall_t(values: Values) -> Sign:
    height_mv = by_lead(values, "t_amplitude_mv", _NOT_REVERSED)
    if not height_mv:
        return _not_measured(TALL_T, "no T wave was found")
    shares = {
        lead: mv / (TALL_CHEST_MV if lead in CHEST_LEADS else TALL_LIMB_MV) for lead, mv in height_mv.items()
    }
    highest = max(height_mv, key=lambda lead: height_mv[lead])
    value = second_most(shares)
    text = f"The highest T is {10 * height_mv[highest]:.1f} mm in {highest}."
    return Sign(TALL_T, value > TALL_T.limit, text, value, leads=_from(shares, TALL_T.limit))


def _flat_t(values: Values) -> Sign:
    height_mv = by_lead(values, "t_amplitude_mv", FLAT_LEADS)
    r_mv = by_lead(values, "r_amplitude_mv", FLAT_LEADS)
    judged = {
        lead: abs(mv)
        for lead, mv in height_mv.items()
        if lead in CHEST_LEADS or r_mv.get(lead, 0.0) > FLAT_LEAST_R_MV
    }
    if not judged:
        return _not_measured(FLAT_T, f"no T wave was measured in {', '.join(FLAT_LEADS)}")
    flat = tuple(lead for lead, mv in judged.items() if mv < FLAT_T.limit)
    value = sorted(judged.values())[len(judged) // 2]  # what more than half of them stay below
    text = f"T stays below 1 mm in {len(flat)} of {len(judged)} leads ({', '.join(judged)})."
    return Sign(FLAT_T, 2 * len(flat) > len(judged), text, value, leads=flat)


def _st_depression(values: Values) -> Sign:
    st_mv = by_lead(values, "st_j60_mv", _NOT_REVERSED)
    if not st_mv:
        return _not_measured(ST_DEPRESSION, "no ST segment was measured")
    shares = {lead: -mv / (0.05 if lead in ("V2", "V3") else 0.1) for lead, mv in st_mv.items()}
    lowest = min(st_mv, key=lambda lead: st_mv[lead])
    value = second_most(shares)
    text = f"The lowest ST at J + 60 ms is {10 * st_mv[lowest]:+.1f} mm in {lowest}.".replace("-", "\u2212")
    return Sign(ST_DEPRESSION, value >= ST_DEPRESSION.limit, text, value, leads=_from(shares, 1.0))


def _prominent_u(values: Values) -> Sign:
    visible = by_lead(values, "u_visible", _U_LEADS)
    if not visible:
        why = "P follows too soon after T or was not found, or the leads are missing"
        return _not_measured(PROMINENT_U, why)
    u_mv = by_lead(values, "u_amplitude_mv", _U_LEADS)
    seen = {lead: abs(u_mv[lead]) if visible[lead] >= 0.5 else 0.0 for lead in visible}
    value = second_most(seen)
    leads = tuple(lead for lead, mv in seen.items() if mv > 0)
    largest = max(seen, key=lambda lead: seen[lead])
    text = (
        f"A U wave is visible in {leads_words(leads)}, up to {10 * seen[largest]:.1f} mm ({largest})."
        if leads
        else "No U wave is visible apart from T."
    )
    return Sign(PROMINENT_U, value > PROMINENT_U.limit, text, value, leads=leads)


def _long_qtc(values: Values, sex: Literal["female", "male"] | None) -> Sign:
    limit_ms = LONG_QTC_MS[sex or "female"]
    whose = {"male": "a man", "female": "a woman", None: "a woman, as the sex is not known"}[sex]
    rule = Rule(
        "long_qtc",
        "Long QTc",
        limit_ms,
        "ms",
        f"above {limit_ms:.0f} ms by Fridericia ({whose}); dangerous above {DANGEROUS_QTC_MS:.0f} ms",
        "low",
        _LONG_QTC_SOURCE,
        "drugs, low calcium or magnesium, ischemia, congenital long QT; a wide QRS lengthens QT by itself",
    )
    qtc_ms = values.get("qtc_fridericia_ms", math.nan)
    if math.isnan(qtc_ms):
        return _not_measured(rule, "no beat has a known QRS and T")
    text = f"QTc is {qtc_ms:.0f} ms."
    if values.get("qrs_ms", 0.0) >= 120:
        text += (
            f" The QRS is wide; without it (JTc) {values.get('jtc_fridericia_ms', math.nan):.0f} ms are left."
        )
    return Sign(rule, qtc_ms > limit_ms, text, qtc_ms, danger=qtc_ms > DANGEROUS_QTC_MS)


def _not_measured(rule: Rule, why: str) -> Sign:
    return Sign(rule, None, f"{rule.name} could not be judged: {why}.")


def _from(values: Values, limit: float) -> tuple[str, ...]:
    return tuple(lead for lead, value in values.items() if value >= limit)
