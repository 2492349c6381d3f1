"""A folder of the user's with one sub-folder of pictures per class."""

from __future__ import annotations

import os
import struct
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.data.dataset import Column, Dataset, Description
from core.data.on_disk import Array, OnDisk
from core.data.source import Source, resolve, stamp_of
from core.errors import InputError
from core.params import Fault, param
from core.tensor import Tensor

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"})
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
CHANNELS = {"gray": 1, "colour": 3}
# More than this stays on the disk, and each batch is decoded when its turn comes.
MOST_BYTES = 2**30


@dataclass(frozen=True)
class ImageFolder(Source):
    """Pictures sorted into one sub-folder per class; the names of the sub-folders are the classes.

    PNG, JPEG, BMP, GIF (its first frame) and WebP. ``image`` float32 ``[H, W, C]`` in 0..1,
    stretched to the chosen size; transparent parts become white. ``label`` one class per folder.
    More than a gigabyte of pixels is not loaded: each batch is decoded when its turn comes.
    """

    kind = "images"
    label = "Folder of images by class"

    path: str = param(
        "",
        kind="folder",
        label="Folder",
        help="The folder that holds one sub-folder per class. A relative path starts at the "
        "folder of the project file.",
    )
    size: tuple[int, ...] = param(
        (32, 32),
        label="Size",
        help="Height and width that every picture is brought to, in pixels.",
        minimum=1,
        maximum=4096,
    )
    channels: str = param(
        "colour",
        label="Channels",
        help="One channel of grey, or red, green and blue.",
        choices=tuple(CHANNELS),
    )

    def check(self) -> tuple[Fault, ...]:
        """A folder must be chosen, and the size is two numbers."""
        found = []
        if not self.path.strip():
            found.append(Fault("path", "Folder has not been chosen"))
        if len(self.size) != 2:
            found.append(Fault("size", "Size must be two numbers: height and width"))
        return tuple(found)

    def stamp(self, folder: Path) -> tuple[object, ...]:
        """Time of change and size of the folder and of every sub-folder."""
        root = resolve(folder, self.path)
        if not os.path.isdir(root):
            return ()
        return (stamp_of(root), *(stamp_of(child) for child in _class_folders(root)))

    def load(self, folder: Path) -> Dataset:
        """Decode every picture. Raises InputError naming the one that cannot be read."""
        classes = self.files(folder)
        paths = [path for members in classes.values() for path in members]
        shape = (len(paths), *self._shape)
        images: Array = OnDisk("image", shape, np.dtype(np.float32), partial(self._read, paths))
        if images.nbytes <= MOST_BYTES:
            images = images[:]
        label = np.repeat(np.arange(len(classes), dtype=np.int32), [*map(len, classes.values())])
        return Dataset(
            {"image": Column(images), "label": Column(label, tuple(classes))},
            title=resolve(folder, self.path).name,
            inputs=("image",),
            targets=("label",),
        )

    def describe(self, folder: Path) -> Description:
        """Count the files; no picture is opened."""
        classes = self.files(folder)
        tensors = {
            "image": Tensor((None, *self._shape)),
            "label": Tensor((None,), "int32", classes=len(classes)),
        }
        return Description(tensors, sum(map(len, classes.values())), ("image",), ("label",))

    def new_inputs(self, folder: Path, path: Path) -> dict[str, np.ndarray]:
        """``image`` float32 ``[N, H, W, C]``: one picture, or those of a folder sorted by name."""
        paths = _pictures(path) if path.is_dir() else [path]
        if not paths:
            raise InputError(f"{path} holds no images", "Put PNG or JPEG files in it.")
        return {"image": np.stack([read_image(p, self._shape) for p in paths])}

    def files(self, folder: Path) -> dict[str, list[Path]]:
        """The picture files of each class, both sorted by name; other files are passed over.

        Raises InputError when there is no folder, no class in it, or a class without pictures.
        """
        root = resolve(folder, self.path)
        if not os.path.isdir(root):
            what = "is a file, not a folder" if os.path.isfile(root) else "does not exist"
            raise InputError(f"{root} {what}", "Choose the folder again.")
        children = _class_folders(root)
        if not children:
            raise InputError(
                f"{root} has no sub-folders",
                "Make one sub-folder per class and put the images of the class in it.",
            )
        found = {child.name: _pictures(child) for child in children}
        for name, paths in found.items():
            if not paths:
                raise InputError(
                    f"{root / name} holds no images",
                    "Put PNG, JPEG, BMP, GIF or WebP files in it, or remove the folder.",
                )
        return found

    def _read(self, paths: list[Path], rows: np.ndarray) -> np.ndarray:
        """The pictures with these numbers ``[N, H, W, C]``, decoded side by side."""
        found = np.empty((len(rows), *self._shape), np.float32)

        def read(place: int) -> None:
            found[place] = read_image(paths[rows[place]], self._shape)

        # Decoding lets other threads work meanwhile.
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for _ in threads.map(read, range(len(rows))):
                pass
        return found

    @property
    def _shape(self) -> tuple[int, int, int]:
        height, width = self.size
        return height, width, CHANNELS[self.channels]


def read_image(path: Path, shape: tuple[int, int, int]) -> np.ndarray:
    """One picture as float32 ``[H, W, C]`` in 0..1, stretched to ``shape``; C is 1 or 3.

    Raises InputError naming the file when it cannot be read or is too large to be safe.
    """
    from PIL import Image, UnidentifiedImageError

    too_large = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                return _pixels(image, shape)
    except too_large as error:
        raise InputError(f"{path} has too many pixels", "Scale it down first.") from error
    except UnidentifiedImageError as error:
        raise InputError(
            f"{path} is not a readable image", "Save it again as PNG, or remove it."
        ) from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise InputError(
            f"{path} cannot be read: {error}", "Save it again as PNG, or remove it."
        ) from error


def _pixels(image: Image.Image, shape: tuple[int, int, int]) -> np.ndarray:
    from PIL import Image, ImageOps

    height, width, channels = shape
    if image.mode.startswith("I"):
        # Sixteen bits a pixel, which convert() would cut off at 255.
        deep = np.asarray(image, np.float32) / 257
        image = Image.fromarray(deep.clip(0, 255).round().astype(np.uint8))
    image = ImageOps.exif_transpose(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        image = Image.alpha_composite(white, layer)
    image = image.convert("L" if channels == 1 else "RGB")
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    return (np.asarray(image, np.float32) / 255).reshape(shape)


def _listing(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise InputError(
            f"{folder} cannot be listed: {error.strerror}", "Check the permissions of the folder."
        ) from error


def _class_folders(root: Path) -> list[Path]:
    children = (child for child in _listing(root) if child.is_dir())
    return sorted(child for child in children if not child.name.startswith("."))


def _pictures(folder: Path) -> list[Path]:
    files = (path for path in _listing(folder) if path.suffix.lower() in SUFFIXES)
    return sorted(path for path in files if path.is_file() and not path.name.startswith("."))
