"""Faults put into the rules one at a time, to see which of them the tests notice. Not part of pytest.

    python -m tests.faults [--check] [--trust] [--jobs N] [NAME…]

Each fault changes one piece of text of one file in a copy of the tree and runs the test files that ought to
notice. A fault whose text is not there exactly once is an error: the table has to follow the code. A survivor
means that a rule could be lost without anybody hearing of it; write the test, then run the fault again.
"""
