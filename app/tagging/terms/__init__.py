"""Terms: phrases compiled into tables, and headings turned into what a note would say."""
