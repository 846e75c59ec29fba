"""Frames shaped like real notes, where capitals mark things and not people: operations, lists, reviews of systems, scores."""
# ruff: noqa: E501 (one frame per line)

# No identifier in any of these: an unknown capitalised word is an instrument, a suture, a score, a medicine or a heading.
THINGS_ONLY = """
[A|The] {thing} [needle|retractor|clamp|forceps|scissors|catheter|drain|elevator|rongeur|speculum|cannula|hook|plate|nail|stem|cup|tube|snare|blade] was [inserted|placed|used|introduced|passed|removed][ without difficulty|][.| under direct vision.]
[Two|Three|Several|Curved|Straight|Small] {thing} [clamps|retractors|forceps|wires|pins|screws|scissors|sutures] were [placed|applied|used|removed].
The {thing}[ was|] [removed|advanced|withdrawn|clamped|flushed] and [the|a] {thing} was [placed|inserted].
The [{thing}|{thing}'s|{thing}-{thing}] [fascia|layer|ligament|space|pouch|triangle|membrane|fibers|node|plane|duct|canal|line] was [identified|incised|opened|closed|entered|preserved|reapproximated].
Dissection was carried down through [{thing}|{thing}'s] [fascia|layer] with [{cw}|electrocautery|a {thing}].
[Skin|Fascia|Dura|Peritoneum|The incision|The wound] was closed with [interrupted |running |2-0 |3-0 |4-0 |#4-0 undyed |]{Brand}[ and {Brand}|, {Brand} and {Brand}| in a subcuticular fashion| sutures|].
{Brand}[-{Cw}|] and {Brand} were applied[ to the wound|].
[Hemostasis|Haemostasis|{Word}] was [obtained|achieved|secured|confirmed|found to be complete] with [{cw}|{Brand}|electrocautery|the {thing}].
{Word} [incision|dissection|attention|irrigation|lavage|exposure|closure] was [made|performed|carried out|done|turned to the {cw}].
{Word} {cw} [was|were] [placed|noted|seen|used|divided|ligated|preserved].
[Position|Prep|Drapes|Closure|Mesh|Drain|Approach|Implant|Tourniquet|Specimen]: {Word}. [Position|Prep|Drapes|Closure|Mesh|Drain|Approach]: {Brand}.
[Instruments|Tray|Used|Set]: {thing}, {thing}, {thing}, {thing}, {thing}.
[Instruments|Tray]: {thing} forceps x2, {thing} x4, {thing} {thing} x6, {thing} speculum.
[Lines|Tubes|Sutures|Dressings|Devices]: {Brand}, {thing}, {Brand}, {thing}.
{thing} [I|II|III|IV|V|A|B|C|D|1|2|3|4|5|IIa|IIIb|2b|14|18].
{thing} [grade|stage|type|class|level|score|scale] [I|II|III|IV|1|2|3|6][ and {thing} {n}|].
{thing}-{thing} [I|II|III|B|C|2|3a|4] [fracture|injury|of the {cw}|].
{thing} {n}, {thing} {n}, {thing} [II|III|B].
[Scores|Risk|Staging]: {thing} {n}; {thing} {n}; {thing} [low|high|positive|negative|met].
{thing} [sign|test|maneuver|manoeuvre|reflex|point|criteria|stain|bodies|cells] [positive|negative|present|absent|equivocal].
{thing}, {thing} and {thing} [stains|tests|signs] were negative.
[{thing}|{thing}'s|{thing}-{thing}] [disease|syndrome|lymphoma|tumor|palsy|hernia|cyst|fracture] [was excluded|is unlikely|in remission|since childhood].
[Meds|Home medications|Current medications|Rx|Medications]: {Brand}, {Brand}, {Brand}, {Brand}.
[Meds|Allergies|Failed|Tried|Stopped|Given|Vaccines|Inhalers|Creams]: {Brand}[,| and] {Brand}.
{Brand}, {Brand}, {Brand} [given|stopped|held|tried|failed|continued|charted].
{Brand} {n}0 [od|bd|tds|nocte|prn|daily|bid], {Brand} {n}0 [od|bd|nocte], {Brand}.
[T.|Tab|Tab.|Inj|Inj.|Cap|Cap.|Syp|Syp.] {Brand} {n}0[, |; ][T.|Tab|Inj|Cap|Syp.] {Brand}[ 1-0-1| bd| sos|].
[On|Started on|Switched to|Considering|Now on] {Brand}[ or {Brand}| and {Brand}|]. Stopped {Brand}.
{Brand}-[induced|associated|related] {cw}[ and {cw}|]. {Brand} toxicity.
[General|Constitutional|Eyes|ENT|Resp|CV|GI|GU|Skin|Neuro|Psych|Endocrine|Musculoskeletal]: {Word}. [General|Eyes|ENT|Resp|CV|GI|GU|Skin|Neuro|Psych]: {Word}, {cw}. [Neck|Lungs|Heart|Abdomen]: {Word}.
[HEENT|Head|Eyes|Nose|Throat|Neck|Lungs|Heart|Abdomen|Extremities|Mood|Affect|Gait|Speech]: {Word}. [Sclerae|Conjunctivae|Pupils|Tonsils|Turbinates] {cw}.
- {Word}\\n- {Word} {cw}\\n- {Cw}\\n- {Brand} x {n} d
* {Cw}, {cw}\\n* {Brand} and {Brand}\\n* {Word} {cw}
1. {Cw}\\n2. {Cw}\\n3. {Word} {cw}: {Brand}
# {Cw}: {Brand} {n}0\\n# {Cw}: {Brand}\\n# {Word}: {Word}
[Jobs|Plan|Problems|To do]:\\n[ ] {Word} {cw}\\n[ ] {Word}\\n[ ] {Word} {cw}
{Word}. {Word} {cw}. {Word} {cw} {cw}. {Word}.
{Word} overnight. {Word} {cw}. {Word}, {cw}.
[Apparently|Unfortunately|Thereafter|Subsequently|Overall|Notably|Grossly|Clinically|Currently|{Word}], [the patient|she|he|there was] {cw} [was|had] {cw}.
{Word} [patient|family|instructions|orders|referral|records|left|sent|reviewed|given|booked|chased].
[FINDINGS|IMPRESSION|PROCEDURE|INDICATION|COMPLICATIONS|DIAGNOSIS]: {WORD} {CW}. {WORD} OF THE {CW}. {WORD}.
{WORD} {CW} {CW}. {BRAND} GIVEN. {THING} PATENT. {WORD} {CW}.
[MEDS|ALLERGIES]: {BRAND}, {BRAND}, {BRAND}. {WORD}: {WORD}.
PT {WORD}. {WORD} {CW}. {THING} [GRADE|STAGE] [II|III|2]. {WORD} {CW}.
{thing} [frame|walker|splint|brace|collar|mattress|lift|pump|mask|regulator] [at home|supplied|fitted|in situ].
[Gram|{thing}] stain: {Word}. Culture: {Word}. Sensitivities: {Brand}, {Brand}.
[Technique|Contrast]: {Word} {cw}, {Brand}. Findings: {Word} {cw}. {thing} [II|IIF|3] cyst. {thing} [lobe|nodes|diverticulum|body].
Supplied by [the manufacturer|{thing}]: {Brand} ({thing} type).
[Largest|Smallest|Proximal|Distal|Left|Right|Multiple|{Word}] [node|lesion|mass|fragment|focus] {n} cm.
The {cw} was {cw}, {Brand} was {cw} and the {thing} {cw}.
Text: {Word} {cw}.\\nText: {Word}: {cw}
{Word}:\\n{Word} {cw}\\n{Word}:\\n{Word}
""".strip().splitlines()

# The same shapes with people in them: what tells a person is the place, not the capital.
PEOPLE_AMONG_THINGS = """
[Surgeon|Assistant|Scrub|Anaesthetist|Anesthesiologist]: {name}. [Instruments|Sutures]: {thing}, {Brand}.
Dr. {last} [closed|opened|identified] the {thing} [fascia|layer] with {Brand}.
[Seen|Reviewed|Examined] by {name}. {thing} score {n}. {Word} {cw}.
{last} was [seen|reviewed|examined|admitted|discharged|transferred] [today|overnight|by the team]. {Word} {cw}.
{first} [slept well|declined breakfast|refused {Brand}|was agitated|walked to the bathroom|denies pain|lives alone|is a {age}-year-old].
{first} [says|reports|rang|asked|told me|complains] that the {Brand} makes [her|him] sick.
pt {lfirst} [c/o|given|refused|settled after] {sx}
pt {llast} [c/o|asleep|for ct|npo]
[wife|husband|son|daughter|mum|dad|sister|brother|carer|nurse|dr|mr|mrs|hca|physio] {lfirst} [aware|informed|at bedside|called|updated|visiting]
[mr|mrs|dr|ms|miss] {llast} [informed|paged|for discharge|slept well|unhappy|fell in bathroom]
[Discussed|Spoke] with {first}[, her daughter| on the phone|]. {Word} {cw}.
[Told|Rang|Called|Met] {first} [about|to discuss|regarding] the {cw}.
{Word} {cw}. {Brand} given.\\n{last}, [RN|SpR|HCA|ST4|FY1|MD|PA-C]
{Word} overnight. [- |/|~ |]{first} [RN|HCA|]
[Regards|Kind regards|Thanks|Many thanks|Best wishes|Sincerely],\\n{name}
[Meds|Given]: {Brand}, {Brand}. [Husband|Wife|Son] {first} [will collect|aware].
- {Word}\\n- {Brand}\\n- [d/w|discussed with] {last}
{NAME}, {LAST}. {WORD} {CW}. {BRAND} GIVEN.
PATIENT: {NAME}. FINDINGS: {WORD} {CW}. {WORD}.
[Signed|Entered by|Dictated by|Checked by|Reported by]: {name}
{last} and {last} [reviewed|saw] the films. {thing} [II|III] {cw}.
""".strip().splitlines()
