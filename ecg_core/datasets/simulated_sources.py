"""The folders whose real ECGs potassium is simulated over, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ecg_core.datasets.base_ecg import BaseECG, BaseSource, ListedECG, Split, list_bases, opened
from ecg_core.datasets.digest import digest
from ecg_core.datasets.prepare_simulated import Origin, prepare_simulated, require_origin
from ecg_core.datasets.prepared import PreparedECGs, is_prepared, load_prepared
from ecg_core.errors import ECGError


@dataclass(frozen=True)
class SimulatedSources:
    """Folders of base ECGs, None where a source is not used; `seed` of the simulation; processes to share the work."""

    ptbxl: Path
    challenge: Path | None
    ludb: Path | None
    seed: int
    workers: int

    @property
    def names(self) -> tuple[BaseSource, ...]:
        """The sources that are used, in the order in which they are read."""
        folders: tuple[tuple[BaseSource, Path | None], ...] = (
            ("PTB-XL", self.ptbxl),
            ("Challenge 2021", self.challenge),
            ("LUDB", self.ludb),
        )
        return tuple(name for name, folder in folders if folder is not None)

    def require(self, source: BaseSource) -> None:
        """Raises ECGError unless this source is used, and not alone."""
        if source not in self.names or len(self.names) == 1:
            raise ECGError(
                f"{source} cannot be left out: give its folder and that of another source."
                f" Given {'is' if len(self.names) == 1 else 'are'} {', '.join(self.names)}."
            )

    def bases(self, split: Split) -> Iterator[BaseECG]:
        """The real ECGs of one part of the data, opened one by one."""
        return opened(self._listed(split))

    def origin(self, split: Split) -> Origin:
        """What is simulated over these ECGs, and over which."""
        names = [ecg.record_id for ecg in self._listed(split)]
        return Origin(self.seed, self.names, len(names), digest(names))

    def _listed(self, split: Split) -> Iterator[ListedECG]:
        return (ecg for ecg in list_bases(self.ptbxl, self.challenge, self.ludb) if ecg.split == split)

    def prepare(self, split: Split, folder: Path) -> None:
        """Write network inputs into `folder`, if that is not done; raises ECGError where others are there."""
        origin = self.origin(split)
        if is_prepared(folder):
            require_origin(folder, origin)
        else:
            prepare_simulated(self.bases(split), origin, folder, self.workers)

    def prepared(self, folder: Path, without: BaseSource | None) -> PreparedECGs:
        """What `prepare` wrote, less the ECGs of one source."""
        ecgs = load_prepared(folder)
        return ecgs if without is None else ecgs.without(without)
