"""In the place of a package that takes each Jupyter server and test process a second to load.

All it is for is to check the format `iri` of JSON schemas, which nothing here asks for; jsonschema
does without where it is not installed.
"""

raise ImportError("left out of the tests")
