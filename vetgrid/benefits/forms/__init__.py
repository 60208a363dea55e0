"""Ask: the forms of benefits."""
