"""Builds the search arrays of an artefact: words, postings, terms in rank order, ancestors, misspellings.

Terms are numbered in *static order*: active before inactive, fewer words before more, preferred
before synonym, shorter before longer. A search that reads a posting list from its start therefore
meets the best terms first and may stop early.
"""

from __future__ import annotations

from array import array
from pathlib import Path
from zlib import crc32

import numpy as np

from app.terminology.indexing.words import FILLERS, words

FILLER_SHARE = 0.12  # of the weight its rarity would give a filler word
PREFIX = 7  # letters of a word whose deletions are indexed


class TermSpool:
    """Terms as they come: text to a file, everything else to flat arrays."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "terms.spool"
        self._file = self.path.open("wb")
        self.lengths, self.concepts, self.tokens, self.token_counts = (array("i") for _ in range(4))
        self.kinds, self.languages = bytearray(), bytearray()
        self.language_names: dict[str, int] = {"": 0}
        self.vocabulary: dict[str, int] = {}

    def add(self, concept: int, text: str, kind: int, language: str) -> None:
        data = text.encode("utf-8")
        self._file.write(data)
        self.lengths.append(len(data))
        self.concepts.append(concept)
        self.kinds.append(kind)
        self.languages.append(self.language_names.setdefault(language, len(self.language_names)))
        found = words(text)
        vocabulary = self.vocabulary
        for word in found:
            self.tokens.append(vocabulary.setdefault(word, len(vocabulary)))
        self.token_counts.append(len(found))

    def close(self) -> None:
        self._file.close()


def write_index(folder: Path, spool: TermSpool, flags: bytes, parents: array) -> None:
    """Write every array of the artefact into `folder` and remove the spool."""
    vocabulary = sorted(spool.vocabulary)
    rank_of = np.empty(len(vocabulary), np.int32)
    rank_of[[spool.vocabulary[word] for word in vocabulary]] = np.arange(len(vocabulary), dtype=np.int32)
    tokens = rank_of[np.asarray(spool.tokens, np.int32)] if len(spool.tokens) else np.empty(0, np.int32)
    starts = _offsets(np.asarray(spool.token_counts))
    concepts, kinds = np.asarray(spool.concepts, np.int32), np.frombuffer(bytes(spool.kinds), np.uint8)
    concept_flags = np.frombuffer(flags, np.uint8)
    filler = np.fromiter((word in FILLERS for word in vocabulary), bool, len(vocabulary))
    order = _static_order(spool, concept_flags[concepts], kinds, ~filler[tokens], starts)

    term_tokens, term_ptr = _permute(tokens, starts, order)
    _save(
        folder,
        term_concept=concepts[order],
        term_kind=kinds[order],
        term_ptr=term_ptr,
        term_word=term_tokens,
        concept_flags=concept_flags,
        term_language=np.frombuffer(bytes(spool.languages), np.uint8)[order],
    )
    _write_texts(folder, spool, order)
    _write_postings(folder, term_tokens, term_ptr, filler)
    _write_vocabulary(folder, vocabulary)
    _write_groups(folder, "concept_term", concepts[order], len(concept_flags))
    _write_hierarchy(folder, parents, len(concept_flags))
    names = sorted(spool.language_names, key=spool.language_names.__getitem__)
    (folder / "languages.txt").write_text("\n".join(names), encoding="utf-8")
    spool.path.unlink()


def _static_order(
    spool: TermSpool, flags: np.ndarray, kinds: np.ndarray, telling: np.ndarray, starts: np.ndarray
) -> np.ndarray:
    running = np.concatenate([[0], np.cumsum(telling)])
    telling_words = running[starts[1:]] - running[starts[:-1]]
    inactive = (flags & 1) == 0
    return np.lexsort((np.asarray(spool.lengths), kinds, np.asarray(spool.token_counts), telling_words, inactive))


def _offsets(counts: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def _permute(values: np.ndarray, starts: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Groups of a flat array in a new order; returns the values and where each group starts."""
    counts = np.diff(starts)[order]
    ptr = _offsets(counts)
    source = np.repeat(starts[:-1][order] - ptr[:-1], counts) + np.arange(ptr[-1])
    return values[source], ptr


def _write_texts(folder: Path, spool: TermSpool, order: np.ndarray) -> None:
    starts = _offsets(np.asarray(spool.lengths))
    blob = np.memmap(spool.path, np.uint8, "r") if starts[-1] else np.empty(0, np.uint8)
    with (folder / "texts.bin").open("wb") as out:
        for at in range(0, len(order), 100_000):
            part, _ = _permute(blob, starts, order[at : at + 100_000])
            out.write(part.tobytes())
    _save(folder, text_ptr=_offsets(np.diff(starts)[order]))


def _write_postings(folder: Path, tokens: np.ndarray, ptr: np.ndarray, filler: np.ndarray) -> None:
    terms = np.repeat(np.arange(len(ptr) - 1, dtype=np.int32), np.diff(ptr))
    order = np.argsort(tokens, kind="stable")
    word, term = tokens[order], terms[order]
    fresh = np.ones(len(word), bool)
    fresh[1:] = (word[1:] != word[:-1]) | (term[1:] != term[:-1])
    word, term = word[fresh], term[fresh]
    df = np.bincount(word, minlength=len(filler))
    weight = np.log1p(max(len(ptr) - 1, 1) / np.maximum(df, 1)).astype(np.float32)
    weight[filler] *= FILLER_SHARE
    _save(folder, post_term=term, post_ptr=_offsets(df), word_weight=weight)


def _write_vocabulary(folder: Path, vocabulary: list[str]) -> None:
    encoded = [word.encode("utf-8") for word in vocabulary]
    (folder / "words.bin").write_bytes(b"".join(encoded))
    keys, ids = array("I"), array("i")
    for number, word in enumerate(vocabulary):
        for variant in indexed_variants(word):
            keys.append(crc32(variant.encode("utf-8")))
            ids.append(number)
    order = np.argsort(np.asarray(keys, np.uint32), kind="stable")
    _save(
        folder,
        word_ptr=_offsets(np.array([len(word) for word in encoded], np.int64)),
        fuzzy_key=np.asarray(keys, np.uint32)[order],
        fuzzy_word=np.asarray(ids, np.int32)[order],
    )


def indexed_variants(word: str) -> set[str]:
    """What a word's first seven letters become when letters are left out (symmetric deletion)."""
    if len(word) < 4 or word.isdigit():
        return set()
    return deletions(word[:PREFIX], 2 if len(word) >= 7 else 1)


def deletions(word: str, most: int) -> set[str]:
    """The word and everything it becomes with up to `most` letters deleted."""
    found, layer = {word}, {word}
    for _ in range(most):
        layer = {w[:i] + w[i + 1 :] for w in layer for i in range(len(w))}
        found |= layer
    return found


def _write_groups(folder: Path, name: str, group: np.ndarray, size: int) -> None:
    """Members of each group, as CSR: `<name>` and `<name>_ptr`."""
    _save(
        folder,
        **{
            name: np.argsort(group, kind="stable").astype(np.int32),
            f"{name}_ptr": _offsets(np.bincount(group, minlength=size)),
        },
    )


def _write_hierarchy(folder: Path, parents: array, size: int) -> None:
    pairs = np.unique(np.asarray(parents, np.int32).reshape(-1, 2), axis=0)
    child, parent = pairs[:, 0], pairs[:, 1]
    _save(folder, parent=parent, parent_ptr=_offsets(np.bincount(child, minlength=size)))
    by_parent = np.lexsort((child, parent))
    _save(folder, child=child[by_parent], child_ptr=_offsets(np.bincount(parent, minlength=size)))
    ancestor, ptr = _closure(child, parent, size)
    _save(folder, ancestor=ancestor, ancestor_ptr=ptr)
    below = np.repeat(np.arange(size, dtype=np.int32), np.diff(ptr))
    order = np.argsort(ancestor, kind="stable")
    _save(folder, descendant=below[order], descendant_ptr=_offsets(np.bincount(ancestor, minlength=size)))


def _closure(child: np.ndarray, parent: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """All ancestors of each concept; a cycle in the source is cut, not followed."""
    ptr = _offsets(np.bincount(child, minlength=size)).tolist()
    above = parent.tolist()
    known: list[tuple[int, ...] | None] = [None] * size
    for start in range(size):
        stack = [start]
        while stack:
            concept = stack[-1]
            direct = above[ptr[concept] : ptr[concept + 1]]
            todo = [p for p in direct if known[p] is None and p not in stack] if known[concept] is None else []
            if todo:
                stack.extend(todo)
                continue
            stack.pop()
            if known[concept] is None:
                found = set(direct).union(*(known[p] or () for p in direct)) - {concept}
                known[concept] = tuple(sorted(found))
    counts = np.fromiter((len(k or ()) for k in known), np.int64, size)
    flat = np.fromiter((a for k in known for a in k or ()), np.int32, int(counts.sum()))
    return flat, _offsets(counts)


def _save(folder: Path, **arrays: np.ndarray) -> None:
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
