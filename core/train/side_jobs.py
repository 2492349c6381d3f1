"""What the worker does beside the network that is looked at: folds, a search, a comparison."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.train.channel import Channel
from core.train.commands import Command, CompareWeights, CrossValidate, FindRate, Shutdown, Stop
from core.train.events import RateSearched, RateTried, WeightsCompared
from core.train.transfer import Match
from core.train.unexpected import failed


class SideJobs:
    """Jobs that ``Stop`` ends; what is asked of the network meanwhile is obeyed between steps."""

    def __init__(self, channel: Channel, obey: Callable[[Command], None]) -> None:
        self._channel, self._obey = channel, obey

    def cross_validate(self, command: CrossValidate) -> None:
        """Train each fold, and tell how they did."""
        from core.project.file import from_text
        from core.train.cross_validation import cross_validate

        channel = self._channel
        channel.stopping = False
        channel.tell(
            cross_validate(
                from_text(command.design, "the design"),
                Path(command.folder),
                command.folds,
                channel.tell,
                self._goes_on,
                stratify=command.stratify,
                device=command.device,
            )
        )

    def find_rate(self, command: FindRate) -> None:
        """Search a learning rate, and tell each that is tried."""
        from core.train.rate_finder import search

        def tell(rate: float, loss: float) -> bool:
            self._channel.tell(RateTried(rate, loss))
            self._hear()
            return not self._channel.stopping

        self._channel.stopping = False
        try:
            found = RateSearched(search(command, tell))
        except Exception as error:  # noqa: BLE001 - the window waits for an answer
            told = failed("no learning rate was found", error)
            found = RateSearched(None, told.message, told.hint)
        self._channel.tell(found)

    def _goes_on(self) -> bool:
        """Hear commands now and then; whether to go on."""
        if self._channel.is_due():
            self._hear()
        return not self._channel.stopping

    def _hear(self) -> None:
        """Obey what came; what comes after ``Stop`` is for when the job has ended."""
        channel = self._channel
        while channel.open and not channel.stopping and channel.has_command():
            match channel.take():
                case Stop():
                    channel.stopping = True
                case Shutdown():
                    channel.close()
                case None:
                    return
                case command:
                    self._obey(command)


def compare_weights(command: CompareWeights) -> WeightsCompared:
    """How other weights fit a design; a failure is told, and touches nothing that goes on."""
    from core.train.initial_weights import compare

    try:
        return compare(command)
    except Exception as error:  # noqa: BLE001 - nothing asked aside may end a training
        told = failed("the weights could not be compared", error)
        return WeightsCompared(command.source, Match(), {}, told.message)
