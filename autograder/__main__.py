"""The program: ``autograder``, or ``python -m autograder``."""

from autograder.lean import kept


def main() -> None:
    """Run the command line."""
    with kept():
        from autograder.cli import app  # noqa: PLC0415
    app()


if __name__ == "__main__":
    main()
