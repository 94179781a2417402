# SPDX-License-Identifier: Apache-2.0
"""Text to n-gram ids: the twin of ../NgramIds.cs, which must give the same ids.

1. A word is a longest run of UTF-16 units whose Unicode category is a letter (L*) or a mark (M*).
2. Each unit is lower-cased by itself (simple, invariant mapping), and the word gets an underscore at both ends.
3. Its n-grams are all substrings of 1 to 4 units except the lone underscore: by start, then by length.
4. id = 1 + FNV-1a-32(UTF-8 of the n-gram) % BUCKETS. Id 0 is padding.

Text outside the basic plane separates words. Text is taken as it comes: callers normalise it to form C.
"""
import functools
import unicodedata

BUCKETS = 32768
LONGEST = 4


def _is_letter(c):
    return c <= "\uffff" and unicodedata.category(c)[0] in "LM"


def _lower(c):
    # Two letters have no simple invariant counterpart of one unit: .NET leaves them alone, and so does this.
    lower = c.lower()
    return lower if len(lower) == 1 and c not in "\u0130" else c


@functools.lru_cache(maxsize=1 << 20)
def word_ids(word):
    """The ids of one lower-case word without its marks."""
    units = [c.encode("utf-8", "surrogatepass") for c in "_" + word + "_"]
    ids = []
    for start in range(len(units)):
        value = 2166136261
        for length in range(1, min(LONGEST, len(units) - start) + 1):
            for byte in units[start + length - 1]:
                value = (value ^ byte) * 16777619 & 0xFFFFFFFF
            if length > 1 or 0 < start < len(units) - 1:
                ids.append(1 + value % BUCKETS)
    return tuple(ids)


def words(text):
    word = []
    for c in text:
        if _is_letter(c):
            word.append(_lower(c))
        elif word:
            yield "".join(word)
            word = []
    if word:
        yield "".join(word)


def ngram_ids(text):
    return [i for word in words(text) for i in word_ids(word)]
