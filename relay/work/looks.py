"""What a picture looks like in 64 bits (difference hash): alike pictures differ in few of them."""

from __future__ import annotations

import io

from PIL import Image

COLUMNS, ROWS = 8, 8


def look_of(jpeg: bytes) -> str:
    """16 hexadecimal digits: each bit says whether the picture grows lighter to the right there."""
    with Image.open(io.BytesIO(jpeg)) as picture:
        small = picture.convert("L").resize((COLUMNS + 1, ROWS), Image.Resampling.BOX)
    grey = small.tobytes()
    bits = "".join(
        "1" if grey[row * (COLUMNS + 1) + column] < grey[row * (COLUMNS + 1) + column + 1] else "0"
        for row in range(ROWS)
        for column in range(COLUMNS)
    )
    return f"{int(bits, 2):016x}"
