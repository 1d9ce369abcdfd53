"""The command line. Subcommands are imported when they are called, so that `--help` answers at once.

Exit codes: 0 done; 1 an error, told in one line; 2 wrong usage; 130 stopped by Ctrl-C or SIGTERM.
"""

from .main import main

__all__ = ["main"]
