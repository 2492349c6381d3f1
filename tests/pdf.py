"""Reads what Qt writes into a PDF: text, page size and pictures. Knows no more of PDF than that."""

from __future__ import annotations

import re
import zlib
from pathlib import Path


class Pdf:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        self.objects = dict(re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", self.data, re.S))

    def page_size(self) -> tuple[float, float]:
        """Width and height of the page in points."""
        (box,) = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", self.data)
        return float(box[0]), float(box[1])

    def images(self) -> int:
        """How many bitmaps there are."""
        return len(re.findall(rb"/Subtype\s*/Image", self.data))

    def texts(self) -> list[str]:
        """Every piece of text that was drawn, read with the fonts' own tables of letters."""
        found = []
        for stream in self._streams():
            for block in re.findall(rb"BT\n(.*?)ET", stream, re.S):
                font = re.search(rb"/(F\d+) ", block)
                assert font is not None
                letters = self._letters(font.group(1))
                codes = "".join(c.decode() for c in re.findall(rb"<([0-9A-Fa-f]+)> Tj", block))
                found.append(
                    "".join(letters[codes[i : i + 4].lower()] for i in range(0, len(codes), 4))
                )
        return found

    def _streams(self) -> list[bytes]:
        plain = []
        for body in self.objects.values():
            packed = re.search(rb"stream\r?\n(.*)\r?\nendstream", body, re.S)
            if packed and b"/FlateDecode" in body:
                plain.append(zlib.decompressobj().decompress(packed.group(1)))
        return plain

    def _letters(self, font: bytes) -> dict[str, str]:
        (number,) = set(re.findall(rb"/%s (\d+) 0 R" % font, self.data))
        table = re.search(rb"/ToUnicode (\d+) 0 R", self.objects[number])
        assert table is not None
        rows = re.findall(rb"<(\w+)> <\w+> \[(.*?)\]", self.objects[table.group(1)], re.S)
        letters = {}
        for first, codes in rows:
            for place, code in enumerate(re.findall(rb"<(\w+)>", codes), int(first, 16)):
                # Qt names the glyph of the space by its other letter, the tab.
                letters[f"{place:04x}"] = chr(int(code, 16)).replace("\t", " ")
        return letters
