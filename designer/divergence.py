"""Tells why a run diverged, shows where, and offers changes of the recipe that may help."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from core.design import edits
from core.train.failure import REMEDIES, Failure
from core.train.recipe import Recipe
from designer.session import Session
from designer.training import Trainer
from widgets.banner import Banner


class Divergence(QObject):
    """Speaks through the window's banner. ``node_wanted`` carries the node that is to be shown."""

    node_wanted = Signal(str)

    def __init__(
        self,
        session: Session,
        trainer: Trainer,
        banner: Banner,
        train: Callable[[], object],
        find_rate: Callable[[], object],
    ) -> None:
        super().__init__(banner)
        self._session, self._banner = session, banner
        self._train, self._find_rate = train, find_rate
        trainer.diverged.connect(self.tell)

    def tell(self, failure: Failure) -> None:
        """Say what happened, with a button for each remedy, and select the node.

        Training again is offered once something was changed: the same run would end the same.
        """
        if failure.node in self._session.analysis_of_whole.nodes:
            self.node_wanted.emit(failure.node)
        buttons: list[tuple[str, Callable[[], object]]] = [
            (REMEDIES[name].label, partial(self._apply, name)) for name in failure.remedies
        ]
        if buttons:
            buttons.append(("Find rate", self._search))
        text = failure.message[0].upper() + failure.message[1:] + "."
        self._banner.show_message("error", text, failure.hint, buttons)

    def _apply(self, remedy: str) -> None:
        chosen = REMEDIES[remedy]
        before = self._session.analysis_of_whole.recipe
        self._session.act(
            chosen.label, lambda d: edits.set_recipe(d, chosen.change(d.recipe)), whole=True
        )
        self._tell_change(before, chosen.label)

    def _search(self) -> None:
        """Have a rate searched: one that is far off is not mended by halves."""
        before = self._session.analysis_of_whole.recipe
        self._find_rate()
        if self._session.analysis_of_whole.recipe != before:
            self._tell_change(before, "Find learning rate")

    def _tell_change(self, before: Recipe, label: str) -> None:
        """Say what was changed, and offer to train again."""
        after = self._session.analysis_of_whole.recipe
        rates = before.optimizer.learning_rate, after.optimizer.learning_rate
        text = (
            f"The learning rate is now {rates[1]:g} instead of {rates[0]:g}."
            if rates[0] != rates[1]
            else f"The recipe was changed: {label.lower()}."
        )
        buttons = [("Train again", self._train), ("Undo", self._session.undo)]
        self._banner.show_message("success", text, "", buttons)
