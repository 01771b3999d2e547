"""The account of the tests: who works there, its one pipeline, its tokens."""

from amocrm_emulator.account.spec import AccountSpec, GroupSpec, PipelineSpec, StatusSpec, UserSpec
from smena.kernel.ids import AccountId

ACCOUNT = AccountId(31000001)
BOSS, ANNA, BORIS, VERA = 9000001, 9000002, 9000003, 9000004
TOKEN = "long-lived-token"
CLERK_TOKEN = "token-of-a-clerk"
SALES = 700
FIRST, TALKS, OFFER = 71001, 71002, 71003

SPEC = AccountSpec(
    id=ACCOUNT,
    name="Проба",
    subdomain="proba",
    time_zone="Europe/Moscow",
    users=(
        UserSpec(BOSS, "Борис Главный", "boss@example.com", is_admin=True),
        UserSpec(ANNA, "Анна Примерова", "anna@example.com", group=501),
        UserSpec(BORIS, "Борис Пробный", "boris@example.com", group=501),
        UserSpec(VERA, "Вера Выдумкина", "vera@example.com"),
    ),
    groups=(GroupSpec(0, "Отдел продаж"), GroupSpec(501, "Второй отдел")),
    pipelines=(
        PipelineSpec(
            SALES,
            "Продажи",
            (
                StatusSpec(FIRST, "Первичный контакт"),
                StatusSpec(TALKS, "Переговоры"),
                StatusSpec(OFFER, "Предложение"),
            ),
            is_main=True,
        ),
    ),
    tokens=((TOKEN, BOSS), (CLERK_TOKEN, ANNA)),
)
