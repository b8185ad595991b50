"""nbgrader for this course: the notebooks in ``exercises`` are its source, and our judge gives the marks.

All that nbgrader writes goes below ``var/course``. Run nbgrader in the folder of this file.
"""

from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader import preprocessors as nb

from autograder.preprocessors import AUTOGRADE, SANITIZE, FeedbackExporter, SubmissionExporter

c = get_config()  # noqa: F821  (nbgrader provides it)
course = Path("var/course")

c.CourseDirectory.course_id = "unrolled"
c.CourseDirectory.source_directory = "exercises"
c.CourseDirectory.release_directory = str(course / "release")
c.CourseDirectory.submitted_directory = str(course / "submitted")
c.CourseDirectory.autograded_directory = str(course / "autograded")
c.CourseDirectory.feedback_directory = str(course / "feedback")
c.CourseDirectory.solution_directory = str(course / "solution")
c.CourseDirectory.db_url = f"sqlite:///{(course / 'gradebook.db').absolute()}"
course.mkdir(parents=True, exist_ok=True)

# The source notebooks hold stubs and no solutions, so there are none to clear.
c.GenerateAssignment.preprocessors = [
    nb.IncludeHeaderFooter,
    nb.LockCells,
    nb.ClearOutput,
    nb.CheckCellMetadata,
    nb.ComputeChecksums,
    nb.SaveCells,
    nb.ClearHiddenTests,
    nb.ComputeChecksums,
    nb.CheckCellMetadata,
]
c.Autograde.exporter_class = SubmissionExporter
c.Autograde.sanitize_preprocessors = list(SANITIZE)
c.Autograde.autograde_preprocessors = list(AUTOGRADE)
c.JudgeAnswers.execution = "fork"  # or "ipykernel", where cells need widgets or more of Jupyter
c.GenerateFeedback.preprocessors = [nb.ClearHiddenTests, nb.GetGrades, CSSHTMLHeaderPreprocessor]
c.GenerateFeedback.exporter_class = FeedbackExporter
