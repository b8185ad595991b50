"""Seconds that a network made of the course's layers takes to learn the digits, and how many unseen ones it then reads.

Run ``python -m benchmarks.digits`` with one BLAS thread.
"""

import time

import numpy as np

from autograder import specs
from autograder.questions import TrainedQuestion


def main() -> None:
    """Train the reference of the last question, which is marked by its weights."""
    question = specs.load("cnn").question("weights")
    assert isinstance(question, TrainedQuestion)
    images, labels = question.data()
    start = time.perf_counter()
    parameters = question.reference(images, labels)
    seconds = time.perf_counter() - start
    unseen = question.unseen().args
    right = question.network(parameters, unseen["x"]).argmax(axis=1) == unseen["labels"]
    print(f"{len(images)} images, {seconds:.1f} s; of {len(right)} unseen digits {np.mean(right):.1%} are read rightly")


if __name__ == "__main__":
    main()
