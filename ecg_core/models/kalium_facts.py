"""The measurements that KaliumNet is fed, and what it makes of them over the leads before it learns.

What one lead shows of potassium is small against what differs between people and electrode places; the median or the
largest over the leads is steadier, and does not need any certain lead.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ecg_core.leads import INDEPENDENT_LEADS

OF_RECORD = (
    "heart_rate_bpm",
    "rr_sd_ms",
    "rmssd_ms",
    "pr_ms",
    "p_duration_ms",
    "qrs_ms",
    "qt_ms",
    "qtc_fridericia_ms",
    "jt_ms",
    "jtc_fridericia_ms",
    "t_duration_ms",
    "p_axis_deg",
    "qrs_axis_deg",
    "t_axis_deg",
    "qrs_t_angle_deg",
)
OF_LEAD = (
    "p_amplitude_mv",
    "q_amplitude_mv",
    "r_amplitude_mv",
    "s_amplitude_mv",
    "qrs_peak_to_peak_mv",
    "st_j_mv",
    "st_j60_mv",
    "t_amplitude_mv",
    "t_peak_ms",
    "t_width_ms",
    "t_upslope_mv_s",
    "t_downslope_mv_s",
    "t_downslope_per_root_mv",
    "t_symmetry",
    "u_amplitude_mv",
    "u_visible",
)
FACTS = (*OF_RECORD, *(f"{quantity}_{lead}" for quantity in OF_LEAD for lead in INDEPENDENT_LEADS))

_N_LEADS = len(INDEPENDENT_LEADS)
_U_LEADS = [INDEPENDENT_LEADS.index(lead) for lead in ("V2", "V3", "V4")]
_BY_GAIN = [_q.endswith(("_mv", "_mv_s")) and "per_root" not in _q for _q in OF_LEAD]


def of_lead(facts: Tensor, quantity: str) -> Tensor:
    """One quantity in every lead, `(batch, 8)`, of facts `(batch, len(FACTS))`."""
    start = len(OF_RECORD) + OF_LEAD.index(quantity) * _N_LEADS
    return facts[:, start : start + _N_LEADS]


def without_leads(facts: Tensor, present: Tensor) -> Tensor:
    """The same with NaN for what was measured in leads that `present` `(batch, 8)` bool calls absent."""
    known = present.repeat(1, len(OF_LEAD))
    record, leads = facts[:, : len(OF_RECORD)], facts[:, len(OF_RECORD) :]
    return torch.cat([record, torch.where(known, leads, torch.nan)], dim=1)


def with_gain(facts: Tensor, gain: Tensor) -> Tensor:
    """As they would be measured if every lead were `gain` `(batch, 1)` times as high; T downslope / √amplitude goes with its root."""
    factor = torch.ones_like(facts)
    for index, quantity in enumerate(OF_LEAD):
        columns = slice(len(OF_RECORD) + index * _N_LEADS, len(OF_RECORD) + (index + 1) * _N_LEADS)
        if _BY_GAIN[index]:
            factor[:, columns] = gain
        elif "per_root" in quantity:
            factor[:, columns] = gain.sqrt()
    return facts * factor


def over_leads(facts: Tensor) -> Tensor:
    """Summaries over the leads, `(batch, n)`; NaN where no lead has the quantity."""
    rr_s = 60.0 / facts[:, OF_RECORD.index("heart_rate_bpm")]
    rr_sd_s = facts[:, OF_RECORD.index("rr_sd_ms")] / 1000.0
    by_rate = rr_s.pow(1.0 / 3.0)  # QT follows RR so (Fridericia 1920)
    t_mv, qrs_mv = of_lead(facts, "t_amplitude_mv").abs(), of_lead(facts, "qrs_peak_to_peak_mv")
    p_mv, u_mv = of_lead(facts, "p_amplitude_mv").abs(), of_lead(facts, "u_amplitude_mv")
    t_width, t_peak = _median(of_lead(facts, "t_width_ms")), _median(of_lead(facts, "t_peak_ms"))
    per_root = of_lead(facts, "t_downslope_per_root_mv")
    down, up = of_lead(facts, "t_downslope_mv_s"), of_lead(facts, "t_upslope_mv_s")
    u_over_t = u_mv[:, _U_LEADS].nanmean(1) / (t_mv[:, _U_LEADS].nanmean(1) + 0.05)
    summaries = [
        t_width,
        t_width / by_rate,
        t_peak,
        t_peak / by_rate,
        facts[:, OF_RECORD.index("t_duration_ms")] / by_rate,
        _median(of_lead(facts, "t_symmetry")),
        _median(per_root),
        _largest(per_root),
        _median(down / t_mv),
        _median(up / t_mv),
        (down.nanmean(1) + 0.1).log(),
        _median(t_mv / qrs_mv),
        _largest(t_mv / qrs_mv),
        _largest(t_mv),
        (t_mv.nanmean(1) + 0.01).log(),
        (qrs_mv.nanmean(1) + 0.05).log(),
        p_mv.nanmean(1),
        _largest(p_mv),
        _median(u_mv),
        _largest(u_mv),
        of_lead(facts, "u_visible").nanmean(1),
        u_over_t,
        _median(of_lead(facts, "st_j60_mv")),
        rr_s,
        rr_s.log(),
        rr_sd_s / rr_s,
    ]
    return torch.stack(summaries, dim=1)


def _median(values: Tensor) -> Tensor:
    return values.nanmedian(dim=1).values


def _largest(values: Tensor) -> Tensor:
    known = ~values.isnan()
    largest = values.masked_fill(~known, -torch.inf).max(dim=1).values
    return torch.where(known.any(dim=1), largest, torch.nan)
