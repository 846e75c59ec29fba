# ruff: noqa: SIM905 (word lists read best as text)
"""Writes an invented RF2 Snapshot of SNOMED CT's size and shape: 350,000 concepts, 1.2 million descriptions.

Nothing in it is SNOMED CT content: terms are put together from ordinary anatomical and clinical words,
Latin and Greek roots and made-up drug names; ids carry the example namespace 1000003 and right check digits.
"""

import itertools
import random
from pathlib import Path

from app.terminology.importers.rf2 import FSN, IS_A, LANGUAGES, PREFERRED_IN, sctid

NAMESPACE = "1000003"
MODULE, SYNONYM, CORE = "900000000000207008", "900000000000013009", "900000000000074008"
ROOTS = (
    "cardi arthr neur nephr hepat gastr enter dermat oste my pneum bronch rhin ot ophthalm encephal cyst "
    "aden angi phleb lymph hemat thromb col proct append chol pancreat splen thyr adren gonad mast "
    "metr salping oophor orch prostat ureter pyel gloss stomat gingiv odont esophag laryng trache pleur "
    "spondyl tend burs chondr fasci rachi crani mening myel radicul gangli blephar conjunctiv kerat irid "
    "retin scler tympan labyrinth sinus tonsil pharyng uvul omphal perine vulv vagin cervic"
).split()
SUFFIXES = (
    "itis osis oma opathy algia ectasia emia ectomy otomy ostomy oplasty orrhaphy oscopy ogram ocele "
    "olysis omalacia ostenosis osclerosis otrophy odynia orrhagia orrhea ospasm oplegia optosis opexy"
).split()
SITES = (
    "ankle wrist knee hip shoulder elbow femur tibia fibula humerus radius ulna scapula clavicle sternum "
    "rib vertebra skull mandible maxilla orbit eyelid cornea retina ear nose tongue lip cheek palate tooth "
    "larynx pharynx trachea bronchus lung pleura heart aorta valve ventricle atrium pericardium artery vein "
    "esophagus stomach duodenum jejunum ileum cecum colon rectum anus liver gallbladder pancreas spleen "
    "kidney ureter bladder urethra prostate testis penis ovary uterus cervix vagina vulva breast nipple skin "
    "scalp forehead neck chest abdomen back buttock thigh calf foot toe hand finger thumb palm forearm arm "
    "thyroid pituitary adrenal thymus brain cerebellum brainstem meninges nerve plexus muscle tendon ligament"
).split()
MORPHOLOGIES = (
    "fracture dislocation sprain laceration contusion abrasion burn abscess ulcer cyst polyp neoplasm "
    "hemorrhage hematoma edema infarction stenosis atresia hernia perforation rupture calculus fistula "
    "inflammation infection necrosis atrophy hypertrophy hyperplasia dysplasia metaplasia fibrosis "
    "malformation deformity obstruction occlusion thrombosis embolism aneurysm dissection injury wound"
).split()
PROCEDURES = (
    "excision incision biopsy repair reconstruction drainage aspiration injection removal insertion "
    "replacement fixation reduction transplantation resection ligation dilation exploration examination "
    "imaging ultrasonography radiography catheterization irrigation ablation graft suture"
).split()
QUALIFIERS = (
    "acute chronic subacute recurrent severe mild moderate congenital acquired traumatic idiopathic "
    "primary secondary benign malignant superficial deep open closed complete partial diffuse localized "
    "multiple single infected sterile painful bilateral postoperative neonatal juvenile senile"
).split()
SIDES = ["", "", "left", "right"]
CAUSES = (
    "bacterial viral fungal parasitic allergic autoimmune metabolic ischemic toxic radiation drug "
    "mechanical nutritional hereditary hormonal vascular occupational iatrogenic"
).split()
SYLLABLES = (
    "ba ce di fo lu ma ne pi ro sa te vi xo zu tri gly mab nib pril olol statin vir cillin mycin".split()
)


class Writer:
    """The four files, row by row."""

    def __init__(self, folder: Path) -> None:
        terminology = folder / "Snapshot" / "Terminology"
        language = folder / "Snapshot" / "Refset" / "Language"
        terminology.mkdir(parents=True)
        language.mkdir(parents=True)

        def opened(path: Path, header: str):
            handle = path.open("w", encoding="utf-8", newline="")
            handle.write(header.replace(" ", "\t") + "\r\n")
            return handle

        self.concepts = opened(
            terminology / "sct2_Concept_Snapshot_XX1000003_20260101.txt",
            "id effectiveTime active moduleId definitionStatusId",
        )
        self.descriptions = opened(
            terminology / "sct2_Description_Snapshot-en_XX1000003_20260101.txt",
            "id effectiveTime active moduleId conceptId languageCode typeId term caseSignificanceId",
        )
        self.relations = opened(
            terminology / "sct2_Relationship_Snapshot_XX1000003_20260101.txt",
            "id effectiveTime active moduleId sourceId destinationId relationshipGroup typeId "
            "characteristicTypeId modifierId",
        )
        self.language = opened(
            language / "der2_cRefset_LanguageSnapshot-en_XX1000003_20260101.txt",
            "id effectiveTime active moduleId refsetId referencedComponentId acceptabilityId",
        )
        self.concept_count = self.description_count = self.relation_count = 0

    def concept(self, terms: list[str], tag: str, parents: list[str], *, active: bool = True) -> str:
        """One concept; `terms` begins with the preferred one."""
        self.concept_count += 1
        code = sctid(1_000_000 + self.concept_count, NAMESPACE, "10")
        self.concepts.write(f"{code}\t20260101\t{int(active)}\t{MODULE}\t{CORE}\r\n")
        self._description(code, FSN, f"{terms[0]} ({tag})")
        for rank, term in enumerate(terms):
            number = self._description(code, SYNONYM, term)
            if rank == 0:
                self.language.write(
                    f"{number}-x\t20260101\t1\t{MODULE}\t{LANGUAGES[0]}\t{number}\t{PREFERRED_IN}\r\n"
                )
        for parent in parents:
            self.relation_count += 1
            self.relations.write(
                f"{self.relation_count}\t20260101\t1\t{MODULE}\t{code}\t{parent}\t0\t{IS_A}"
                "\t900000000000011006\t900000000000451002\r\n"
            )
        return code

    def _description(self, code: str, kind: str, term: str) -> int:
        self.description_count += 1
        number = 10_000_000 + self.description_count
        self.descriptions.write(
            f"{number}\t20260101\t1\t{MODULE}\t{code}\ten\t{kind}\t{term}\t900000000000448009\r\n"
        )
        return number

    def close(self) -> None:
        for handle in (self.concepts, self.descriptions, self.relations, self.language):
            handle.close()


def generate(
    folder: Path, concepts: int = 350_000, descriptions: int = 1_200_000, seed: int = 5
) -> tuple[int, int]:
    """Write the release below `folder`; returns how many concepts and descriptions it has."""
    rng = random.Random(seed)
    out = Writer(folder)
    root = out.concept(["Invented terminology root"], "invented", [])
    parents = {
        tag: out.concept([f"Invented {tag}"], tag, [root]) for tag in ("disorder", "procedure", "substance")
    }
    groups: dict[str, str] = {}
    seen: set[str] = set()
    makers = itertools.cycle((disorder, disorder, disorder, rooted, rooted, procedure, substance))
    per_concept = descriptions / concepts - 0.95  # the fully specified name is one; group heads have one more
    while out.concept_count < concepts:
        head, terms, tag = next(makers)(rng)
        if terms[0] in seen:
            continue
        seen.add(terms[0])
        group = groups.get(head)
        if group is None:
            group = groups[head] = out.concept([head], tag, [parents[tag]])
        wanted = int(per_concept) + (rng.random() < per_concept % 1)
        out.concept(_padded(terms, wanted, rng), tag, [group], active=rng.random() > 0.02)
    out.close()
    return out.concept_count, out.description_count


def _padded(terms: list[str], wanted: int, rng: random.Random) -> list[str]:
    found = list(dict.fromkeys(terms))[:wanted]
    while len(found) < wanted:
        words = terms[0].replace(",", "").split()
        rng.shuffle(words)
        found.append(" ".join(words) if rng.random() < 0.5 else f"{words[0]} - {' '.join(words[1:])} NOS")
    return found


def disorder(rng: random.Random) -> tuple[str, list[str], str]:
    site, what = rng.choice(SITES), rng.choice(MORPHOLOGIES)
    quality = " ".join(rng.sample(QUALIFIERS, rng.choice((0, 1, 1, 2))))
    side, cause = rng.choice(SIDES), rng.choice(("", "", "", rng.choice(CAUSES)))
    other = rng.choice(("", "", f" with {rng.choice(MORPHOLOGIES)} of {rng.choice(SITES)}"))
    left = " ".join(filter(None, [quality, cause, what]))
    place = " ".join(filter(None, [side, site]))
    return (
        f"{what} of {site}".capitalize(),
        [
            f"{left} of {place}{other}".capitalize(),
            f"{place} {left}{other}".capitalize(),
            f"{left}, {place}{other}".capitalize(),
        ],
        "disorder",
    )


def rooted(rng: random.Random) -> tuple[str, list[str], str]:
    """Words of Latin and Greek roots: they make the vocabulary as large as SNOMED CT's (about 100,000)."""
    word = "".join(rng.sample(ROOTS, rng.choice((1, 1, 2)))) + rng.choice(SUFFIXES)
    if rng.random() < 0.6:
        word = "".join(rng.sample(ROOTS, 1)) + "o" + word
    quality, cause = rng.choice(QUALIFIERS), rng.choice(CAUSES)
    site = rng.choice(SITES)
    tag = "procedure" if word.endswith(("ectomy", "otomy", "oplasty", "oscopy")) else "disorder"
    return (
        f"{quality} {site} condition".capitalize(),
        [
            f"{quality} {cause} {word} of {site}".capitalize(),
            f"{cause} {word}, {quality}, {site}".capitalize(),
            f"{word} {site}".capitalize(),
        ],
        tag,
    )


def procedure(rng: random.Random) -> tuple[str, list[str], str]:
    act, site, side = rng.choice(PROCEDURES), rng.choice(SITES), rng.choice(SIDES)
    what = rng.choice(("", f" {rng.choice(MORPHOLOGIES)} of"))
    using = rng.choice(
        ("", f" using {rng.choice(PROCEDURES)} guidance", f" by {rng.choice(QUALIFIERS)} approach")
    )
    place = " ".join(filter(None, [side, site]))
    return (
        f"{act} of {site}".capitalize(),
        [f"{act} of{what} {place}{using}".capitalize(), f"{place} {act}{using}".capitalize()],
        "procedure",
    )


def substance(rng: random.Random) -> tuple[str, list[str], str]:
    name = "".join(rng.choice(SYLLABLES) for _ in range(rng.choice((3, 4, 4, 5))))
    dose, form = (
        rng.choice((1, 2, 5, 10, 20, 25, 40, 50, 100, 250, 500)),
        rng.choice(("tablet", "capsule", "injection")),
    )
    return (
        f"Product containing {name[:4]}".strip(),
        [f"Product containing {name} {dose} mg oral {form}", f"{name} {dose} mg {form}".capitalize()],
        "substance",
    )


if __name__ == "__main__":
    import sys

    print(*generate(Path(sys.argv[1])), file=sys.stderr)
