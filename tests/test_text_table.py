from st_keras.text_table import text_table


def test_texts_stay_as_they_are_and_lines_have_no_end_of_blanks():
    rows = [["row", "count", "what"], ["a", "007", "1e3"], ["longer", "-", ""]]
    assert text_table(rows, left=(0, 2)).splitlines() == [
        "row     count  what",
        "a         007  1e3",
        "longer      -",
    ]
