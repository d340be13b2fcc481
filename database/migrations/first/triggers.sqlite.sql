-- The triggers of 0001 on SQLite, as they were then. A blank line stands between two.

CREATE TRIGGER audit_tx_no_update BEFORE UPDATE ON audit_tx
  BEGIN SELECT RAISE(ABORT, 'rows of audit_tx never change'); END;

CREATE TRIGGER audit_tx_no_delete BEFORE DELETE ON audit_tx
  BEGIN SELECT RAISE(ABORT, 'rows of audit_tx never change'); END;

CREATE TRIGGER audit_tx_no_replace BEFORE INSERT ON audit_tx
  WHEN EXISTS (SELECT 1 FROM audit_tx WHERE (id = NEW.id) OR (uid = NEW.uid))
  BEGIN SELECT RAISE(ABORT, 'rows of audit_tx never change'); END;

CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
  BEGIN SELECT RAISE(ABORT, 'rows of audit_event never change'); END;

CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
  BEGIN SELECT RAISE(ABORT, 'rows of audit_event never change'); END;

CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON audit_event
  WHEN EXISTS (SELECT 1 FROM audit_event WHERE (id = NEW.id) OR (uid = NEW.uid) OR (tx_id = NEW.tx_id AND position =
    NEW.position) OR (case_id = NEW.case_id AND case_seq = NEW.case_seq))
  BEGIN SELECT RAISE(ABORT, 'rows of audit_event never change'); END;

CREATE TRIGGER audit_personal_no_update BEFORE UPDATE ON audit_personal
  WHEN (NOT (OLD.event_id = NEW.event_id AND OLD.field = NEW.field AND OLD.erased_at IS NULL AND NEW.salt IS NULL
    AND NEW.value IS NULL AND NEW.erased_at IS NOT NULL))
  BEGIN SELECT RAISE(ABORT, 'rows of audit_personal never change'); END;

CREATE TRIGGER audit_personal_no_delete BEFORE DELETE ON audit_personal
  BEGIN SELECT RAISE(ABORT, 'rows of audit_personal never change'); END;

CREATE TRIGGER audit_personal_no_replace BEFORE INSERT ON audit_personal
  WHEN EXISTS (SELECT 1 FROM audit_personal WHERE (event_id = NEW.event_id AND field = NEW.field))
  BEGIN SELECT RAISE(ABORT, 'rows of audit_personal never change'); END;

CREATE TRIGGER audit_leaf_no_update BEFORE UPDATE ON audit_leaf
  BEGIN SELECT RAISE(ABORT, 'rows of audit_leaf never change'); END;

CREATE TRIGGER audit_leaf_no_delete BEFORE DELETE ON audit_leaf
  BEGIN SELECT RAISE(ABORT, 'rows of audit_leaf never change'); END;

CREATE TRIGGER audit_leaf_no_replace BEFORE INSERT ON audit_leaf
  WHEN EXISTS (SELECT 1 FROM audit_leaf WHERE (seq = NEW.seq) OR (tx_id = NEW.tx_id))
  BEGIN SELECT RAISE(ABORT, 'rows of audit_leaf never change'); END;

CREATE TRIGGER role_grant_compatible_insert AFTER INSERT ON role_grant
  WHEN NEW.status = 'active' AND EXISTS ( SELECT 1 FROM role_grant AS g JOIN staff_account AS a ON a.id =
    g.account_id WHERE g.status = 'active' AND g.id <> NEW.id AND a.natural_person_id = (SELECT natural_person_id
    FROM staff_account WHERE id = NEW.account_id) AND (NEW.role, g.role) IN (VALUES
    ('approver','audit_administrator'),('audit_administrator','approver'), ('approver','inspector'),
    ('inspector','approver'), ('approver','security_administrator'),('security_administrator','approver'),
    ('approver','system_administrator'),('system_administrator','approver'), ('audit_administrator','caseworker'),
    ('caseworker','audit_administrator'), ('audit_administrator','grassroots_officer'),
    ('grassroots_officer','audit_administrator'), ('audit_administrator','reviewer'),
    ('reviewer','audit_administrator'), ('audit_administrator','security_administrator'),
    ('security_administrator','audit_administrator'), ('audit_administrator','system_administrator'),
    ('system_administrator','audit_administrator'), ('caseworker','inspector'),('inspector','caseworker'),
    ('caseworker','security_administrator'),('security_administrator','caseworker'),
    ('caseworker','system_administrator'),('system_administrator','caseworker'), ('grassroots_officer','inspector'),
    ('inspector','grassroots_officer'), ('grassroots_officer','security_administrator'),
    ('security_administrator','grassroots_officer'), ('grassroots_officer','system_administrator'),
    ('system_administrator','grassroots_officer'), ('inspector','reviewer'),('reviewer','inspector'),
    ('reviewer','security_administrator'),('security_administrator','reviewer'),
    ('reviewer','system_administrator'),('system_administrator','reviewer'),
    ('security_administrator','system_administrator'),('system_administrator','security_administrator')))
  BEGIN SELECT RAISE(ABORT, 'INCOMPATIBLE_ROLES'); END;

CREATE TRIGGER role_grant_compatible_update AFTER UPDATE ON role_grant
  WHEN NEW.status = 'active' AND EXISTS ( SELECT 1 FROM role_grant AS g JOIN staff_account AS a ON a.id =
    g.account_id WHERE g.status = 'active' AND g.id <> NEW.id AND a.natural_person_id = (SELECT natural_person_id
    FROM staff_account WHERE id = NEW.account_id) AND (NEW.role, g.role) IN (VALUES
    ('approver','audit_administrator'),('audit_administrator','approver'), ('approver','inspector'),
    ('inspector','approver'), ('approver','security_administrator'),('security_administrator','approver'),
    ('approver','system_administrator'),('system_administrator','approver'), ('audit_administrator','caseworker'),
    ('caseworker','audit_administrator'), ('audit_administrator','grassroots_officer'),
    ('grassroots_officer','audit_administrator'), ('audit_administrator','reviewer'),
    ('reviewer','audit_administrator'), ('audit_administrator','security_administrator'),
    ('security_administrator','audit_administrator'), ('audit_administrator','system_administrator'),
    ('system_administrator','audit_administrator'), ('caseworker','inspector'),('inspector','caseworker'),
    ('caseworker','security_administrator'),('security_administrator','caseworker'),
    ('caseworker','system_administrator'),('system_administrator','caseworker'), ('grassroots_officer','inspector'),
    ('inspector','grassroots_officer'), ('grassroots_officer','security_administrator'),
    ('security_administrator','grassroots_officer'), ('grassroots_officer','system_administrator'),
    ('system_administrator','grassroots_officer'), ('inspector','reviewer'),('reviewer','inspector'),
    ('reviewer','security_administrator'),('security_administrator','reviewer'),
    ('reviewer','system_administrator'),('system_administrator','reviewer'),
    ('security_administrator','system_administrator'),('system_administrator','security_administrator')))
  BEGIN SELECT RAISE(ABORT, 'INCOMPATIBLE_ROLES'); END;

CREATE TRIGGER role_grant_persons_insert AFTER INSERT ON role_grant
  WHEN NEW.status = 'active' AND CASE
  WHEN NEW.applied_by IS NULL AND NEW.checked_by IS NULL AND NEW.approved_by IS NULL THEN EXISTS ( SELECT 1 FROM
    role_grant AS g WHERE g.id <> NEW.id AND (g.applied_by IS NOT NULL OR g.role = NEW.role)) ELSE (SELECT
    count(DISTINCT a.natural_person_id) FROM staff_account AS a WHERE a.id IN (NEW.account_id, NEW.applied_by,
    NEW.checked_by, NEW.approved_by)) < 4 END
  BEGIN SELECT RAISE(ABORT, 'OWN_GRANT'); END;

CREATE TRIGGER role_grant_persons_update AFTER UPDATE ON role_grant
  WHEN NEW.status = 'active' AND CASE
  WHEN NEW.applied_by IS NULL AND NEW.checked_by IS NULL AND NEW.approved_by IS NULL THEN EXISTS ( SELECT 1 FROM
    role_grant AS g WHERE g.id <> NEW.id AND (g.applied_by IS NOT NULL OR g.role = NEW.role)) ELSE (SELECT
    count(DISTINCT a.natural_person_id) FROM staff_account AS a WHERE a.id IN (NEW.account_id, NEW.applied_by,
    NEW.checked_by, NEW.approved_by)) < 4 END
  BEGIN SELECT RAISE(ABORT, 'OWN_GRANT'); END;

CREATE TRIGGER role_grant_stays BEFORE UPDATE ON role_grant
  WHEN (NEW.account_id <> OLD.account_id OR NEW.role <> OLD.role OR NEW.office_id <> OLD.office_id)
  BEGIN SELECT RAISE(ABORT, 'a grant keeps its account, role and area'); END;

CREATE TRIGGER role_grant_no_delete BEFORE DELETE ON role_grant
  BEGIN SELECT RAISE(ABORT, 'grants are revoked, never deleted'); END;

CREATE TRIGGER staff_account_person_stays BEFORE UPDATE ON staff_account
  WHEN (NEW.natural_person_id <> OLD.natural_person_id)
  BEGIN SELECT RAISE(ABORT, 'an account keeps its person'); END;

CREATE TRIGGER review_step_first_side BEFORE INSERT ON review_step FOR EACH ROW
  WHEN EXISTS ( SELECT 1 FROM decision_participant p WHERE p.decision_id = NEW.decision_id AND p.natural_person_id =
    NEW.natural_person_id AND p.side = 'first' AND NEW.act = 'sign' AND NEW.stage IN ('recheck', 'approval'))
  BEGIN SELECT RAISE(ABORT, 'FIRST_SIDE'); END;

CREATE TRIGGER review_step_own_person BEFORE INSERT ON review_step FOR EACH ROW
  WHEN EXISTS ( SELECT 1 FROM staff_account a WHERE a.id = NEW.account_id AND a.natural_person_id <>
    NEW.natural_person_id)
  BEGIN SELECT RAISE(ABORT, 'account and person differ'); END;

CREATE TRIGGER decision_participant_signer BEFORE INSERT ON decision_participant FOR EACH ROW
  WHEN EXISTS ( SELECT 1 FROM review_step s JOIN decision d ON d.id = s.decision_id WHERE s.decision_id =
    NEW.decision_id AND s.natural_person_id = NEW.natural_person_id AND s.round = d.round AND s.act = 'sign' AND
    s.stage IN ('recheck', 'approval') AND NEW.side = 'first')
  BEGIN SELECT RAISE(ABORT, 'SAME_PERSON'); END;

CREATE TRIGGER decision_signatures BEFORE UPDATE OF stage ON decision FOR EACH ROW
  WHEN EXISTS ( SELECT 1 WHERE NEW.stage = 'executed' AND OLD.stage <> 'executed' AND ( SELECT count(DISTINCT
    s.natural_person_id) FROM review_step s WHERE s.decision_id = NEW.id AND s.round = NEW.round AND s.act = 'sign')
    < NEW.signatures_required)
  BEGIN SELECT RAISE(ABORT, 'too few signatures'); END;

CREATE TRIGGER decision_required_insert BEFORE INSERT ON decision FOR EACH ROW
  WHEN EXISTS ( SELECT 1 WHERE NEW.signatures_required < 3 AND NEW.kind IN
    ('resume','back_pay_correction','terminate','restore','annul_death_mark','change_identity') UNION ALL SELECT 1
    WHERE NEW.signatures_required < 2)
  BEGIN SELECT RAISE(ABORT, 'signature floor'); END;

CREATE TRIGGER decision_required_update BEFORE UPDATE ON decision FOR EACH ROW
  WHEN EXISTS ( SELECT 1 WHERE NEW.signatures_required < 3 AND NEW.kind IN
    ('resume','back_pay_correction','terminate','restore','annul_death_mark','change_identity') UNION ALL SELECT 1
    WHERE NEW.signatures_required < 2)
  BEGIN SELECT RAISE(ABORT, 'signature floor'); END;

CREATE TRIGGER decision_round BEFORE UPDATE OF round ON decision FOR EACH ROW
  WHEN EXISTS (SELECT 1 WHERE NEW.round < OLD.round)
  BEGIN SELECT RAISE(ABORT, 'rounds only go on'); END;

CREATE TRIGGER decision_closed BEFORE UPDATE ON decision FOR EACH ROW
  WHEN EXISTS (SELECT 1 WHERE OLD.stage IN ('executed','rejected','withdrawn'))
  BEGIN SELECT RAISE(ABORT, 'a closed decision never changes'); END;

CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision FOR EACH ROW
  WHEN EXISTS (SELECT 1)
  BEGIN SELECT RAISE(ABORT, 'decisions are never deleted'); END;

CREATE TRIGGER review_step_no_update BEFORE UPDATE ON review_step
  BEGIN SELECT RAISE(ABORT, 'rows of review_step never change'); END;

CREATE TRIGGER review_step_no_delete BEFORE DELETE ON review_step
  BEGIN SELECT RAISE(ABORT, 'rows of review_step never change'); END;

CREATE TRIGGER review_step_no_replace BEFORE INSERT ON review_step
  WHEN EXISTS (SELECT 1 FROM review_step WHERE (id = NEW.id) OR (decision_id = NEW.decision_id AND round = NEW.round
    AND natural_person_id = NEW.natural_person_id) OR (event_id = NEW.event_id))
  BEGIN SELECT RAISE(ABORT, 'rows of review_step never change'); END;

CREATE TRIGGER decision_participant_no_update BEFORE UPDATE ON decision_participant
  BEGIN SELECT RAISE(ABORT, 'rows of decision_participant never change'); END;

CREATE TRIGGER decision_participant_no_delete BEFORE DELETE ON decision_participant
  BEGIN SELECT RAISE(ABORT, 'rows of decision_participant never change'); END;

CREATE TRIGGER decision_participant_no_replace BEFORE INSERT ON decision_participant
  WHEN EXISTS (SELECT 1 FROM decision_participant WHERE (decision_id = NEW.decision_id AND natural_person_id =
    NEW.natural_person_id AND side = NEW.side))
  BEGIN SELECT RAISE(ABORT, 'rows of decision_participant never change'); END;

CREATE TRIGGER case_transition_no_update BEFORE UPDATE ON case_transition
  BEGIN SELECT RAISE(ABORT, 'rows of case_transition never change'); END;

CREATE TRIGGER case_transition_no_delete BEFORE DELETE ON case_transition
  BEGIN SELECT RAISE(ABORT, 'rows of case_transition never change'); END;

CREATE TRIGGER case_transition_no_replace BEFORE INSERT ON case_transition
  WHEN EXISTS (SELECT 1 FROM case_transition WHERE (id = NEW.id) OR (case_id = NEW.case_id AND step = NEW.step) OR
    (event_id = NEW.event_id))
  BEGIN SELECT RAISE(ABORT, 'rows of case_transition never change'); END;

CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence
  BEGIN SELECT RAISE(ABORT, 'rows of evidence never change'); END;

CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence
  BEGIN SELECT RAISE(ABORT, 'rows of evidence never change'); END;

CREATE TRIGGER evidence_no_replace BEFORE INSERT ON evidence
  WHEN EXISTS (SELECT 1 FROM evidence WHERE (id = NEW.id) OR (public_id = NEW.public_id))
  BEGIN SELECT RAISE(ABORT, 'rows of evidence never change'); END;

CREATE TRIGGER case_no_delete BEFORE DELETE ON cases FOR EACH ROW
  WHEN EXISTS (SELECT 1)
  BEGIN SELECT RAISE(ABORT, 'cases are never deleted'); END;

CREATE TRIGGER case_state_version BEFORE UPDATE OF state ON cases FOR EACH ROW
  WHEN EXISTS (SELECT 1 WHERE NEW.state <> OLD.state AND NEW.version <= OLD.version)
  BEGIN SELECT RAISE(ABORT, 'state moves with the version'); END;

CREATE TRIGGER import_batch_person_insert BEFORE INSERT ON import_batch FOR EACH ROW
  WHEN EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.released_by AND (NEW.released_by_person IS NULL OR
    a.natural_person_id <> NEW.released_by_person)) OR (a.id = NEW.proposed_by AND a.natural_person_id <>
    NEW.proposed_by_person))
  BEGIN SELECT RAISE(ABORT, 'account and person of an import differ'); END;

CREATE TRIGGER import_batch_person_update BEFORE UPDATE ON import_batch FOR EACH ROW
  WHEN EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.released_by AND (NEW.released_by_person IS NULL OR
    a.natural_person_id <> NEW.released_by_person)) OR (a.id = NEW.proposed_by AND a.natural_person_id <>
    NEW.proposed_by_person))
  BEGIN SELECT RAISE(ABORT, 'account and person of an import differ'); END;

CREATE TRIGGER import_batch_released BEFORE UPDATE ON import_batch
  WHEN (OLD.released_by_person IS NOT NULL AND (NEW.released_by_person IS NULL OR NEW.released_by_person <>
    OLD.released_by_person OR NEW.proposed_by_person <> OLD.proposed_by_person))
  BEGIN SELECT RAISE(ABORT, 'who released an import stands'); END;

CREATE TRIGGER import_batch_needs_release BEFORE UPDATE ON import_batch
  WHEN (NEW.status IN ('releasing', 'released') AND NEW.released_by_person IS NULL)
  BEGIN SELECT RAISE(ABORT, 'an import is released by a person'); END;

CREATE TRIGGER import_batch_no_delete BEFORE DELETE ON import_batch
  BEGIN SELECT RAISE(ABORT, 'import batches are never deleted'); END;

CREATE TRIGGER import_row_raw BEFORE UPDATE ON import_row
  WHEN (NEW.raw <> OLD.raw)
  BEGIN SELECT RAISE(ABORT, 'a feed row never changes'); END;

CREATE TRIGGER import_row_no_delete BEFORE DELETE ON import_row
  BEGIN SELECT RAISE(ABORT, 'feed rows are never deleted'); END;
