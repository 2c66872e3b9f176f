"""Draws pictures for the demo shop: plain PNG files, made here, of nobody's making but ours."""

import struct
import zlib
from collections.abc import Iterator
from colorsys import hls_to_rgb

SIDE = 480
COUNT = 16
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def drawings() -> Iterator[bytes]:
    """Sixteen different ones: a shape before a ground, in colours around the wheel."""
    for number in range(COUNT):
        yield _png(_palette(number / COUNT), _pixels(number))


def _palette(hue: float) -> bytes:
    shades = (
        (hue, 0.92, 0.35),
        (hue, 0.84, 0.4),
        ((hue + 0.08) % 1, 0.55, 0.5),
        ((hue + 0.5) % 1, 0.35, 0.45),
    )
    return bytes(round(255 * part) for shade in shades for part in hls_to_rgb(*shade))


def _pixels(number: int) -> bytes:
    """Two stripes for a ground, and before it a round, a slanted or a square thing with a lid."""
    middle, reach = SIDE // 2, SIDE // 3
    lines = []
    for y in range(SIDE):
        line = bytearray([1 if y > SIDE * (9 + number % 5) // 16 else 0]) * SIDE
        off = y - middle
        if abs(off) < reach:
            match number % 3:
                case 0:
                    half = int((reach * reach - off * off) ** 0.5)
                case 1:
                    half = (off + reach) // 2
                case _:
                    half = reach - reach // 4
            color = 3 if off < -reach + (number + 2) * 9 else 2
            line[middle - half : middle + half] = bytes([color]) * (2 * half)
        lines.append(b"\0" + bytes(line))
    return b"".join(lines)


def _png(palette: bytes, pixels: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
