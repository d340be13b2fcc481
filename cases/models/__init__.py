"""The tables of case work."""
from cases.models.batches import GatheredLoss, NotPassed, SuspensionBatch, SuspensionRow, SweepHalt
from cases.models.case import (
    BenefitMonth,
    BenefitRate,
    Case,
    CaseTransition,
    NamePart,
    NumberSeries,
    PaymentReturn,
    PayRun,
    Recovery,
)
from cases.models.corrections import Correction, CorrectionSending
from cases.models.decision import (
    Decision,
    DecisionEvidence,
    DecisionLine,
    DecisionParticipant,
    Evidence,
    EvidenceContent,
    ReviewStep,
)
from cases.models.dossiers import DossierIssue
from cases.models.duties import DutyRecord, Inspection, ServiceSample
from cases.models.imports import ImportBatch, ImportProposal, ImportRow
from cases.models.ledgers import FiledCount, FollowUp, Pressing
from cases.models.limits import CalendarDay, CalendarYear, LimitPause, ServiceLimit
from cases.models.nearing_age import NearingAge
from cases.models.pensioner import Certification, DeathMark, Pensioner
from cases.models.work import Installation, Notice, Objection, VerificationTask
from database.jobs import Job

__all__ = [
    "BenefitMonth", "BenefitRate", "CalendarDay", "CalendarYear", "Case", "CaseTransition", "Certification",
    "Correction", "CorrectionSending",
    "DeathMark", "Decision", "DecisionEvidence", "DecisionLine", "DecisionParticipant", "DossierIssue",
    "DutyRecord",
    "Evidence", "EvidenceContent", "FiledCount", "FollowUp", "GatheredLoss", "ImportBatch", "ImportProposal",
    "ImportRow", "Inspection", "Installation", "Job", "LimitPause", "NamePart", "NearingAge", "NotPassed", "Notice",
    "NumberSeries", "Objection", "PayRun", "PaymentReturn", "Pensioner", "Pressing", "Recovery", "ReviewStep",
    "ServiceLimit", "ServiceSample", "SuspensionBatch", "SuspensionRow", "SweepHalt", "VerificationTask",
]
