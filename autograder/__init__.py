"""The trusted side: questions, sandbox, grading, nbgrader plug-ins, service and command line."""
