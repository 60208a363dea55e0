"""The kinds of work items of this domain, with the pages of their subjects."""

from vetgrid.work.kinds import Kind, declare

MERCHANT = Kind("merchant", "商家申请", "/merchants/{id}")
RENEWAL = Kind("merchant_renewal", "商家续约", "/merchants/{id}")
COMPLAINT = Kind("offer_complaint", "优待投诉", "/offer-complaints/{id}")
FINDING = Kind("offer_finding", "核销异常核查", "/offer-findings/{id}")

declare(MERCHANT, RENEWAL, COMPLAINT, FINDING)
