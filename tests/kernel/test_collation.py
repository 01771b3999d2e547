from dataclasses import dataclass

from smena.kernel.collation import by_name


@dataclass
class Person:
    name: str


def test_yo_stands_beside_ye() -> None:
    names = ["Жанна", "Ёлкин", "Егор", "Елена", "анна", "Ёжиков", "Борис"]
    assert [person.name for person in by_name(map(Person, names))] == [
        "анна", "Борис", "Егор", "Ёжиков", "Елена", "Ёлкин", "Жанна",
    ]  # fmt: skip
