"""Cart-pole: balance a pole on a cart that can only be pushed to the left or to the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi

from core.data.environment import Array, Environment
from core.params import param

GRAVITY = 9.8
CART_MASS, POLE_MASS = 1.0, 0.1
HALF_POLE = 0.5
FORCE = 10.0
SECONDS = 0.02
FARTHEST, STEEPEST = 2.4, 12 * 2 * pi / 360


@dataclass(frozen=True)
class CartPole(Environment):
    """Balance a pole on a cart by pushing it left or right: the classic of reinforcement learning.

    ``observation`` float32 ``[4]``: the cart's place (metres) and speed, the pole's angle (radians)
    and angular speed. Two actions, pushes of 10 newton for 0.02 seconds. Each step is rewarded
    with 1. A game ends when the cart is more than 2.4 metres from the middle, the pole leans more
    than 12 degrees, or after 500 steps, so that 500 is the best return.

    The equations are those of the paper, bounds and steps those of CartPole-v1 of Gymnasium.
    """

    kind = "cart_pole"
    label = "Cart-pole"
    licence = (
        "nothing is stored. A. G. Barto, R. S. Sutton, C. W. Anderson (1983), Neuronlike adaptive "
        "elements that can solve difficult learning control problems"
    )
    shape = (4,)
    actions = ("left", "right")
    draws = 4

    longest_game: int = param(
        500,
        label="Longest game",
        help="Steps after which a game is broken off.",
        minimum=1,
        maximum=100_000,
    )

    def longest(self) -> int:
        return self.longest_game

    def reset(self, random: Array) -> Array:
        """All four quantities begin between -0.05 and 0.05."""
        return (random - 0.5) / 10

    def step(self, state: Array, action: Array) -> tuple[Array, Array, Array]:
        xp = state.__array_namespace__()
        place, speed, angle, turning = (state[:, at] for at in range(4))
        push = xp.where(action == 1, FORCE, -FORCE).astype(state.dtype)
        mass = CART_MASS + POLE_MASS
        sine, cosine = xp.sin(angle), xp.cos(angle)
        pushed = (push + POLE_MASS * HALF_POLE * turning**2 * sine) / mass
        tilt = (GRAVITY * sine - cosine * pushed) / (
            HALF_POLE * (4 / 3 - POLE_MASS * cosine**2 / mass)
        )
        drive = pushed - POLE_MASS * HALF_POLE * tilt * cosine / mass
        # Euler's method: every quantity moves by the rate that the last step left.
        rates = xp.stack([speed, drive, turning, tilt], axis=1)
        after = state + SECONDS * rates
        fallen = (xp.abs(after[:, 0]) > FARTHEST) | (xp.abs(after[:, 2]) > STEEPEST)
        return after, xp.ones_like(place), fallen

    def observe(self, state: Array) -> Array:
        return state.astype(state.__array_namespace__().float32)

    def baselines(self) -> Mapping[str, float]:
        """The mean return of random pushes, from 100,000 games."""
        return {"random_return": 22.3} if self.longest_game >= 200 else {}
