"""Notes as people write them, and what keyboards, copying and cut transfers make of them; the same for a seed."""

import random

SEEDS = (
    "Chief complaint: chest pain since 03/04/2021. Hx of HTN, DM2 and low 'Na' level.",
    "Vitals: BP 120/80, HR 72, T: 37.2 C, SpO2 98% on RA. K 4.5, Na 138, Cr 1.1 mg/dL.",
    "Mr. John O'Brien (MRN 12345678) was seen by Dr. Sarah Whitfield at St. Mary's Hospital in Boston.",
    "MEDICATIONS\n1. Metformin 500 mg PO BID\n2. Lisinopril 10mg daily\n3. Aspirin 81 mg q.d., held after GI bleed",
    "Pt denies fever, chills, SOB. Mother had breast cancer at 45. No evidence of pulmonary embolism.",
    "She developed a rash after amoxicillin; the drug was stopped and the rash resolved within 3 days.",
    "Patient lives at 12 Elm Street, Springfield, IL 62701, phone (555) 123-4567, e-mail j.doe@example.org.",
    "CT chest w/o contrast: 4 mm nodule in the right upper lobe, unchanged. Impression: no acute disease.",
    "If symptoms recur, return to ER. Rule out MI. ?pneumonia vs. CHF exacerbation. Troponin <0.01.",
    "Seen on 12 March 2020 by Nurse Lee; daughter Anna (age 34) present. Retired electrician, 92 years old.",
    "ASSESSMENT: 1) acute kidney injury (AKI) - improving; 2) hyperkalemia due to spironolactone, K+ 6.1",
    "Labs: WBC 12.3, Hgb 9.8 g/dL, plt 150k, INR 2.5, AST/ALT 45/52; TSH wnl. D-dimer positive.",
    "Allergies: penicillin (hives), sulfa. Social: 20 pack-years, quit in 1999; EtOH 2-3 drinks/wk.",
    "Procedure: lap chole 5/6/19 by Dr. Nguyen. EBL 50 cc. Drain placed. Foley removed POD#2.",
    "Name: DOE, JANE  DOB: 1/2/1950  SSN 123-45-6789  Acct# 00-99812  Fax 555.222.3333",
    "Heparin gtt at 1,000 units/hr, then warfarin 5 mg qHS x 7 d; INR goal 2-3. Vancomycin 1 g IV q12h.",
)
QUOTES = ("'", "''", "’", "‘", "′", "″", "`", "´", "ʼ", "＇", '"', "“", "”", "«", "-'", "'-", "‐", "–")
SPACES = ("\u00a0", "\u2009", "\u200b", "\u3000", "\t", "  ", "\u2028", "\ufeff", "\u202f", "")
CONTROLS = ("\x00", "\x01", "\x07", "\x08", "\x0b", "\x0c", "\x1b[0m", "\x7f", "\x85", "\u202e", "\u2066", "\ufffd")
MARKS = ("\u0301", "\u0308", "\u20dd", "\u0345", "\u0489", "\ufe0f", "\u0652")
# Letters whose lower or upper form has another length, digits that int() or isdigit() treat apart, and emoji.
ODD = (
    *("İ", "ß", "ŉ", "ǰ", "ﬁ", "ſ", "K", "Å", "²", "½", "①", "٣", "५", "𝟙", "Ⅷ", "〇"),
    *("😀", "👩‍⚕️", "🇺🇸", "中", "א", "\ud7ff", "\ud800", "\udfff"),
)
JOINTS = ("/", ".", ",", ":", ";", "-", "_", "(", ")", "[", "]", "%", "#", "@", "&", "+", "=", "<", ">", "*", "\\", "|")


def mutants(count, seed):
    """`count` texts, each one to three seeds joined and hurt in one to six places."""
    rng = random.Random(seed)
    for _ in range(count):
        text = rng.choice(("\n", " ", "\r\n", "\n\n", "")).join(rng.sample(SEEDS, rng.randint(1, 3)))
        for _ in range(rng.randint(1, 6)):
            text = rng.choice(WAYS)(rng, text)
        yield text


def _put(pieces):
    def way(rng, text):
        at = rng.randint(0, len(text))
        return text[:at] + rng.choice(pieces) + text[at:]

    return way


def _beside_a_word(rng, text):
    """A quote before, behind or around a word: `'Na'`, `K' 4.5`, `BP' 120/80`."""
    words = text.split(" ")
    at = rng.randrange(len(words))
    before, behind = rng.choice((("", 1), (1, ""), (1, 1)))
    quote = rng.choice(QUOTES)
    words[at] = (quote if before else "") + words[at] + (quote if behind else "")
    return " ".join(words)


def _other_spaces(rng, text):
    return text.replace(" ", rng.choice(SPACES), rng.randint(1, 8))


def _cut(rng, text):
    start = rng.randint(0, len(text) // 2)
    return text[start : rng.randint(start, len(text))]


def _without_a_letter(rng, text):
    at = rng.randint(0, len(text))
    return text[:at] + text[at + 1 :]


def _other_case(rng, text):
    return rng.choice((str.upper, str.lower, str.title, str.swapcase))(text)


def _lookalikes(rng, text):
    """Letters which a pattern that ignores case takes for others."""
    here, there = rng.choice((("s", "ſ"), ("k", "K"), ("i", "ı"), ("I", "İ"), ("1", "①"), ("2", "²"), ("0", "٠")))
    return text.replace(here, there, rng.randint(1, 20))


def _windows_lines(_rng, text):
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _long_token(rng, text):
    piece = rng.choice(("a", "9", "Na'", "1/", "A.", "x-", "'", "é", "0.", "Dr.", "(", "\n"))
    return _put((piece * rng.choice((40, 300, 2000)),))(rng, text)


def _shuffled(rng, text):
    words = text.split(" ")
    rng.shuffle(words)
    return " ".join(words)


WAYS = (
    *(_beside_a_word,) * 4,
    *(_put(pieces) for pieces in (QUOTES, SPACES, CONTROLS, MARKS, ODD, JOINTS)),
    *(_other_spaces, _cut, _without_a_letter, _other_case, _lookalikes, _windows_lines, _shuffled),
    _long_token,
)
