"""What a student of the course gets: ``check`` for answers, ``show`` for arrays. No reference is in here."""

from unrolled.check import check
from unrolled.show import show
from unrolled.vocabulary import Array, Padding, Pair, Pairs

__all__ = ["Array", "Padding", "Pair", "Pairs", "check", "show"]
