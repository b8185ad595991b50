"""The laws of questions hold for questions about kernels too: those that the grader is tested with."""

from autograder.questions import KernelQuestion
from tests.grading.kernel_spec import SPEC
from tests.specs.laws import KernelLaws


class TestKernels(KernelLaws):
    """References pass, mistakes fail and are called by their names, with every seed."""

    spec = SPEC

    def test_there_are_questions_enough(self) -> None:
        """This is no chapter: one question with a launch to choose and one without will do."""
        assert [question.asks_launch for question in self.spec.questions if isinstance(question, KernelQuestion)] == [
            True,
            False,
        ]
