"""Words of what every connector does."""

from dataclasses import dataclass

from smena.access.model import AccessRefusal, CheckedPerson, PersonId, SignedIn, Viewer


@dataclass(frozen=True, slots=True)
class SignedInFounder:
    """Whoever connects an account from a browser: they get a place in it and look at it."""

    viewer: Viewer
    token: str

    def __repr__(self) -> str:
        return f"SignedInFounder({self.viewer.person_id})"


Founder = SignedInFounder | CheckedPerson
"""Who is to be the administrator of an account that is being connected."""


@dataclass(frozen=True, slots=True)
class Onboarded:
    """What became of the founder: their place or why they have none, and a session to go on with.

    Without a founder (the command line) there is nothing to tell.
    """

    admin: PersonId | None = None
    refusal: AccessRefusal | None = None
    session: SignedIn | None = None
