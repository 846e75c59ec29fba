"""Sentence frames of clinical notes for training; ``[a|b]`` chooses, ``{slot}`` is filled (see `slots`)."""
# ruff: noqa: E501 (one frame per line)

NARRATIVE = """
{name} is a {age}-year-old [man|woman|male|female|lady|gentleman] [with|with a history of|with known] {dx} who presents with {sx}.
[Mr.|Mrs.|Ms.] {last} is a [pleasant |]{age} y/o [m|f|man|woman] [admitted|transferred] from {hosp} [on {date} |]for {dx}.
This is a {age} yo [M|F] with PMH of {dx} and {dx} [seen at|referred from|transferred from] {hosp}.
Pt {name} [c/o|complains of|reports] {sx} x {n} days.
I [saw|evaluated|examined] [Mr.|Mrs.|Ms.] {last} in [clinic|consultation|follow-up] [today|on {date}].
{first} [reports|states|says] that [her|his] {sx} has [improved|worsened|resolved] since {date}.
[Patient's|Pt's] [wife|husband|daughter|son|mother|father|brother|sister], {first}, [is at bedside|provided the history|was called].
The patient's [wife|husband|daughter|son|sister|niece] {name} can be reached at {phone}.
Lives in {city} with [his|her] [wife|husband|partner|daughter|son] {first}.
[He|She] lives [alone |]at {street}, {city}.
[He|She] was born in {city} and moved to {city} in {year}.
[He|She] works as a teacher at {org} in {city}.
[He|She] retired from {org} [last year|in {year}].
Former smoker, worked at {org} for {n} years.
Has {n} children; [oldest|youngest] [son|daughter] {first} lives in {city}.
Social history: married to {first}, two children, {first} and {first}.
Referred by Dr. {last} for evaluation of {dx}.
Dr. {last} [from|of] {dept} was consulted and recommended {drug}.
Discussed with Dr. {name}[, who agrees with the plan| of {dept}|].
Case discussed with {name}, [MD|DO|PA-C|NP|RN].
[Seen|Evaluated|Examined] by {name}, MD, on {date}.
Dr. {last} will [follow|see the patient in clinic|arrange follow-up] in {n} weeks.
Follow up with Dr. {name} at {hosp} on {date}.
The patient was [admitted to|discharged from|seen at|treated at|transferred to] {hosp} on {date}.
[She|He] underwent {proc} at {hosp} [by|with] Dr. {last} on {date}.
[She|He] had a {proc} in {city} in {year}.
Prior workup at {hosp} in {city} showed {sx}.
Outside records from {hosp} [were reviewed|are pending|have been requested].
On {date}, {last} was started on {drug} {dose}.
{last} tolerated the procedure well and was taken to recovery.
{last} has a history of {dx}, followed by Dr. {last}.
[Per|According to] {first}, [his|her] [mother|wife|son], the {sx} began on {date}.
{first} {last} was brought in by EMS from {street} after {sx}.
EMS was called by [a neighbor|his roommate], {name}.
[Spoke|I spoke] with {first} by phone at {phone} regarding {lab} results.
[Called|Paged] Dr. {last} at {phone} with critical {lab}.
Consent was obtained from {name}, [the patient's|his|her] [wife|son|guardian].
Health care proxy is {name} ([daughter|son|spouse], {phone}).
{name} ([wife|mother|daughter]) states [pt|patient] has had {sx}.
Infant {last} was delivered at {hosp} to {name}.
Baby [boy|girl] {last} born at 39 weeks to {first} {last}.
Mother: {name}, age {age}. Father: {name}.
Pediatrician: Dr. {last}. Mom {first} reports {sx}.
{first} is in the 3rd grade at {org}.
School nurse at {org} noted {sx}.
Patient [travelled|traveled] to {city} [last month|in {month}] and returned with {sx}.
Recent travel to {city}, {country}.
Patient is from {city}, {state}[ and is here visiting family|].
[Resident|Residing] at {hosp} [nursing home|since {year}|].
{hosp} [staff|nurse {first}] reported {sx} overnight.
Medications were called in to {org} pharmacy in {city}.
Transferred from {hosp} to {hosp} for higher level of care.
[Attending|Surgeon|Assistant|Anesthesiologist] was Dr. {name}.
[PCP|Primary care physician] is Dr. {name} in {city}.
[PCP|Cardiologist|Neurologist|Oncologist|Urologist]: {name}, [MD|DO].
I appreciate the opportunity to care for {name}.
Thank you for referring {name} to our [clinic|practice|department].
Thank you, Dr. {last}, for this interesting consult.
I have explained the risks to {first} and [her|his] [family|husband|wife] {first}.
{name} verbalized understanding and agreed.
Interpreter {first} (ID {id}) was used.
Physical therapy ([PT|therapist] {first} {last}) recommends rehab at {hosp}.
Social worker {name} is arranging placement at {hosp}.
Case manager {first} spoke with {org} regarding authorization {id}.
Nurse {last} [noted|reported|documented] {sx} at {time}.
{last}, {first} is a {age} yo with {dx}.
{LAST}, {FIRST} {age}[M|F] {dx}
{last} presented to {hosp} ED with {sx} and was found to have {dx}.
{first} was last seen by {last} [NP|PA|MD] on {date}.
Both {first} and {first} agreed with the plan.
His cousin {first} also has {dx}.
Her grandmother {first} died of {dx} at age {age}.
[His|Her] brother {first} ({age}) has {dx}.
{name}, a {age}-year-old retired teacher from {city}, was referred for {dx}.
What is the [best|recommended] treatment for {dx} in a {age}-year-old [man|woman|male|female], {name}, [seen|treated|admitted] at {hosp} on {date}?
[Guidelines|Options|Protocol] for {dx} in {name}, {age}yo [M|F], [admitted to|followed at] {hosp} {date} (MRN: {id})?
Can {drug} be given to {first} {initial} with {dx}, seen at {hosp} in {city}?
Pt {first} {initial}, {age}yo, s/p {proc} at {hosp}, asks about {drug}.
[Question about|Advice on] {drug} for [Mr.|Mrs.] {last} of {city}, last visit {date}.
Is {drug} safe with {drug} in [my patient|our patient] {name} who attends our {city} [clinic|office]?
Referral from {hosp}, {city}: {name} with {dx}.
Prognosis of {dx} in a patient like {name}, diagnosed at {hosp}?
""".strip().splitlines()

REPORTS = """
[Dictated|Transcribed|Signed|Reviewed|Electronically signed] by[:|] {name}, M.D.
[Dictating physician|Referring physician|Ordering provider|Attending]: {name}
cc: Dr. {name}, {hosp}
cc: {name}, MD; {name}, MD
D: {date} T: {date} {initials}
Electronically signed by {name} on {date} at {time}
Patient [Name|]: {name}
Name: {LAST}, {FIRST} {I}
Patient: {last}, {first} MRN: {id} DOB: {date}
PATIENT NAME: {NAME}
NAME: {NAME}   AGE: {age}   SEX: [M|F]
Subject: {name} - {dx}
RE: {name}, DOB {date}
Re: {last}, {first}
Admit date: {date} Discharge date: {date} Attending: {name}
Attending Physician: {name}, MD Service: {dept}
Location: {hosp}
Facility: {hosp}, {city}, {ST}
Hospital: {hosp}
Home address: {street}, {city}, {ST} {zip}
Address: {street}\\n{city}, {ST} {zip}
Employer: {org}
Emergency contact: {name} ([wife|husband|son|daughter]) {phone}
Next of kin: {name}, {phone}
Contact: {name} {phone}
Guarantor: {name}
Insurance: {org} Member ID {id}
Pharmacy: {org}, {street}
Surgeon: Dr. {last}\\nAssistant: Dr. {last}\\nAnesthesia: General
PREOPERATIVE DIAGNOSIS: {dx}\\nSURGEON: {NAME}, MD
Radiologist: {name}
Interpreted by {name}, MD ({dept}) {date}
EXAM: {proc} [COMPARISON: {date}|COMPARISON: None] [REQUESTED BY: {name}|]
Collected by: {last} {date} {time}
Specimen received from {hosp} {date}
Provider: {last}, {first} [MD|DO|NP|PA]
{name}, MD
{name}, [RN|PT|OT|LCSW|PhD]
{name}\\n{street}\\n{city}, {ST} {zip}
Dear Dr. {last},
Dear {first},
Dear [Mr.|Mrs.|Ms.] {last}:
Sincerely,\\n{name}
Best regards,\\n{first}
Regards, {name}\\n{hosp}
{hosp}\\n{street}\\n{city}, {ST} {zip}
{hosp} Discharge Summary
{HOSP}\\nDISCHARGE SUMMARY
Department of {dept}, {hosp}
PCP: {name}  Phone: {phone}  Fax: {phone}
RN: {first} {I}. Shift: night
Consultant: {name} ({dept})
{date} {time} {last}: [pt resting comfortably|vitals stable|c/o pain, given {drug}]
{time} - {first}, RN: {drug} {dose} given
| {name} | {date} | {id} | {dx} |
{last}, {first}\\t{date}\\t{id}\\t{dx}
1. {name} - room {n}2 - {dx}
Author: {name} Filed: {date} Note time: {time}
Cosigner: {name} at {date}
Primary Care Provider: {name} Primary Insurance: {org}
Preferred name: {first}
Maiden name: {last}
Aliases: {first} {last}, {first} {last}
Mother's name: {name}
Legal guardian: {name}
Witness: {name} Date: {date}
Accompanied by: {first} ([wife|mother|son])
Care Plan Partner: [wife|husband|son] {name} Code status: Full
Resident: {last} Attending: {last} Fellow: {last}
""".strip().splitlines()

NEGATIVE = """
No [acute distress|known drug allergies|focal deficits|significant past medical history].
{Dx} and {dx}[, stable|, worsening|, on {drug}|].
Assessment: {dx}. Plan: [start|continue|increase|hold] {drug} {dose}.
[Continue|Start|Stop|Increase] {drug} {dose} [po|PO|IV] [daily|bid|tid|q6h|qhs|prn].
{Drug} {dose} [daily|twice a day|at bedtime], {drug} {dose}, {Drug} {dose}.
{lab} {val}, {lab} {val}, {lab} {val}.
{Lab}: {val} [H|L|]
Vitals: BP {bp}, HR {hr}, RR 16, Temp 98.6, SpO2 97% on RA.
{Eponym} was [positive|negative|noted|placed|performed|calculated|normal].
Patient has {eponym} and {dx}.
[Positive|Negative] {eponym}[ bilaterally| on the left|].
{Eponym} in a {age}-year-old [man|woman] with {dx}?
History of {eponym}, {dx}.
A {eponym} was [inserted|placed|removed|seen].
[Guidelines|Recommendations|Treatment options|Prognosis|Differential diagnosis] for {dx} in a {age}-year-old [male|female] with {eponym}?
What are the side effects of {drug} in [elderly patients|a {age}-year-old female] with {dx} since {year}?
[Is|Can|Should] {drug} be [combined|taken|used] with {drug} in patients with {dx}?
[HISTORY OF PRESENT ILLNESS|PAST MEDICAL HISTORY|PHYSICAL EXAMINATION|REVIEW OF SYSTEMS|ASSESSMENT AND PLAN|HOSPITAL COURSE|SOCIAL HISTORY]: {Dx}.
[Heart|Lungs|Abdomen|Neck|Skin|Extremities|Neuro]: [Regular rate and rhythm|Clear to auscultation bilaterally|Soft, nontender|Supple|Warm and dry|No edema|Alert and oriented].
General: Well developed, well nourished, in no acute distress. HEENT: Pupils equal. Neck: Supple.
Impression: 1. {Dx}. 2. {Dx}. 3. {Dx}.
Allergies: {Drug}, {Drug}. Medications: {Drug}, {Drug}, {Drug}.
Chest X-ray showed {dx}. CT [of the abdomen|of the head] revealed {dx}.
MRI Brain: {Dx}. ECG: Sinus rhythm. Echo: EF 55%.
Under general anesthesia, {proc} was performed. Estimated blood loss 50 mL.
The wound was closed with 3-0 Vicryl and 4-0 Monocryl. Steri-Strips were applied.
A {n} mm [nodule|lesion|mass] was seen in the [right upper lobe|left kidney|liver] on T2-weighted images.
Gram stain showed [Gram-positive cocci|Gram-negative rods]; culture grew [Escherichia coli|Staphylococcus aureus|Klebsiella pneumoniae|Candida albicans].
Immunohistochemistry was positive for [CD20|CD34|Ki-67|vimentin|S-100|cytokeratin 7] and negative for [desmin|CD30|TTF-1].
Blood cultures grew [Pseudomonas aeruginosa|Enterococcus faecalis|Streptococcus pneumoniae|Mycobacterium tuberculosis].
He has no [family history|history] of {dx}.
She denies {sx}, {sx} or {sx}.
{Dx} was diagnosed in {year}, treated with {drug}.
POD #{n}: tolerating diet, ambulating. Foley removed. JP drain output 30 cc.
Patient was given {Drug} and {Drug} in the [ED|Emergency Department|ICU|OR].
[Medicare|Medicaid|HIPAA] forms were [signed|reviewed].
[African American|Hispanic|Caucasian|Asian] [male|female] in [his|her] {n}0s with {dx}.
The patient [lives with family|lives alone|is a retired teacher|works in construction|is a nurse].
Laboratory data: {Lab} {val}, {lab} {val}.
Consultations: [Cardiology|Neurology|Gastroenterology|Infectious Disease|General Surgery|Physical Therapy].
[Discharge Instructions|Follow-up Plan|Disposition]: [Home with services|Skilled nursing facility|Return to clinic in {n} weeks].
[Tylenol|Advil|Lipitor|Plavix|Eliquis|Xarelto|Lantus|Humira|Keytruda|Jardiance|Ozempic|Zoloft] {dose} [daily|weekly|prn].
The patient was started on [FOLFOX|R-CHOP|ABVD|BEACOPP|FOLFIRI] with [good response|partial response].
Biopsy revealed {dx} with [Ki-67 of 30%|EBV positivity|a FLT3 mutation|EGFR exon 19 deletion].
A [Zeiss|Olympus|Siemens|Philips|Medtronic] [microscope|scanner|endoscope|pump] was used.
[American College of Cardiology|World Health Organization|New York Heart Association|American Heart Association] [class II|guidelines|criteria] [were|was] [met|applied|followed].
Kaplan-Meier curves and Cox regression showed no difference ({val}).
Written informed consent was obtained from the patient for publication of this case report.
[Figure|Table|Case] {n}. {Dx} [before|after] treatment with {drug}.
[Vitamin D|Calcium|Omega-3|Vitamin B12] deficiency, on [supplement|replacement].
[Right|Left] [knee|hip|shoulder] [Osteoarthritis|Arthroscopy|Replacement|Pain].
[Breast|Colon|Lung|Prostate|Ovarian] [Cancer|Carcinoma], Stage [I|II|III|IV], Grade {n}.
[He|She] [was born at term|had chickenpox|smokes one pack per day|drinks socially].
[Seen in|Lives in|Moved from] {state}[ in {year}| last summer|].
[New|Latest|Current|Updated] [JNC|ADA|AHA|CDC|NCCN|GOLD|KDIGO] [guidelines|recommendations] for {dx} in {year}?
Does [he|she] need [an MRI|a CT scan|a biopsy]? Will [the symptoms|the swelling] improve?
The {cw} {cw} was {cw} and [the |]{cw} [showed|revealed|measured|remained] {cw}.
{Cw} [examination|analysis|investigations|testing|imaging|findings] [revealed|showed|confirmed] {cw} {cw} [without|with] {cw}.
{Cw} {cw}, {cw} and {cw} were [normal|absent|noted|unremarkable].
{Cw}, {cw}, {cw}. {Cw}: {cw}.
[On examination|On admission|Initially|Postoperatively|Histologically|Microscopically|Subsequently], [the |]{cw} [was|were] {cw}.
[GERD|CHF|COPD|NSTEMI|STEMI|DVT|MI|TIA|CKD|ESRD|BPH|DJD|OSA|UTI|PAF|CABG|PTSD|ADHD|SLE|IBS|AKI|ARDS|DKA] [and|with|vs|or] [HTN|DM2|CAD|PVD|CVA|GERD|HLD|OA|RA|MS] [on|treated with|per] {drug}.
[PO2|pCO2|HCO3] was {val} kPa, {lab} {val} mg/dL, {lab} {val} mmol/L ([normal|reference] {val}).
[EGFR|KRAS|BRCA1|TP53|ALK|HER2|BRAF|JAK2] [mutation|amplification|rearrangement] was [detected|absent] by [PCR|FISH|NGS].
The [left|right] {cw} [measured|was] {n} x {n} x {n} cm [with|without] {cw} {cw}.
What is the [role|dose|risk|benefit] of {drug} in {age}-year-old patients with [GERD|CHF|COPD|CKD|MI] and {cw} {cw}?
{Cw} {cw} [syndrome|reflex|disease|score|test] of {val} [since|in] {year}?
{Drug} ({Drug} brand) [and|plus] {Drug} were [given|stopped] [because of|for] {cw} {cw}.
May [repeat|take|use] {drug} {dose} as needed. March in place and Grant access are normal.
Will order {lab}. Mark the site. Chase results. Art therapy was offered. Hope is preserved.
""".strip().splitlines()
