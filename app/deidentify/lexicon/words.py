"""Ordinary words that are no names by themselves, and the heads that turn a name into a medical term."""

from __future__ import annotations

from functools import lru_cache

from faker.providers.lorem.en_US import Provider as Lorem

from app.deidentify.lexicon.clinical import clinical_eponyms, clinical_words
from app.deidentify.lexicon.wordset import wordset

# A capitalised name before one of these is a term, not a person: "Foley catheter", "Wells score".
EPONYM_HEADS = wordset(
    """
    abscess agent algorithm amputation anastomosis anemia anaemia aneurysm anomaly approach area
    arthropathy ataxia atrophy bacillus bandage bodies body bypass canal carcinoma cast catheter cell
    cells chart chorea cirrhosis class classification clamp coma contracture corpuscle criteria culture
    curve cyst deformity degeneration dementia diagram dialysis diet disease diseases disorder drain
    duct dystrophy effect epilepsy equation esophagus oesophagus exam exercise exercises fever filter
    formula fracture frame ganglion gait gangrene gland glands goiter goitre grade grading granules
    granulomatosis hemorrhage hernia index infarct infection inhibitor law lesion lesions leukemia limb
    line lines loop lymphoma maneuver manoeuvre melanosis membrane metastasis method model murmur
    myopathy neoplasm nephritis nerve neuralgia neuropathy node nodes nodules obliterans operation
    osteotomy palsy panel paralysis paresis patch phenomenon pressure procedure prosthesis protocol
    pulse purpura pustulosis reaction reflex repair respiration respirations retractor ring rods rule
    sarcoma scale score scores sign signs smear solution spots spot stage staging stain staining stent
    stenosis stimulation stroke study suture syndrome syndromes tamponade technique test tests
    thyroiditis tic tick trial triad tube tubes tumor tumors tumour tumours tunnel type ulcer unit units
    valve vein view virus wrap zone collar brace splint forceps speculum rod pin pins wire mesh
    inventory questionnaire protein fibers fibres tetralogy phalloparesis phase contractions contraction
    hematocrit granuloma dermatosis osteomyelitis
    """
)

# Known eponyms that ICD titles do not hold as proper words.
EPONYMS = wordset(
    """
    addison alzheimer apgar babinski bartholin basedow behcet binet billroth bishop borg braden bristol
    brudzinski buerger caprini chaddock charcot charlson cheyne child chvostek clostridium colles coombs
    cronkhite crohn cushing doppler down duchenne dupuytren ebstein eisenmenger epstein fallot fanconi
    ferriman foley fontan fournier framingham gallwey gardner gaucher gilbert glasgow gleason
    goodpasture gram graves guillain hashimoto heimlich henoch hickman hirschsprung hodgkin hoehn homans
    horner huntington jackson janeway jarvik kaplan kartagener kernig kirschner korotkoff kussmaul
    lachman lasegue lou ludwig lynch mallory marfan mcburney mcmurray meckel meniere mohs monro morse
    moro murphy nissen osgood osler paget pap parkinson peyronie phalen phren pott prader purkinje
    quincke quinton ramsay ranson raynaud reye rinne romberg roux rovsing sachs salter schwann seldinger
    sjogren sjögren snellen stevens still stokes sturge swan sweet takayasu tinel tourette trendelenburg
    trousseau turner virchow von waardenburg waldenstrom wegener weber wells wernicke whipple willebrand
    wilms wilson yahr zenker zollinger lyme ebola zika marburg coxsackie norwalk bowen barrett sanger
    holter ommaya hemovac bovie yankauer ringer kocher kelly allis metzenbaum cobb bennett monteggia
    galeazzi bankart hill kaposi burkitt ewing merkel barr barre leydig sertoli cowper bowman henle
    langerhans baker bell boston
    """
)

# Names that are, more often, words; they count as names only beside stronger evidence.
AMBIGUOUS = wordset(
    """
    able ace alba alma amber an angel angle april arch art ash august autumn baby bay be bear bell berg
    best bill black bliss blue bo bond book booth brand brown bud bush by candy care carrier case cash
    cat chance chase chest christian church clay cliff close cook cooper coral cork cross crystal dale
    dates dawn day de dean destiny do doe dose drew duke early east eve faith fall fern field fisher fit
    flora floor ford forest fox frank free friday gay gene general glen good grace grant gray green grey
    guy hale hall hand hardy harmony head heath heart heaven hill honey hope house hunter ivory ivy iris
    ira jack jade january jean jet joy judge june junior just justice kale karma key kidney kind king
    knee la lake lane large law lee left lily ling long lord lot love low lucky lung luna mack main
    major man many march mark marine mason max may melody mercy mild miles mill minor miracle moon more
    morgan my new no noble normal north nova olive or page paige park pat pearl penny per peace piper
    poppy post precious price prince queen ray read real red reed rich right ring river rob robin rock
    rocky root rose rosemary ruby rule rusty sage sailor sandy savannah self shade shay short silver sky
    so son south spring star sterling stone storm stout strong summer sun sunday sunny swift temple tiny
    to true van vale victor viola violet wade walker wall war ward waters way weeks west white will
    winter wise wong wood woods wren york young so see sum
    """
)

_FUNCTION_WORDS = wordset(
    """
    a about above after again against all also although am among an and another any are as at away back
    be because been before being below between both but by can cannot could did do does doing done down
    during each either else ever every few for from further get give given go had has have having he her
    here hers herself him himself his how however i if in into is it its itself just last least less let
    like made make many may me might mine more most much must my myself neither never next no none nor
    not now of off often on once one only or other our ours out over own per please quite rather really
    same shall she should show since so some still such take than that the their theirs them then there
    therefore these they this those through thus to today together tomorrow too toward two under unless
    until up upon us use used using very via was we well were what when where whether which while who
    whole whom whose why will with within without would yes yesterday yet you your yours three four five
    six seven eight nine ten first second third
    """
)

_NOTE_WORDS = wordset(
    """
    echo doppler corona desk user users bot sales press
    abdomen abd acute admission admit admitted allergies allergy alert anesthesia anterior appearance
    assessment attending bid bilateral birth blood brief bilaterally cardiac cardiology cardiovascular
    cc chart chief child clinic clinical code complaint complaints condition consent consult
    consultation contact course current daily date dates daughter denies department dermatology
    diagnosis diagnoses dictated discharge discussion disposition doctor dr ed education electronically
    emergency encounter endocrine er exam examination extremities face family father fax female findings
    floor follow followup full gastroenterology gen general gi gu gynecology heart heent history home
    hospital hpi icu impression indication indications instructions insurance interval labs laboratory
    location lungs male medication medications meds mother mr mri mrs ms name national neck negative
    neuro neurologic neurology neurosurgery note notes nurse nursing objective obstetrics oncology
    operative operation ophthalmology orthopedics page patient patients pager past pathology pediatric
    pediatrics pharmacy phone physical physician plan positive post postoperative pre preoperative
    prescription present presenting prior problem problems procedure procedures progress provider
    psychiatric psychiatry pt pulmonary pulse radiology reason record referral referring rehab reports
    report respiratory resident results review rn ros room rx service services sex signed skin social
    son specimen status subjective summary surgeon surgery surgical symptoms system systems tel
    telephone temp therapy today tobacco transfer treatment ultrasound unit urology visit vital vitals
    wbc weight wife american african asian hispanic caucasian european white black latino latina indian
    english spanish french german russian chinese italian polish dutch swedish danish norwegian finnish
    greek portuguese japanese korean turkish arabic hindi jewish catholic muslim protestant hebrew irish
    scottish british canadian mexican medicare medicaid hipaa covid internal international medical
    mental health hiv aids copd chf cad dm htn monday tuesday wednesday thursday friday saturday sunday
    january february march april may june july august september october november december jan feb mar
    apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun morning afternoon
    evening night week weeks month months year years am pm street avenue road lane drive court boulevard
    apt suite address city state zip country county email mail website web url account card credit
    number mrn dob ssn id age born latest best guidelines guideline recommended recommendations updated
    management effectiveness efficacy current contraindications interactions prognosis comparison
    suggested options optimal appropriate evaluation effects hello hi dear thanks thank regards
    sincerely subject re company sir madam who what's i'm i'd i've don't didn't isn't mother's patient's
    doctor's
    """
)


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Lower-case words that are not taken for a name or place on capitalisation alone."""
    lorem = frozenset(Lorem.word_list)
    return _FUNCTION_WORDS | _NOTE_WORDS | AMBIGUOUS | lorem | clinical_words() | EPONYM_HEADS


@lru_cache(maxsize=1)
def eponyms() -> frozenset[str]:
    return EPONYMS | clinical_eponyms()
