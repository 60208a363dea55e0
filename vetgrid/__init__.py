"""VetGrid: the platform on which a county's Veterans Affairs Bureau (退役军人事务局) does its work."""
