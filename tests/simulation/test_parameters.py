from pathlib import Path

from ecg_core.simulation.parameters import Parameter, parameter_table

PAGE = Path(__file__).parents[2] / "docs" / "simulation.md"


def test_every_parameter_says_what_it_is_and_where_it_comes_from() -> None:
    table = parameter_table()
    assert len(table) > 40
    assert all(value.unit and value.meaning and value.source for _, value in table)


def test_the_page_shows_the_parameters_as_they_are() -> None:
    page = PAGE.read_text()
    for name, value in parameter_table():
        row = f"| `{name}` | {float(value):g} | {value.unit} | {value.meaning} | {value.source} |"
        assert row in page, f"{name}: print the table again with benchmarks.simulation"


def test_a_parameter_calculates_like_a_number() -> None:
    assert Parameter(0.5, "ln", "", "") * 2 + 1 == 2.0
