"""In which order do people stand in a list? By the alphabet a Russian reader expects."""

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def name_key(name: str) -> tuple[str, str]:
    """Put ё beside е, whatever the case; PostgreSQL without ICU would put Ё before А."""
    folded = name.casefold()
    return folded.replace("ё", "е"), folded


def by_name(people: Iterable[N]) -> list[N]:
    return sorted(people, key=lambda person: name_key(person.name))
