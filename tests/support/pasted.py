"""Real lines of many languages, and what pasting does to them: the judge's hard cases."""

# ruff: noqa: RUF001 - letters of other scripts beside escapes are what this is about

from __future__ import annotations

from dataclasses import dataclass

ZWSP, ZWNJ, ZWJ = "\u200b", "\u200c", "\u200d"
LRM, RLM, ALM = "\u200e", "\u200f", "\u061c"


@dataclass(frozen=True, slots=True)
class Pasted:
    """A line, and what is to become of it.

    Attributes:
        lang: BCP 47, or what it is about.
        text: As it comes.
        cleaned: What is left when what is certain is cleaned; "" is the same.
        accepted: Whether the strict judge takes it as it comes.
        doubts: Names of the rules that find something doubtful in what is left.
    """

    lang: str
    text: str
    cleaned: str = ""
    accepted: bool = True
    doubts: tuple[str, ...] = ()

    @property
    def left(self) -> str:
        return self.cleaned or self.text


def _kept(lang: str, *texts: str) -> list[Pasted]:
    return [Pasted(lang, it) for it in texts]


def _cleaned(lang: str, *pairs: tuple[str, str]) -> list[Pasted]:
    return [Pasted(lang, text, cleaned, accepted=False) for text, cleaned in pairs]


# Letters that a language needs.
KEPT = [
    *_kept("fa", "می\u200cخواهم", "NGO\u200cها در تهران", "500\u200cهزار نفر", "۵۰۰\u200cهزار تومان",
           "«همشهری»\u200cها", '"ایران"\u200cها', "“ایران”\u200cها", "(ناتو)\u200cها", "کووید\u200c19", "کووید\u200c۱۹",
           "پسا\u200cCOVID", "سال ۱۴۰۴ ه\u200d.ش", "۱۴۰۴ ه\u200d ش", "نیمه\u200c«نهایی»", "٪۵۰\u200cها", "C++\u200cها", "خانه\u200cٔ ما"),
    *_kept("ckb", "کوردستان", "له\u200c به\u200cغدا", "هه\u200cولێر", "سه\u200cرۆکی حكومه\u200cت.", "ئه\u200cم بڕیاره\u200c", "UN\u200cی"),
    *_kept("ur", "کے\u200cلیے", "وزیرِاعظم", "آئی\u200cایم\u200cایف", "BBC\u200cکے مطابق"),
    *_kept("ug", "ئۇيغۇر", "ه\u200d"),
    *_kept("ar", "يُولَدُ جَمِيعُ", "عاجل: ٪ ۞", "الله\u200dم"),
    *_kept("hi", "क्\u200dष", "उद्\u200cघाटन", "श्\u200dयाम", "फट्\u200c से", "क्\u200d", "BJP\u200cके"),
    *_kept("mr", "दर्\u200dया", "पुढार्\u200dयांनी", "ऱ्\u200dहास"),
    *_kept("ne", "गर्\u200dयो", "गर्\u200cनु"),
    *_kept("bn", "র\u200d্যাব", "উদ্\u200cযাপন", "হঠাত্\u200d বৃষ্টি", "BBC\u200cর খবর"),
    *_kept("ml", "അവന്\u200d പറഞ്ഞു", "സര്\u200dക്കാര്\u200d", "തിരുവനന്തപുരത്ത്\u200c", "BJP\u200cയുടെ", "ഉള്\u200d\u200cപ്പെടെ", "ഗള്\u200dഫ്\u200c, ദുബായ്\u200c."),
    *_kept("ta", "க்\u200cஷ", "ஶ்ரீ"),
    *_kept("te-IN", "సాఫ్ట్\u200cవేర్", "ర్\u200dయ"),
    *_kept("kn", "ಸಾಫ್ಟ್\u200cವೇರ್", "ರ\u200d್ಯಾಲಿ"),
    *_kept("gu", "ક્\u200dષ"), *_kept("or", "କ୍\u200cଷ"), *_kept("pa", "ਸ੍\u200dਰੀ"),
    *_kept("si", "ශ්\u200dරී ලංකාව", "ක්\u200dරිකට්", "ක්\u200dෂ", "බු\u200dද්ධ"),
    *_kept("th", "กรุงเทพ\u200bมหานคร", "ปี\u200b2567", "“นายก”\u200bลาออก", "ที่\u200bประชุม"),
    *_kept("lo", "ນະຄອນ\u200bຫຼວງ"),
    *_kept("km", "រាជធានី\u200bភ្នំពេញ", "ឆ្នាំ\u200b២០២៤", "«\u200bកម្ពុជា\u200b»", "លោក\u200bហ៊ុន\u200bម៉ាណែត", "GDP\u200bកម្ពុជា"),
    *_kept("my", "ရန်ကုန်\u200bမြို့", "၂၀၂၄\u200bခုနှစ်", "ကၠ\ufe00"),
    *_kept("bo", "བོད\u200bརང་"), *_kept("jv", "ꦲꦏ꧀\u200cꦲ"),
    *_kept("mn", "ᠠᠮᠢᠨ\u180eᠠ", "ᠬ\u180bᠠ"),
    *_kept("ja", "葛\U000e0100城市で火災", "辻\U000e0101さん", "速報　首相が辞任"),
    *_kept("he", "אֱלֹהִ֑ים", "צה\u05f4ל", "א\u05b8\u034f\u05bd"),
    *_kept("fr", "Séisme\u202f: deux morts\u00a0!", "«\u00a0Non\u00a0», dit-il", "10\u202f000 blessés",
           "M.\u00a0Macron", "12\u00a0% des voix", "À\u00a0Paris", "«\u202foui\u202f»"),
    *_kept("de", "„Spaß“ in Köln", "»Spaß«", "5\u00a0km, z.\u00a0B."),
    *_kept("cs", "v\u00a0Praze"), *_kept("pt", "“IRMÔ, diz o pai", "«IRMû"),
    *_kept("es", "«¿aquí…»", "«Sí…»", "café”»"),
    *_kept("en", "AT&T and R&D; more", "price < 5 & rising > 3", "x <3 y", "It’s 5 °C – “no”", "Ã and Â"),
    *_kept("emoji", "👨\u200d👩\u200d👧\u200d👦", "👩🏽\u200d🚒", "🏳️\u200d🌈", "🏳️\u200d⚧️", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
           "🇯🇵 🇸🇦", "1️⃣ #️⃣ *️⃣", "❤️\u200d🔥", "☎︎", "🐈\u200d⬛", "🏃🏾\u200d♂️"),
]  # fmt: skip

# What certainly means nothing.
CLEANED = [
    *_cleaned("en", ("Wo\ufeffrld", "World"), ("\ufeffHead", "Head"), ("Head\ufeff", "Head"), ("a\tb", "a b"),
              ("Two\nlines", "Two lines"), ("Two \r\n lines", "Two lines"), ("\n\nHead\n\n", "Head"), (" \tHead \n", "Head"),
              ("Two\vlines", "Two lines"), ("Two\flines", "Two lines"), ("Two\u2028lines", "Two lines"), ("Two\u2029lines", "Two lines"),
              ("Two\x85lines", "Two lines"), ("One\x07Two", "One Two"), ("exam\u00adple", "example"), ("break\u200bhere", "breakhere"),
              ("word\u2060joiner", "wordjoiner"), ("Picture:\ufffc end", "Picture: end"), ("a\x00b\x1bc\x7f", "abc"),
              ("well\x1eknown", "well-known"), ("op\x1ftional", "optional"), ("don\x92t", "don’t"), ("\x93Yes\x94 \x96 he", "“Yes” – he"), ("ten \x80", "ten €"),
              ("bad\x81", "bad"), ("no\u200cjoin", "nojoin"), ("no\u200djoin", "nojoin"), ("tag\U000e0041ged\U000e0001", "tagged"), ("sel\ufe00ected\U000e0100", "selected"),
              ("he\u034fllo", "hello"), ("fi\u3164ller\u115f\uffa0", "filler"), ("half\ud83d emoji", "half emoji"), ("note\ufff9a\ufffab\ufffb", "noteab"),
              ("it\u206as\u2063", "its"), ("Ma\u180elayan", "Malayan"), ("ï»¿Head\ufeff", "Head"), ("\u202a+49 123\u202c", "+49 123"), ("C:\\\u202eexe", "C:\\exe"),
              ("open \u2066for ever", "open for ever"), ("closed\u2069 early", "closed early"),
              ("It\u00e2\u0080\u0099s", "It’s"), ("“Yes\u00e2€\u009d", "“Yes”")),
    Pasted("en", f"Left{LRM} and {RLM}right", "Left and right"),
    Pasted("en", "price \u2066OpenSky 3\u2069 more", "price OpenSky 3 more"),
    *_cleaned("fa", ("می\u200c\u200cخواهم", "می\u200cخواهم"), ("می\u200c خواهم", "می خواهم"), ("خانه\u200cها\u200c", "خانه\u200cها"),
              ("می\u200b\u200cخواهم", "می\u200cخواهم"), ("می\ufeffخواهم", "میخواهم"), ("اف\u200c-۳۵", "اف-۳۵")),
    *_cleaned("th", ("กรุงเทพ\u200b มหานคร", "กรุงเทพ มหานคร"), ("กรุงเทพ\u200b\u200bมหานคร", "กรุงเทพ\u200bมหานคร"), ("\u200bกรุงเทพ\u200b", "กรุงเทพ")),
    *_cleaned("km", ("កម្ពុជា\u200b\u200b\u200bថ្មី", "កម្ពុជា\u200bថ្មី")),
    *_cleaned("ml", ("അവന്\u200d\u200d", "അവന്\u200d")),
    *_cleaned("emoji", ("👩\u200d fire", "👩 fire"), ("👩\u200d\u200d🚒", "👩\u200d🚒")),
]  # fmt: skip

# What a person must look at. What programs ask for cleans the entities, too.
DOUBTFUL = [
    *[Pasted("en", text, cleaned) for text, cleaned in [
        ("Marks &amp; Spencer", "Marks & Spencer"), ("It&#39;s &#x27;on&#X27;", "It's 'on'"), ("Fish&nbsp;&amp;&nbsp;chips", "Fish\u00a0&\u00a0chips"),
        ("&ldquo;No&rdquo; &ndash; he", "“No” – he"), ("Beyonc&eacute;", "Beyoncé"), ("R&amp;amp;D", "R&D"), ("x &amp;#8217; y", "x ’ y"), ("&#146;tis", "’tis"), ("&QUOT;a&QUOT;", '"a"'),
        ("zero&#8203;width&shy;d", "zerowidthd"), ("Two&#10;lines", "Two lines"),
        ("&#1593;&#1575;&#1580;&#1604;", "عاجل"), ("&#128512;", "😀"), ("&sh&shy;y;ed", "&ed"[1:]),
    ]],
    *_kept("en", "&bogus; &#0; &#55296; &#x110000; &;", "&amp no end"),
    Pasted("en", "Two  spaces", doubts=("spaces",)),
    Pasted("fr", "Mort \u00a0: deux", doubts=("spaces",)),
    Pasted("en", "Harbour\u00a0bridge", doubts=("space",)),
    Pasted("en", "em\u2003space", doubts=("space",)),
    Pasted("en", "<b>Bold</b><br/>line", doubts=("tag", "tag", "tag")),
    Pasted("de", "Ã–sterreich wÃ¤hlt", doubts=("encoding", "encoding")),
    Pasted("en", "Itâ€™s", doubts=("encoding",)),
    Pasted("ar", "Ø¹Ø§Ø¬Ù„", doubts=("encoding",)),
    Pasted("ar", f"شركة C++{RLM} تعلن", doubts=("direction",)),
    Pasted("he", f"{RLM}חברת OpenSky{LRM}", doubts=("direction", "direction")),
    Pasted("ar", "سعر \u2066OpenSky 3\u2069 اليوم", doubts=("direction", "direction")),
    Pasted("ar", "رقم \u202a+49 123\u202c الآن", "رقم \u2066+49 123\u2069 الآن", accepted=False, doubts=("direction", "direction")),
    Pasted("ar", "رقم \u202d+49 123\u202c\u202c الآن", "رقم \u2066+49 123\u2069 الآن", accepted=False, doubts=("direction", "direction")),
    Pasted("ar", "مفتوح \u202b دائما", "مفتوح  دائما", accepted=False, doubts=("spaces",)),
    Pasted("ar", "مغلق\u2069 \u2067باكر", "مغلق باكر", accepted=False),
]  # fmt: skip

# Letters that are lost: only whoever knows the word can put them back.
LOST = [
    Pasted("en", "Beyonc\ufffd", accepted=False, doubts=("lost",)),
    Pasted("en", "private \ue000", accepted=False, doubts=("lost",)),
    Pasted("en", "\uf0b7 Word’s bullet", accepted=False, doubts=("symbol",)),
    Pasted("en", "a \uf0e0 b", accepted=False, doubts=("symbol",)),
    Pasted("en", "no letter \u0378 \ufdd0", accepted=False, doubts=("lost", "lost")),
]

ALL = [*KEPT, *CLEANED, *DOUBTFUL, *LOST]
