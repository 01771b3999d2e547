"""Wishes asked for together."""

from hypothesis import given
from hypothesis import strategies as st

from smena.crm.core.wish import apart
from smena.crm.model import LeadId, UserId
from smena.crm.outbox import Asked, ChangeResponsible, Lane

asked = st.lists(
    st.builds(
        lambda lead, user: Asked(ChangeResponsible(LeadId(lead), UserId(user)), "c", Lane.FRESH),
        st.integers(1, 4),
        st.integers(1, 3),
    )
)


@given(asked)
def test_pieces_keep_the_order_and_name_each_lead_once(wishes: list[Asked]) -> None:
    pieces = apart(wishes)
    assert [one for piece in pieces for one in piece] == wishes
    for piece in pieces:
        leads = [one.change.lead for one in piece]
        assert leads
        assert len(leads) == len(set(leads))
