-- The triggers of 0001 on PostgreSQL, as they were then. A blank line stands between two.

CREATE OR REPLACE FUNCTION audit_tx_no_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_tx never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_tx_no_update BEFORE UPDATE ON audit_tx FOR EACH ROW EXECUTE FUNCTION audit_tx_no_update();

CREATE OR REPLACE FUNCTION audit_tx_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_tx never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_tx_no_delete BEFORE DELETE ON audit_tx FOR EACH ROW EXECUTE FUNCTION audit_tx_no_delete();

CREATE OR REPLACE FUNCTION audit_tx_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_tx never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_tx_no_truncate BEFORE TRUNCATE ON audit_tx FOR EACH STATEMENT EXECUTE FUNCTION
    audit_tx_no_truncate();

CREATE OR REPLACE FUNCTION audit_event_no_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_event never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event FOR EACH ROW EXECUTE FUNCTION
    audit_event_no_update();

CREATE OR REPLACE FUNCTION audit_event_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_event never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION
    audit_event_no_delete();

CREATE OR REPLACE FUNCTION audit_event_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_event never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION
    audit_event_no_truncate();

CREATE OR REPLACE FUNCTION audit_personal_no_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_personal never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_personal_no_update BEFORE UPDATE ON audit_personal FOR EACH ROW
  WHEN (NOT (OLD.event_id = NEW.event_id AND OLD.field = NEW.field AND OLD.erased_at IS NULL AND NEW.salt IS NULL
    AND NEW.value IS NULL AND NEW.erased_at IS NOT NULL)) EXECUTE FUNCTION audit_personal_no_update();

CREATE OR REPLACE FUNCTION audit_personal_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_personal never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_personal_no_delete BEFORE DELETE ON audit_personal FOR EACH ROW EXECUTE FUNCTION
    audit_personal_no_delete();

CREATE OR REPLACE FUNCTION audit_personal_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_personal never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_personal_no_truncate BEFORE TRUNCATE ON audit_personal FOR EACH STATEMENT EXECUTE FUNCTION
    audit_personal_no_truncate();

CREATE OR REPLACE FUNCTION audit_leaf_no_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_leaf never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_leaf_no_update BEFORE UPDATE ON audit_leaf FOR EACH ROW EXECUTE FUNCTION audit_leaf_no_update();

CREATE OR REPLACE FUNCTION audit_leaf_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_leaf never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_leaf_no_delete BEFORE DELETE ON audit_leaf FOR EACH ROW EXECUTE FUNCTION audit_leaf_no_delete();

CREATE OR REPLACE FUNCTION audit_leaf_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of audit_leaf never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_leaf_no_truncate BEFORE TRUNCATE ON audit_leaf FOR EACH STATEMENT EXECUTE FUNCTION
    audit_leaf_no_truncate();

CREATE OR REPLACE FUNCTION role_grant_compatible_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF (NEW.status = 'active' AND EXISTS ( SELECT 1 FROM role_grant AS g JOIN staff_account AS a ON a.id =
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
    ('security_administrator','system_administrator'),('system_administrator','security_administrator')))) THEN
  RAISE EXCEPTION 'INCOMPATIBLE_ROLES' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER role_grant_compatible_insert AFTER INSERT ON role_grant FOR EACH ROW EXECUTE FUNCTION
    role_grant_compatible_insert();

CREATE OR REPLACE FUNCTION role_grant_compatible_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF (NEW.status = 'active' AND EXISTS ( SELECT 1 FROM role_grant AS g JOIN staff_account AS a ON a.id =
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
    ('security_administrator','system_administrator'),('system_administrator','security_administrator')))) THEN
  RAISE EXCEPTION 'INCOMPATIBLE_ROLES' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER role_grant_compatible_update AFTER UPDATE ON role_grant FOR EACH ROW EXECUTE FUNCTION
    role_grant_compatible_update();

CREATE OR REPLACE FUNCTION role_grant_persons_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF (NEW.status = 'active' AND CASE
  WHEN NEW.applied_by IS NULL AND NEW.checked_by IS NULL AND NEW.approved_by IS NULL THEN EXISTS ( SELECT 1 FROM
    role_grant AS g WHERE g.id <> NEW.id AND (g.applied_by IS NOT NULL OR g.role = NEW.role)) ELSE (SELECT
    count(DISTINCT a.natural_person_id) FROM staff_account AS a WHERE a.id IN (NEW.account_id, NEW.applied_by,
    NEW.checked_by, NEW.approved_by)) < 4 END) THEN
  RAISE EXCEPTION 'OWN_GRANT' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER role_grant_persons_insert AFTER INSERT ON role_grant FOR EACH ROW EXECUTE FUNCTION
    role_grant_persons_insert();

CREATE OR REPLACE FUNCTION role_grant_persons_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF (NEW.status = 'active' AND CASE
  WHEN NEW.applied_by IS NULL AND NEW.checked_by IS NULL AND NEW.approved_by IS NULL THEN EXISTS ( SELECT 1 FROM
    role_grant AS g WHERE g.id <> NEW.id AND (g.applied_by IS NOT NULL OR g.role = NEW.role)) ELSE (SELECT
    count(DISTINCT a.natural_person_id) FROM staff_account AS a WHERE a.id IN (NEW.account_id, NEW.applied_by,
    NEW.checked_by, NEW.approved_by)) < 4 END) THEN
  RAISE EXCEPTION 'OWN_GRANT' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER role_grant_persons_update AFTER UPDATE ON role_grant FOR EACH ROW EXECUTE FUNCTION
    role_grant_persons_update();

CREATE OR REPLACE FUNCTION role_grant_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a grant keeps its account, role and area' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER role_grant_stays BEFORE UPDATE ON role_grant FOR EACH ROW
  WHEN (NEW.account_id <> OLD.account_id OR NEW.role <> OLD.role OR NEW.office_id <> OLD.office_id) EXECUTE FUNCTION
    role_grant_stays();

CREATE OR REPLACE FUNCTION role_grant_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'grants are revoked, never deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER role_grant_no_delete BEFORE DELETE ON role_grant FOR EACH ROW EXECUTE FUNCTION role_grant_no_delete();

CREATE OR REPLACE FUNCTION staff_account_person_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'an account keeps its person' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER staff_account_person_stays BEFORE UPDATE ON staff_account FOR EACH ROW
  WHEN (NEW.natural_person_id <> OLD.natural_person_id) EXECUTE FUNCTION staff_account_person_stays();

CREATE OR REPLACE FUNCTION review_step_first_side() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS ( SELECT 1 FROM decision_participant p WHERE p.decision_id = NEW.decision_id AND p.natural_person_id =
    NEW.natural_person_id AND p.side = 'first' AND NEW.act = 'sign' AND NEW.stage IN ('recheck', 'approval')) THEN
  RAISE EXCEPTION 'FIRST_SIDE' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER review_step_first_side BEFORE INSERT ON review_step FOR EACH ROW EXECUTE FUNCTION
    review_step_first_side();

CREATE OR REPLACE FUNCTION review_step_own_person() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS ( SELECT 1 FROM staff_account a WHERE a.id = NEW.account_id AND a.natural_person_id <>
    NEW.natural_person_id) THEN
  RAISE EXCEPTION 'account and person differ' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER review_step_own_person BEFORE INSERT ON review_step FOR EACH ROW EXECUTE FUNCTION
    review_step_own_person();

CREATE OR REPLACE FUNCTION decision_participant_signer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS ( SELECT 1 FROM review_step s JOIN decision d ON d.id = s.decision_id WHERE s.decision_id =
    NEW.decision_id AND s.natural_person_id = NEW.natural_person_id AND s.round = d.round AND s.act = 'sign' AND
    s.stage IN ('recheck', 'approval') AND NEW.side = 'first') THEN
  RAISE EXCEPTION 'SAME_PERSON' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER decision_participant_signer BEFORE INSERT ON decision_participant FOR EACH ROW EXECUTE FUNCTION
    decision_participant_signer();

CREATE OR REPLACE FUNCTION decision_signatures() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS ( SELECT 1 WHERE NEW.stage = 'executed' AND OLD.stage <> 'executed' AND ( SELECT count(DISTINCT
    s.natural_person_id) FROM review_step s WHERE s.decision_id = NEW.id AND s.round = NEW.round AND s.act = 'sign')
    < NEW.signatures_required) THEN
  RAISE EXCEPTION 'too few signatures' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER decision_signatures BEFORE UPDATE OF stage ON decision FOR EACH ROW EXECUTE FUNCTION
    decision_signatures();

CREATE OR REPLACE FUNCTION decision_required_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS ( SELECT 1 WHERE NEW.signatures_required < 3 AND NEW.kind IN
    ('resume','back_pay_correction','terminate','restore','annul_death_mark','change_identity') UNION ALL SELECT 1
    WHERE NEW.signatures_required < 2) THEN
  RAISE EXCEPTION 'signature floor' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER decision_required_insert BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION
    decision_required_insert();

CREATE OR REPLACE FUNCTION decision_required_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS ( SELECT 1 WHERE NEW.signatures_required < 3 AND NEW.kind IN
    ('resume','back_pay_correction','terminate','restore','annul_death_mark','change_identity') UNION ALL SELECT 1
    WHERE NEW.signatures_required < 2) THEN
  RAISE EXCEPTION 'signature floor' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER decision_required_update BEFORE UPDATE ON decision FOR EACH ROW EXECUTE FUNCTION
    decision_required_update();

CREATE OR REPLACE FUNCTION decision_round() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 WHERE NEW.round < OLD.round) THEN
  RAISE EXCEPTION 'rounds only go on' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER decision_round BEFORE UPDATE OF round ON decision FOR EACH ROW EXECUTE FUNCTION decision_round();

CREATE OR REPLACE FUNCTION decision_closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 WHERE OLD.stage IN ('executed','rejected','withdrawn')) THEN
  RAISE EXCEPTION 'a closed decision never changes' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER decision_closed BEFORE UPDATE ON decision FOR EACH ROW EXECUTE FUNCTION decision_closed();

CREATE OR REPLACE FUNCTION decision_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1) THEN
  RAISE EXCEPTION 'decisions are never deleted' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN OLD;
END $$;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision FOR EACH ROW EXECUTE FUNCTION decision_no_delete();

CREATE OR REPLACE FUNCTION review_step_no_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of review_step never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER review_step_no_update BEFORE UPDATE ON review_step FOR EACH ROW EXECUTE FUNCTION
    review_step_no_update();

CREATE OR REPLACE FUNCTION review_step_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of review_step never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER review_step_no_delete BEFORE DELETE ON review_step FOR EACH ROW EXECUTE FUNCTION
    review_step_no_delete();

CREATE OR REPLACE FUNCTION review_step_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of review_step never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER review_step_no_truncate BEFORE TRUNCATE ON review_step FOR EACH STATEMENT EXECUTE FUNCTION
    review_step_no_truncate();

CREATE OR REPLACE FUNCTION decision_participant_no_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of decision_participant never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER decision_participant_no_update BEFORE UPDATE ON decision_participant FOR EACH ROW EXECUTE FUNCTION
    decision_participant_no_update();

CREATE OR REPLACE FUNCTION decision_participant_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of decision_participant never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER decision_participant_no_delete BEFORE DELETE ON decision_participant FOR EACH ROW EXECUTE FUNCTION
    decision_participant_no_delete();

CREATE OR REPLACE FUNCTION decision_participant_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of decision_participant never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER decision_participant_no_truncate BEFORE TRUNCATE ON decision_participant FOR EACH STATEMENT EXECUTE
    FUNCTION decision_participant_no_truncate();

CREATE OR REPLACE FUNCTION case_transition_no_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of case_transition never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER case_transition_no_update BEFORE UPDATE ON case_transition FOR EACH ROW EXECUTE FUNCTION
    case_transition_no_update();

CREATE OR REPLACE FUNCTION case_transition_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of case_transition never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER case_transition_no_delete BEFORE DELETE ON case_transition FOR EACH ROW EXECUTE FUNCTION
    case_transition_no_delete();

CREATE OR REPLACE FUNCTION case_transition_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of case_transition never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER case_transition_no_truncate BEFORE TRUNCATE ON case_transition FOR EACH STATEMENT EXECUTE FUNCTION
    case_transition_no_truncate();

CREATE OR REPLACE FUNCTION evidence_no_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of evidence never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence FOR EACH ROW EXECUTE FUNCTION evidence_no_update();

CREATE OR REPLACE FUNCTION evidence_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of evidence never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION evidence_no_delete();

CREATE OR REPLACE FUNCTION evidence_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of evidence never change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER evidence_no_truncate BEFORE TRUNCATE ON evidence FOR EACH STATEMENT EXECUTE FUNCTION
    evidence_no_truncate();

CREATE OR REPLACE FUNCTION case_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1) THEN
  RAISE EXCEPTION 'cases are never deleted' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN OLD;
END $$;
CREATE TRIGGER case_no_delete BEFORE DELETE ON cases FOR EACH ROW EXECUTE FUNCTION case_no_delete();

CREATE OR REPLACE FUNCTION case_state_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 WHERE NEW.state <> OLD.state AND NEW.version <= OLD.version) THEN
  RAISE EXCEPTION 'state moves with the version' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER case_state_version BEFORE UPDATE OF state ON cases FOR EACH ROW EXECUTE FUNCTION case_state_version();

CREATE OR REPLACE FUNCTION import_batch_person_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.released_by AND (NEW.released_by_person IS NULL OR
    a.natural_person_id <> NEW.released_by_person)) OR (a.id = NEW.proposed_by AND a.natural_person_id <>
    NEW.proposed_by_person)) THEN
  RAISE EXCEPTION 'account and person of an import differ' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER import_batch_person_insert BEFORE INSERT ON import_batch FOR EACH ROW EXECUTE FUNCTION
    import_batch_person_insert();

CREATE OR REPLACE FUNCTION import_batch_person_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.released_by AND (NEW.released_by_person IS NULL OR
    a.natural_person_id <> NEW.released_by_person)) OR (a.id = NEW.proposed_by AND a.natural_person_id <>
    NEW.proposed_by_person)) THEN
  RAISE EXCEPTION 'account and person of an import differ' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW;
END $$;
CREATE TRIGGER import_batch_person_update BEFORE UPDATE ON import_batch FOR EACH ROW EXECUTE FUNCTION
    import_batch_person_update();

CREATE OR REPLACE FUNCTION import_batch_released() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'who released an import stands' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER import_batch_released BEFORE UPDATE ON import_batch FOR EACH ROW
  WHEN (OLD.released_by_person IS NOT NULL AND (NEW.released_by_person IS NULL OR NEW.released_by_person <>
    OLD.released_by_person OR NEW.proposed_by_person <> OLD.proposed_by_person)) EXECUTE FUNCTION
    import_batch_released();

CREATE OR REPLACE FUNCTION import_batch_needs_release() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'an import is released by a person' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER import_batch_needs_release BEFORE UPDATE ON import_batch FOR EACH ROW
  WHEN (NEW.status IN ('releasing', 'released') AND NEW.released_by_person IS NULL) EXECUTE FUNCTION
    import_batch_needs_release();

CREATE OR REPLACE FUNCTION import_batch_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'import batches are never deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER import_batch_no_delete BEFORE DELETE ON import_batch FOR EACH ROW EXECUTE FUNCTION
    import_batch_no_delete();

CREATE OR REPLACE FUNCTION import_row_raw() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a feed row never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER import_row_raw BEFORE UPDATE ON import_row FOR EACH ROW
  WHEN (NEW.raw <> OLD.raw) EXECUTE FUNCTION import_row_raw();

CREATE OR REPLACE FUNCTION import_row_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'feed rows are never deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER import_row_no_delete BEFORE DELETE ON import_row FOR EACH ROW EXECUTE FUNCTION import_row_no_delete();
