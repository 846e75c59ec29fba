"""Published worked examples of agreement coefficients, as tables and ratings, with their sources."""

from app.agreement.metrics.data import Ratings

# Rows: first rater, columns: second rater.
TABLES = {
    "Cohen 1960 p. 37": [[25, 12, 3], [13, 2, 15], [12, 16, 2]],
    "Cohen 1960 p. 45": [[88, 14, 18], [10, 40, 10], [2, 6, 12]],
    "Artstein & Poesio 2008 p. 558": [[20, 10], [20, 50]],
    "Artstein & Poesio 2008 p. 568": [[46, 0, 0], [6, 32, 6], [0, 0, 10]],
    "Landis & Koch 1977": [[22, 2, 2, 0], [5, 7, 14, 0], [0, 2, 36, 0], [0, 1, 17, 10]],
    "SAS FREQ": [[0, 4, 1], [0, 8, 0], [0, 1, 5]],
    "Brennan & Prediger 1981 p. 689": [[50, 0, 0], [10, 10, 10], [20, 0, 0]],
    "Zwick 1988 ex. 3": [[20, 5, 5, 10], [0, 10, 5, 5], [0, 5, 10, 5], [0, 0, 0, 20]],
    "textbook 2 x 2": [[20, 5], [10, 15]],
    "Gwet 2008 prevalence": [[80, 7], [8, 5]],
    "paradox, balanced": [[40, 9], [6, 45]],
    "paradox, prevalent": [[80, 10], [5, 5]],
}

FLEISS_1971 = (
    "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 "
    "224445 333335 111455 111112 224444 133555 555555 244444 "
    "224555 114444 144445 222224 111155 224444 133333 555555"
)
FOURTEEN_RATERS = (
    "0 0 0 0 14 / 0 2 6 4 2 / 0 0 3 5 6 / 0 3 9 2 0 / 2 2 8 1 1 / 7 7 0 0 0 / 3 2 6 3 0 / 2 5 3 2 2 / "
    "6 5 2 1 0 / 0 2 2 3 7"
)
WARRENS_2010 = ["NNNNNNNN"] * 14 + ["NNNANNNN", "NNNNNNNA"] + ["AAAAAAAA"] * 10 + [
    "AANAAAAN", "AANAAAAN", "AANANAAN", "AANANANN"
]  # fmt: skip
# Krippendorff 2011: four observers, twelve units, a point where nothing was said.
KRIPPENDORFF_4 = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
KRIPPENDORFF_1980_139 = ["111", "122", "222", "444", "144", "222", "123", "333", "222"]
LETTERS = ["aa", "ab", "bb", "bb", "bb", "bb", "bc", "cc", "cc", "cc", "cc", "cc"]
BINARY = ["00", "11", "01", "00", "00", "01", "00", "01", "10", "00"]


def from_table(table, categories=None):
    """Two raters out of their table; categories are numbered in its order."""
    names = categories or tuple(str(k) for k in range(len(table)))
    cells, item = [], 0
    for i, row in enumerate(table):
        for j, times in enumerate(row):
            for _ in range(times):
                cells += [(f"i{item}", "a", names[i]), (f"i{item}", "b", names[j])]
                item += 1
    return Ratings.from_cells(cells, categories=tuple(names))


def from_units(units, **declared):
    """One string per item, one character per rater; a point says nothing."""
    cells = [
        (f"i{i}", f"r{r}", value)
        for i, unit in enumerate(units)
        for r, value in enumerate(unit)
        if value != "."
    ]
    return Ratings.from_cells(cells, **declared)


def from_counts(rows):
    """Items × categories: how many raters chose each."""
    units = ["".join(str(k) * times for k, times in enumerate(row)) for row in rows]
    return from_units(units, categories=tuple(str(k) for k in range(len(rows[0]))))


def transposed(observers):
    return ["".join(said) for said in zip(*observers, strict=True)]
