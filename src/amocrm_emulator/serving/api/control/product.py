"""The product that listens to this account: the page links a lead to where it is seen there."""

from urllib.parse import urlsplit

import msgspec
from litestar import post

from amocrm_emulator.serving.api.control.general import crm_of
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal

PLACE_OF_NUMBER = "{id}"


class LinkedProduct(msgspec.Struct, frozen=True):
    """`lead` is an address with `{id}` for a lead's number; `labels` are by language."""

    lead: str
    labels: dict[str, str]

    def address(self, lead: int) -> str:
        return self.lead.replace(PLACE_OF_NUMBER, str(lead))

    def label(self, language: str) -> str:
        """Return the words of the link; in another language when this one has none."""
        return self.labels.get(language) or next(iter(self.labels.values()))


@post("/control/product", status_code=200)
async def set_product(request: Http) -> Answer:
    """Tell the page where a lead is seen in the product that is tried out."""
    crm_of(request)
    try:
        told = msgspec.json.decode(await request.body(), type=LinkedProduct)
        is_good = urlsplit(told.lead).scheme in {"http", "https"} and PLACE_OF_NUMBER in told.lead
    except (msgspec.DecodeError, ValueError) as wrong:
        raise ApiRefusal(400, f"A product cannot be so: {wrong}") from wrong
    if not is_good or not any(told.labels.values()):
        raise ApiRefusal(400, "A product has labels, and an http address of a lead with {id}")
    request.app.state.product = told
    return hal(told)
