"""The state that a question is about: that of the training now, or of a step that was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.train.state import State
    from core.train.training import Training


class Recall:
    """Remembers the state that was looked at last, because many questions follow on it."""

    def __init__(self) -> None:
        self._last: tuple[Training, int, State] | None = None

    def forget(self) -> None:
        """Give the memory back."""
        self._last = None

    def state(self, training: Training, at: int | None) -> tuple[State, int]:
        """The state to look at and its step; ``at`` is a step whose weights are kept, None: now.

        Raises InputError when that step's weights are gone or damaged.
        """
        if at is None:
            self.forget()
            return training.state, training.step
        if self._last is None or self._last[0] is not training or self._last[1] != at:
            # Whoever asks needs JAX anyway; the module does not.
            from core.train.snapshots import recalled

            self.forget()
            program = training.job.program
            state = recalled(training.run.directory, program, training.state, at)
            self._last = (training, at, state)
        return self._last[2], at

    def copied(self, training: Training, whole: bool) -> tuple[State, int]:
        """A copy of the state of now, which steps do not take away, and its step.

        Without being ``whole`` it has nothing of the optimizers.
        """
        import jax

        state = training.state if whole else training.state._replace(optimizer=())
        return jax.tree.map(lambda array: array.copy(), state), training.step
