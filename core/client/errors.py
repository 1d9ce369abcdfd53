"""What can go wrong between a client and a worker, as one tree; messages say what was found and what to do.

ClientError
├── ConnectError           no conversation with the worker
│   ├── AddressError           the address is none, or its connection file cannot be read
│   ├── NoWorkerError          nothing listens there
│   ├── StaleConnectionError   the connection file names a worker that is gone
│   ├── NoAnswerError          something listens, and does not answer as a worker does
│   ├── WrongVersionError      the worker speaks other versions of the protocol
│   ├── WrongKeyError          the worker demands a key, another one, or none
│   └── ConnectionLostError    it was there, and is not any more
├── JobError               a job has no result
│   ├── JobFailedError         the worker said why
│   ├── JobCrashedError        the worker, or the process that computed, ended without saying why
│   ├── JobCancelledError      it stopped as was asked
│   └── ResultError            the result did not arrive here whole
├── RefusedError           the worker did not take a question
├── AnswerTimeoutError     no answer in the time that the caller gave
└── ClientClosedError      the client was closed
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ..protocol.messages import FailureCode

JobState = Literal["queued", "running", "complete", "cancelled", "failed", "crashed"]
"""Where a job stands; the last four are ends."""


class ClientError(Exception):
    """There is no answer or no result; the message is for a person."""


class ConnectError(ClientError):
    """There is no conversation with the worker."""


class AddressError(ConnectError):
    """The address is none, or its connection file is missing, cannot be read or is something else."""


class NoWorkerError(ConnectError):
    """Nothing listens at the address."""


class StaleConnectionError(ConnectError):
    """The connection file names a worker that is gone."""


class NoAnswerError(ConnectError):
    """Something listens at the address and does not answer as a worker does."""


class WrongVersionError(ConnectError):
    """Worker and client have no version of the protocol in common."""


class WrongKeyError(ConnectError):
    """The worker demands a CURVE key and got none or another one, or has no keys at all."""


class ConnectionLostError(ConnectError):
    """The worker was there, and is not any more."""


class JobError(ClientError):
    """A job has no result."""

    state: JobState = "failed"


class JobFailedError(JobError):
    """The worker said why there is no result.

    Attributes:
        code: why, for a program.
        is_retryable: whether the same again may succeed.
    """

    def __init__(self, message: str, code: FailureCode, is_retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.is_retryable = is_retryable


class JobCrashedError(JobError):
    """The worker is gone for good, or the process that computed ended again and again without saying why."""

    state: JobState = "crashed"


class JobCancelledError(JobError):
    """The job stopped as was asked.

    Attributes:
        is_confirmed: whether the worker said that it stopped; it may still be computing where not.
    """

    state: JobState = "cancelled"

    def __init__(self, message: str, is_confirmed: bool = True) -> None:
        super().__init__(message)
        self.is_confirmed = is_confirmed


class ResultError(JobError):
    """A file of the result is not here, is not what the worker made, or cannot be written."""


class RefusedError(ClientError):
    """The worker did not take a question, and said why.

    Attributes:
        code: why, for a program.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class AnswerTimeoutError(ClientError):
    """There was no answer in the time that the caller gave."""


class ClientClosedError(ClientError):
    """The client was closed."""
