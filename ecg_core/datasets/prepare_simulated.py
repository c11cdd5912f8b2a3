"""Simulated potassium over base ECGs as network inputs: prepared once, by several processes, in parts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path

from ecg_core.datasets.base_ecg import BaseECG, BaseSource
from ecg_core.datasets.potassium import simulated_ecgs
from ecg_core.datasets.prepared import COMPLETE, Row, complete, rows_of, write_facts, write_shard
from ecg_core.datasets.processes import mapped
from ecg_core.errors import ECGError

BASES_PER_SHARD = 100

_BEGUN = "begun.json"  # how far a preparation is


@dataclass(frozen=True)
class Origin:
    """What simulated ECGs were made from: the seed of the simulation, the sources of the bases in their order, and how many there were.

    `records` is a digest of their names.
    """

    seed: int
    sources: tuple[BaseSource, ...]
    n_records: int
    records: str

    @property
    def words(self) -> str:
        """As people read it."""
        return f"{self.n_records:,} ECGs of {', '.join(self.sources)} with seed {self.seed}"


def prepare_simulated(bases: Iterable[BaseECG], origin: Origin, folder: Path, processes: int) -> None:
    """`prepared.prepare` of the `simulated_ecgs` of every base, shared among `processes`; their number changes nothing.

    Goes on where an interrupted call with the same `origin` stopped. `origin` is written down for `require_origin`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / COMPLETE).unlink(missing_ok=True)
    n_bases, n_shards = _progress(folder, origin)
    results = mapped(_rows_of_base, islice(bases, n_bases, None), processes, origin.seed)
    while some := list(islice(results, BASES_PER_SHARD)):
        rows = list(chain.from_iterable(some))
        if rows:
            write_shard(folder, n_shards, rows)
            n_shards += 1
        n_bases += len(some)
        write_facts(folder / _BEGUN, {"origin": asdict(origin), "bases": n_bases, "shards": n_shards})
    complete(folder, n_shards, origin=asdict(origin))
    (folder / _BEGUN).unlink(missing_ok=True)


def require_origin(folder: Path, origin: Origin) -> None:
    """Raises ECGError unless what was prepared in `folder` was simulated as `origin` says."""
    found = _origin_in(folder / COMPLETE)
    if found != origin:
        made = "other ECGs" if found is None else found.words
        raise ECGError(
            f"{folder} holds what was prepared from {made}, not from these {origin.words}. Give another folder with"
            " --cache, or delete this one to prepare anew."
        )


def _progress(folder: Path, origin: Origin) -> tuple[int, int]:
    """How many bases and shards an interrupted call with this origin finished."""
    path = folder / _BEGUN
    if not path.is_file() or _origin_in(path) != origin:
        return 0, 0
    begun = json.loads(path.read_text())
    return begun["bases"], begun["shards"]


def _origin_in(path: Path) -> Origin | None:
    """What is written down there; None for other ECGs than simulated ones, and what an older version wrote."""
    made = json.loads(path.read_text()).get("origin")
    try:
        return Origin(**made | {"sources": tuple(made["sources"])})
    except TypeError:
        return None


def _rows_of_base(base: BaseECG, seed: int) -> list[Row]:
    return list(rows_of(simulated_ecgs([base], seed)))
