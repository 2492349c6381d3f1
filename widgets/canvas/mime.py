"""How a block travels by drag and drop: its kind as UTF-8 text."""

from PySide6.QtCore import QMimeData

BLOCK_MIME = "application/x-layerloom-block"


def block_mime(kind: str) -> QMimeData:
    """Mime data that carries one block kind."""
    data = QMimeData()
    data.setData(BLOCK_MIME, kind.encode("utf-8"))
    return data
