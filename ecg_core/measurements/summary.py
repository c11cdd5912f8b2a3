"""From a value of every beat to a measurement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.windows import nanquantile
from ecg_core.measurements.types import Measurement, Quantity

Floats = NDArray[np.float64]


def over_beats(
    quantities: Sequence[Quantity],
    values: Sequence[Floats],
    median_beats: Sequence[float],
    leads: tuple[str, ...] = (),
) -> list[Measurement]:
    """Median and quartiles of the known ones among the `values` `(beats,)` of each quantity."""
    low, middle, high, n_beats = _spread(np.column_stack(values))
    return [
        _measurement(quantity, middle[i], low[i], high[i], n_beats[i], median_beats[i], leads)
        for i, quantity in enumerate(quantities)
    ]


def over_beats_of_leads(
    quantities: Sequence[Quantity],
    values: dict[str, Floats],
    median_beats: dict[str, Floats],
    leads: tuple[str, ...],
) -> list[Measurement]:
    """The same for every quantity in every lead: `values` `(leads, beats)` and `median_beats` `(leads,)` by key."""
    columns = np.concatenate([values[quantity.key] for quantity in quantities]).T
    low, middle, high, n_beats = (found.reshape(len(quantities), len(leads)) for found in _spread(columns))
    measurements = []
    for i, quantity in enumerate(quantities):
        for j, lead in enumerate(leads):
            of_lead = Quantity(
                f"{quantity.name}, {lead}",
                f"{quantity.key}_{lead}",
                quantity.unit,
                quantity.group,
                quantity.source,
            )
            at_once = median_beats[quantity.key][j]
            measurements.append(
                _measurement(of_lead, middle[i, j], low[i, j], high[i, j], n_beats[i, j], at_once, (lead,))
            )
    return measurements


def single_value(quantity: Quantity, value: float, n_beats: int) -> Measurement:
    """A value that all beats together have, without quartiles."""
    return _measurement(quantity, value, np.nan, np.nan, n_beats, np.nan, ())


def _spread(columns: Floats) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    """Lower quartile, median, upper quartile and number of known values of every column of `(beats, columns)`."""
    ordered = np.sort(columns, axis=0)  # once for all three
    low, middle, high = (nanquantile(ordered, quantile) for quantile in (0.25, 0.5, 0.75))
    return low, middle, high, np.isfinite(columns).sum(axis=0)


def _measurement(
    quantity: Quantity,
    value: float,
    low: float,
    high: float,
    n_beats: int,
    median_beat: float,
    leads: tuple[str, ...],
) -> Measurement:
    return Measurement(
        name=quantity.name,
        key=quantity.key,
        unit=quantity.unit,
        value=float(value),
        low=float(low),
        high=float(high),
        n_beats=int(n_beats),
        median_beat=float(median_beat),
        group=quantity.group,
        leads=leads,
        source=quantity.source,
    )
