"""Figures as Markdown: the rows of the README's quality table, and a table of everything measured."""

_DISEASES = "Problems and symptoms found (relaxed recall), "
_DRUGS = "Drugs found (relaxed recall), "
_TOUCH = "… suggestions touching something annotated, "
_TUNED = "MTSamples, cTAKES, MACCROBAT"
# What the README shows: title, measure, metric.
HEADLINES = (
    ("De-identification, ASQ-PHI: values removed", "deid", "asq_phi values removed"),
    ("… plain queries touched", "deid", "asq_phi hard negatives touched"),
    ("De-identification, presidio-research: persons", "deid", "presidio_research persons removed"),
    ("… dates", "deid", "presidio_research dates removed"),
    ("… ids", "deid", "presidio_research ids removed"),
    ("… contacts", "deid", "presidio_research contacts removed"),
    ("… addresses, whole", "deid", "presidio_research addresses removed"),
    ("… addresses touched", "deid", "presidio_research addresses touched"),
    ("… cities and countries", "deid", "presidio_research places_gpe removed"),
    ("… organisations", "deid", "presidio_research organisations removed"),
    ("… found spans that touch no gold span", "deid", "presidio_research found spans that touch no gold span"),
    ("… texts with a leak", "deid", "presidio_research texts with a leak"),
    ("Over-removal: wrong removals per 1,000 words", "deid", f"wrong removals per 1,000 words, {_TUNED}"),
    ("… notes with a wrong removal", "deid", f"notes with a wrong removal, {_TUNED}"),
    ("… notes no rule was tuned on, per 1,000 words", "deid", "wrong removals per 1,000 words, ACI-BENCH"),
    ("… gold clinical entities touched", "deid", "gold entities touched"),
    ("… clean notes held for a person", "deid", f"clean notes held for a person, {_TUNED}"),
    ("Names that are words (own, hostile)", "deid", "own: names that are words, removed"),
    ("… the same words as words kept", "deid", "own: the same words as words kept"),
    ("Negation F1 (NegEx)", "assertion", "negex negated f1"),
    ("Historical F1 (NegEx)", "assertion", "negex historical f1"),
    ("Negation F1 (MACCROBAT problems)", "assertion", "maccrobat_dev problems negated f1"),
    ("Doubt F1 (MACCROBAT problems)", "assertion", "maccrobat_dev problems uncertain f1"),
    ("CheXpert samples: label states right", "assertion", "chexpert label states right"),
    (_DISEASES + "MACCROBAT", "entities", "maccrobat_dev problems relaxed recall"),
    (_TOUCH + "MACCROBAT", "entities", "maccrobat_dev problems suggestions touching an annotation"),
    (_DISEASES + "NCBI", "entities", "ncbi_disease_dev problems relaxed recall"),
    (_DISEASES + "BC5CDR", "entities", "bc5cdr_sample problems relaxed recall"),
    (_DISEASES + "PHEE", "entities", "phee_dev problems relaxed recall"),
    (_DISEASES + "PsyTAR (patients' own words)", "entities", "psytar_dev problems relaxed recall"),
    (_DRUGS + "MACCROBAT", "entities", "maccrobat_dev drugs relaxed recall"),
    (_TOUCH + "MACCROBAT", "entities", "maccrobat_dev drugs suggestions touching an annotation"),
    (_DRUGS + "BC5CDR", "entities", "bc5cdr_sample drugs relaxed recall"),
    (_DRUGS + "PHEE", "entities", "phee_dev drugs relaxed recall"),
    ("Drug–event pair found in PHEE sentences that have one", "relations", "phee_dev sentences with a gold pair found"),
    ("… F1 of the pairs", "relations", "phee_dev causes f1"),
    ("Drug–dose F1 (MACCROBAT)", "relations", "maccrobat_dev has_dose f1"),
    ("Problem–anatomy F1 (MACCROBAT)", "relations", "maccrobat_dev located_in f1"),
)


def headlines(figures):
    """The README's rows, in its columns; a figure that was not taken has no row."""
    rows = _grouped(figures)
    lines = ["| What | Figure | Beside it | How |", "|---|---|---|---|"]
    for title, bench, metric in HEADLINES:
        same = rows.get((bench, metric))
        if same:
            first = same[0]
            what = f"{title} ({first['size']:,}{'; ' + first['note'] if first.get('note') else ''})"
            lines.append(f"| {what} | {_shown(first['value'])} | {_beside(same)} | `make quality ONLY={bench}` |")
    return "\n".join(lines) + "\n"


def every_row(figures):
    """One row per metric: ours with its interval, each baseline beside it, n and the command."""
    lines = ["| What | Ours | Beside it | n | How |", "|---|---|---|---|---|"]
    for (bench, metric), same in _grouped(figures).items():
        first = same[0]
        note = f" ({first['note']})" if first.get("note") else ""
        interval = first.get("interval")
        own = _shown(first["value"]) + (f" ({_shown(interval[0])}–{_shown(interval[1])})" if interval else "")
        what = f"{bench}: {metric}{note}"
        lines.append(f"| {what} | {own} | {_beside(same)} | {first['size']:,} | `make quality ONLY={bench}` |")
    return "\n".join(lines) + "\n"


def _grouped(figures):
    rows = {}
    for figure in figures:
        rows.setdefault((figure["bench"], figure["metric"]), []).append(figure)
    return rows


def _beside(same):
    return "; ".join(f"{f['baseline']}: {_shown(f['baseline_value'])}" for f in same if f["baseline"]) or "–"


def _shown(value):
    """A share without its leading zero; a count as it is; "–" for what is undefined or could not be run."""
    if value is None:
        return "–"
    return f"{value:.3f}".removeprefix("0") if isinstance(value, float) else f"{value:,}"
