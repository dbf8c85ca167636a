"""A folder and a label made equal: the plan, the folder, the transfers."""
