"""All exhibits, in the order of the halls."""

from museum.halls import sizes

EXHIBITS = (*sizes.EXHIBITS,)
