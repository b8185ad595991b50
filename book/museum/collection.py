"""All exhibits, in the order of the halls."""

from museum.halls import axes, backward, col2im, gpu, groups, layout, padding, pooling, sizes, strides

EXHIBITS = (
    *sizes.EXHIBITS,
    *axes.EXHIBITS,
    *strides.EXHIBITS,
    *padding.EXHIBITS,
    *col2im.EXHIBITS,
    *backward.EXHIBITS,
    *pooling.EXHIBITS,
    *groups.EXHIBITS,
    *layout.EXHIBITS,
    *gpu.EXHIBITS,
)
