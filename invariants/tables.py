"""Invariants that one query shows: name -> SQL of both engines that returns what breaks it, nothing when it holds."""

_SIGNED = "s.act = 'sign' AND s.round = d.round"
_HIGH_RISK = "('resume','back_pay_correction','terminate','restore','annul_death_mark','change_identity')"
_MOVING = "('suspend','stop','resume','terminate','restore')"
_OPEN = "('draft','initial_review','recheck','approval')"
_STATE_EVENTS = ("('CaseEntered','CaseReferred','CaseCertified','CaseSuspended','CaseStopped','CaseResumed',"
                 "'CaseSettled','CaseTerminated','CaseRestored')")
_DEATH_MONTH = "substr(cast(k.died_on AS varchar), 1, 7)"

QUERIES: dict[str, str] = {
    "P1 an executed decision bears the signatures it needs, of different natural persons": f"""
        SELECT d.decision_no FROM decision d WHERE d.stage = 'executed' AND (
          SELECT count(DISTINCT s.natural_person_id) FROM review_step s WHERE s.decision_id = d.id AND {_SIGNED})
          < CASE WHEN d.kind IN {_HIGH_RISK} AND d.signatures_required < 3 THEN 3 ELSE d.signatures_required END""",
    "P1 nobody of the first side rechecks or approves": """
        SELECT d.decision_no, s.stage FROM review_step s JOIN decision d ON d.id = s.decision_id
        JOIN decision_participant p ON p.decision_id = s.decision_id AND p.natural_person_id = s.natural_person_id
        WHERE p.side = 'first' AND s.act = 'sign' AND s.stage IN ('recheck','approval') AND s.round = d.round""",
    "P1 whoever signed initial review or produced bound evidence stands on the first side": """
        SELECT d.decision_no FROM decision d JOIN review_step s ON s.decision_id = d.id
        WHERE s.act = 'sign' AND s.stage = 'initial_review' AND NOT EXISTS (SELECT 1 FROM decision_participant p
          WHERE p.decision_id = d.id AND p.natural_person_id = s.natural_person_id AND p.side = 'first')
        UNION SELECT d.decision_no FROM decision d JOIN decision_evidence b ON b.decision_id = d.id
        JOIN evidence e ON e.id = b.evidence_id JOIN staff_account a ON a.id = e.produced_by
        WHERE NOT EXISTS (SELECT 1 FROM decision_participant p WHERE p.decision_id = d.id
          AND p.natural_person_id = a.natural_person_id AND p.side = 'first')""",
    "P2 a signature names the natural person of its account": """
        SELECT d.decision_no FROM review_step s JOIN staff_account a ON a.id = s.account_id
        JOIN decision d ON d.id = s.decision_id WHERE a.natural_person_id <> s.natural_person_id""",
    "P3 nobody signs their own case": """
        SELECT d.decision_no FROM review_step s JOIN decision d ON d.id = s.decision_id
        JOIN cases c ON c.id = d.case_id JOIN pensioner n ON n.id = c.pensioner_id
        WHERE n.natural_person_id = s.natural_person_id AND s.act = 'sign'""",
    "P3 nobody signs a relative's case, declared before": """
        SELECT d.decision_no FROM review_step s JOIN decision d ON d.id = s.decision_id
        JOIN cases c ON c.id = d.case_id JOIN pensioner n ON n.id = c.pensioner_id JOIN declared_relative r ON
          (r.natural_person_id = s.natural_person_id AND r.relative_person_id = n.natural_person_id)
          OR (r.relative_person_id = s.natural_person_id AND r.natural_person_id = n.natural_person_id)
        WHERE s.act = 'sign' AND r.declared_on < s."on" AND (r.ended_on IS NULL OR r.ended_on > s."on")""",
    "P5 all signatures of an executed decision carry one content digest": f"""
        SELECT d.decision_no FROM decision d JOIN review_step s ON s.decision_id = d.id AND {_SIGNED}
        WHERE d.stage = 'executed' GROUP BY d.id, d.decision_no HAVING count(DISTINCT s.content_digest) <> 1""",
    "P6 at most one open decision would move a case": f"""
        SELECT c.case_no FROM decision d JOIN cases c ON c.id = d.case_id
        WHERE d.stage IN {_OPEN} AND d.kind IN {_MOVING} GROUP BY c.id, c.case_no HAVING count(*) > 1""",
    "P8 nobody of the suspension signs the dismissal of the objection to it": """
        SELECT d.decision_no FROM decision d JOIN review_step s ON s.decision_id = d.id AND s.act = 'sign'
        JOIN decision w ON w.case_id = d.case_id AND w.kind IN ('suspend','stop')
            AND w.stage = 'executed' AND w.id < d.id
        JOIN decision_participant p ON p.decision_id = w.id AND p.natural_person_id = s.natural_person_id
        WHERE d.kind = 'dismiss_objection'""",
    "S1 the state of a case is where its last step led": """
        SELECT c.case_no, c.state FROM cases c JOIN case_transition t ON t.case_id = c.id
        WHERE t.step = (SELECT max(step) FROM case_transition x WHERE x.case_id = c.id) AND t.to_state <> c.state""",
    "S1 every case has a history that begins with its entry and has no gap": """
        SELECT c.case_no FROM cases c LEFT JOIN case_transition t ON t.case_id = c.id GROUP BY c.id, c.case_no
        HAVING count(t.id) = 0 OR min(t.step) <> 1 OR max(t.step) <> count(t.id)""",
    "S1 each step begins where the one before it ended": """
        SELECT c.case_no, t.step FROM case_transition t JOIN cases c ON c.id = t.case_id
        LEFT JOIN case_transition b ON b.case_id = t.case_id AND b.step = t.step - 1
        WHERE coalesce(t.from_state, '') <> coalesce(b.to_state, '')""",
    "S3 a person who bears a death mark is not being resumed": """
        SELECT c.case_no FROM cases c JOIN death_mark m ON m.pensioner_id = c.pensioner_id
        JOIN case_transition t ON t.case_id = c.id AND t.action IN ('resume','restore') AND t."on" = c.state_since
        WHERE m.annulled_on IS NULL AND c.state = 'resumed' AND t."on" >= m.marked_on
        AND t.recorded_at >= m.recorded_at""",
    "S4 every suspension and stop keeps reason, basis and rules version": """
        SELECT c.case_no, t.step FROM case_transition t JOIN cases c ON c.id = t.case_id
        WHERE t.to_state IN ('suspended','stopped')
        AND (coalesce(t.reason, '') = '' OR coalesce(t.basis, '') = '' OR t.rules_version = '')""",
    "S6 one automatic suspension per case and period": """
        SELECT c.case_no, t.period_due_on FROM case_transition t JOIN cases c ON c.id = t.case_id
        WHERE t.action = 'lapse' GROUP BY c.id, c.case_no, t.period_due_on HAVING count(*) > 1""",
    "S9 an objection is closed only by an executed decision, dismissed only with two signatures": """
        SELECT o.receipt_no FROM objection o LEFT JOIN decision d ON d.id = o.closed_by_decision_id
        WHERE o.status <> 'open' AND (d.id IS NULL OR d.stage <> 'executed'
          OR (o.status = 'dismissed' AND (d.kind <> 'dismiss_objection' OR d.signatures_required < 2)))""",
    "M1 the sum of an arrears sheet is the sum of its months": """
        SELECT d.decision_no FROM decision d LEFT JOIN decision_line l ON l.decision_id = d.id
        GROUP BY d.id, d.decision_no, d.back_pay_fen HAVING coalesce(sum(l.pay_fen), 0) <> d.back_pay_fen""",
    "M1 what executed decisions pay for a month stands in that month": """
        SELECT c.case_no, l.month FROM decision_line l JOIN decision d ON d.id = l.decision_id AND d.stage = 'executed'
        JOIN cases c ON c.id = d.case_id LEFT JOIN benefit_month m ON m.case_id = d.case_id AND m.month = l.month
        GROUP BY c.case_no, l.month, m.back_paid, m.forfeited
        HAVING coalesce(m.back_paid, 0) <> sum(l.pay_fen) OR coalesce(m.forfeited, 0) <> sum(l.forfeited_fen)""",
    "M1 no month is back-paid without the signed decision that pays it": """
        SELECT c.case_no, m.month FROM benefit_month m JOIN cases c ON c.id = m.case_id
        LEFT JOIN decision d ON d.id = m.back_paid_by_decision_id
        WHERE m.back_paid > 0 AND (d.id IS NULL OR d.stage <> 'executed')""",
    "M2 nothing is owed for a month after the month of death": f"""
        SELECT c.case_no, m.month FROM benefit_month m JOIN cases c ON c.id = m.case_id
        JOIN death_mark k ON k.pensioner_id = c.pensioner_id AND k.annulled_on IS NULL
        WHERE m.owed AND m.month > {_DEATH_MONTH}""",
    "M2 a month is not owed only after the month of death": f"""
        SELECT c.case_no, m.month FROM benefit_month m JOIN cases c ON c.id = m.case_id
        LEFT JOIN death_mark k ON k.pensioner_id = c.pensioner_id AND k.annulled_on IS NULL
        WHERE NOT m.owed AND (k.id IS NULL OR m.month <= {_DEATH_MONTH})""",
    "M2 a month withheld when its run was closed has its row": f"""
        SELECT c.case_no, r.month FROM cases c JOIN pay_run r ON r.office_id = c.paying_office_id
          AND r.closed_on >= c.state_since AND r.month >= c.withheld_from
        LEFT JOIN benefit_month m ON m.case_id = c.id AND m.month = r.month
        LEFT JOIN death_mark k ON k.pensioner_id = c.pensioner_id AND k.annulled_on IS NULL
        WHERE c.state IN ('suspended','stopped') AND m.case_id IS NULL AND (k.id IS NULL OR r.month <= {_DEATH_MONTH})
        AND EXISTS (SELECT 1 FROM benefit_rate b WHERE b.case_id = c.id AND b.since_month <= r.month
          AND b.monthly_fen > 0)""",
    "M3 what was recovered of a month stands in its receipts": """
        SELECT c.case_no, m.month FROM benefit_month m JOIN cases c ON c.id = m.case_id
        LEFT JOIN recovery r ON r.case_id = m.case_id AND r.month = m.month
        GROUP BY c.case_no, m.month, m.recovered HAVING m.recovered <> coalesce(sum(r.amount_fen), 0)
        UNION SELECT c.case_no, r.month FROM recovery r JOIN cases c ON c.id = r.case_id
        LEFT JOIN benefit_month m ON m.case_id = r.case_id AND m.month = r.month WHERE m.case_id IS NULL""",
    "M3 an overpaid month is claimed by an executed decision": """
        SELECT c.case_no, m.month FROM benefit_month m JOIN cases c ON c.id = m.case_id
        LEFT JOIN decision d ON d.id = m.claimed_by_decision_id AND d.case_id = m.case_id
          AND d.kind = 'recover_overpayment' AND d.stage = 'executed'
        WHERE m.claimed_by_decision_id IS NOT NULL AND d.id IS NULL""",
    "M3 entitled is paid and withheld; withheld is back-paid, forfeited and open; recovered is within overpaid": """
        SELECT c.case_no, m.month FROM benefit_month m JOIN cases c ON c.id = m.case_id
        WHERE m.entitled <> m.paid + m.withheld OR m.withheld < m.back_paid + m.forfeited
            OR m.overpaid < m.recovered""",
    "R1 each step has exactly one event of a state-changing type": f"""
        SELECT c.case_no, t.step FROM case_transition t JOIN cases c ON c.id = t.case_id
        LEFT JOIN audit_event e ON e.id = t.event_id AND e.case_id = t.case_id AND e.type IN {_STATE_EVENTS}
        WHERE e.id IS NULL""",
    "R1 each state-changing event has its step": f"""
        SELECT e.uid, e.type FROM audit_event e LEFT JOIN case_transition t ON t.event_id = e.id
        WHERE e.type IN {_STATE_EVENTS} AND t.id IS NULL""",
    "R2 the events of a case are numbered without a gap": """
        SELECT c.case_no FROM cases c LEFT JOIN audit_event e ON e.case_id = c.id
        GROUP BY c.id, c.case_no, c.case_seq
        HAVING count(e.id) <> c.case_seq OR coalesce(max(e.case_seq), 0) <> c.case_seq""",
    "R4 each signature, return and rejection has its event": """
        SELECT s.id FROM review_step s LEFT JOIN audit_event e ON e.id = s.event_id WHERE e.id IS NULL""",
    "Ledgers an office presses one right below it, and what is answered was pressed": """
        SELECT p.public_id FROM pressing p JOIN office above ON above.id = p.from_office_id
        JOIN office below ON below.id = p.to_office_id
        WHERE below.parent_id IS NULL OR below.parent_id <> above.id OR below.path <> p.to_path
          OR above.path <> p.from_path OR (p.status = 'answered' AND p.answered_on < p."on")""",
    "Ledgers each pressing and each answer has its event": """
        SELECT 'pressings', (SELECT count(*) FROM pressing), (SELECT count(*) FROM pressing WHERE status = 'answered')
        WHERE (SELECT count(*) FROM pressing) <> (SELECT count(*) FROM audit_event WHERE type = 'OfficePressed')
          OR (SELECT count(*) FROM pressing WHERE status = 'answered')
             <> (SELECT count(*) FROM audit_event WHERE type = 'PressingAnswered')""",
    "Duties each record, confirmation and return has its event": """
        SELECT 'duty_record', (SELECT count(*) FROM duty_record)
        WHERE (SELECT count(*) FROM duty_record) <> (SELECT count(*) FROM audit_event WHERE type = 'DutyDone')
          OR (SELECT count(*) FROM duty_record WHERE status <> 'recorded')
             <> (SELECT count(*) FROM audit_event WHERE type IN ('DutyConfirmed', 'DutyReturned'))""",
    "Duties nothing is confirmed before it is done, nor by whoever did it": """
        SELECT public_id FROM duty_record WHERE settled_on < done_on OR settled_by_person = done_by_person""",
    "Duties each inspection, correction and closing has its event": """
        SELECT 'inspection', (SELECT count(*) FROM inspection)
        WHERE (SELECT count(*) FROM inspection) <> (SELECT count(*) FROM audit_event WHERE type = 'InspectionEntered')
          OR (SELECT count(*) FROM inspection WHERE correction IS NOT NULL)
             <> (SELECT count(*) FROM audit_event WHERE type = 'FindingCorrected')
          OR (SELECT count(*) FROM inspection WHERE status = 'closed')
             <> (SELECT count(*) FROM audit_event WHERE type = 'InspectionClosed')""",
    "Duties each sample and each training has its event": """
        SELECT 'service_sample', (SELECT count(*) FROM service_sample), (SELECT count(*) FROM training_record)
        WHERE (SELECT count(*) FROM service_sample)
              <> (SELECT count(*) FROM audit_event WHERE type = 'ServiceSampled')
          OR (SELECT count(*) FROM training_record)
             <> (SELECT count(*) FROM audit_event WHERE type = 'TrainingRecorded')""",
    "Ledgers what was done about a case has its event": """
        SELECT c.case_no FROM follow_up f JOIN cases c ON c.id = f.case_id GROUP BY c.id, c.case_no
        HAVING count(*) <> (SELECT count(*) FROM audit_event e WHERE e.case_id = c.id AND e.type = 'CaseFollowedUp')""",
    "Ledgers of a day no more are filed as not certified than cases that are not terminated": """
        SELECT f."on", f.office_path FROM filed_count f GROUP BY f."on", f.office_path
        HAVING sum(CASE WHEN f.list = 'not_certified' THEN f.number ELSE 0 END)
          > sum(CASE WHEN f.list = 'state' AND f.part <> 'terminated' THEN f.number ELSE 0 END)""",
    "F1 rows in are loaded, unchanged, duplicate or quarantined": """
        SELECT public_id FROM import_batch WHERE status = 'released'
        AND rows <> loaded + unchanged + duplicate + quarantined""",
    "F1 as many rows of a load are in quarantine as it counts": """
        SELECT l.public_id FROM feed_load l LEFT JOIN feed_quarantine q ON q.load_id = l.id
        GROUP BY l.id, l.public_id, l.quarantined HAVING count(q.row_number) <> l.quarantined""",
    "F4 an import is released by another person than proposed it": """
        SELECT public_id FROM import_batch WHERE status = 'released'
        AND (released_by_person IS NULL OR released_by_person = proposed_by_person)""",
    "Limits a year of the calendar is released by another person than proposed it": """
        SELECT public_id FROM calendar_year WHERE status = 'released'
        AND (settled_by_person IS NULL OR settled_by_person = proposed_by_person)""",
    "Limits a paused limit has no last day, and no other open limit is without": """
        SELECT d.decision_no FROM service_limit s JOIN decision d ON d.id = s.decision_id
        LEFT JOIN limit_pause p ON p.decision_id = s.decision_id AND p.resumed_on IS NULL
        WHERE (s.due_on IS NULL) <> (p.id IS NOT NULL)""",
}
