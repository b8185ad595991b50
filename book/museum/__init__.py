"""Published bugs of convolution code, each with the smallest input that shows it and the test that catches it."""

from museum.collection import EXHIBITS
from museum.page import entrance, habits, hall

__all__ = ["EXHIBITS", "entrance", "habits", "hall"]
