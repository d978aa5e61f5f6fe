"""What every figure is given."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from .ground import FaultMount, Ground
from .subjects import CReference, GoReference, Sidecar, Subject


class NotTaken(Exception):
    """A figure cannot be taken here; the message says why."""


@dataclass
class Bench:
    ground: Ground
    program: str
    faultfs: str | None
    references: dict[str, str]
    is_quick: bool
    is_long: bool
    hang_seconds: int
    repeat: int | None
    has_containers: bool = True

    def times(self, full: int, quick: int) -> int:
        """How often to measure."""
        return self.repeat or (quick if self.is_quick else full)

    def seconds(self, full: float, quick: float) -> float:
        return quick if self.is_quick else full

    def sidecar(self, paths: list[str], check: str, **settings) -> Sidecar:
        """Starts one from a copy of the program: no page of it is shared with another sidecar."""
        return Sidecar(self.ground, self.ground.copy(self.program), paths, check, **settings)

    def go(self, paths: list[str], check: str, **options) -> GoReference | None:
        program = self.references.get("Go")
        if program is None:
            return None
        return GoReference(self.ground, self.ground.copy(program), paths, check, **options)

    def c(self, paths: list[str], check: str) -> CReference | None:
        program = self.references.get("C")
        return CReference(self.ground, program, paths, check) if program else None

    def side_by_side(self, paths: list[str], check: str) -> list[Subject]:
        """The sidecar and what there is of the reference programs, on the same mounts."""
        subjects = [self.sidecar(paths, check), self.go(paths, check), self.c(paths, check)]
        subjects = [subject for subject in subjects if subject]
        for subject in subjects:
            subject.wait_until_ready()
        return subjects

    def fault_mount(self) -> FaultMount:
        if not self.ground.can_mount:
            raise NotTaken("needs root, for mounts")
        if self.faultfs is None:
            raise NotTaken("needs faultfs: swift build --product faultfs")
        return FaultMount(self.ground, self.faultfs)

    def sleep(self, seconds: float, what: str) -> None:
        self.tell(f"{what}: {seconds:.0f} s")
        time.sleep(seconds)

    @staticmethod
    def tell(text: str) -> None:
        """Progress, for a person."""
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
