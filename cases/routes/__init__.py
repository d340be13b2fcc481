"""Pages of case work. One blueprint per word of the addresses; the modules beside this one hang their pages on them."""
from flask import Blueprint

case_pages = Blueprint("cases", __name__)
decision_pages = Blueprint("decisions", __name__)
evidence_pages = Blueprint("evidence", __name__)
objection_pages = Blueprint("objections", __name__)
verification_pages = Blueprint("verifications", __name__)
certify_pages = Blueprint("certify", __name__)
