"""The closed lists that rule values choose from. One word per idea, as in the glossary."""

SCHEMES = ("enterprise_employees", "public_institutions", "urban_rural_residents", "work_injury")
BENEFIT_KINDS = ("pension", "dependants_allowance", "work_injury_benefit")
KINSHIPS = ("spouse", "child", "parent", "grandparent", "grandchild", "sibling", "orphan", "orphan_elder",
            "other_relative", "other")  # of a dependant with the deceased
CASE_STATES = ("pending", "verified", "suspended", "stopped", "resumed", "terminated")
DECISION_KINDS = (
    "certify",
    "suspend",
    "stop",
    "resume",
    "back_pay_correction",
    "terminate",
    "restore",
    "annul_death_mark",
    "change_identity",
    "mark_death",
    "recover_overpayment",
    "change_payee",
    "change_rate",
    "dismiss_objection",
    "release_import",
)
HIGH_RISK_KINDS = (
    "resume",
    "back_pay_correction",
    "terminate",
    "restore",
    "annul_death_mark",
    "change_identity",
)
OFFICE_LEVELS = ("village", "town", "county", "city", "province", "ministry")  # lowest first

SUSPENSION_REASONS = (
    "lapsed",
    "payment_failed",
    "suspected_loss",
    "confirmed_loss",
    "death_unconfirmed",
)
STOP_REASONS = ("death", "missing", "imprisoned", "failed_certification", "other")
TERMINATION_REASONS = ("death", "lost_nationality", "other_pension")
OVERPAYMENT_REASONS = (
    "death",
    "imprisoned",
    "missing",
    "lost_nationality",
    "other_pension",
    "false_claim",
    "paid_twice",
    "other",
)
# What a back payment may be about: why payment was withheld, or what became known of it later.
ARREARS_REASONS = (
    *SUSPENSION_REASONS,
    *STOP_REASONS,
    "lost_nationality",
    "other_pension",
    "missing_declared_dead",
    "in_custody",
    "served_outside_prison",
)

CORRECTION_SYSTEMS = ("ministry_comparison", "remote_certification", "death_table")

ACTS = (*DECISION_KINDS, "verify", "keep")

ELIGIBLE_SOURCES = (
    "window_visit",
    "grassroots_visit",
    "partner_bank_visit",
    "home_visit",
    "face_recognition",
    "consular_certification",
    "managing_unit",
    "hospital_stay",
    "travel_record",
    "medical_insurance_payment",
    "long_term_care",
    "family_doctor",
    "bank_business_in_person",
    "border_crossing",
    "video_face_match",
    "time_bank_volunteer",
    "survival_model",
    "other",
)
DEATH_SOURCES = (
    "insurance_database",
    "population_base",
    "household_cancellation",
    "court_declaration",
    "cremation",
    "medical_certificate",
    "family_report",
    "unit_report",
    "grassroots_report",
    "other",
)
UNOFFICIAL_DEATH_SOURCES = ("family_report", "unit_report", "grassroots_report", "other")
LOSS_SIGNS = (
    "dead",
    "missing",
    "imprisoned",
    "adopted",
    "remarried",
    "employed_or_enlisted",
    "adult_able_to_work",
    "other",
)

TO_BE_VERIFIED_ENTRIES = ("neither_list", "both_lists", "no_evidence_before_due")
PROMISED_SERVICES = (
    "registration",
    "benefit_grant",
    "loss_report",
    "benefit_assessment",
    "transfer_in_letter",
    "bridging_letter",
    "bridging_check",
    "bridging_entry",
    "other_decision",
)
LIMIT_STARTS = ("opened", "submitted")  # the act of a decision from which its limit runs
DUTY_KINDS = ("archive_binding", "reconciliation", "results_posting", "training", "matching", "service_evaluation",
              "self_inspection")  # duties of an office that come again
PAUSE_REASONS = ("materials_awaited", "source_correction_awaited", "other_office_awaited", "person_unreachable")

LIFE_PROOFS = (
    "window_visit_record",
    "grassroots_visit_record",
    "home_visit_record",
    "face_recognition_record",
    "consular_certificate",
    "unit_confirmation",
    "hospital_stay_record",
    "travel_record",
    "photo_or_video",
)
DEATH_PAPERS = (
    "medical_death_certificate",
    "cremation_certificate",
    "household_cancellation_paper",
    "court_death_declaration",
    "population_base_record",
    "insurance_database_record",
)
EVIDENCE_KINDS = (
    *LIFE_PROOFS,
    *DEATH_PAPERS,
    "family_report",
    "unit_report",
    "grassroots_report",
    "bank_report",
    "payment_return_record",
    "payment_data_correction",
    "notice_record",
    "verification_record",
    "court_missing_declaration",
    "police_missing_paper",
    "court_revocation",
    "police_reappearance_paper",
    "criminal_judgment",
    "custody_paper",
    "release_paper",
    "acquittal_judgment",
    "loss_record",
    "source_correction",
    "identity_document",
    "household_book",
    "relation_proof",
    "account_proof",
    "settlement_sheet",
    "search_for_family_record",
    "nationality_loss_paper",
    "other_pension_proof",
    "identity_change_paper",
    "account_paper",
    "adjustment_paper",
    "calculation_sheet",
    "import_preview",
)
