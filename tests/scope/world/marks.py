"""What tells the two towns apart."""

from datetime import date

from tests import builders as make

MARK_A, MARK_B = "甲标", "乙标"
PLACES = {MARK_A: (make.VILLAGE_A1, make.TOWN_A), MARK_B: (make.VILLAGE_B1, make.TOWN_B)}
PHONES = {MARK_A: "13700001111", MARK_B: "13700002222"}
IDS = {MARK_A: make.id_number("35058119700101001"), MARK_B: make.id_number("35058119700101003")}
DAY = date(2023, 1, 5)
