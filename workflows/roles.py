"""Which roles belong together. Data only; what may not meet in one person is staff/roles.py's."""

MAKERS = ("grassroots_officer", "caseworker")  # propose, receive, verify
CHAIN = ("caseworker", "reviewer", "approver")  # sign, in this order
BUSINESS = ("grassroots_officer", *CHAIN)
INSPECTION = ("inspector",)
OVERSIGHT = (*CHAIN, *INSPECTION)
READERS = (*BUSINESS, *INSPECTION)  # of cases, each in their own area
LOG_READERS = (*INSPECTION, "audit_administrator")
