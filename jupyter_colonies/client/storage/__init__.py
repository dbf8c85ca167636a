"""Files of a colony with their bytes: by label, as a file system, in snapshots."""
