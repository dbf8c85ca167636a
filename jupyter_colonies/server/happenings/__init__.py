"""What happens in the colony, as events of the Jupyter server for whoever listens there."""
