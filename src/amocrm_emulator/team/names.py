"""Invented Russian names, and how they look in an e-mail address."""

from dataclasses import dataclass

from amocrm_emulator.team.plan.dice import Dice

MEN = (
    "Алексей",
    "Андрей",
    "Антон",
    "Артём",
    "Борис",
    "Виктор",
    "Глеб",
    "Григорий",
    "Денис",
    "Дмитрий",
    "Евгений",
    "Егор",
    "Иван",
    "Илья",
    "Кирилл",
    "Константин",
    "Лев",
    "Максим",
    "Михаил",
    "Никита",
    "Олег",
    "Павел",
    "Пётр",
    "Роман",
    "Семён",
    "Сергей",
    "Степан",
    "Тимофей",
    "Фёдор",
    "Юрий",
)
WOMEN = (
    "Алёна",
    "Алина",
    "Анастасия",
    "Анна",
    "Валерия",
    "Варвара",
    "Вера",
    "Виктория",
    "Дарья",
    "Ева",
    "Екатерина",
    "Елена",
    "Ирина",
    "Карина",
    "Ксения",
    "Лидия",
    "Любовь",
    "Маргарита",
    "Марина",
    "Мария",
    "Надежда",
    "Наталья",
    "Нина",
    "Ольга",
    "Полина",
    "Светлана",
    "София",
    "Татьяна",
    "Ульяна",
    "Юлия",
)
# The form for men; women add "а", or change "ий" to "ая".
SURNAMES = (
    "Авдеев",
    "Белозёров",
    "Березин",
    "Виноградов",
    "Власов",
    "Воробьёв",
    "Гордеев",
    "Громов",
    "Демидов",
    "Дорофеев",
    "Ершов",
    "Жданов",
    "Журавлёв",
    "Заславский",
    "Зимин",
    "Калинин",
    "Киселёв",
    "Ковалёв",
    "Колосов",
    "Комаров",
    "Королёв",
    "Кравцов",
    "Кузьмин",
    "Лазарев",
    "Логинов",
    "Мартынов",
    "Мельников",
    "Муравьёв",
    "Назаров",
    "Никитин",
    "Орлов",
    "Осипов",
    "Панов",
    "Пономарёв",
    "Прохоров",
    "Родионов",
    "Рубцов",
    "Савельев",
    "Селезнёв",
    "Соболев",
    "Соловьёв",
    "Тарасов",
    "Титов",
    "Уваров",
    "Ушаков",
    "Филатов",
    "Фомин",
    "Черкасский",
    "Шестаков",
    "Щербаков",
)
_LATIN = str.maketrans(
    {
        "а": "a",
        "б": "b",
        "в": "v",
        "г": "g",
        "д": "d",
        "е": "e",
        "ё": "e",
        "ж": "zh",
        "з": "z",
        "и": "i",
        "й": "y",
        "к": "k",
        "л": "l",
        "м": "m",
        "н": "n",
        "о": "o",
        "п": "p",
        "р": "r",
        "с": "s",
        "т": "t",
        "у": "u",
        "ф": "f",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "sch",
        "ъ": "",
        "ы": "y",
        "ь": "",
        "э": "e",
        "ю": "yu",
        "я": "ya",
    }
)


@dataclass(frozen=True, slots=True)
class Name:
    first: str
    last: str

    @property
    def full(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def email_part(self) -> str:
        return f"{latin(self.first)}.{latin(self.last)}"


def any_name(dice: Dice) -> Name:
    """Make a name of a man or a woman."""
    surname = dice.pick(SURNAMES)
    if dice.chance(0.5):
        return Name(dice.pick(MEN), surname)
    last = f"{surname[:-2]}ая" if surname.endswith("ий") else f"{surname}а"
    return Name(dice.pick(WOMEN), last)


def latin(text: str) -> str:
    """Write Russian letters in Latin ones, all small."""
    return text.lower().translate(_LATIN)
