"""An S3-compatible face for the bytes of the colony's files (protocol part 03, section 1.11)."""
