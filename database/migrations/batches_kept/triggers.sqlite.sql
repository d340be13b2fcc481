-- The triggers of 0018, as they were then. A blank line stands between two.

CREATE TRIGGER role_grant_no_replace BEFORE INSERT ON role_grant WHEN EXISTS (SELECT 1 FROM
  role_grant WHERE (id = NEW.id) OR (public_id = NEW.public_id)) BEGIN SELECT RAISE(ABORT,
  'rows of role_grant are never replaced'); END;

CREATE TRIGGER staff_account_no_replace BEFORE INSERT ON staff_account WHEN EXISTS (SELECT 1 FROM
  staff_account WHERE (id = NEW.id) OR (public_id = NEW.public_id) OR (username =
  NEW.username)) BEGIN SELECT RAISE(ABORT, 'rows of staff_account are never replaced'); END;

CREATE TRIGGER natural_person_no_replace BEFORE INSERT ON natural_person WHEN EXISTS (SELECT 1 FROM
  natural_person WHERE (id = NEW.id) OR (id_number_index = NEW.id_number_index)) BEGIN
  SELECT RAISE(ABORT, 'rows of natural_person are never replaced'); END;

CREATE TRIGGER calendar_year_as_proposed BEFORE UPDATE ON calendar_year WHEN (NEW.year <> OLD.year
  OR NEW.document <> OLD.document OR NEW.document_no <> OLD.document_no OR
  NEW.proposed_by_person <> OLD.proposed_by_person OR NEW.issued_on <> OLD.issued_on OR
  NEW.proposed_on <> OLD.proposed_on) BEGIN SELECT RAISE(ABORT,
  'a proposed year never changes'); END;

CREATE TRIGGER limit_pause_as_made BEFORE UPDATE ON limit_pause WHEN (OLD.resumed_on IS NOT NULL OR
  NEW.decision_id <> OLD.decision_id OR NEW.paused_on <> OLD.paused_on OR NEW.reason <>
  OLD.reason OR NEW.basis <> OLD.basis OR NEW.note <> OLD.note OR NEW.paused_by <>
  OLD.paused_by) BEGIN SELECT RAISE(ABORT, 'a pause never changes'); END;

CREATE TRIGGER pressing_as_made BEFORE UPDATE ON pressing FOR EACH ROW WHEN EXISTS (SELECT 1 WHERE
  NEW.from_office_id <> OLD.from_office_id OR NEW.to_office_id <> OLD.to_office_id OR
  NEW.list <> OLD.list OR NEW.number <> OLD.number OR NEW.words <> OLD.words OR
  NEW.answer_by <> OLD.answer_by OR NEW.pressed_by <> OLD.pressed_by OR NEW."on" <>
  OLD."on" OR NEW.from_path <> OLD.from_path OR NEW.to_path <> OLD.to_path) BEGIN SELECT
  RAISE(ABORT, 'what was pressed for never changes'); END;

CREATE TRIGGER decision_no_replace BEFORE INSERT ON decision WHEN EXISTS (SELECT 1 FROM decision
  WHERE (id = NEW.id) OR (public_id = NEW.public_id) OR (decision_no = NEW.decision_no) OR
  (case_id = NEW.case_id AND stage IN ('draft','initial_review','recheck','approval') AND
  kind IN ('suspend','stop','resume','terminate','restore') AND NEW.stage IN
  ('draft','initial_review','recheck','approval') AND NEW.kind IN
  ('suspend','stop','resume','terminate','restore'))) BEGIN SELECT RAISE(ABORT,
  'rows of decision are never replaced'); END;

CREATE TRIGGER cases_no_replace BEFORE INSERT ON cases WHEN EXISTS (SELECT 1 FROM cases WHERE (id =
  NEW.id) OR (public_id = NEW.public_id) OR (case_no = NEW.case_no) OR (pensioner_id =
  NEW.pensioner_id AND scheme = NEW.scheme AND benefit_kind = NEW.benefit_kind)) BEGIN
  SELECT RAISE(ABORT, 'rows of cases are never replaced'); END;

CREATE TRIGGER calendar_year_no_replace BEFORE INSERT ON calendar_year WHEN EXISTS (SELECT 1 FROM
  calendar_year WHERE (id = NEW.id) OR (public_id = NEW.public_id) OR (year = NEW.year AND
  status = 'proposed' AND NEW.status = 'proposed')) BEGIN SELECT RAISE(ABORT,
  'rows of calendar_year are never replaced'); END;

CREATE TRIGGER service_limit_no_replace BEFORE INSERT ON service_limit WHEN EXISTS (SELECT 1 FROM
  service_limit WHERE (decision_id = NEW.decision_id)) BEGIN SELECT RAISE(ABORT,
  'rows of service_limit are never replaced'); END;

CREATE TRIGGER limit_pause_no_replace BEFORE INSERT ON limit_pause WHEN EXISTS (SELECT 1 FROM
  limit_pause WHERE (id = NEW.id) OR (decision_id = NEW.decision_id AND resumed_on IS NULL
  AND NEW.resumed_on IS NULL)) BEGIN SELECT RAISE(ABORT,
  'rows of limit_pause are never replaced'); END;

CREATE TRIGGER pressing_no_replace BEFORE INSERT ON pressing WHEN EXISTS (SELECT 1 FROM pressing
  WHERE (id = NEW.id) OR (public_id = NEW.public_id) OR (to_office_id = NEW.to_office_id
  AND list = NEW.list AND status = 'open' AND NEW.status = 'open')) BEGIN SELECT
  RAISE(ABORT, 'rows of pressing are never replaced'); END;

CREATE TRIGGER import_batch_no_replace BEFORE INSERT ON import_batch WHEN EXISTS (SELECT 1 FROM
  import_batch WHERE (id = NEW.id) OR (public_id = NEW.public_id) OR (kind = NEW.kind AND
  office_id = NEW.office_id AND sha256 = NEW.sha256)) BEGIN SELECT RAISE(ABORT,
  'rows of import_batch are never replaced'); END;

CREATE TRIGGER import_row_no_replace BEFORE INSERT ON import_row WHEN EXISTS (SELECT 1 FROM
  import_row WHERE (batch_id = NEW.batch_id AND row_number = NEW.row_number)) BEGIN SELECT
  RAISE(ABORT, 'rows of import_row are never replaced'); END;

CREATE TRIGGER import_proposal_no_replace BEFORE INSERT ON import_proposal WHEN EXISTS (SELECT 1
  FROM import_proposal WHERE (id = NEW.id) OR (public_id = NEW.public_id)) BEGIN SELECT
  RAISE(ABORT, 'rows of import_proposal are never replaced'); END;

CREATE TRIGGER suspension_batch_person_insert BEFORE INSERT ON suspension_batch FOR EACH ROW WHEN
  EXISTS (SELECT 1 WHERE (NEW.proposed_by IS NULL) <> (NEW.proposed_by_person IS NULL) OR
  (NEW.released_by IS NULL) <> (NEW.released_by_person IS NULL) UNION ALL SELECT 1 FROM
  staff_account a WHERE (a.id = NEW.proposed_by AND a.natural_person_id <>
  NEW.proposed_by_person) OR (a.id = NEW.released_by AND a.natural_person_id <>
  NEW.released_by_person)) BEGIN SELECT RAISE(ABORT,
  'account and person of suspension_batch differ'); END;

CREATE TRIGGER suspension_batch_person_update BEFORE UPDATE ON suspension_batch FOR EACH ROW WHEN
  EXISTS (SELECT 1 WHERE (NEW.proposed_by IS NULL) <> (NEW.proposed_by_person IS NULL) OR
  (NEW.released_by IS NULL) <> (NEW.released_by_person IS NULL) UNION ALL SELECT 1 FROM
  staff_account a WHERE (a.id = NEW.proposed_by AND a.natural_person_id <>
  NEW.proposed_by_person) OR (a.id = NEW.released_by AND a.natural_person_id <>
  NEW.released_by_person)) BEGIN SELECT RAISE(ABORT,
  'account and person of suspension_batch differ'); END;

CREATE TRIGGER suspension_batch_closed_account BEFORE UPDATE ON suspension_batch FOR EACH ROW WHEN
  EXISTS (SELECT 1 FROM staff_account a WHERE NOT a.active AND NEW.status <> OLD.status AND
  a.id = CASE NEW.status WHEN 'proposed' THEN NEW.proposed_by WHEN 'released' THEN
  NEW.released_by END) BEGIN SELECT RAISE(ABORT,
  'a closed account acts on suspension_batch'); END;

CREATE TRIGGER sweep_halt_person_insert BEFORE INSERT ON sweep_halt FOR EACH
  ROW WHEN EXISTS (SELECT
  1 WHERE (NEW.proposed_by IS NULL) <> (NEW.proposed_by_person IS NULL) OR (NEW.released_by
  IS NULL) <> (NEW.released_by_person IS NULL) UNION ALL SELECT 1 FROM staff_account a
  WHERE (a.id = NEW.proposed_by AND a.natural_person_id <> NEW.proposed_by_person) OR (a.id
  = NEW.released_by AND a.natural_person_id <> NEW.released_by_person)) BEGIN SELECT
  RAISE(ABORT, 'account and person of sweep_halt differ'); END;

CREATE TRIGGER sweep_halt_person_update BEFORE UPDATE ON sweep_halt FOR EACH
  ROW WHEN EXISTS (SELECT
  1 WHERE (NEW.proposed_by IS NULL) <> (NEW.proposed_by_person IS NULL) OR (NEW.released_by
  IS NULL) <> (NEW.released_by_person IS NULL) UNION ALL SELECT 1 FROM staff_account a
  WHERE (a.id = NEW.proposed_by AND a.natural_person_id <> NEW.proposed_by_person) OR (a.id
  = NEW.released_by AND a.natural_person_id <> NEW.released_by_person)) BEGIN SELECT
  RAISE(ABORT, 'account and person of sweep_halt differ'); END;

CREATE TRIGGER sweep_halt_closed_account BEFORE UPDATE ON sweep_halt FOR EACH ROW WHEN EXISTS
  (SELECT 1 FROM staff_account a WHERE NOT a.active AND NEW.status <> OLD.status AND a.id =
  CASE NEW.status WHEN 'proposed' THEN NEW.proposed_by WHEN 'released' THEN NEW.released_by
  END) BEGIN SELECT RAISE(ABORT, 'a closed account acts on sweep_halt'); END;

CREATE TRIGGER suspension_batch_begins BEFORE INSERT ON suspension_batch WHEN (NEW.status <>
  'gathered') BEGIN SELECT RAISE(ABORT, 'a row of suspension_batch begins as gathered');
  END;

CREATE TRIGGER suspension_batch_in_order BEFORE UPDATE ON suspension_batch WHEN (NEW.status <>
  OLD.status AND OLD.status || '>' || NEW.status NOT IN ('gathered>proposed',
  'proposed>gathered', 'proposed>released')) BEGIN SELECT RAISE(ABORT,
  'suspension_batch out of order'); END;

CREATE TRIGGER suspension_batch_by_turn BEFORE UPDATE ON suspension_batch WHEN (((NEW.status <>
  'proposed' OR OLD.status = 'proposed') AND (((NEW."proposed_by" IS NULL) <>
  (OLD."proposed_by" IS NULL) OR NEW."proposed_by" <> OLD."proposed_by") OR
  ((NEW."proposed_by_person" IS NULL) <> (OLD."proposed_by_person" IS NULL) OR
  NEW."proposed_by_person" <> OLD."proposed_by_person") OR ((NEW."proposed_on" IS NULL) <>
  (OLD."proposed_on" IS NULL) OR NEW."proposed_on" <> OLD."proposed_on"))) OR ((NEW.status
  <> 'released' OR OLD.status = 'released') AND (((NEW."released_by" IS NULL) <>
  (OLD."released_by" IS NULL) OR NEW."released_by" <> OLD."released_by") OR
  ((NEW."released_by_person" IS NULL) <> (OLD."released_by_person" IS NULL) OR
  NEW."released_by_person" <> OLD."released_by_person") OR ((NEW."released_on" IS NULL) <>
  (OLD."released_on" IS NULL) OR NEW."released_on" <> OLD."released_on")))) BEGIN SELECT
  RAISE(ABORT, 'who acted on suspension_batch stands'); END;

CREATE TRIGGER suspension_batch_as_made BEFORE UPDATE ON suspension_batch WHEN
  (((NEW."public_id" IS
  NULL) <> (OLD."public_id" IS NULL) OR NEW."public_id" <> OLD."public_id") OR
  ((NEW."office_path" IS NULL) <> (OLD."office_path" IS NULL) OR NEW."office_path" <>
  OLD."office_path") OR ((NEW."month" IS NULL) <> (OLD."month" IS NULL) OR NEW."month" <>
  OLD."month") OR ((NEW."due_on" IS NULL) <> (OLD."due_on" IS NULL) OR NEW."due_on" <>
  OLD."due_on") OR ((NEW."gathered_on" IS NULL) <> (OLD."gathered_on" IS NULL) OR
  NEW."gathered_on" <> OLD."gathered_on")) BEGIN SELECT RAISE(ABORT,
  'what suspension_batch is about never changes'); END;

CREATE TRIGGER suspension_batch_settled BEFORE UPDATE ON suspension_batch WHEN (OLD.status =
  'released') BEGIN SELECT RAISE(ABORT, 'suspension_batch that is released never changes');
  END;

CREATE TRIGGER suspension_batch_no_delete BEFORE DELETE ON suspension_batch BEGIN SELECT
  RAISE(ABORT, 'rows of suspension_batch are never deleted'); END;

CREATE TRIGGER sweep_halt_begins BEFORE INSERT ON sweep_halt WHEN (NEW.status <> 'halted') BEGIN
  SELECT RAISE(ABORT, 'a row of sweep_halt begins as halted'); END;

CREATE TRIGGER sweep_halt_in_order BEFORE UPDATE ON sweep_halt WHEN (NEW.status <> OLD.status AND
  OLD.status || '>' || NEW.status NOT IN ('halted>proposed', 'proposed>released',
  'halted>over', 'proposed>over', 'released>over')) BEGIN SELECT RAISE(ABORT,
  'sweep_halt out of order'); END;

CREATE TRIGGER sweep_halt_by_turn BEFORE UPDATE ON sweep_halt WHEN (((NEW.status <> 'proposed' OR
  OLD.status = 'proposed') AND (((NEW."proposed_by" IS NULL) <> (OLD."proposed_by" IS NULL)
  OR NEW."proposed_by" <> OLD."proposed_by") OR ((NEW."proposed_by_person" IS NULL) <>
  (OLD."proposed_by_person" IS NULL) OR NEW."proposed_by_person" <>
  OLD."proposed_by_person") OR ((NEW."proposed_on" IS NULL) <> (OLD."proposed_on" IS NULL)
  OR NEW."proposed_on" <> OLD."proposed_on"))) OR ((NEW.status <> 'released' OR OLD.status
  = 'released') AND (((NEW."released_by" IS NULL) <> (OLD."released_by" IS NULL) OR
  NEW."released_by" <> OLD."released_by") OR ((NEW."released_by_person" IS NULL) <>
  (OLD."released_by_person" IS NULL) OR NEW."released_by_person" <>
  OLD."released_by_person") OR ((NEW."released_on" IS NULL) <> (OLD."released_on" IS NULL)
  OR NEW."released_on" <> OLD."released_on")))) BEGIN SELECT RAISE(ABORT,
  'who acted on sweep_halt stands'); END;

CREATE TRIGGER sweep_halt_as_made BEFORE UPDATE ON sweep_halt WHEN (((NEW."public_id" IS NULL) <>
  (OLD."public_id" IS NULL) OR NEW."public_id" <> OLD."public_id") OR ((NEW."office_path"
  IS NULL) <> (OLD."office_path" IS NULL) OR NEW."office_path" <> OLD."office_path") OR
  ((NEW."on" IS NULL) <> (OLD."on" IS NULL) OR NEW."on" <> OLD."on") OR ((NEW."found" IS
  NULL) <> (OLD."found" IS NULL) OR NEW."found" <> OLD."found") OR ((NEW."usual" IS NULL)
  <> (OLD."usual" IS NULL) OR NEW."usual" <> OLD."usual") OR ((NEW."most" IS NULL) <>
  (OLD."most" IS NULL) OR NEW."most" <> OLD."most")) BEGIN SELECT RAISE(ABORT,
  'what sweep_halt is about never changes'); END;

CREATE TRIGGER sweep_halt_settled BEFORE UPDATE ON sweep_halt WHEN (OLD.status = 'over') BEGIN
  SELECT RAISE(ABORT, 'sweep_halt that is over never changes'); END;

CREATE TRIGGER sweep_halt_no_delete BEFORE DELETE ON sweep_halt BEGIN SELECT RAISE(ABORT,
  'rows of sweep_halt are never deleted'); END;

CREATE TRIGGER suspension_row_as_gathered BEFORE UPDATE ON suspension_row WHEN (OLD.taken_out_on IS
  NOT NULL OR ((NEW."batch_id" IS NULL) <> (OLD."batch_id" IS NULL) OR NEW."batch_id" <>
  OLD."batch_id") OR ((NEW."case_id" IS NULL) <> (OLD."case_id" IS NULL) OR NEW."case_id"
  <> OLD."case_id") OR ((NEW."period_due_on" IS NULL) <> (OLD."period_due_on" IS NULL) OR
  NEW."period_due_on" <> OLD."period_due_on")) BEGIN SELECT RAISE(ABORT,
  'a row of a batch never changes'); END;

CREATE TRIGGER suspension_row_no_delete BEFORE DELETE ON suspension_row BEGIN SELECT RAISE(ABORT,
  'rows of a batch are never deleted'); END;

CREATE TRIGGER suspension_batch_no_replace BEFORE INSERT ON suspension_batch WHEN EXISTS (SELECT 1
  FROM suspension_batch WHERE (id = NEW.id) OR (public_id = NEW.public_id) OR (office_path
  = NEW.office_path AND month = NEW.month)) BEGIN SELECT RAISE(ABORT,
  'rows of suspension_batch are never replaced'); END;

CREATE TRIGGER suspension_row_no_replace BEFORE INSERT ON suspension_row WHEN EXISTS (SELECT 1 FROM
  suspension_row WHERE (id = NEW.id) OR (batch_id = NEW.batch_id AND case_id =
  NEW.case_id)) BEGIN SELECT RAISE(ABORT, 'rows of suspension_row are never replaced'); END;

CREATE TRIGGER sweep_halt_no_replace BEFORE INSERT ON sweep_halt WHEN EXISTS (SELECT 1 FROM
  sweep_halt WHERE (id = NEW.id) OR (public_id = NEW.public_id) OR (office_path =
  NEW.office_path AND status <> 'over' AND NEW.status <> 'over')) BEGIN SELECT RAISE(ABORT,
  'rows of sweep_halt are never replaced'); END;

CREATE TRIGGER gathered_loss_no_update BEFORE UPDATE ON gathered_loss BEGIN SELECT RAISE(ABORT,
  'rows of gathered_loss never change'); END;

CREATE TRIGGER gathered_loss_no_delete BEFORE DELETE ON gathered_loss BEGIN SELECT RAISE(ABORT,
  'rows of gathered_loss never change'); END;

CREATE TRIGGER gathered_loss_no_replace BEFORE INSERT ON gathered_loss WHEN EXISTS (SELECT 1 FROM
  gathered_loss WHERE (batch_id = NEW.batch_id AND decision_id = NEW.decision_id)) BEGIN
  SELECT RAISE(ABORT, 'rows of gathered_loss never change'); END;

CREATE TRIGGER not_passed_no_update BEFORE UPDATE ON not_passed BEGIN SELECT RAISE(ABORT,
  'rows of not_passed never change'); END;

CREATE TRIGGER not_passed_no_delete BEFORE DELETE ON not_passed BEGIN SELECT RAISE(ABORT,
  'rows of not_passed never change'); END;

CREATE TRIGGER not_passed_no_replace BEFORE INSERT ON not_passed WHEN EXISTS (SELECT 1 FROM
  not_passed WHERE (id = NEW.id) OR (case_id = NEW.case_id AND period_due_on =
  NEW.period_due_on)) BEGIN SELECT RAISE(ABORT, 'rows of not_passed never change'); END;

CREATE TRIGGER suspension_row_handed_on_insert BEFORE INSERT ON suspension_row FOR EACH ROW WHEN
  EXISTS (SELECT 1 FROM suspension_batch b WHERE b.id = NEW.batch_id AND b.status <>
  'gathered') BEGIN SELECT RAISE(ABORT, 'a batch handed on keeps its rows'); END;

CREATE TRIGGER suspension_row_person_insert BEFORE INSERT ON suspension_row
  FOR EACH ROW WHEN EXISTS
  (SELECT 1 WHERE (NEW.taken_out_by IS NULL) <> (NEW.taken_out_by_person IS NULL) UNION ALL
  SELECT 1 FROM staff_account a WHERE (a.id = NEW.taken_out_by AND a.natural_person_id <>
  NEW.taken_out_by_person) UNION ALL SELECT 1 FROM staff_account a WHERE a.id =
  NEW.taken_out_by AND NOT a.active) BEGIN SELECT RAISE(ABORT,
  'account and person of a row differ'); END;

CREATE TRIGGER suspension_row_handed_on_update BEFORE UPDATE ON suspension_row FOR EACH ROW WHEN
  EXISTS (SELECT 1 FROM suspension_batch b WHERE b.id = NEW.batch_id AND b.status <>
  'gathered') BEGIN SELECT RAISE(ABORT, 'a batch handed on keeps its rows'); END;

CREATE TRIGGER suspension_row_person_update BEFORE UPDATE ON suspension_row
  FOR EACH ROW WHEN EXISTS
  (SELECT 1 WHERE (NEW.taken_out_by IS NULL) <> (NEW.taken_out_by_person IS NULL) UNION ALL
  SELECT 1 FROM staff_account a WHERE (a.id = NEW.taken_out_by AND a.natural_person_id <>
  NEW.taken_out_by_person) UNION ALL SELECT 1 FROM staff_account a WHERE a.id =
  NEW.taken_out_by AND NOT a.active) BEGIN SELECT RAISE(ABORT,
  'account and person of a row differ'); END;

CREATE TRIGGER gathered_loss_handed_on BEFORE INSERT ON gathered_loss FOR EACH ROW WHEN EXISTS
  (SELECT 1 FROM suspension_batch b WHERE b.id = NEW.batch_id AND b.status <> 'gathered')
  BEGIN SELECT RAISE(ABORT, 'a batch handed on keeps its losses'); END;

CREATE TRIGGER not_passed_person BEFORE INSERT ON not_passed FOR EACH ROW WHEN
  EXISTS (SELECT 1 FROM
  staff_account a WHERE a.id = NEW.noted_by AND (a.natural_person_id <> NEW.noted_by_person
  OR NOT a.active)) BEGIN SELECT RAISE(ABORT, 'account and person of a mark differ'); END;
