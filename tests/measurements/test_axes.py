"""Frontal axes of vectors whose direction is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.leads import LIMB_LEADS, limb_leads_from_pair
from ecg_core.measurements.axes import angle_between_deg, frontal_axis_deg, net_area_mv_s, unwrapped_deg


def in_limb_leads(angle_deg: float) -> dict[str, float]:
    """A unit vector of the frontal plane in the six limb leads."""
    x, y = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    lead_ii = x * 0.5 + y * np.sqrt(3) / 2  # on an axis 60 degrees below lead I
    leads = limb_leads_from_pair("I", np.array([x]), "II", np.array([lead_ii]))
    return {lead: float(mv[0]) for lead, mv in leads.items()}


@given(
    angle=st.floats(-179, 179),
    pair=st.permutations(LIMB_LEADS).map(lambda leads: (leads[0], leads[1])),
)
def test_any_two_limb_leads_tell_the_axis(angle: float, pair: tuple[str, str]) -> None:
    leads = in_limb_leads(angle)
    areas = np.array([[leads[pair[0]]], [leads[pair[1]]]])
    assert angle_between_deg(frontal_axis_deg(areas, pair), np.array([angle]))[0] == pytest.approx(
        0, abs=1e-3
    )


def test_angle_between_two_directions_is_the_smaller_one() -> None:
    one, other = np.array([170.0, 10.0, 0.0, -90.0]), np.array([-170.0, 60.0, 180.0, 90.0])
    np.testing.assert_allclose(angle_between_deg(one, other), [20, 50, 180, 180])


def test_directions_about_180_degrees_stay_together() -> None:
    np.testing.assert_allclose(unwrapped_deg(np.array([178.0, -179.0, 179.0])), [178, 181, 179])
    np.testing.assert_allclose(unwrapped_deg(np.array([-179.0, 178.0, -178.0])), [-179, -182, -178])
    assert np.isnan(unwrapped_deg(np.array([np.nan]))).all()


def test_net_area_is_over_the_line_between_the_bounds() -> None:
    mv = np.tile(np.arange(10.0), (3, 1))
    mv[:, 5] += 2.0
    mv[2, 4] = np.nan
    area = net_area_mv_s(mv, np.array([2.0, 0.0, 2.0]), np.array([8.0, 4.0, 8.0]))
    np.testing.assert_allclose(area, [2.0 / 500, 0.0, np.nan], atol=1e-12)
