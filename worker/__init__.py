"""What runs: the command line, and later the process that serves predictions."""
