"""This domain is work (事项): every open matter has an owner, a station and a next date; clocks and escalation keep it moving."""
