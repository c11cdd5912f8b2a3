import pytest

from tests.readers.reader_files import EXAMPLES


@pytest.fixture
def wfdb_pair() -> dict[str, bytes]:
    """A real record as uploads: header first, then signal file."""
    header = EXAMPLES["first_degree_av_block"]
    return {path.name: path.read_bytes() for path in (header, header.with_suffix(".mat"))}
