"""Commands and containers: programs that runs start."""
