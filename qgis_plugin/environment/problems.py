"""What can go wrong while an environment is made; each message says what was found and what to do.

EnvironmentProblem
├── NoPythonError    no Python of this machine can make it
├── NoSpaceError     the disk is too full
├── SourceError      there is no such wheel, folder or version
│   └── HashError    the wheel is another than the one that was meant
├── StepError        a program failed; the message holds what it said, in plain words where they are known
├── VerifyError      the finished environment does not compute, or is another version
│   └── CardError    it does, but not on the graphics card that PyTorch would take
├── InUseError       an environment that programs run by is not removed
└── NotOursError     a folder that Landcast did not make is not touched
"""

from __future__ import annotations


class EnvironmentProblem(Exception):  # noqa: N818 - a problem that a person is told, of which the classes are errors
    """The environment was not made, or not removed."""


class NoPythonError(EnvironmentProblem):
    """No Python of this machine can make it."""


class NoSpaceError(EnvironmentProblem):
    """The disk is too full."""


class SourceError(EnvironmentProblem):
    """There is no such wheel, folder or version."""


class HashError(SourceError):
    """The wheel is another than the one that was meant."""


class StepError(EnvironmentProblem):
    """A program failed."""


class VerifyError(EnvironmentProblem):
    """The finished environment does not compute, or is another version."""


class CardError(VerifyError):
    """It computes, but not on the graphics card that PyTorch would take."""


class InUseError(EnvironmentProblem):
    """An environment that programs run by is not removed."""


class NotOursError(EnvironmentProblem):
    """A folder that Landcast did not make is not touched."""
