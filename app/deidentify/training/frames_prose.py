"""Sentence frames of everyday prose, letters, chats and forms for training: names live there, too."""
# ruff: noqa: E501 (one frame per line)

PROSE = """
My name is {name}[.| and I have a question about my bill.| but everyone calls me {first}.]
Hi, [this is|I'm|my name is] {name}[, calling about my appointment| from {org}|].
Hello {first}, [how are you|thanks for your message|please find the report attached].
{first}: [How are you today?|Who are you?|I don't know.|Can you help me?]\\n{first}: [Fine, thank you.|I am {first}'s [daughter|son|friend].|Not really.]
"{Prose}," [said|says|explained|replied] {name}.
{name} [told|asked|called|emailed|met|visited] {name} [about the meeting|yesterday|in {city}].
I [met|saw|know|called|spoke to] {first} [and {first} |]at the [party|meeting|station].
[Please|Could you] [add|change it to|send it to|contact|transfer the money to|update the name to] {name}[ as soon as possible|.|?]
[My|Our|His|Her] [kids|children|parents|friends|neighbours|colleagues] are [called |named |]{first}, {first} and {first}.
My [husband|wife|boss|brother|cousin|neighbour|landlord] {first} [works for|left|founded] {org}.
My [first|last|family|maiden] name is {last}[.| and my first name is {first}.]
What's your [name|last name|full name]? [It's |]{name}
[We|They|I] moved [here |]from {city} [to {city} |]last year.
I live in {city}. I used to live in {city}, {country}.
Do you know how to get from {city} to {city}?
[Send|Ship|Deliver] it to {street}, {city}[, {country}|].
I need a taxi from {street} to {street}.
[Our|The] new address is {street}\\n{city}\\n{country}
The meeting is at {street} in {city} on {date}.
{name} [lives|is staying] at {street}.
{org} is a [design|software|consulting|law] [firm|agency|company] based in {city}.
{org} and {org} [announced|signed] an agreement [in {city}|with {org}|].
She works for {org} as an [engineer|accountant|editor].
The [founder|director|owner] of {org}, {name}, was born in {city}.
{name} and {name} [wrote|directed|produced|performed] the [film|song|book|play].
[Directed|Written|Produced|Composed|Sung] by {name}
[The|A] [song|film|book|novel] by {name} [was released|came out] in {year}.
The [singer|actor|author|painter] {name} [performed|lived|died] in {city}.
{last} and {last} were [partners|rivals|friends] for years.
{last}'s [victory|house|brother|latest film|car] [was a surprise|is for sale|is in {city}].
{name}'s [house|car|phone|dog|lawyer] [was sold|is missing|called].
[Mr.|Mrs.|Ms.|Dr.|Miss] {last} [flew|drove|travelled|moved] to {city} on {date}.
The [orchestra|school|club|team] of {city} [won|was founded in {year}|plays on {date}].
{org} [Orchestra|Foundation|School|Club] was [founded|closed] in {year}.
[When|Where]: {date} [at |]{city}.
{name}\\n{org}\\n{street}\\n{city}\\n{country}
> {name}\\n> {org}\\n> {street}\\n> {city}
{name}\\n\\n[Accountant|Engineer|Manager|Nurse]\\n\\nPhone: {phone}\\nE-mail: {email}
Billing address: {name}\\n    {street}\\n   {city}\\n    {zip}
{name}\\nMobile: {phone}\\nOffice: {phone}
Card holder: {name}, card number {id}.
[I|We] [want|would like] to [open an account for|invite|thank] {name}.
Is {name} [there|available|your real name]?
[Good morning|Good evening|Hey] {first}[,|!] [see you in {city}|let's meet at {street}|thanks for everything].
[Best|Thanks|Cheers|Love|Yours],\\n{first}
[From|To|Cc]: {name} <{email}>
The account of {name} ({email}) is [locked|closed].
{first} [was|is] [born|raised] in {city}, [daughter|son] of {first} and {first} {last}.
My great grandfather was [called|named] {name}, my grandmother {name}.
[Last|Next] summer {first} and I went to {city}[ by train| and {city}|].
{first} loves {first}. {first} doesn't know.
The trial of {name} began in {city}; judge {last} presided.
[According to|As] {name}[ of {org}|], {prose}.
{name} has been [elected|appointed] [mayor|president|head] of {city}.
they were {first}, {first}, {first} and {first}.
you left me, {first}, with {n} children.
I told {first} that {prose}.
The [gender|age|story] of {first} is [unknown|debated].
At {org} we [care|listen|deliver].
[Flight|Train] from {city} to {city} leaves at {time}.
[Police|Officer {last}] arrested {name} near {street}.
[Is|Was] {first} always [this|so] [quiet|late|kind|busy|stubborn]?
[Why|Where|How|When] [is|was|did|does|has] {first} [go|leave|here|angry|been]?
[Did|Have|Has|Will|Can|Should] [you|we|they|anyone] [seen|met|heard|ask|call|invite|hear from] {name} [lately|again|at the office|on stage|]?
[Are there|Do you have] [tickets|seats] for [the|a] {name} [show|exhibition|lecture|match]?
[Compared with|After|Before|Since] the {last} [era|book|years|affair|trial], everything [was|seemed] [easier|different].
[Unlike|Like|As] {last}, I [prefer|like|want] [tea|music|silence].
{first} [spent|wasted|enjoyed] the [summer|year|weekend] [with|at|near] [{first}|{org}|{city}].
{last} [started|began|stopped|finished] [painting|writing|singing|working] [as a child|in {year}|after school].
"{Prose}", [says|said|writes|wrote|adds|argues|claims] {last}.
"{Prose}!" [shouted|whispered|said|cried] {first} to {first}.
{first} [shouted|whispered|waved|smiled|lied|spoke] to {first}: "{Prose}!"
[We|They|The parents] [named|called] [him|her|the boy|the girl|the dog] {first}.
[Please|I want to|Can I] [remove|add|register|invite] my [kid|son|daughter|child|friend|mother|nephew] {first} [to|from] the [list|course|plan|contract].
[The|Our] [founders|winners|hosts|guests|players] [are|were]: {first}, {last} and {last}.
[It is|This is] the [brainchild|work|idea|house] of {first}, {last} and {last}.
{first} [gave|sent|handed|lent] {first} [his|her|the] [address|number|keys|book].
[starring|featuring|with|by] {name} and {last}
[A|The] {year} [film|album|report] [by|from] {name}[, with {last} in the leading role|].
{name}, {name} and {name} [arrived|left|agreed] [together|too late|yesterday].
{name} [of|from] {org}, {name} of {org} and {org}'s {name} [spoke|met|agreed].
[Tell|Ask|Remind|Forgive|Remember] [me, |]{first}[ about it| to call me|]. {Prose}.
[Agent|Customer|Caller|Host|Guest]: [Hello|Welcome], {first}. [{first}: Hello.|]
{first}: "{Prose}."\n{first}: "{Prose}?"
{name} will [speak|talk|present|be away] [at the conference|next week|about {prose}].
[Call|Email|Meet|Follow up with|Check with] {name} [in a few weeks|tomorrow|before noon|about the invoice].
the {name} [version|recording|remix|edition] [was recorded for|sold by] {org}
{name} [lives|stays|works] [at|near] {street}, {city}.
""".strip().splitlines()

PLAIN = """
{Prose}.
{Prose}, and {prose}.
[How can I|Could I|Can you] [change|cancel|renew|check] my [password|card|subscription|account|appointment]?
[What|Which] [are my options|documents do I need|is the limit]?
I just turned {age}. My card expires in {n} months.
[Please|Kindly] [call back|send the form|confirm] before {date}.
[The|A] [weather|train|movie|game|dinner] was [great|late|boring|cancelled].
[Action|Comedy|Drama|Kids & Family|Mystery & Suspense|Science Fiction], [Romance|Horror|Documentary].
[Monday|Tuesday|Friday] is [fine|too late]. See you [then|soon|tomorrow].
I Love [Rock|Jazz|Pop] and [Summer|Winter|Music]. It Is What It Is.
The Big [Apple|Game|Sleep|Night] [starts|ends] at {time}.
[Don't|Do not] [press|touch|open] [the|this] [button|door|file].
[God|Heaven|Nature|Time] [gave|took] [music|life|love] to [everyone|you|us].
Title [VII|IX|II] of the [Civil Rights|Education|Health] Act protects [workers|patients].
[Entertainment|Business|Daily|National] [Weekly|News|Review] [listed|ranked] the [top|best] 20 [songs|cars|films].
I'm [travelling|going] to {country} [next week|in {month}].
{Cw} {cw} [is|was|are|were] [better|worse|more|here|not] {cw}.
[Nice|New|Old|Cool|Great|Unfortunately|Also|Maybe|Here|However|Finally], [there is|we have|I saw|it has] a [new|nice|small] [place|shop|bar] [downtown|nearby].
[Helped|Increased|Managed|Built|Led|Awarded|Energetic] [and|the] {cw} [sales|teams|work|projects] by {n}%.
[User|Bot|System|Desk|Office|Mobile|Admin|Question|Answer]: [please wait|what is your question|done|{phone}]
[press|roll|drive|open|see|play] the {cw} [button|list|road|page] [again|now|next]!
[American|German|French|Polish|Dutch|Brazilian] [food|music|people|cars] [is|are] [popular|great].
""".strip().splitlines()

PHRASES = (
    """
the meeting was moved to the afternoon|nobody knew what had happened|it was the best day of the year|we should have left earlier
the house at the corner is empty|she opened the window and looked outside|there is nothing to be done about it
the results were better than expected|he could not find his keys|prices have gone up again|the road was closed because of snow
they agreed to share the costs|music makes the evening shorter|a good answer takes time|the letter arrived too late
my phone does not work any more|the children were playing in the garden|this is not what we ordered|the shop opens at nine
everything depends on the weather|the last chapter is the most beautiful|you can keep the change|the engine made a strange noise
our members get a discount|the form has to be signed twice|I would rather stay at home|the train was full of people
it is too early to tell|the new rules apply to all customers|the song was played on every radio station|we lost the game
the company was sold twice|the picture hangs in the hall|the doctor will call you back|please bring your insurance card
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
