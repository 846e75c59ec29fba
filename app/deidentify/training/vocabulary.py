"""Clinical filling for the frames: diagnoses from ICD-10-CM, and drugs, signs, tests and procedures written here."""

from __future__ import annotations

from functools import lru_cache

import simple_icd_10_cm as icd
from faker.providers.lorem.en_US import Provider as Lorem

from app.deidentify.lexicon.lists import words as listed
from app.deidentify.lexicon.names import first_names, last_names
from app.deidentify.lexicon.readings import common_words as everyday
from app.deidentify.lexicon.words import EPONYM_HEADS, EPONYMS, THINGS

# ruff: noqa: E501 (lists as running text)
from app.deidentify.lexicon.wordset import wordtuple

DRUGS = wordtuple(
    """
    acetaminophen albuterol allopurinol alprazolam amiodarone amitriptyline amlodipine amoxicillin
    apixaban aripiprazole aspirin atenolol atorvastatin azathioprine azithromycin baclofen bisoprolol
    bupropion buspirone captopril carbamazepine carvedilol ceftriaxone cephalexin cetirizine
    chlorthalidone ciprofloxacin citalopram clonazepam clonidine clopidogrel clozapine colchicine
    cyclophosphamide dabigatran dapagliflozin dexamethasone diazepam diclofenac digoxin diltiazem
    docetaxel donepezil doxycycline duloxetine empagliflozin enalapril enoxaparin escitalopram
    esomeprazole famotidine fentanyl finasteride fluconazole fluoxetine furosemide gabapentin gentamicin
    glipizide haloperidol heparin hydralazine hydrochlorothiazide hydrocodone hydroxychloroquine
    ibuprofen imatinib infliximab insulin ipratropium isosorbide ketorolac labetalol lamotrigine
    lansoprazole levetiracetam levofloxacin levothyroxine linezolid lisinopril lithium loratadine
    lorazepam losartan meropenem metformin methotrexate methylprednisolone metoclopramide metoprolol
    metronidazole midazolam mirtazapine montelukast morphine mycophenolate naloxone naproxen nifedipine
    nitroglycerin nivolumab olanzapine omeprazole ondansetron oxycodone paclitaxel pantoprazole
    paroxetine pembrolizumab phenytoin piperacillin prednisone pregabalin propofol propranolol
    quetiapine ramipril ranitidine risperidone rituximab rivaroxaban rosuvastatin sertraline sildenafil
    simvastatin sitagliptin spironolactone sumatriptan tacrolimus tamoxifen tamsulosin ticagrelor
    tiotropium topiramate tramadol trastuzumab trazodone valproate valsartan vancomycin venlafaxine
    verapamil vincristine warfarin zolpidem
    """
)
SYMPTOMS = tuple(
    """chest pain|shortness of breath|nausea and vomiting|abdominal pain|fever|headache|dizziness|fatigue|back pain
    |palpitations|cough|weight loss|night sweats|leg swelling|rash|blurred vision|numbness|weakness|diarrhea|constipation
    |syncope|confusion|joint pain|sore throat|hematuria|dysuria|insomnia|anxiety|seizures|wheezing|loss of appetite
    |difficulty swallowing|neck stiffness|itching|tremor|jaundice|bleeding|easy bruising|hearing loss|double vision""".replace(
        "\n    ", ""
    ).split("|")
)
PROCEDURES = tuple(
    """appendectomy|cholecystectomy|coronary angiography|total knee replacement|hip arthroplasty|colonoscopy|bronchoscopy
    |lumbar puncture|cardiac catheterization|coronary artery bypass grafting|hysterectomy|mastectomy|craniotomy|thyroidectomy
    |laminectomy|hernia repair|upper endoscopy|CT of the chest|MRI of the brain|echocardiogram|liver biopsy|dialysis
    |tonsillectomy|cesarean section|skin graft|vitrectomy|nephrectomy|splenectomy|carotid endarterectomy|EEG""".replace(
        "\n    ", ""
    ).split("|")
)
LABS = tuple(
    """hemoglobin|WBC|platelets|sodium|potassium|chloride|BUN|creatinine|glucose|calcium|albumin|AST|ALT|bilirubin|TSH|HbA1c|INR
    |troponin|BNP|CRP|ESR|ferritin|lactate|D-dimer|PSA|lipase|magnesium|phosphorus|LDL|triglycerides""".replace(
        "\n    ", ""
    ).split("|")
)
DEPARTMENTS = tuple(
    """Cardiology|Neurology|Orthopedics|Radiology|Pathology|General Surgery|Internal Medicine|Pediatrics|Oncology|Psychiatry
    |Emergency Medicine|Urology|Nephrology|Dermatology|Infectious Disease|Anesthesiology|Gastroenterology""".replace(
        "\n    ", ""
    ).split("|")
)
BRANDS = wordtuple(
    """
    Tylenol Advil Motrin Aleve Lipitor Crestor Plavix Eliquis Xarelto Coumadin Lasix Lopressor Toprol Norvasc
    Zestril Cozaar Diovan Synthroid Lantus Humalog Novolog Levemir Ozempic Trulicity Jardiance Farxiga Januvia
    Humira Enbrel Remicade Keytruda Opdivo Herceptin Rituxan Avastin Zoloft Prozac Lexapro Celexa Wellbutrin
    Effexor Cymbalta Abilify Seroquel Zyprexa Risperdal Haldol Ativan Xanax Valium Klonopin Ambien Neurontin
    Lyrica Keppra Dilantin Depakote Lamictal Topamax Tegretol Zosyn Unasyn Augmentin Rocephin Ancef Keflex Cipro
    Levaquin Zithromax Bactrim Flagyl Merrem Invanz Teflaro Cubicin Zyvox Diflucan Valtrex Tamiflu Paxlovid
    Zofran Reglan Protonix Prilosec Nexium Pepcid Colace Senokot Miralax Dulcolax Lovenox Heplock Decadron Medrol
    Solumedrol Benadryl Claritin Zyrtec Flonase Advair Symbicort Spiriva Ventolin Duoneb Singulair Mucinex
    Prevnar Shingrix Gardasil Fluzone Boostrix Havrix Pneumovax Comirnaty Spikevax Ensure Glucerna Boost
    """
)
ORGANISMS = tuple(
    """Klebsiella pneumoniae|Klebsiella oxytoca|Serratia marcescens|Candida glabrata|Candida albicans|Bordetella pertussis
    |Proteus mirabilis|Enterobacter cloacae|Acinetobacter|Stenotrophomonas|Citrobacter freundii|Bacteroides fragilis|Listeria
    |Clostridioides difficile|Haemophilus influenzae|Moraxella|Neisseria meningitidis|Salmonella|Shigella|Legionella|Bartonella
    |Borrelia|Treponema pallidum|Cryptococcus|Aspergillus fumigatus|Mucor|Toxoplasma|Plasmodium vivax|Giardia|Entamoeba
    |Streptococcus agalactiae|Staphylococcus epidermidis|Morganella|Providencia|Brucella|Coxiella|Nocardia|Actinomyces""".replace(
        "\n    ", ""
    ).split("|")
)
STAINS = wordtuple(
    """
    Gomori Giemsa Ziehl-Neelsen Wright Masson Perls Grocott Warthin-Starry Hematoxylin Gram Papanicolaou Fontana
    Mucicarmine Alcian Trichrome Reticulin
    """
)
MAKERS = wordtuple(
    """
    Medtronic Abbott Stryker Olympus Siemens Philips Zeiss Ethicon Boston Baxter Synthes Zimmer Smith-Nephew Cook
    Teleflex Arrow Gore Bard Covidien Karl-Storz Draeger Hamilton Fresenius Edwards Hancock Perimount Palacos
    Endocatch Endoloop Vicryl Monocryl Prolene Surgicel Gelfoam Macintosh Glidescope Ultravist Omnipaque Isovue
    """
)
MAX_TITLE = 90
# Word parts that make the long tail of clinical language.
_FRONTS = wordtuple("""cardio neuro gastro hepato nephro osteo arthro dermato hemato broncho laryngo rhino oto cysto hystero colo entero
    veno arterio lympho spleno thyro adeno myo chondro cranio encephalo ophthalmo trans intra peri retro hypo hyper micro macro""")
_BACKS = wordtuple("""scopy scopic graphy gram pathy megaly plasty tomy logy logic lysis sclerosis cutaneous vascular esophageal pulmonary
    cellular venous muscular abdominal duodenal genic trophic stenosis necrosis""")


@lru_cache(maxsize=1)
def diagnoses() -> tuple[str, ...]:
    """Every fifth title of ICD-10-CM that is not too long."""
    return tuple(t for t in (icd.get_description(c) for c in icd.get_all_codes()[::5]) if len(t) <= MAX_TITLE)


@lru_cache(maxsize=1)
def common_words() -> tuple[str, ...]:
    """Clinical and everyday words, and adjectives and adverbs made of them, that are nobody's name."""
    named = first_names() | last_names()
    plain = sorted((listed("clinical_words") | frozenset(Lorem.word_list)) - named)
    made = [
        word + ending
        for i, word in enumerate(plain)
        if word.endswith(("al", "ic", "ous", "ar"))
        for ending in (("ally" if word.endswith("ic") else "ly"),)
        if i % 2
    ]
    terms = [f"{front}{back}" for front in _FRONTS for back in _BACKS]
    return tuple(plain + made + terms)


@lru_cache(maxsize=1)
def things() -> tuple[str, ...]:
    """Whoever instruments, scores and signs are called after, capitalised."""
    return tuple(sorted(name.title() for name in THINGS))


@lru_cache(maxsize=1)
def brands() -> tuple[str, ...]:
    """Trade names of medicines, dressings and devices."""
    return BRANDS + tuple(word.title() for word in sorted(listed("brand_words")))


@lru_cache(maxsize=1)
def openings() -> tuple[str, ...]:
    """Everyday words as they open a sentence, those that many people are called among them."""
    plain = [word for word in everyday() if len(word) > 2]
    return tuple(word.capitalize() for word in (*plain, *common_words()[::3]))


@lru_cache(maxsize=1)
def eponym_terms() -> tuple[str, ...]:
    """Terms named after people, every eponym with several heads: none of them is an identifier."""
    heads = sorted(EPONYM_HEADS)
    return tuple(
        f"{name.title()}{('', chr(39) + 's')[(i + j) % 3 == 0]} {heads[(i * 7 + j * 31) % len(heads)]}"
        for i, name in enumerate(sorted(EPONYMS))
        for j in range(12)
    )
