"""Invariants of matching that one query shows, as in invariants/tables.py."""

QUERIES: dict[str, str] = {
    "Matching a run is released by one person, a halted one by two, its sample looked at and right": """
        SELECT r.public_id FROM matching_run r WHERE r.status IN ('released','applied') AND (
          r.released_by_person IS NULL
          OR (r.halted AND (r.proposed_by_person IS NULL OR r.proposed_by_person = r.released_by_person))
          OR EXISTS (SELECT 1 FROM matching_sample s WHERE s.run_id = r.id
                     AND coalesce(s.finding, '') <> 'as_said'))""",
    "Matching whoever released, proposed or looked is the person of the account": """
        SELECT r.public_id FROM matching_run r JOIN staff_account a ON a.id = r.released_by OR a.id = r.proposed_by
        WHERE (a.id = r.released_by AND a.natural_person_id <> r.released_by_person)
          OR (a.id = r.proposed_by AND a.natural_person_id <> r.proposed_by_person)
        UNION SELECT r.public_id FROM matching_sample s JOIN matching_run r ON r.id = s.run_id
        JOIN staff_account a ON a.id = s.looked_by WHERE a.natural_person_id <> s.looked_by_person""",
    "Matching a case stands where a released run put it": """
        SELECT c.case_no FROM list_entry e JOIN cases c ON c.id = e.case_id
        LEFT JOIN list_change x ON x.run_id = e.since_run_id AND x.case_id = e.case_id
        LEFT JOIN matching_run r ON r.id = e.since_run_id AND r.status IN ('released','applied')
        WHERE r.id IS NULL OR x.case_id IS NULL OR x.list <> e.list OR x.reason <> e.reason""",
    "Matching what a run did has its certification, task or decision, and nothing was done unreleased": """
        SELECT c.case_no FROM list_change x JOIN cases c ON c.id = x.case_id JOIN matching_run r ON r.id = x.run_id
        WHERE (x.outcome IS NOT NULL AND x.outcome <> 'withdrawn' AND r.status NOT IN ('released','applied'))
          OR (r.status = 'applied' AND x.outcome IS NULL)
          OR (x.outcome IN ('certified','resumption')
              AND NOT EXISTS (SELECT 1 FROM certification f WHERE f.public_id = x.caused))
          OR (x.outcome = 'proposed' AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.public_id = x.caused))
          OR (x.outcome = 'referred' AND x.caused IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM verification_task t WHERE t.public_id = x.caused))""",
    "Matching what was undone counts no more": """
        SELECT c.case_no FROM list_change x JOIN cases c ON c.id = x.case_id
        JOIN certification f ON f.public_id = x.caused WHERE x.undone_on IS NOT NULL AND f.status = 'valid'
        UNION SELECT c.case_no FROM certification f JOIN cases c ON c.pensioner_id = f.pensioner_id
        WHERE f.status = 'withdrawn' AND NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.case_id = c.id
          AND e.type = 'CertificationWithdrawn') AND EXISTS (SELECT 1 FROM list_change x WHERE x.case_id = c.id
          AND x.caused = f.public_id)""",
    "Matching each dispute has its events": """
        SELECT public_id FROM data_dispute d WHERE (d.status <> 'filed' AND d.sent_on IS NULL)
          OR (SELECT count(*) FROM data_dispute) <> (SELECT count(*) FROM audit_event WHERE type = 'DataDisputed')""",
}
