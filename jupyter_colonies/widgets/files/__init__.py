"""The files of a colony."""
