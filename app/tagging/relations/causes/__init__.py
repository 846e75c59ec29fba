"""Drug → adverse event: every way in which a note says or shows that one comes from the other."""
