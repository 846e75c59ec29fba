"""Which span of one reader belongs to which of another: overlaps and one-to-one matchings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.agreement.groups import Groups

Fragments = Sequence[Sequence[int]]
Weights = dict[tuple[int, int], int]


def length(fragments: Fragments) -> int:
    """Code points covered."""
    return sum(end - start for start, end in fragments)


def overlap(one: Fragments, other: Fragments) -> int:
    """Code points covered by both; fragments are ordered and half-open."""
    shared = i = j = 0
    while i < len(one) and j < len(other):
        shared += max(0, min(one[i][1], other[j][1]) - max(one[i][0], other[j][0]))
        if one[i][1] <= other[j][1]:
            i += 1
        else:
            j += 1
    return shared


def overlapping_pairs(left: Sequence[Fragments], right: Sequence[Fragments]) -> Iterator[tuple[int, int, int]]:
    """``(i, j, shared code points)`` for every pair that overlaps; one sweep over the text."""
    starts = [(spans[0][0], 0, i) for i, spans in enumerate(left)]
    starts += [(spans[0][0], 1, j) for j, spans in enumerate(right)]
    sides = (left, right)
    open_: tuple[list[int], list[int]] = ([], [])
    for start, side, index in sorted(starts):
        other = 1 - side
        open_[other][:] = [k for k in open_[other] if sides[other][k][-1][1] > start]
        for k in open_[other]:
            shared = overlap(sides[side][index], sides[other][k])
            if shared:
                yield (index, k, shared) if side == 0 else (k, index, shared)
        open_[side].append(index)


def maximum_matching(weights: Weights) -> dict[int, int]:
    """One-to-one pairs left → right with the greatest total weight; weights are positive integers.

    Solved per connected component by the Hungarian algorithm (Kuhn 1955, in the shortest
    augmenting path form), since one note's spans fall into many small groups.
    """
    matching: dict[int, int] = {}
    for component in _components(weights):
        if len(component) == 1:
            (pair,) = component
            matching[pair[0]] = pair[1]
        else:
            matching.update(_hungarian(component))
    return matching


def _components(weights: Weights) -> list[Weights]:
    linked: Groups[tuple[str, int]] = Groups()
    for i, j in weights:
        linked.join(("left", i), ("right", j))
    found: dict[tuple[str, int], Weights] = {}
    for (i, j), weight in sorted(weights.items()):
        found.setdefault(linked.root(("left", i)), {})[i, j] = weight
    return list(found.values())


def _hungarian(weights: Weights) -> dict[int, int]:
    rows = sorted({i for i, _ in weights})
    columns = sorted({j for _, j in weights})
    # Columns of weight 0 let a row stay unmatched, and make the table at least as wide as high.
    cost = [[-weights.get((i, j), 0) for j in columns] + [0] * len(rows) for i in rows]
    return {
        rows[r]: columns[c]
        for c, r in enumerate(_assign(cost))
        if r is not None and c < len(columns) and (rows[r], columns[c]) in weights
    }


def _assign(cost: list[list[int]]) -> list[int | None]:
    """For each column the row it got, at least total cost; needs columns ≥ rows."""
    width = len(cost[0])
    row_price = [0] * (len(cost) + 1)
    column_price = [0] * (width + 1)
    owner = [0] * (width + 1)  # 1-based; 0 means free, and column 0 is the row being placed
    for row in range(1, len(cost) + 1):
        owner[0] = row
        previous = _augment(cost, row_price, column_price, owner)
        column, back = previous
        while column:
            owner[column] = owner[back[column]]
            column = back[column]
    return [r - 1 if r else None for r in owner[1:]]


def _augment(
    cost: list[list[int]], row_price: list[int], column_price: list[int], owner: list[int]
) -> tuple[int, list[int]]:
    """The free column the cheapest path ends in, and the way back; prices are moved along."""
    width = len(owner)
    best = [10**18] * width
    back = [0] * width
    done = [False] * width
    column = 0
    while owner[column]:
        done[column] = True
        row = owner[column]
        step, following = 10**18, 0
        for j in range(1, width):
            if done[j]:
                continue
            reduced = cost[row - 1][j - 1] - row_price[row] - column_price[j]
            if reduced < best[j]:
                best[j], back[j] = reduced, column
            if best[j] < step:
                step, following = best[j], j
        for j in range(width):
            if done[j]:
                row_price[owner[j]] += step
                column_price[j] -= step
            else:
                best[j] -= step
        column = following
    return column, back
