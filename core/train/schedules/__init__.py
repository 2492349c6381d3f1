"""Learning-rate schedules as data; the files are found by walking this package."""

from core.train.schedules.decay import Constant
from core.train.schedules.schedule import Schedule

__all__ = ["Constant", "Schedule"]
