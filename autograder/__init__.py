"""The trusted side: questions, sandbox, grading, nbgrader plug-ins, service and command line."""

import sys

# What jsonschema loads whenever it is imported, to check formats that no schema of a notebook has: one builds 38
# grammars, which takes a second of every start. Where they cannot be imported, it goes on without them.
for unused in ("rfc3987_syntax", "rfc3986_validator", "rfc3339_validator", "isoduration"):
    sys.modules.setdefault(unused, None)  # type: ignore[arg-type]
