"""Agreement with the node tests that ONNX publishes for its operators: their own inputs and expected outputs.

A case that appears, goes or is renamed in a later version of the ``onnx`` package fails a test here until it is listed.
Numbers are compared more closely than ONNX asks for (1e-3): what is left is float32, added in other orders.
"""

import warnings
from pathlib import Path

import pytest
from numpy.testing import assert_allclose
from onnx import NodeProto, helper
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.case.test_case import TestCase

from tests.solutions.onnx_adapters import ADAPTERS, images

TRUTH = Path(__file__).parents[2] / "docs" / "truth.md"

IN_SCOPE = [
    "test_averagepool_1d_default",
    "test_averagepool_2d_ceil",
    "test_averagepool_2d_ceil_last_window_starts_on_pad",
    "test_averagepool_2d_default",
    "test_averagepool_2d_pads",
    "test_averagepool_2d_pads_count_include_pad",
    "test_averagepool_2d_precomputed_pads",
    "test_averagepool_2d_precomputed_pads_count_include_pad",
    "test_averagepool_2d_precomputed_same_upper",
    "test_averagepool_2d_precomputed_strides",
    "test_averagepool_2d_same_lower",
    "test_averagepool_2d_same_upper",
    "test_averagepool_2d_strides",
    "test_basic_conv_with_padding",
    "test_basic_conv_without_padding",
    "test_col2im",
    "test_col2im_dilations",
    "test_col2im_pads",
    "test_col2im_strides",
    "test_conv_with_autopad_same",
    "test_conv_with_strides_and_asymmetric_padding",
    "test_conv_with_strides_no_padding",
    "test_conv_with_strides_padding",
    "test_convinteger_with_padding",
    "test_convinteger_without_padding",
    "test_convtranspose",
    "test_convtranspose_1d",
    "test_convtranspose_autopad_same",
    "test_convtranspose_dilations",
    "test_convtranspose_group_2",
    "test_convtranspose_group_2_image_3",
    "test_convtranspose_kernel_shape",
    "test_convtranspose_output_shape",
    "test_convtranspose_pad",
    "test_convtranspose_pads",
    "test_globalaveragepool",
    "test_globalaveragepool_precomputed",
    "test_globalmaxpool",
    "test_globalmaxpool_precomputed",
    "test_maxpool_1d_default",
    "test_maxpool_2d_ceil",
    "test_maxpool_2d_ceil_output_size_reduce_by_one",
    "test_maxpool_2d_default",
    "test_maxpool_2d_dilations",
    "test_maxpool_2d_pads",
    "test_maxpool_2d_precomputed_pads",
    "test_maxpool_2d_precomputed_same_upper",
    "test_maxpool_2d_precomputed_strides",
    "test_maxpool_2d_same_lower",
    "test_maxpool_2d_same_upper",
    "test_maxpool_2d_strides",
    "test_maxpool_2d_uint8",
    "test_maxpool_with_argmax_2d_precomputed_pads",
    "test_maxpool_with_argmax_2d_precomputed_strides",
    "test_maxunpool_export_with_output_shape",
    "test_maxunpool_export_without_output_shape",
]
VOLUMES = "three axes of space: the course has images and rows"
OUT_OF_SCOPE = {
    "test_averagepool_2d_dilations": "means of dilated windows: `avg_pool2d` has no dilation, as in PyTorch",
    "test_averagepool_3d_default": VOLUMES,
    "test_averagepool_3d_dilations_large_count_include_pad_is_0_ceil_mode_is_False": VOLUMES,
    "test_averagepool_3d_dilations_large_count_include_pad_is_0_ceil_mode_is_True": VOLUMES,
    "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_False": VOLUMES,
    "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True": VOLUMES,
    "test_averagepool_3d_dilations_small": VOLUMES,
    "test_col2im_5d": VOLUMES,
    "test_convtranspose_3d": VOLUMES,
    "test_maxpool_3d_default": VOLUMES,
    "test_maxpool_3d_dilations": VOLUMES,
    "test_maxpool_3d_dilations_use_ref_impl": VOLUMES,
    "test_maxpool_3d_dilations_use_ref_impl_large": VOLUMES,
}
OPERATORS_OUT_OF_SCOPE = {
    "CausalConvWithState": "keeps the end of a row for the next call, and applies an activation",
    "DeformConv": "windows whose entries stand at learned places between the pixels",
    "LpPool": "pools by the p-norm; the course pools by maximum and mean",
    "QLinearConv": "rounds scaled integers to eight bits again; the integers themselves are in `ConvInteger`",
}
PUBLISHED_TO = {"test_averagepool_2d_ceil_last_window_starts_on_pad": 6e-5}  # expected numbers have four decimals


@pytest.fixture(scope="module")
def published() -> dict[str, TestCase]:
    """Everything that the package has on windows; it makes its cases anew, with a seed of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cases of other operators overflow and divide by zero on purpose
        cases = collect_testcases()
    return {case.name: case for case in cases if slides_windows(node_of(case).op_type)}


def node_of(case: TestCase) -> NodeProto:
    assert case.model is not None
    node: NodeProto = case.model.graph.node[0]
    return node


def slides_windows(operator: str) -> bool:
    return any(word in operator.lower() for word in ("conv", "pool", "col2im", "im2col", "fold"))


def test_every_published_case_is_listed(published: dict[str, TestCase]) -> None:
    taken = {name for name, case in published.items() if node_of(case).op_type in ADAPTERS}
    assert taken == {*IN_SCOPE, *OUT_OF_SCOPE}
    assert len(taken) == len(IN_SCOPE) + len(OUT_OF_SCOPE)
    assert {node_of(case).op_type for case in published.values()} == ADAPTERS.keys() | OPERATORS_OUT_OF_SCOPE.keys()


def test_the_page_counts_the_cases_and_lists_what_is_out_of_scope() -> None:
    page = TRUTH.read_text()
    assert f"Of its {len(IN_SCOPE) + len(OUT_OF_SCOPE)} cases" in page
    assert f"{len(IN_SCOPE)} run on the references" in " ".join(page.split())
    rows = {line for line in page.splitlines() if line.startswith("| `")}
    reasons = OUT_OF_SCOPE | OPERATORS_OUT_OF_SCOPE
    assert rows == {f"| `{name}` | {reason} |" for name, reason in reasons.items()}


@pytest.mark.parametrize("name", IN_SCOPE)
def test_published_cases_agree(name: str, published: dict[str, TestCase]) -> None:
    case = published[name]
    node = node_of(case)
    settings = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    assert case.data_sets
    for inputs, outputs in case.data_sets:
        given = iter(inputs)
        arguments = [next(given) if argument else None for argument in node.input]  # "" is one left out
        for got, expected in zip(ADAPTERS[node.op_type](settings, *arguments), outputs, strict=False):
            assert got.dtype == expected.dtype
            assert_allclose(got, images(expected), rtol=1e-5, atol=PUBLISHED_TO.get(name, 1e-6))
