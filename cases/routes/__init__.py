"""Pages of case work. One blueprint per word of the addresses; the modules beside this one hang their pages on them."""
from flask import Blueprint

BUSINESS = ("grassroots_officer", "caseworker", "reviewer", "approver")
READERS = (*BUSINESS, "inspector")
MAKERS = ("grassroots_officer", "caseworker")

cases = Blueprint("cases", __name__)
decisions = Blueprint("decisions", __name__)
evidence = Blueprint("evidence", __name__)
objections = Blueprint("objections", __name__)
verifications = Blueprint("verifications", __name__)
certify = Blueprint("certify", __name__)
