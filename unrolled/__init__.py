"""What a student of the course gets: ``check`` for answers, ``show`` for arrays. No reference is in here."""

from unrolled.check import check
from unrolled.show import show

__all__ = ["check", "show"]
