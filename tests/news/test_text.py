"""Text on other people's screens: one line, honest, countable."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
import regex
from hypothesis import example, given, strategies as st

from ticker.news import text
from ticker.news.text import TextError, direction_of, isolated

MOST = 280
FAMILY = "👨‍👩‍👧‍👦"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    "line",
    [
        "Japan Coast Guard reports a launch",
        "خفر السواحل الياباني: إطلاق صاروخ باليستي",
        "شركة OpenSky توقف 37 رحلة",
        "Última hora: 6,1 – «sismo»",
        "می‌خواهم",  # Persian: a zero width non-joiner inside a word
        "क्‍ष",  # Devanagari: a zero width joiner after the virama
        FAMILY,
        SCOTLAND,
        "👍🏽 ❤️ 1️⃣",
        "a\u200eb \u200fc",
        "price \u2066OpenSky 3\u2069 more",
        "\u2067one \u2066two\u2069 one\u2069",
        "日本の速報",
        "٪ ۞ \u0600",
    ],
)
def test_what_newsrooms_write_is_accepted(line: str) -> None:
    """Lines of real languages are taken as they are."""
    assert text.line(line, MOST) == unicodedata.normalize("NFC", line)


@pytest.mark.parametrize(
    "character",
    [
        *"\0\t\n\r\v\f\x1b\x7f\x85\x9f",
        *"\u2028\u2029",  # line and paragraph separators
        *"\u202a\u202b\u202c\u202d\u202e",  # bidi embeddings and overrides
        *"\u200b\u2060\ufeff\u00ad\u034f\u180e",  # invisible
        *"\u115f\u3164\uffa0",  # Hangul fillers
        *"\u200c\u200d",  # joiners that join nothing
        *"\U000e0041\U000e0001\U000e0100",  # tags and variation selectors
        *"\ue000\U000f0000\ufdd0\uffff\u0378",  # private, noncharacters, unassigned
        *"\ufff9\ufffb\ufffc\ufffd",  # annotations, an object, and the replacement character
        "\ud800",
    ],
    ids=lambda it: f"U+{ord(it):04X}",
)
def test_what_deceives_or_breaks_the_strip_is_refused(character: str) -> None:
    """An invisible, directional or broken character is refused and named with its place."""
    with pytest.raises(TextError, match=rf"U\+{ord(character):04X}.*position 3"):
        text.line(f"abc{character}def", MOST)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "empty"),
        ("   \u00a0\u3000", "empty"),
        ("x" * 281, "is 281"),
        ("e" + "\u0301" * 40, "marks"),
        ("open \u2066 for ever", "isolate"),
        ("closed \u2069 too early", "isolate"),
        ("\u2069\u2066", "isolate"),
    ],
)
def test_other_faults_say_what_they_are(line: str, why: str) -> None:
    """An editor is told what is wrong with a line, not only that it is."""
    with pytest.raises(TextError, match=why):
        text.line(line, MOST)


def test_length_is_what_a_reader_counts() -> None:
    """A family, a flag and an accented letter are one character each."""
    assert text.length(FAMILY + SCOTLAND + "e\u0301" + "क्‍ष") == 4
    assert text.length("กรุง\u200bเทพ") == text.length("กรุงเทพ")
    assert text.line((FAMILY + "xyz") * 70, MOST) == (FAMILY + "xyz") * 70
    with pytest.raises(TextError, match="is 281"):
        text.line(FAMILY * (MOST + 1), MOST)


# Articles 1 and 2 of the Declaration of Human Rights, scripture, and news.
HEAVY = {
    "Devanagari": "प्रधानमंत्री ने राष्ट्रीय सुरक्षा परिषद् की बैठक में क्षेत्रीय शांति पर चर्चा की",
    "Sanskrit": "धर्मक्षेत्रे कुरुक्षेत्रे समवेता युयुत्सवः मामकाः पाण्डवाश्चैव किमकुर्वत सञ्जय",
    "Tamil": "அனைத்து மனிதர்களும் சுதந்திரமாகவே பிறக்கின்றனர் அவர்கள் மதிப்பிலும் சமமானவர்கள்",
    "Malayalam": "മനുഷ്യരെല്ലാവരും തുല്യാവകാശങ്ങളോടും അന്തസ്സോടും സ്വാതന്ത്ര്യത്തോടുംകൂടി ജനിച്ചിട്ടുള്ളവരാണ്",
    "Myanmar": "လူတိုင်းသည် တူညီလွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် လည်းကောင်း၊ တူညီလွတ်လပ်သော အခွင့်အရေးများဖြင့်",
    "Khmer": "មនុស្សទាំងអស់កើតមកមានសេរីភាពនិងភាពស្មើៗគ្នាក្នុងសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ",
    "Tibetan": "འགྲོ་བ་མིའི་རིགས་རྒྱུད་ཡོངས་ལ་སྐྱེས་ཙམ་ཉིད་ནས་ཆེ་མཐོངས་དང༌ཐོབ་ཐངགི་རང་དབང་",
    "Javanese": "ꦱꦧꦼꦤ꧀ꦲꦸꦮꦺꦴꦁꦏꦭꦲꦶꦂꦲꦏꦺꦏꦤ꧀ꦛꦶꦩꦂꦢꦶꦏꦭꦤ꧀ꦢꦂꦧꦺꦩꦂꦠꦧꦠ꧀ꦭꦤ꧀ꦲꦏ꧀ꦲꦏ꧀",
    "Chakma": "𑄝𑄬𑄇𑄴 𑄟𑄚𑄪𑄌𑄴𑄥𑄪𑄚𑄴 𑄚𑄨𑄇𑄴𑄊𑄮𑄥𑄴 𑄃𑄨𑄌𑄴𑄎𑄧𑄖𑄴 𑄃𑄢𑄴",
    "vowelled Arabic": "يُولَدُ جَمِيعُ النَّاسِ أَحْرَارًا مُتَسَاوِينَ فِي الْكَرَامَةِ وَالْحُقُوقِ",
    "pointed Hebrew": "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים אֵ֥ת הַשָּׁמַ֖יִם וְאֵ֥ת הָאָֽרֶץ",
    "Vietnamese": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi",
    "old Hangul": "ᄊᆞᄆᆞᆺ디아니ᄒᆞᆯᄊᆡ서르ᄉᆞᄆᆞᆺ문ᄍᆞᆼ와로나랏말ᄊᆞ미듀ᇰ귁에달아",
    "emoji": f"{FAMILY} Match day {SCOTLAND} kick-off 👍🏽 ",
}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("script", HEAVY)
def test_a_headline_of_any_script_may_be_as_long(script: str, form: Any) -> None:
    """280 characters of real text pass in every script, as it was typed, whatever bytes they take."""
    clusters = [it[0] for it in regex.finditer(r"\X", HEAVY[script] + "، ")]
    line = "".join((clusters * MOST)[: MOST - 1]).strip() + "."
    assert text.length(text.line(unicodedata.normalize(form, line), MOST)) >= MOST - 1


def test_bytes_are_bounded_too() -> None:
    """A line of nothing but the heaviest characters is refused, in bytes."""
    with pytest.raises(TextError, match="2520 bytes long in UTF-8, and is 7000"):
        text.line(FAMILY * MOST, MOST)


def test_white_space_around_a_line_is_not_part_of_it() -> None:
    """What a copy brings along at the ends is cut off."""
    assert text.line("  a line \u00a0", MOST) == "a line"


@given(st.text(max_size=400))
@example("e\u0301" * 280)
@example("\u0041\u030a" * 10)
def test_an_accepted_line_keeps_every_rule(line: str) -> None:
    """Whatever is typed: an accepted line is one NFC line of countable, visible characters."""
    try:
        clean = text.line(line, MOST)
    except TextError:
        return
    assert clean == unicodedata.normalize("NFC", clean)
    assert 1 <= text.length(clean) <= MOST
    assert len(clean.splitlines()) == 1
    assert clean == clean.strip()
    assert not regex.search(r"[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u202a-\u202e\ufeff]", clean)
    assert clean.encode().decode() == clean
    assert text.line(clean, MOST) == clean


@pytest.mark.parametrize(
    ("text", "direction", "expected"),
    [
        ("OpenSky توقف رحلاتها", "rtl", "rtl"),
        ("OpenSky resumes flights", "rtl", "ltr"),
        ("محكمة", "ltr", "rtl"),
        ("Court cites محكمة", "ltr", "ltr"),
        ("3-2", "rtl", "rtl"),
        ("", "ltr", "ltr"),
    ],
)
def test_a_text_leans_to_its_language(text: str, direction: str, expected: str) -> None:
    """A foreign name at the beginning doesn't turn a line round; a wholly foreign line turns."""
    assert direction_of(text, direction) == expected


@pytest.mark.parametrize(
    ("text", "direction", "expected"),
    [
        ("Harbour closed", "ltr", "Harbour closed"),
        ("Harbour closed", "rtl", "Harbour closed"),
        ("Reuters: الميناء 3", "rtl", "\u2067Reuters: الميناء 3\u2069"),
        ("مصر", "ltr", "\u2067مصر\u2069"),
        ("The ship الأمل is safe", "ltr", "\u2066The ship الأمل is safe\u2069"),
        ("أمل is safe", "auto", "\u2068أمل is safe\u2069"),
        ("", "rtl", ""),
    ],
)
def test_a_text_takes_its_direction_along(text: str, direction: str, expected: str) -> None:
    """Among texts of another direction a line is set as its own edition sets it."""
    assert isolated(text, direction) == expected
