"""Folders of images: round trips, formats, and what is refused."""

import numpy as np
import pytest
from PIL import Image

from core.data import DataBinding, prepare
from core.data.on_disk import OnDisk
from core.data.source import sources
from core.data.sources.image_folder import ImageFolder
from core.errors import InputError


def put(path, array, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)


def refusal(folder, **params) -> InputError:
    with pytest.raises(InputError) as caught:
        ImageFolder(path="p", **params).load(folder)
    assert caught.value.hint
    return caught.value


def one(folder, **params) -> np.ndarray:
    return ImageFolder(path="p", **params).load(folder).columns["image"].values[0]


def test_digits_written_as_pictures_come_back(tmp_path):
    digits = sources()["digits"]().load(tmp_path)
    pixels = (digits.columns["image"].values[:60, ..., 0] * 240).round().astype(np.uint8)
    labels = digits.columns["label"].values[:60]
    for i, (image, label) in enumerate(zip(pixels, labels, strict=True)):
        put(tmp_path / "p" / str(label) / f"{i:03}.png", image)
    order = np.argsort(labels, kind="stable")
    params = {"kind": "images", "path": "p", "size": [8, 8], "channels": "gray"}
    prepared = prepare(DataBinding(params), tmp_path)
    assert prepared.dataset.columns["label"].classes == tuple("0123456789")
    np.testing.assert_array_equal(prepared.columns["label"], labels[order])
    expected = pixels[order, ..., None].astype(np.float32) / 255
    np.testing.assert_array_equal(prepared.columns["image"], expected)


@pytest.mark.parametrize(("channels", "count"), [("gray", 1), ("colour", 3)])
def test_describing_opens_no_picture(tmp_path, channels, count):
    for name in ("cat", "ant"):
        (tmp_path / "p" / name).mkdir(parents=True)
        (tmp_path / "p" / name / "empty.png").write_bytes(b"")
    source = ImageFolder(path="p", size=(5, 7), channels=channels)
    found = source.describe(tmp_path)
    assert found.columns["image"].sizes == (5, 7, count)
    assert found.rows == 2
    for name in ("cat", "ant"):
        put(tmp_path / "p" / name / "empty.png", np.zeros((9, 9), np.uint8))
    dataset = source.load(tmp_path)
    assert dataset.describe() == found
    assert dataset.columns["label"].classes == ("ant", "cat")


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "webp", "JPG"])
def test_formats(tmp_path, suffix):
    options = {"lossless": True} if suffix == "webp" else {}
    put(tmp_path / "p" / "a" / f"x.{suffix}", np.full((6, 6), 102, np.uint8), **options)
    np.testing.assert_allclose(one(tmp_path, size=(4, 3)), np.full((4, 3, 3), 0.4), atol=1e-6)


def test_other_files_and_hidden_folders_are_passed_over(tmp_path):
    put(tmp_path / "p" / "a" / "x.png", np.zeros((4, 4), np.uint8))
    put(tmp_path / "p" / ".cache" / "x.png", np.zeros((4, 4), np.uint8))
    (tmp_path / "p" / "a" / "Thumbs.db").write_bytes(b"?")
    (tmp_path / "p" / "notes.txt").write_text("?")
    assert ImageFolder(path="p").load(tmp_path).rows == 1


def test_transparent_parts_become_white(tmp_path):
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0, 0] = (255, 0, 0, 255)
    put(tmp_path / "p" / "a" / "x.png", rgba)
    found = one(tmp_path, size=(2, 2))
    assert found[0, 0].tolist() == [1, 0, 0]
    assert found[1, 1].tolist() == [1, 1, 1]


def test_sixteen_bits_keep_their_range(tmp_path):
    deep = np.array([[0, 32768], [65535, 257]], np.uint16)
    put(tmp_path / "p" / "a" / "x.png", deep)
    found = one(tmp_path, size=(2, 2), channels="gray")[..., 0]
    np.testing.assert_allclose(found, deep / 65535, atol=1 / 255)


def test_a_photograph_is_turned_upright(tmp_path):
    image = np.zeros((4, 8, 3), np.uint8)
    image[:, :4] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    put(tmp_path / "p" / "a" / "x.jpg", image, exif=exif.tobytes(), quality=95)
    found = one(tmp_path, size=(8, 4), channels="gray")[..., 0]
    assert found[:4].min() > 0.9
    assert found[4:].max() < 0.1


def test_everything_wrong_names_the_file_and_the_remedy(tmp_path, monkeypatch):
    assert "p does not exist" in refusal(tmp_path).message
    root = tmp_path / "p"
    root.write_text("")
    assert "is a file" in refusal(tmp_path).message
    root.unlink()
    root.mkdir()
    error = refusal(tmp_path)
    assert "has no sub-folders" in error.message
    assert "one sub-folder per class" in error.hint
    (root / "a").mkdir()
    assert f"{root / 'a'} holds no images" in refusal(tmp_path).message
    file = root / "a" / "x.png"
    file.write_bytes(b"not a picture")
    assert f"{file} is not a readable image" in refusal(tmp_path).message
    put(file, np.random.default_rng(0).integers(0, 255, (40, 40)).astype(np.uint8))
    whole = file.read_bytes()
    file.write_bytes(whole[:600])
    assert f"{file} cannot be read" in refusal(tmp_path).message
    file.write_bytes(whole[:50] + bytes(30) + whole[80:])
    assert f"{file} cannot be read" in refusal(tmp_path).message
    file.write_bytes(whole)
    for limit in (1000, 100):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        assert f"{file} has too many pixels" in refusal(tmp_path).message


def test_many_pixels_stay_on_the_disk(tmp_path, monkeypatch):
    for name in ("x", "y", "z"):
        pixels = np.random.default_rng(len(name) + ord(name)).integers(0, 255, (4, 4, 3))
        put(tmp_path / "p" / "a" / f"{name}.png", pixels.astype(np.uint8))
    source = ImageFolder(path="p", size=(4, 4))
    loaded = source.load(tmp_path).columns["image"].values
    monkeypatch.setattr("core.data.sources.image_folder.MOST_BYTES", 100)
    kept = source.load(tmp_path).columns["image"].values
    assert isinstance(loaded, np.ndarray)
    assert isinstance(kept, OnDisk)
    assert (kept.shape, kept.dtype, len(kept)) == (loaded.shape, loaded.dtype, 3)
    np.testing.assert_array_equal(kept[np.array([2, 0])], loaded[[2, 0]])
    np.testing.assert_array_equal(kept[1], loaded[1])
    (tmp_path / "p" / "a" / "y.png").write_bytes(b"broken")
    np.testing.assert_array_equal(kept[:1], loaded[:1])
    with pytest.raises(InputError, match=r"y\.png is not a readable image"):
        kept[:]


def test_the_stamp_follows_new_pictures(tmp_path):
    put(tmp_path / "p" / "a" / "x.png", np.zeros((4, 4), np.uint8))
    source = ImageFolder(path="p")
    before = source.stamp(tmp_path)
    assert before == source.stamp(tmp_path)
    put(tmp_path / "p" / "b" / "x.png", np.zeros((4, 4), np.uint8))
    assert source.stamp(tmp_path) != before
    assert ImageFolder(path="nowhere").stamp(tmp_path) == ()
