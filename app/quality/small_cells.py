"""Which groups may be told of: small ones are hidden, and others with them where the rest would give them away."""

from __future__ import annotations

from collections.abc import Mapping

#: a group with fewer documents is hidden (domain R44)
SMALL = 11


def told_groups(counts: Mapping[str, int]) -> tuple[list[str], int]:
    """(groups that may be told of, how many are hidden).

    What is told together with the whole gives the sum of the hidden groups: so never one alone is hidden, nor several
    that together are small (complementary suppression). A group without any document is nobody, and may be told.
    """
    by_size = sorted((group for group, n in counts.items() if n), key=lambda group: (counts[group], group))
    hidden = [group for group in by_size if counts[group] < SMALL]
    if hidden:
        for group in by_size[len(hidden) :]:
            if len(hidden) > 1 and sum(counts[one] for one in hidden) >= SMALL:
                break
            hidden.append(group)
    return sorted(counts.keys() - set(hidden)), len(hidden)
