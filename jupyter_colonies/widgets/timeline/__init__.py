"""When executors worked on a run: the timeline, and the replay of what happened."""
