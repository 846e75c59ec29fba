"""Reading a note: words, tokens, sentences, sections, phrases."""
