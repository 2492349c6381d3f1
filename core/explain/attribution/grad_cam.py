"""Maps of a convolution's channels, weighted by what the score owes to each."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.explain.attribution.map import IMAGE
from core.explain.attribution.method import CONV, Method

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


class _ChannelMaps(Method):
    """What both kinds share: a sum of feature maps, whose negative places are dropped."""

    needs = CONV
    at_layer = True

    def attribute(self, subject: Subject) -> np.ndarray:
        maps, slopes = _at_layer(subject)
        places = tuple(range(maps.ndim - 1))
        seen = np.maximum((maps * self._weights(maps, slopes, places)).sum(axis=-1), 0)
        return _as_large_as(subject.sample, seen, subject.kind == IMAGE)

    @abstractmethod
    def _weights(self, maps: np.ndarray, slopes: np.ndarray, places: tuple[int, ...]) -> np.ndarray:
        """The weight of each channel ``[C]``, from maps and slopes ``[*places, C]``."""


@dataclass(frozen=True)
class GradCam(_ChannelMaps):
    """Where a layer sees what speaks for the class.

    The layer's channels are weighted by the mean of the gradient over their places and added;
    negative places are dropped, and the map is enlarged to the sample (Grad-CAM).
    """

    kind = "grad_cam"
    label = "Grad-CAM"
    source = "Selvaraju et al., Grad-CAM: visual explanations from deep networks, 2017"

    def _weights(self, maps: np.ndarray, slopes: np.ndarray, places: tuple[int, ...]) -> np.ndarray:
        found: np.ndarray = slopes.mean(axis=places)
        return found


@dataclass(frozen=True)
class GradCamPlusPlus(_ChannelMaps):
    """Grad-CAM that does more justice to several objects of a class, and to small ones.

    The positive slopes g of each channel A are added with the weights g^2 / (2 g^2 + g^3 sum A),
    those of the exponential of the score; that one's common factor exp(S), which only scales the
    map, is left out.
    """

    kind = "grad_cam_pp"
    label = "Grad-CAM++"
    source = "Chattopadhay et al., Grad-CAM++: generalized gradient-based explanations, 2018"

    def _weights(self, maps: np.ndarray, slopes: np.ndarray, places: tuple[int, ...]) -> np.ndarray:
        below = 2 * slopes**2 + slopes**3 * maps.sum(axis=places)
        shares = np.divide(slopes**2, below, out=np.zeros_like(slopes), where=below != 0)
        found: np.ndarray = (shares * np.maximum(slopes, 0)).sum(axis=places)
        return found


def _at_layer(subject: Subject) -> tuple[np.ndarray, np.ndarray]:
    """A layer's output for the sample and the slopes there, ``[*places, C]`` float64.

    Raises InputError for a layer whose output has no places.
    """
    from core.explain.attribution.compute.at_layer import slopes_at

    end = subject.end_of(subject.layer)
    shape = subject.shapes[end].shape if end in subject.shapes else ()
    wanted = 4 if subject.kind == IMAGE else 3
    if len(shape) != wanted:
        axes = "[H, W, C]" if wanted == 4 else "[T, C]"
        raise InputError(
            f"{subject.name_of(subject.layer)} gives {list(shape[1:])} for a sample, and this "
            f"method needs a map {axes}",
            "Choose a convolution, or a layer between two of them.",
        )
    found, slopes = slopes_at(subject, end)
    return found.astype(np.float64), slopes.astype(np.float64)


def _as_large_as(sample: np.ndarray, seen: np.ndarray, image: bool) -> np.ndarray:
    """A map stretched to the sample's places by linear interpolation.

    Of an image it is ``[H, W]``; of other samples each place's number stands for all its features.
    """
    import jax

    size = sample.shape[: seen.ndim]
    large = np.asarray(jax.image.resize(seen.astype(np.float32), size, "linear"))
    if image or sample.ndim == seen.ndim:
        return large
    return np.broadcast_to(large[..., None], sample.shape)
