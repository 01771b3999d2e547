"""Names of the CRM's events, as its own screens call them."""

import re

from smena.kernel.i18n import gettext as _

_FIELD = re.compile(r"custom_field_\d+_value_changed")


def event_name(event_type: str) -> str:
    """Return the name of a type; one that nobody knows shows itself."""
    if _FIELD.fullmatch(event_type):
        event_type = "custom_field_value_changed"
    found = _names().get(event_type)
    return found or _("Событие: {type}").format(type=event_type)


def _names() -> dict[str, str]:
    return _messages() | _tasks() | _cards() | _details()


def _messages() -> dict[str, str]:
    return {
        "incoming_call": _("Входящий звонок"),
        "outgoing_call": _("Исходящий звонок"),
        "outgoing_chat_message": _("Исходящее сообщение"),
        "incoming_chat_message": _("Входящее сообщение"),
        "outgoing_sms": _("Исходящее SMS"),
        "incoming_sms": _("Входящее SMS"),
        "outgoing_mail": _("Исходящее письмо"),
        "incoming_mail": _("Входящее письмо"),
        "entity_direct_message": _("Сообщение внутреннего чата"),
        "conversation_answered": _("Ответ в беседе"),
        "talk_created": _("Новая беседа"),
        "talk_closed": _("Беседа закрыта"),
        "talk_missed_event": _("Беседа без ответа"),
        "zoom_conference": _("Видеоконференция"),
    }


def _tasks() -> dict[str, str]:
    return {
        "task_added": _("Новая задача"),
        "task_completed": _("Завершение задачи"),
        "task_result_added": _("Результат по задаче"),
        "task_deleted": _("Задача удалена"),
        "task_text_changed": _("Изменение текста задачи"),
        "task_type_changed": _("Изменение типа задачи"),
        "task_deadline_changed": _("Изменение даты исполнения задачи"),
    }


def _cards() -> dict[str, str]:
    return {
        "lead_added": _("Новая сделка"),
        "lead_deleted": _("Сделка удалена"),
        "lead_restored": _("Сделка восстановлена"),
        "lead_status_changed": _("Изменение этапа продажи"),
        "lead_linked": _("Прикрепление сделки"),
        "lead_unlinked": _("Открепление сделки"),
        "contact_added": _("Новый контакт"),
        "contact_deleted": _("Контакт удалён"),
        "contact_restored": _("Контакт восстановлен"),
        "contact_linked": _("Прикрепление контакта"),
        "contact_unlinked": _("Открепление контакта"),
        "company_added": _("Новая компания"),
        "company_deleted": _("Компания удалена"),
        "company_restored": _("Компания восстановлена"),
        "company_linked": _("Прикрепление компании"),
        "company_unlinked": _("Открепление компании"),
        "customer_added": _("Новый покупатель"),
        "customer_deleted": _("Покупатель удалён"),
        "customer_restored": _("Покупатель восстановлен"),
        "customer_linked": _("Прикрепление покупателя"),
        "customer_unlinked": _("Открепление покупателя"),
        "customer_status_changed": _("Изменение этапа покупателя"),
        "transaction_added": _("Добавлена покупка"),
    }


def _details() -> dict[str, str]:
    return {
        "custom_field_value_changed": _("Изменение поля"),
        "sale_field_changed": _("Изменение поля «Бюджет»"),
        "name_field_changed": _("Изменение поля «Название»"),
        "entity_responsible_changed": _("Ответственный изменён"),
        "entity_tag_added": _("Теги добавлены"),
        "entity_tag_deleted": _("Теги убраны"),
        "entity_linked": _("Прикрепление"),
        "entity_unlinked": _("Открепление"),
        "entity_merged": _("Выполнено объединение"),
        "common_note_added": _("Новое примечание"),
        "common_note_deleted": _("Примечание удалено"),
        "attachment_note_added": _("Добавлен новый файл"),
        "geo_note_added": _("Примечание с гео-меткой"),
    }
