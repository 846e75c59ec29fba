"""The table of faults speaks of the code there is: what moved is followed, so that a fault can be tried at any time."""

import pytest

from tests.faults.__main__ import FAULTS
from tests.faults.running import ROOT


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_still_be_put_in(fault):
    assert fault.changed(ROOT)
