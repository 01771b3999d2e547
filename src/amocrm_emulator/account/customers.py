"""Customers of repeated sales."""

from amocrm_emulator.account.records import Records
from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.unit_of_work import UnitOfWork

STAGES = ("Недавно купили", "Пора связаться", "Ждём покупку", "Не купили в срок")
SEGMENTS = (("Постоянные", "3f78ff"), ("Крупные", "ae003f"))
_COLORS = ("#ccc8f9", "#fffd7f", "#98cbff", "#ff8f92")


class Customers:
    """What people do with customers."""

    def __init__(self, work: UnitOfWork, records: Records) -> None:
        self._work = work
        self._store = work.store
        self._records = records

    def stages(self) -> list[Doc]:
        """Return the stages of repeated sales, in their order; the first one is the default."""
        return [
            {
                "id": place,
                "name": name,
                "sort": 10 * place,
                "is_default": place == 1,
                "conditions": [],
                "color": color,
                "type": 0,
                "account_id": self._work.account.id,
            }
            for place, (name, color) in enumerate(zip(STAGES, _COLORS, strict=True), 1)
        ]

    def segments(self) -> list[Doc]:
        """Return the groups that customers may be put into."""
        return [
            {
                "id": place,
                "name": name,
                "color": color,
                "created_at": 0,
                "updated_at": 0,
                "account_id": self._work.account.id,
                "available_products_price_types": [],
                "customers_count": 0,
                "custom_fields_values": None,
            }
            for place, (name, color) in enumerate(SEGMENTS, 1)
        ]

    def add(self, by: int, at: int, fields: Doc) -> int:
        """Add a customer of repeated sales."""
        doc = self._records.new_card(by, at, "customers", fields["name"], fields)
        doc |= {
            "next_price": 0,
            "next_date": None,
            "status_id": 1,
            "periodicity": 0,
            "ltv": 0,
            "purchases_count": 0,
            "average_check": 0,
        }
        doc |= fields
        number = int(doc["id"])
        with self._work.transaction():
            self._records.save("customers", doc)
            after = [{"note": {"id": number}}]
            self._work.log(by, at, "customer_added", "customer", number, after=after)
        return number

    def change(self, by: int, at: int, number: int, fields: Doc) -> Doc:
        """Change a customer; raises KeyError when there is none."""
        with self._work.transaction():
            old = self._records.existing("customers", number)
            new = self._records.changed(old, by, at, fields)
            self._records.save("customers", new)
            self._records.log_changes("customers", by, at, old, new)
            if old["status_id"] != new["status_id"]:
                before, after = (
                    [{"customer_status": {"id": doc["status_id"]}}] for doc in (old, new)
                )
                self._work.log(by, at, "customer_status_changed", "customer", number, before, after)
        return new
