"""How a source writes days in figures: 03/04/2023 is 3 April in one country and 4 March in another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

DATE_ORDERS = ("dmy", "mdy", "ymd")
#: nobody said: what each patient's notes show decides, and what they leave open waits for a person
FROM_THE_NOTES: Literal["from_the_notes"] = "from_the_notes"
# Short date patterns of Unicode CLDR, by country; where two orders are in use (Canada, South Africa) none is assumed.
_COUNTRIES = {
    "mdy": "US PR GU VI AS MP UM FM MH PW PH",
    "dmy": "GB IE AU NZ IN PK BD LK NP SG MY HK MT CY IL AE SA QA KW OM BH EG JO LB NG GH KE UG TZ ZM ZW BW JM TT BB"
    " FR DE AT CH NL BE LU IT ES PT DK NO FI GR PL CZ SK SI HR RO BG RS UA BR AR CL CO MX PE TH VN ID TR",
    "ymd": "CN JP KR TW HU LT SE MN",
}
_ORDER_OF = {country: order for order, countries in _COUNTRIES.items() for country in countries.split()}


def order_in(countries: Iterable[str]) -> str:
    """The order these countries (ISO 3166 codes) agree in, or FROM_THE_NOTES."""
    orders = {_ORDER_OF.get(country, FROM_THE_NOTES) for country in countries}
    return orders.pop() if len(orders) == 1 else FROM_THE_NOTES


def known_order(setting: str) -> str:
    """A project's setting as the engine takes it: "" where the notes decide."""
    return setting if setting in DATE_ORDERS else ""
