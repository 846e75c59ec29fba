"""Training frames in other layouts and voices: shift notes, letters of other countries, lists, addresses, messages."""
# ruff: noqa: E501, W291 (one frame per line; a label may end on a space)

NOTES = """
[pt|patient|resident] [slept well|refused meds|up in chair|voided x2], [son|dtr|wife|spouse|sister] {first} [visited|called|at bedside|brought clothes].
{time} [vs stable|pain 3/10|assisted to bathroom], [md|np|dr] {last} [aware|notified|paged].
[report given to|report from|relieved by|endorsed to] {first} [rn|RN|on 4 west|]
[she|he] works [at|for] {org} and [lives|stays] in {city}.
[drove|flew|bused|moved|came] [in |up |down |over |]from {city} [with|to see] [her|his] [aunt|brother|partner] {first}.
[Dtr|Son|Niece|Neph|Gdtr|Ex] {first} ([POA|lives nearby|{city}|HCP]) [updated|agrees|to call back].
[w/|with] [ex|ex-wife|fiance|bf|gf|roommate|sponsor] {first}[, works at {org}|].
{last} [M|F] {age} [LOC|rm|bed] {n}: [npo|tele|d/c today|await placement {org}|mri pending].
{last}/{last}/{last} [team|rounds|on call].
[Attg|Attn|Res|Fellow|Intern|Sub-I]: {last} [/|-|;] [Res|Intern|MS3]: {last}
[hospitalist|intensivist|cardiologist|surgeon|oncologist|midwife|dietitian|chaplain|pharmacist|interpreter|aide|doula] {last} [saw pt|recommends {drug}|will follow|at bedside].
([hospitalist|surgery|neuro|ortho|anaesthesia|psych]: {last}, [aware|consulted|called at {time}])
[Discussed|Reviewed|Spoke|D/w|S/w] [with|] {last} ([renal|neuro|ID|surgery]) [by phone|at {time}|this morning].
[Found|Seen|Brought] by [home health aide|neighbor|landlord|daughter-in-law|bystander] {name}.
{first} and {first} {last} [are the parents|were present|attended the meeting].
[Grandparents|Foster parents|Parents|Twins|Siblings] {first} and {first} {last}[ of {city}|].
Sibs: {first} ({dx}), {first} ([well|healthy]), {first}. Father {name} d. {age}. Mother {first} née {last}.
Mat. aunt {first}, {dx}. Pat. uncle {first}, {dx}. [Half-brother|Stepsister] {first} well.
Children: {first}, {n}, {first}, {n}, and [baby|little] {first}.
[baby|infant|twin A|little] {first}, [named|born to] {first} {last}[ in {city}|].
He was born {date} in {city}, {country}, to {first} and {first}.
Pt [originally|] from {country}, [moved to|settled in|lives near] {city} [since|in] {year}.
Travel: {country} [and {country}|], {city} [({month})|last spring|].
[Returned|Back|Deported|Arrived] from {city}, {country} [febrile|with {sx}|last week].
[via|through] {city} and {city}, [no|] [sick contacts|bites].
[Attends|Goes to|Graduated from|Student at|Teaches at|Suspended from|Enrolled at|Freshman at] {school}[ in {city}|].
[Goes to|Member of|Active in|Sings at|Volunteers with|Deacon at|Helps out at] {church}.
[Quilting|Bingo|Lunch|Meals] [at|from] {church} [hall|every week|].
[Employed by|Laid off from|Injured at|Driver for|Welder at|Works nights at|Cashier at|Manager at|Hired by|On leave from] {employer}[ in {city}|, {city} plant|].
[Employer|Company|Workplace|Place of work]: {employer}
Insurer {employer}, adjuster {name}. Solicitor {name} of {last} {last} LLP.
[Stays|Resides|Lives|Placed|Bed available] [at|in] {home}[, room {n}|].
[BROUGHT|TRANSFERRED|SENT|CAME] [FROM|IN FROM] {HOME} [AFTER A FALL|FOR EVALUATION|BY AMBULANCE].
[Outside|Prior|Previous|Old] [imaging|CT|MRI|films|labs] [from|at|done at] {hosp}[, {date}|].
[COMPARISON|PRIOR|OUTSIDE STUDY]: {date} [FROM|AT] {HOSP}
[Arrived at|En route to|Diverted to|Accepted by|Bed at] {hosp}[ at {time}|].
[Funeral home|Remains released to|Mortuary]: {last} & [Sons|Daughters]
[DME|Home oxygen|Infusion|Hospice|Meals] [via|by|from|:] {employer}.
[Rep|Vendor] {first} from {employer} [present|in room].
[Wife|Mum|Mam|Missus|Dad|Carer|Nan|Hubby] {first} [drove|phoned|rang|translated|is worried].
[Mr|Mrs|Ms|Miss|Master|Smt|Shri|Frau|Herr|Sra|Mme] {name} [attended|was admitted|was seen|came] [alone|with {first}|under Dr {last}].
{name} [W/o|S/o|D/o|C/o] {name}, [r/o|resident of|vill.|from] {city}.
Under Dr. {name} with {dx}. Attender: {first} ([son|brother]).
[Reviewed|Listed|Operated|Seen] [by|with] [Mr|Miss|Prof|Dr] {name}, [consultant|registrar|locum GP].
Many thanks for [asking me to see|referring] this {age}-year-old [man|lady|builder|farmer|clerk], {name}, [from {city}|with {dx}].
This [delightful|frail|keen|retired] [lady|gentleman|golfer|driver] from {city} [was reviewed|returned] with [his|her] [wife|daughter|carer] {first}.
I [shared|passed] the results [with|to] {first} and [his|her] [GP|doctor], Dr {last} of {surgery}.
cc: Dr {last}, {surgery}, {addr}
[GP|Surgery|Practice|Referrer]: {surgery}
{surgery}\\n{addr}
Ordering: {LAST}, {FIRST} [NP|MD|PA]  ACC: {id}
[SURGEON|ENDOSCOPIST|ANES|TECH|OPERATOR|READ BY|CALLED TO]: {last}, {first}
[CALLED TO|DISCUSSED WITH|REPORTED TO|READ BY] {LAST} [AT {time}|ON {date}|IN CLINIC].
[Surname|Forename|Last name|First name|Given name|Family name]: {last}
[Ward|Bed|Case|Unit|Team|Shift|Tech|Result]: [pending|general|closed|days|nights|ok]
{lab},{val},[mg/dL|mmol/L|g/dL],{last}
| {last}, {first} | {dx} | {last} |
{n}\\t{last}\\t{age}\\t{last}\\t[wean O2|PT eval|family meeting w/ {first}|echo]
{LAST} {FIRST} {age} [M|F] [CP|SOB|FALL|ABD PAIN|SYNCOPE]
{n}. {last} - {dx}; {n}. {last} - {dx}
[nurse|dr|doctor|mrs|mr|ms] {last} [said|told me|wants me|called] [to stop {drug}|my {lab} was {val}|about my {sx}].
hi dr {last}, [its|it's|this is] {first}, my {sx} is [back|worse]. [thx|thanks] {first}
im at my [aunt|sister|friend] {first}s [house|place] in {city}
[{date}, {time}] {first}: [ok thanks|see you then|when is my appointment?]
[AGENT|CALLER|NURSE|PT|Q|A]: [This is|My name is|Speaking with] {name}.
[From|To|Cc|Sent by]: {last}, {first}
{first} - [bed ready|please call|see attached] at {hosp}. {first}
/{first}
Regards\\n{first} {last}\\n{employer}
[Signed|Witness|Scribe|Notary|Prepared by|Filed by] {I}. {last}
- {first} {last}, [RN|LCSW|OT|MA]
-{last}
{I}. {last} [RN|NP|PT|EMT]
[husband|wife|daughter|son] {lfirst} [and|&] [sister|brother] {lfirst} [in waiting room|updated|took pt home].
dr {llast} [at bedside|to see pt|ok w/ d/c], [rn|cna] {lfirst} [helped|aware].
[saw|seen by|per|called] {lfirst} {llast} [today|yesterday|for refill] [in {lcity}|].
{lfirst} {llast} [45m|62f|33yo] [moved from|from|lives in] {lcity}, [works at|for work w/] {lorg}.
[Will|Grace|May|Mark|Rose|Hope|Faith|Art|Chase|Grant|Dale|Fern|Joy|Rich] [may need|will need|is needed] [is a word here|as before|for now].
""".strip().splitlines()

ADDRESSES = """
Address: {addr}
[lives|living|stays|resides|residing] at {addr}[, with {first}|.|]
[of|r/o|from] {addr}
{name}\\n{addr}
{name}, {addr}
{hosp}, {addr}
{employer}\\n\\n{addr}
{employer} [has its depot|keeps a shop|receives post] at {addr}
[My|Our|The new|His|Her] [address|place|house] is {addr}[.| now.|, please update it.]
[Send|Mail|Ship|Deliver] [the results|it|this] to {addr}[?|.]
[Find|Visit|Join] [me|us] at {addr}
I am at {addr} [right now|for a few days].
[Pick up|Drop off|EMS called to|Found at|Accident at|Dispatched to] {addr}
[pickup|crash|fell|found] at {corner}
the corner of {street} and {street}
{corner}
> {name}\\n> {employer}\\n> {addr}
{name}\\n\\n{city}\\n{country}
{name}\\n{addr}\\n{phone}
Billing address: {addr}
PO Box {n}{n}{n}, {city}
[Home visit|Delivery|Lockbox] [at|:] {addr}, [gate code {n}{n}{n}{n}|key under mat]
""".strip().splitlines()

ORGANISATIONS = """
{employer} [was founded in|opened in|moved to|is based in] {city}.
[I|We] [work|worked|used to work|interned] [for|at] {employer}[ as a clerk| as an engineer| until last year|].
{name} [of|from|at] {employer} [joined the call|is on leave|chairs the board|rang].
The {employer} [office|branch|team|warehouse|plant|cafeteria|Orchestra] [is closed|was founded in {year}|won|moved].
{employer} [spokesman|engineer|foreman|nurse|driver|director] {name} [said|waited|retired].
{employer} [is|was] [a|the] [charity|family firm|main tenant|sponsor|supplier].
[During|In] {year}, {employer} [invested|opened|hired|bought] [a laboratory|a plant|{employer}].
[Trained|Apprenticed|Began] at {employer}[, then {employer}| in {city}|].
{employer}, {employer} and {employer} [pay best|closed early|share the building].
[The|A] {employer} [card|account|bill|invoice|form] [arrived|is missing].
[Letter|Fax|Form|Records] from {employer} [received|scanned|pending].
[applied to|retired from|sued|left|founded] {employer}[.| in {city}.]
[Benefits|Pension|Disability|Coverage] [through|via|with] {employer}.
[Wears|Bought|Uses] {employer} [uniform|boots] at work.
{name}\\n{employer}
{name}\\n[Engineer|Accountant|Teacher]\\n{employer}\\n{phone}
[Company|Firm|Business|Organization]: {employer}
The {hosp} [clinic|office|campus|ER|pharmacy] [called|is closed|faxed].
seen [at|in] {hosp} [ER|clinic|urgent care] on {date}
[I'm|We are|My parents are] [from|going to|flying to|back from] {country}.
[In|From|Across] {country} [winters are long|the food is good|trains run late].
{country} [closed its border|won again|held an election].
[Her parents|The family|They|My aunt] [emigrated|fled|came over] from {country}[ to {city}|].
""".strip().splitlines()

UNTOUCHED = """
[Needs|Wants|Has|Takes|Denies|Reports|Walks|Sleeps|Lives|Works|Uses|Smokes] [grab bars|help with bathing|a cane|poorly|alone|daily].
[Sputum|Blood|Urine|Wound] [culture|cultures] grew {bug}; sensitive to {brand}.
{bug} and {bug} [isolated|not detected|by PCR].
{stain} [stain|staining|stains] [was|were] [negative|positive] for [organisms|amyloid|fungi].
[Continue|Stop|Hold|Start|Switched to|Changed to|Given] {brand} [and {brand}|{dose}|prn|weekly].
{Brand} {dose} [daily|bid|weekly], {Brand} {dose}, {Brand}.
Vaccines: {Brand}, {Brand} [booster|series|x2].
[A|An|The] {maker} [pump|scanner|ventilator|catheter|stapler|graft|valve|scope|blade] [was used|placed|failed].
[{maker}|{maker} {maker}] [cement|stent|mesh|drain|monitor|device] [placed|in situ|removed].
{LAB} {val} {LAB} {val} {LAB} {val} [H|L|]
[EMT|EKG|ECG|TTE|TEE|EGD|ERCP|MRCP|PFT|LP|BMP|CBC|CMP|UA] [done|pending|normal|reviewed], [GCS|NIHSS|HEART|MELD|APACHE] {n}.
[PMH|PSH|FH|SH|ROS|HPI|MEDS|ALL|PE|A/P|CC|VS]: {dx}
[Trop|Hgb|Plt|Cr|Lact|Trops|Bili|Mag|Phos] [neg|{val}|pending] x{n}.
[Dex|Epi|Levo|Vanc|Zosyn|Roc|Keta|Tylenol|Motrin] {dose} given at {time}.
[Case|Submitting|Surname|Forename|Ordering|Tech|Result|Reference|Specimen|Comment|Status|Order]: 
[Poison control|Infection control|Risk management|Blood bank|Bed control|Case management] [called|notified|consulted].
[Diet|Activity|Disposition|Condition|Access|Lines|Drains|Code]: [Regular|As tolerated|Home|Stable|PIV|None|Full].
[Eczema|Asthma|Obesity|Anxiety|Migraine|Gout|Anemia|Hernia|Croup|Shingles] [improving|worse|resolved|stable].
{Cw} [is|was|are|were] [noted|seen|planned|discussed] [today|again|with patient].
{Cw}: {cw} {cw}. {Cw} {cw}: {cw}.
- {Cw} {cw}\\n- {Cw}\\n- {cw} {cw}
[WOUND|SKIN|LUNGS|HEART|ABD|NEURO|EXT|LIVER|SPLEEN]: [CLEAN|NORMAL|UNREMARKABLE|NO EDEMA|SOFT] [AND DRY|BILATERALLY|]
[NO|MILD|SMALL|LARGE|STABLE] [FRACTURE|EFFUSION|HERNIA|MASS|NODULE] [SEEN|IN THE LEFT KIDNEY|OF THE RIGHT HIP].
{Eponym}, {eponym} and {eponym} [absent|present|normal].
[Mediterranean|Low-salt|Ketogenic|Dash|Renal] diet. [Western|Eastern|Northern] [blot|blots] negative.
[Hematoxylin|Eosin|Trypan|Methylene|Congo|Prussian|Evans|Lugol] [blue|red|and eosin|iodine] [stain|dye|staining].
[Transesophageal|Transthoracic|Doppler|Contrast|Stress] [echo|echocardiography|study] [showed|revealed] {cw}.
[Crackles|Wheezes|Reflexes|Pulses|Clubbing|Rales] [present|absent|symmetric|at bases].
She is [Muslim|Catholic|Jewish|Hindu|Buddhist|Christian] and speaks [Arabic|Spanish|Hmong|Tagalog|Farsi|Somali].
[Arab|Palestinian|Turkish|Somali|Nigerian|Bosnian|Vietnamese|Haitian] [man|woman|family|descent] with {dx}.
""".strip().splitlines()
