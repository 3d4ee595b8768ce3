"""A file that cannot grow is told as a lack of space, whatever stops it."""

import errno

import pytest

from kb_service.domain.errors import NotEnoughSpace
from kb_service.domain.space import told_of_a_full_disk


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_file_for_which_there_is_no_room_is_told_as_that(number: int) -> None:
    with pytest.raises(NotEnoughSpace, match="what was sent"), told_of_a_full_disk("what was sent"):
        raise OSError(number, "no")


def test_another_fault_stays_what_it_is() -> None:
    with pytest.raises(PermissionError), told_of_a_full_disk("what was sent"):
        raise PermissionError(errno.EACCES, "no")
