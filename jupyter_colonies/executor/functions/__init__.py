"""Functions and tasks of the notebook as what an executor runs."""
