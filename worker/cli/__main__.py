"""`python -m landcast.worker.cli`, for callers that know an interpreter and no script."""

from .main import main

if __name__ == "__main__":
    main()
