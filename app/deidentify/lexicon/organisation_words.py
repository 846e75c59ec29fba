"""Words that make the names of hospitals and companies."""

from __future__ import annotations

from app.deidentify.lexicon.wordset import wordset

HEADS = wordset(
    """
    hospital hospitals hosp clinic clinics infirmary hospice healthcare medical health university
    college sanatorium institute nursing rehabilitation rehab center centre memorial med office va
    general orthopedics orthopaedics pediatrics pharmacy associates physicians dialysis surgical cancer
    heart children's womens school academy foundation church prison
    """
)
CORES = wordset(
    """
    hospital hospitals hosp clinic clinics infirmary hospice healthcare university college institute
    center centre office va memorial general med health pharmacy associates system group foundation
    school academy campus practice home ctr medicine elementary preschool kindergarten montessori seminary church
    parish synagogue mosque cathedral ministries symphony orchestra theatre theater museum hotel motel manor lodge
    hospice imaging laboratories surgery
    """
)
INNER = wordset(
    """
    medical health community regional general memorial children childrens s university county city state
    st saint our lady of the sacred heart mercy good samaritan family cancer surgical surgery heart
    rehabilitation nursing care veterans affairs eye ear women womens men and for at north south east
    west northern southern eastern western central downtown upper lower new mount mt lake valley park
    hill hills river green spring springs oak cedar elm pine cross presbyterian methodist baptist
    lutheran catholic jewish adventist national royal dr associates physicians dental urgent outpatient
    primary senior assisted living wellness brain sleep skin joint spine bay bayview lakeside riverside
    sunrise golden grand hope faith grace holy trinity providence unity liberty first premier internal
    heights view ridge wood field stone bridge fair pleasant summit rock rose white blue red black grove
    garden gardens high middle
    """
)
GENERIC_BEFORE = wordset(
    """
    the a an our this that local outside same your my his her their emergency community teaching
    tertiary public private general university any each another referring district rural academic
    medical regional children's pain sleep eye dental memory clinical health primary care
    """
)
COMPANY_TAILS = wordset(
    """
    inc llc ltd corp corporation gmbh plc company co incorporated limited group partners holdings
    industries bros llp lp pty bv ag associates brothers
    """
)
