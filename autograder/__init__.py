"""The trusted side: questions, sandbox, grading, nbgrader plug-ins, service and command line."""

import sys
from types import ModuleType

# jsonschema builds 38 grammars of this package whenever it is imported, a second of every start, to check formats
# that no schema of a notebook has. Where the package cannot be imported, it goes on without them.
sys.modules.setdefault("rfc3987_syntax", ModuleType("rfc3987_syntax"))
