"""This domain is citizens: the accounts of the mini-program, whose file each is bound to, who acts for whom, and what the bureau asks of them."""
