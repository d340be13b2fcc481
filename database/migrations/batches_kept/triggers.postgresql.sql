-- The triggers of 0018, as they were then. A blank line stands between two.

CREATE OR REPLACE FUNCTION calendar_year_as_proposed() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a proposed year never changes' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER calendar_year_as_proposed BEFORE
  UPDATE ON calendar_year FOR EACH ROW WHEN (NEW.year <> OLD.year OR NEW.document <>
  OLD.document OR NEW.document_no <> OLD.document_no OR NEW.proposed_by_person <>
  OLD.proposed_by_person OR NEW.issued_on <> OLD.issued_on OR NEW.proposed_on <>
  OLD.proposed_on) EXECUTE FUNCTION calendar_year_as_proposed();

CREATE OR REPLACE FUNCTION limit_pause_as_made() RETURNS trigger LANGUAGE
  plpgsql AS $$ BEGIN RAISE
  EXCEPTION 'a pause never changes' USING ERRCODE = 'integrity_constraint_violation'; END
  $$;
  CREATE TRIGGER limit_pause_as_made BEFORE UPDATE ON limit_pause FOR EACH ROW WHEN
  (OLD.resumed_on IS NOT NULL OR NEW.decision_id <> OLD.decision_id OR NEW.paused_on <>
  OLD.paused_on OR NEW.reason <> OLD.reason OR NEW.basis <> OLD.basis OR NEW.note <>
  OLD.note OR NEW.paused_by <> OLD.paused_by) EXECUTE FUNCTION limit_pause_as_made();

CREATE OR REPLACE FUNCTION pressing_as_made() RETURNS trigger LANGUAGE
  plpgsql AS $$ BEGIN IF EXISTS
  (SELECT 1 WHERE NEW.from_office_id <> OLD.from_office_id OR NEW.to_office_id <>
  OLD.to_office_id OR NEW.list <> OLD.list OR NEW.number <> OLD.number OR NEW.words <>
  OLD.words OR NEW.answer_by <> OLD.answer_by OR NEW.pressed_by <> OLD.pressed_by OR
  NEW."on" <> OLD."on" OR NEW.from_path <> OLD.from_path OR NEW.to_path <> OLD.to_path)
  THEN RAISE EXCEPTION 'what was pressed for never changes' USING ERRCODE =
  'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER pressing_as_made BEFORE UPDATE ON pressing FOR EACH ROW EXECUTE FUNCTION
  pressing_as_made();

CREATE OR REPLACE FUNCTION suspension_batch_person_insert() RETURNS
  trigger LANGUAGE plpgsql AS $$
  BEGIN IF EXISTS (SELECT 1 WHERE (NEW.proposed_by IS NULL) <> (NEW.proposed_by_person IS
  NULL) OR (NEW.released_by IS NULL) <> (NEW.released_by_person IS NULL) UNION ALL SELECT 1
  FROM staff_account a WHERE (a.id = NEW.proposed_by AND a.natural_person_id <>
  NEW.proposed_by_person) OR (a.id = NEW.released_by AND a.natural_person_id <>
  NEW.released_by_person)) THEN RAISE EXCEPTION
  'account and person of suspension_batch differ' USING ERRCODE =
  'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER suspension_batch_person_insert BEFORE INSERT ON suspension_batch FOR EACH ROW EXECUTE
  FUNCTION suspension_batch_person_insert();

CREATE OR REPLACE FUNCTION suspension_batch_person_update() RETURNS
  trigger LANGUAGE plpgsql AS $$
  BEGIN IF EXISTS (SELECT 1 WHERE (NEW.proposed_by IS NULL) <> (NEW.proposed_by_person IS
  NULL) OR (NEW.released_by IS NULL) <> (NEW.released_by_person IS NULL) UNION ALL SELECT 1
  FROM staff_account a WHERE (a.id = NEW.proposed_by AND a.natural_person_id <>
  NEW.proposed_by_person) OR (a.id = NEW.released_by AND a.natural_person_id <>
  NEW.released_by_person)) THEN RAISE EXCEPTION
  'account and person of suspension_batch differ' USING ERRCODE =
  'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER suspension_batch_person_update BEFORE UPDATE ON suspension_batch FOR EACH ROW EXECUTE
  FUNCTION suspension_batch_person_update();

CREATE OR REPLACE FUNCTION suspension_batch_closed_account() RETURNS
  trigger LANGUAGE plpgsql AS $$
  BEGIN IF EXISTS (SELECT 1 FROM staff_account a WHERE NOT a.active AND NEW.status <>
  OLD.status AND a.id = CASE NEW.status WHEN 'proposed' THEN NEW.proposed_by WHEN
  'released' THEN NEW.released_by END) THEN RAISE EXCEPTION
  'a closed account acts on suspension_batch' USING ERRCODE =
  'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER suspension_batch_closed_account BEFORE UPDATE ON suspension_batch FOR EACH ROW EXECUTE
  FUNCTION suspension_batch_closed_account();

CREATE OR REPLACE FUNCTION sweep_halt_person_insert() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 WHERE (NEW.proposed_by IS NULL) <> (NEW.proposed_by_person IS NULL)
  OR (NEW.released_by IS NULL) <> (NEW.released_by_person IS NULL) UNION ALL SELECT 1 FROM
  staff_account a WHERE (a.id = NEW.proposed_by AND a.natural_person_id <>
  NEW.proposed_by_person) OR (a.id = NEW.released_by AND a.natural_person_id <>
  NEW.released_by_person)) THEN RAISE EXCEPTION 'account and person of sweep_halt differ'
  USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER sweep_halt_person_insert BEFORE INSERT ON sweep_halt FOR EACH ROW EXECUTE
  FUNCTION sweep_halt_person_insert();

CREATE OR REPLACE FUNCTION sweep_halt_person_update() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 WHERE (NEW.proposed_by IS NULL) <> (NEW.proposed_by_person IS NULL)
  OR (NEW.released_by IS NULL) <> (NEW.released_by_person IS NULL) UNION ALL SELECT 1 FROM
  staff_account a WHERE (a.id = NEW.proposed_by AND a.natural_person_id <>
  NEW.proposed_by_person) OR (a.id = NEW.released_by AND a.natural_person_id <>
  NEW.released_by_person)) THEN RAISE EXCEPTION 'account and person of sweep_halt differ'
  USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER sweep_halt_person_update BEFORE UPDATE ON sweep_halt FOR EACH ROW EXECUTE
  FUNCTION sweep_halt_person_update();

CREATE OR REPLACE FUNCTION sweep_halt_closed_account() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM staff_account a WHERE NOT a.active AND NEW.status <> OLD.status
  AND a.id = CASE NEW.status WHEN 'proposed' THEN NEW.proposed_by WHEN 'released' THEN
  NEW.released_by END) THEN RAISE EXCEPTION 'a closed account acts on sweep_halt' USING
  ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER sweep_halt_closed_account BEFORE UPDATE ON sweep_halt FOR EACH ROW EXECUTE FUNCTION
  sweep_halt_closed_account();

CREATE OR REPLACE FUNCTION suspension_batch_begins() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a row of suspension_batch begins as gathered' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER suspension_batch_begins BEFORE
  INSERT ON suspension_batch FOR EACH ROW WHEN (NEW.status <> 'gathered') EXECUTE FUNCTION
  suspension_batch_begins();

CREATE OR REPLACE FUNCTION suspension_batch_in_order() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'suspension_batch out of order' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER suspension_batch_in_order BEFORE
  UPDATE ON suspension_batch FOR EACH ROW WHEN (NEW.status <> OLD.status AND OLD.status ||
  '>' || NEW.status NOT IN ('gathered>proposed', 'proposed>gathered', 'proposed>released'))
  EXECUTE FUNCTION suspension_batch_in_order();

CREATE OR REPLACE FUNCTION suspension_batch_by_turn() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'who acted on suspension_batch stands' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER suspension_batch_by_turn BEFORE
  UPDATE ON suspension_batch FOR EACH ROW WHEN (((NEW.status <> 'proposed' OR OLD.status =
  'proposed') AND (((NEW."proposed_by" IS NULL) <> (OLD."proposed_by" IS NULL) OR
  NEW."proposed_by" <> OLD."proposed_by") OR ((NEW."proposed_by_person" IS NULL) <>
  (OLD."proposed_by_person" IS NULL) OR NEW."proposed_by_person" <>
  OLD."proposed_by_person") OR ((NEW."proposed_on" IS NULL) <> (OLD."proposed_on" IS NULL)
  OR NEW."proposed_on" <> OLD."proposed_on"))) OR ((NEW.status <> 'released' OR OLD.status
  = 'released') AND (((NEW."released_by" IS NULL) <> (OLD."released_by" IS NULL) OR
  NEW."released_by" <> OLD."released_by") OR ((NEW."released_by_person" IS NULL) <>
  (OLD."released_by_person" IS NULL) OR NEW."released_by_person" <>
  OLD."released_by_person") OR ((NEW."released_on" IS NULL) <> (OLD."released_on" IS NULL)
  OR NEW."released_on" <> OLD."released_on")))) EXECUTE FUNCTION suspension_batch_by_turn();

CREATE OR REPLACE FUNCTION suspension_batch_as_made() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'what suspension_batch is about never changes' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER suspension_batch_as_made BEFORE
  UPDATE ON suspension_batch FOR EACH ROW WHEN (((NEW."public_id" IS NULL) <>
  (OLD."public_id" IS NULL) OR NEW."public_id" <> OLD."public_id") OR ((NEW."office_path"
  IS NULL) <> (OLD."office_path" IS NULL) OR NEW."office_path" <> OLD."office_path") OR
  ((NEW."month" IS NULL) <> (OLD."month" IS NULL) OR NEW."month" <> OLD."month") OR
  ((NEW."due_on" IS NULL) <> (OLD."due_on" IS NULL) OR NEW."due_on" <> OLD."due_on") OR
  ((NEW."gathered_on" IS NULL) <> (OLD."gathered_on" IS NULL) OR NEW."gathered_on" <>
  OLD."gathered_on")) EXECUTE FUNCTION suspension_batch_as_made();

CREATE OR REPLACE FUNCTION suspension_batch_settled() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'suspension_batch that is released never changes' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER suspension_batch_settled BEFORE
  UPDATE ON suspension_batch FOR EACH ROW WHEN (OLD.status = 'released') EXECUTE FUNCTION
  suspension_batch_settled();

CREATE OR REPLACE FUNCTION suspension_batch_no_delete() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of suspension_batch are never deleted' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER suspension_batch_no_delete BEFORE DELETE ON suspension_batch FOR EACH ROW EXECUTE FUNCTION
  suspension_batch_no_delete();

CREATE OR REPLACE FUNCTION sweep_halt_begins() RETURNS trigger LANGUAGE
  plpgsql AS $$ BEGIN RAISE
  EXCEPTION 'a row of sweep_halt begins as halted' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER sweep_halt_begins BEFORE INSERT
  ON sweep_halt FOR EACH ROW WHEN (NEW.status <> 'halted') EXECUTE FUNCTION
  sweep_halt_begins();

CREATE OR REPLACE FUNCTION sweep_halt_in_order() RETURNS trigger LANGUAGE
  plpgsql AS $$ BEGIN RAISE
  EXCEPTION 'sweep_halt out of order' USING ERRCODE = 'integrity_constraint_violation'; END
  $$;
  CREATE TRIGGER sweep_halt_in_order BEFORE UPDATE ON sweep_halt FOR EACH ROW WHEN
  (NEW.status <> OLD.status AND OLD.status || '>' || NEW.status NOT IN ('halted>proposed',
  'proposed>released', 'halted>over', 'proposed>over', 'released>over')) EXECUTE FUNCTION
  sweep_halt_in_order();

CREATE OR REPLACE FUNCTION sweep_halt_by_turn() RETURNS trigger LANGUAGE
  plpgsql AS $$ BEGIN RAISE
  EXCEPTION 'who acted on sweep_halt stands' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER sweep_halt_by_turn BEFORE UPDATE
  ON sweep_halt FOR EACH ROW WHEN (((NEW.status <> 'proposed' OR OLD.status = 'proposed')
  AND (((NEW."proposed_by" IS NULL) <> (OLD."proposed_by" IS NULL) OR NEW."proposed_by" <>
  OLD."proposed_by") OR ((NEW."proposed_by_person" IS NULL) <> (OLD."proposed_by_person" IS
  NULL) OR NEW."proposed_by_person" <> OLD."proposed_by_person") OR ((NEW."proposed_on" IS
  NULL) <> (OLD."proposed_on" IS NULL) OR NEW."proposed_on" <> OLD."proposed_on"))) OR
  ((NEW.status <> 'released' OR OLD.status = 'released') AND (((NEW."released_by" IS NULL)
  <> (OLD."released_by" IS NULL) OR NEW."released_by" <> OLD."released_by") OR
  ((NEW."released_by_person" IS NULL) <> (OLD."released_by_person" IS NULL) OR
  NEW."released_by_person" <> OLD."released_by_person") OR ((NEW."released_on" IS NULL) <>
  (OLD."released_on" IS NULL) OR NEW."released_on" <> OLD."released_on")))) EXECUTE
  FUNCTION sweep_halt_by_turn();

CREATE OR REPLACE FUNCTION sweep_halt_as_made() RETURNS trigger LANGUAGE
  plpgsql AS $$ BEGIN RAISE
  EXCEPTION 'what sweep_halt is about never changes' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER sweep_halt_as_made BEFORE UPDATE
  ON sweep_halt FOR EACH ROW WHEN (((NEW."public_id" IS NULL) <> (OLD."public_id" IS NULL)
  OR NEW."public_id" <> OLD."public_id") OR ((NEW."office_path" IS NULL) <>
  (OLD."office_path" IS NULL) OR NEW."office_path" <> OLD."office_path") OR ((NEW."on" IS
  NULL) <> (OLD."on" IS NULL) OR NEW."on" <> OLD."on") OR ((NEW."found" IS NULL) <>
  (OLD."found" IS NULL) OR NEW."found" <> OLD."found") OR ((NEW."usual" IS NULL) <>
  (OLD."usual" IS NULL) OR NEW."usual" <> OLD."usual") OR ((NEW."most" IS NULL) <>
  (OLD."most" IS NULL) OR NEW."most" <> OLD."most")) EXECUTE FUNCTION sweep_halt_as_made();

CREATE OR REPLACE FUNCTION sweep_halt_settled() RETURNS trigger LANGUAGE
  plpgsql AS $$ BEGIN RAISE
  EXCEPTION 'sweep_halt that is over never changes' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER sweep_halt_settled BEFORE UPDATE
  ON sweep_halt FOR EACH ROW WHEN (OLD.status = 'over') EXECUTE FUNCTION
  sweep_halt_settled();

CREATE OR REPLACE FUNCTION sweep_halt_no_delete() RETURNS trigger LANGUAGE
  plpgsql AS $$ BEGIN RAISE
  EXCEPTION 'rows of sweep_halt are never deleted' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER sweep_halt_no_delete BEFORE
  DELETE ON sweep_halt FOR EACH ROW EXECUTE FUNCTION sweep_halt_no_delete();

CREATE OR REPLACE FUNCTION suspension_row_as_gathered() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a row of a batch never changes' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER suspension_row_as_gathered BEFORE UPDATE ON suspension_row FOR EACH ROW WHEN (OLD.taken_out_on IS NOT NULL OR
  ((NEW."batch_id" IS NULL) <> (OLD."batch_id" IS NULL) OR NEW."batch_id" <>
  OLD."batch_id") OR ((NEW."case_id" IS NULL) <> (OLD."case_id" IS NULL) OR NEW."case_id"
  <> OLD."case_id") OR ((NEW."period_due_on" IS NULL) <> (OLD."period_due_on" IS NULL) OR
  NEW."period_due_on" <> OLD."period_due_on")) EXECUTE FUNCTION
  suspension_row_as_gathered();

CREATE OR REPLACE FUNCTION suspension_row_no_delete() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of a batch are never deleted' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER suspension_row_no_delete BEFORE
  DELETE ON suspension_row FOR EACH ROW EXECUTE FUNCTION suspension_row_no_delete();

CREATE OR REPLACE FUNCTION gathered_loss_no_update() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of gathered_loss never change' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER gathered_loss_no_update BEFORE
  UPDATE ON gathered_loss FOR EACH ROW EXECUTE FUNCTION gathered_loss_no_update();

CREATE OR REPLACE FUNCTION gathered_loss_no_delete() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of gathered_loss never change' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER gathered_loss_no_delete BEFORE
  DELETE ON gathered_loss FOR EACH ROW EXECUTE FUNCTION gathered_loss_no_delete();

CREATE OR REPLACE FUNCTION gathered_loss_no_truncate() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of gathered_loss never change' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER gathered_loss_no_truncate BEFORE
  TRUNCATE ON gathered_loss FOR EACH STATEMENT EXECUTE FUNCTION gathered_loss_no_truncate();

CREATE OR REPLACE FUNCTION not_passed_no_update() RETURNS trigger LANGUAGE
  plpgsql AS $$ BEGIN RAISE
  EXCEPTION 'rows of not_passed never change' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER not_passed_no_update BEFORE
  UPDATE ON not_passed FOR EACH ROW EXECUTE FUNCTION not_passed_no_update();

CREATE OR REPLACE FUNCTION not_passed_no_delete() RETURNS trigger LANGUAGE
  plpgsql AS $$ BEGIN RAISE
  EXCEPTION 'rows of not_passed never change' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER not_passed_no_delete BEFORE
  DELETE ON not_passed FOR EACH ROW EXECUTE FUNCTION not_passed_no_delete();

CREATE OR REPLACE FUNCTION not_passed_no_truncate() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'rows of not_passed never change' USING ERRCODE =
  'integrity_constraint_violation'; END $$;
  CREATE TRIGGER not_passed_no_truncate BEFORE
  TRUNCATE ON not_passed FOR EACH STATEMENT EXECUTE FUNCTION not_passed_no_truncate();

CREATE OR REPLACE FUNCTION suspension_row_handed_on_insert() RETURNS
  trigger LANGUAGE plpgsql AS $$
  BEGIN IF EXISTS (SELECT 1 FROM suspension_batch b WHERE b.id = NEW.batch_id AND b.status
  <> 'gathered') THEN RAISE EXCEPTION 'a batch handed on keeps its rows' USING ERRCODE =
  'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER suspension_row_handed_on_insert BEFORE INSERT ON suspension_row FOR EACH ROW EXECUTE
  FUNCTION suspension_row_handed_on_insert();

CREATE OR REPLACE FUNCTION suspension_row_person_insert() RETURNS trigger
  LANGUAGE plpgsql AS $$
  BEGIN IF EXISTS (SELECT 1 WHERE (NEW.taken_out_by IS NULL) <> (NEW.taken_out_by_person IS
  NULL) UNION ALL SELECT 1 FROM staff_account a WHERE (a.id = NEW.taken_out_by AND
  a.natural_person_id <> NEW.taken_out_by_person) UNION ALL SELECT 1 FROM staff_account a
  WHERE a.id = NEW.taken_out_by AND NOT a.active) THEN RAISE EXCEPTION
  'account and person of a row differ' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW; END $$;
  CREATE TRIGGER suspension_row_person_insert BEFORE INSERT ON
  suspension_row FOR EACH ROW EXECUTE FUNCTION suspension_row_person_insert();

CREATE OR REPLACE FUNCTION suspension_row_handed_on_update() RETURNS
  trigger LANGUAGE plpgsql AS $$
  BEGIN IF EXISTS (SELECT 1 FROM suspension_batch b WHERE b.id = NEW.batch_id AND b.status
  <> 'gathered') THEN RAISE EXCEPTION 'a batch handed on keeps its rows' USING ERRCODE =
  'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER suspension_row_handed_on_update BEFORE UPDATE ON suspension_row FOR EACH ROW EXECUTE
  FUNCTION suspension_row_handed_on_update();

CREATE OR REPLACE FUNCTION suspension_row_person_update() RETURNS trigger
  LANGUAGE plpgsql AS $$
  BEGIN IF EXISTS (SELECT 1 WHERE (NEW.taken_out_by IS NULL) <> (NEW.taken_out_by_person IS
  NULL) UNION ALL SELECT 1 FROM staff_account a WHERE (a.id = NEW.taken_out_by AND
  a.natural_person_id <> NEW.taken_out_by_person) UNION ALL SELECT 1 FROM staff_account a
  WHERE a.id = NEW.taken_out_by AND NOT a.active) THEN RAISE EXCEPTION
  'account and person of a row differ' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW; END $$;
  CREATE TRIGGER suspension_row_person_update BEFORE UPDATE ON
  suspension_row FOR EACH ROW EXECUTE FUNCTION suspension_row_person_update();

CREATE OR REPLACE FUNCTION gathered_loss_handed_on() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN IF
  EXISTS (SELECT 1 FROM suspension_batch b WHERE b.id = NEW.batch_id AND b.status <>
  'gathered') THEN RAISE EXCEPTION 'a batch handed on keeps its losses' USING ERRCODE =
  'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER gathered_loss_handed_on BEFORE INSERT ON gathered_loss FOR EACH ROW EXECUTE FUNCTION
  gathered_loss_handed_on();

CREATE OR REPLACE FUNCTION not_passed_person() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF
  EXISTS (SELECT 1 FROM staff_account a WHERE a.id = NEW.noted_by AND (a.natural_person_id
  <> NEW.noted_by_person OR NOT a.active)) THEN RAISE EXCEPTION
  'account and person of a mark differ' USING ERRCODE = 'integrity_constraint_violation';
  END IF; RETURN NEW; END $$;
  CREATE TRIGGER not_passed_person BEFORE INSERT ON not_passed
  FOR EACH ROW EXECUTE FUNCTION not_passed_person();
