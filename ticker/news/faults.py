"""Validation errors: what is wrong with which field; all of a request are told at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one field.

    Attributes:
        field: Its name.
        detail: What is wrong, as the rest of a sentence.
        is_cleanable: Whether `cleaning` would mend it.
    """

    field: str
    detail: str
    is_cleanable: bool = False


class InvalidError(Exception):
    """The draft breaks rules; `faults` names each."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field} {fault.detail}" for fault in faults))
        self.faults = faults
