"""The one exception that carries a message meant for the user."""


class LayerloomError(Exception):
    """Something the user can understand and mend.

    ``message`` names the thing and what is wrong with it; ``hint`` is the remedy and may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(LayerloomError):
    """The input or the call is wrong (exit code 2)."""


class WorkError(LayerloomError):
    """The input was right, but the work failed (exit code 1)."""
