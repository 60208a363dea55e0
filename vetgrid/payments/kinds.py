"""The kinds of work items of this domain, with the pages of their subjects."""

from vetgrid.work.kinds import Kind, declare

PAY_RUN = Kind("pay_run", "待遇发放", "/payments/runs/{id}")
PAY_REJECT = Kind("pay_reject", "银行退回", "/payments/runs/{id}?tab=lines&outcome=rejected")

declare(PAY_RUN, PAY_REJECT)
