"""How large it is on disk."""

from rig.bench import Bench
from rig.report import Row

import os

BUDGET = 16_000_000


def size(bench: Bench) -> list[Row]:
    count = os.path.getsize(bench.program)
    values = {"bytes": count}
    return [
        Row("binary, stripped", f"{count:,} B", values=values),
        Row(
            "image, uncompressed (scratch: the binary alone)",
            f"{count / 1e6:.2f} MB",
            "< 16 MB, aim 14",
            count < BUDGET,
            values,
        ),
    ]
