"""Russian names of holidays that the library of calendars knows only in English.

Neighbours whose people read Russian have all of theirs here; of other countries the most usual.
"""

import re
from collections.abc import Mapping

_WITH_REMARK = re.compile(r"(.*?)(?: \(((?:observed|estimated|, )+)\))?")
_REMARKS = {
    "observed": "выходной",
    "estimated": "приблизительная дата",
    "observed, estimated": "выходной, приблизительная дата",
}

_USUAL: Mapping[str, str] = {
    "Additional day off by Presidential decree": "Дополнительный выходной",
    "Armed Forces Day": "День вооружённых сил",
    "Army Day": "День армии",
    "Boxing Day": "Второй день Рождества",
    "Christmas Day": "Рождество Христово",
    "Christmas Eve": "Сочельник",
    "Constitution Day": "День Конституции",
    "Day of Victory over Fascism": "День Победы над фашизмом",
    "Easter": "Пасха",
    "Easter Monday": "Пасхальный понедельник",
    "Easter Sunday": "Пасха",
    "Eid al-Adha": "Курбан-байрам",
    "Eid al-Fitr": "Ураза-байрам",
    "Epiphany": "Крещение Господне",
    "Europe Day": "День Европы",
    "Good Friday": "Страстная пятница",
    "Holy Saturday": "Великая суббота",
    "Independence Day": "День независимости",
    "International Children's Day": "День защиты детей",
    "International Women's Day": "Международный женский день",
    "International Workers' Day": "День труда",
    "International Workers' Solidarity Day": "День международной солидарности трудящихся",
    "Labor Day": "День труда",
    "Mother's Day": "День матери",
    "National Day": "Национальный праздник",
    "New Year's Day": "Новый год",
    "New Year's Eve": "Канун Нового года",
    "Nowruz": "Навруз",
    "Orthodox Christmas": "Православное Рождество",
    "Public Holiday": "Нерабочий день",
    "Republic Day": "День Республики",
    "Second Day of Christmas": "Второй день Рождества",
    "Victory Day": "День Победы",
    "Victory over Fascism Day": "День Победы над фашизмом",
    "Women's Day": "Женский день",
}

_OWN: Mapping[str, Mapping[str, str]] = {
    "KZ": {
        "Capital Day": "День столицы",
        "Defender of the Fatherland Day": "День защитника Отечества",
        "Eid al-Adha": "Курбан-айт",
        "Kazakhstan's People Solidarity Holiday": "Праздник единства народа Казахстана",
        "Nowruz Holiday": "Наурыз мейрамы",
    },
    "UZ": {
        "Day of Memory and Honor": "День памяти и почестей",
        "Eid al-Adha": "Курбан-хайит",
        "Eid al-Fitr": "Рамазан-хайит",
        "Teachers and Instructors Day": "День учителя и наставника",
    },
    "AM": {
        "Christmas and Epiphany": "Рождество и Богоявление",
        "Day of Remembrance for the Fallen Defenders of the Fatherland": (
            "День памяти павших защитников Отечества"
        ),
        "Day of Remembrance of the Victims of Armenian Genocide": (
            "День памяти жертв Геноцида армян"
        ),
        "Victory and Peace Day": "День победы и мира",
    },
    "AZ": {
        "Eid al-Fitr": "Рамазан-байрам",
        "International Azerbaijanis Solidarity Day": "День солидарности азербайджанцев мира",
        "Martyrs' Day": "День всенародной скорби",
        "Municipal elections": "Муниципальные выборы",
        "National Flag Day": "День Государственного флага",
        "National Liberation Day": "День национального спасения",
        "Presidential elections": "Выборы президента",
        "Spring Festival": "Новруз-байрам",
    },
    "GE": {
        "Day of Family Sanctity and Respect for Parents": (
            "День святости семьи и уважения к родителям"
        ),
        "Dormition of the Mother of God": "Успение Богородицы",
        "Holiday of Svetitskhovloba, Robe of Jesus": "Светицховлоба",
        "National Unity Day": "День национального единства",
        "Saint Andrew's Day": "День святого Андрея",
        "Saint George's Day": "День святого Георгия",
    },
    "MD": {
        "Christmas Day (by new style)": "Рождество Христово (по новому стилю)",
        "Christmas Day (by old style)": "Рождество Христово (по старому стилю)",
        "Day of Rejoicing": "Пасха Блаженных (Радуница)",
        "National Language Day": "День национального языка",
        "Republic of Moldova Independence Day": "День независимости Республики Молдова",
        "Victory Day and Commemoration of the heroes fallen for Independence of Fatherland": (
            "День Победы и памяти героев, павших за независимость Родины"
        ),
    },
}


def in_russian(country: str, english: str) -> str:
    """Return the Russian names of a day; what is not known stays English."""
    own = _OWN.get(country, {})
    return "; ".join(_one(one, own) for one in english.split("; "))


def _one(english: str, own: Mapping[str, str]) -> str:
    match = _WITH_REMARK.fullmatch(english)
    name, remark = (match[1], match[2]) if match else (english, None)
    russian = own.get(name) or _USUAL.get(name) or name
    return f"{russian} ({_REMARKS.get(remark, remark)})" if remark else russian
