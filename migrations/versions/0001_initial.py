"""The first schema: every table, its constraints, and the triggers of append-only tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001_v02"
down_revision = None

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


SQLITE_TRIGGERS = [
    "CREATE TRIGGER audit_erasure_no_update BEFORE UPDATE ON audit_erasure WHEN 1 BEGIN SELECT RAISE(ABORT, 'audit_erasure is append-only'); END",
    "CREATE TRIGGER audit_erasure_no_delete BEFORE DELETE ON audit_erasure WHEN 1 BEGIN SELECT RAISE(ABORT, 'audit_erasure is append-only'); END",
    "CREATE TRIGGER audit_erasure_no_replace_0 BEFORE INSERT ON audit_erasure WHEN EXISTS (SELECT 1 FROM audit_erasure WHERE table_name = NEW.table_name AND row_id = NEW.row_id) BEGIN SELECT RAISE(ABORT, 'audit_erasure is append-only'); END",
    "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event WHEN 1 BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END",
    "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event WHEN 1 BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END",
    "CREATE TRIGGER audit_event_no_replace_0 BEFORE INSERT ON audit_event WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END",
    "CREATE TRIGGER audit_event_no_replace_1 BEFORE INSERT ON audit_event WHEN EXISTS (SELECT 1 FROM audit_event WHERE event_id = NEW.event_id) BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END",
    "CREATE TRIGGER audit_event_no_replace_2 BEFORE INSERT ON audit_event WHEN EXISTS (SELECT 1 FROM audit_event WHERE stream = NEW.stream AND seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END",
    "CREATE TRIGGER guideline_version_no_update BEFORE UPDATE ON guideline_version WHEN 1 BEGIN SELECT RAISE(ABORT, 'guideline_version is append-only'); END",
    "CREATE TRIGGER guideline_version_no_delete BEFORE DELETE ON guideline_version WHEN 1 BEGIN SELECT RAISE(ABORT, 'guideline_version is append-only'); END",
    "CREATE TRIGGER guideline_version_no_replace_0 BEFORE INSERT ON guideline_version WHEN EXISTS (SELECT 1 FROM guideline_version WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'guideline_version is append-only'); END",
    "CREATE TRIGGER guideline_version_no_replace_1 BEFORE INSERT ON guideline_version WHEN EXISTS (SELECT 1 FROM guideline_version WHERE project_id = NEW.project_id AND key = NEW.key AND version = NEW.version) BEGIN SELECT RAISE(ABORT, 'guideline_version is append-only'); END",
    "CREATE TRIGGER label_schema_no_update BEFORE UPDATE ON label_schema WHEN 1 BEGIN SELECT RAISE(ABORT, 'label_schema is append-only'); END",
    "CREATE TRIGGER label_schema_no_delete BEFORE DELETE ON label_schema WHEN 1 BEGIN SELECT RAISE(ABORT, 'label_schema is append-only'); END",
    "CREATE TRIGGER label_schema_no_replace_0 BEFORE INSERT ON label_schema WHEN EXISTS (SELECT 1 FROM label_schema WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'label_schema is append-only'); END",
    "CREATE TRIGGER label_schema_no_replace_1 BEFORE INSERT ON label_schema WHEN EXISTS (SELECT 1 FROM label_schema WHERE project_id = NEW.project_id AND key = NEW.key AND version = NEW.version) BEGIN SELECT RAISE(ABORT, 'label_schema is append-only'); END",
    "CREATE TRIGGER paper_no_update BEFORE UPDATE ON paper WHEN 1 BEGIN SELECT RAISE(ABORT, 'paper is append-only'); END",
    "CREATE TRIGGER paper_no_delete BEFORE DELETE ON paper WHEN 1 BEGIN SELECT RAISE(ABORT, 'paper is append-only'); END",
    "CREATE TRIGGER paper_no_replace_0 BEFORE INSERT ON paper WHEN EXISTS (SELECT 1 FROM paper WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'paper is append-only'); END",
    "CREATE TRIGGER release_no_update BEFORE UPDATE ON release WHEN 1 BEGIN SELECT RAISE(ABORT, 'release is append-only'); END",
    "CREATE TRIGGER release_no_delete BEFORE DELETE ON release WHEN 1 BEGIN SELECT RAISE(ABORT, 'release is append-only'); END",
    "CREATE TRIGGER release_no_replace_0 BEFORE INSERT ON release WHEN EXISTS (SELECT 1 FROM release WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'release is append-only'); END",
    "CREATE TRIGGER release_no_replace_1 BEFORE INSERT ON release WHEN EXISTS (SELECT 1 FROM release WHERE project_id = NEW.project_id AND number = NEW.number) BEGIN SELECT RAISE(ABORT, 'release is append-only'); END",
    "CREATE TRIGGER guideline_acknowledgement_no_update BEFORE UPDATE ON guideline_acknowledgement WHEN 1 BEGIN SELECT RAISE(ABORT, 'guideline_acknowledgement is append-only'); END",
    "CREATE TRIGGER guideline_acknowledgement_no_delete BEFORE DELETE ON guideline_acknowledgement WHEN 1 BEGIN SELECT RAISE(ABORT, 'guideline_acknowledgement is append-only'); END",
    "CREATE TRIGGER guideline_acknowledgement_no_replace_0 BEFORE INSERT ON guideline_acknowledgement WHEN EXISTS (SELECT 1 FROM guideline_acknowledgement WHERE guideline_version_id = NEW.guideline_version_id AND person_id = NEW.person_id) BEGIN SELECT RAISE(ABORT, 'guideline_acknowledgement is append-only'); END",
    "CREATE TRIGGER leak_result_no_update BEFORE UPDATE ON leak_result WHEN 1 BEGIN SELECT RAISE(ABORT, 'leak_result is append-only'); END",
    "CREATE TRIGGER leak_result_no_delete BEFORE DELETE ON leak_result WHEN 1 BEGIN SELECT RAISE(ABORT, 'leak_result is append-only'); END",
    "CREATE TRIGGER leak_result_no_replace_0 BEFORE INSERT ON leak_result WHEN EXISTS (SELECT 1 FROM leak_result WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'leak_result is append-only'); END",
    "CREATE TRIGGER leak_result_no_replace_1 BEFORE INSERT ON leak_result WHEN EXISTS (SELECT 1 FROM leak_result WHERE audit_id = NEW.audit_id AND stratum = NEW.stratum) BEGIN SELECT RAISE(ABORT, 'leak_result is append-only'); END",
    "CREATE TRIGGER release_supersession_no_update BEFORE UPDATE ON release_supersession WHEN 1 BEGIN SELECT RAISE(ABORT, 'release_supersession is append-only'); END",
    "CREATE TRIGGER release_supersession_no_delete BEFORE DELETE ON release_supersession WHEN 1 BEGIN SELECT RAISE(ABORT, 'release_supersession is append-only'); END",
    "CREATE TRIGGER release_supersession_no_replace_0 BEFORE INSERT ON release_supersession WHEN EXISTS (SELECT 1 FROM release_supersession WHERE superseded_id = NEW.superseded_id) BEGIN SELECT RAISE(ABORT, 'release_supersession is append-only'); END",
    "CREATE TRIGGER subject_key_no_update BEFORE UPDATE ON subject_key WHEN 1 BEGIN SELECT RAISE(ABORT, 'subject_key is append-only'); END",
    "CREATE TRIGGER subject_key_no_delete BEFORE DELETE ON subject_key WHEN NOT EXISTS (SELECT 1 FROM audit_erasure WHERE table_name = 'subject_key' AND row_id = CAST(OLD.subject_id AS TEXT)) BEGIN SELECT RAISE(ABORT, 'subject_key is deleted from only with an erasure'); END",
    "CREATE TRIGGER subject_key_no_replace_0 BEFORE INSERT ON subject_key WHEN EXISTS (SELECT 1 FROM subject_key WHERE subject_id = NEW.subject_id) BEGIN SELECT RAISE(ABORT, 'subject_key is append-only'); END",
    "CREATE TRIGGER source_body_no_update BEFORE UPDATE ON source_body WHEN 1 BEGIN SELECT RAISE(ABORT, 'source_body is append-only'); END",
    "CREATE TRIGGER source_body_no_delete BEFORE DELETE ON source_body WHEN NOT EXISTS (SELECT 1 FROM audit_erasure WHERE table_name = 'source_body' AND row_id = CAST(OLD.source_id AS TEXT)) BEGIN SELECT RAISE(ABORT, 'source_body is deleted from only with an erasure'); END",
    "CREATE TRIGGER source_body_no_replace_0 BEFORE INSERT ON source_body WHEN EXISTS (SELECT 1 FROM source_body WHERE source_id = NEW.source_id) BEGIN SELECT RAISE(ABORT, 'source_body is append-only'); END",
    "CREATE TRIGGER document_body_no_update BEFORE UPDATE ON document_body WHEN 1 BEGIN SELECT RAISE(ABORT, 'document_body is append-only'); END",
    "CREATE TRIGGER document_body_no_delete BEFORE DELETE ON document_body WHEN NOT EXISTS (SELECT 1 FROM audit_erasure WHERE table_name = 'document_body' AND row_id = CAST(OLD.document_id AS TEXT)) BEGIN SELECT RAISE(ABORT, 'document_body is deleted from only with an erasure'); END",
    "CREATE TRIGGER document_body_no_replace_0 BEFORE INSERT ON document_body WHEN EXISTS (SELECT 1 FROM document_body WHERE document_id = NEW.document_id) BEGIN SELECT RAISE(ABORT, 'document_body is append-only'); END",
    "CREATE TRIGGER document_map_no_update BEFORE UPDATE ON document_map WHEN 1 BEGIN SELECT RAISE(ABORT, 'document_map is append-only'); END",
    "CREATE TRIGGER document_map_no_delete BEFORE DELETE ON document_map WHEN NOT EXISTS (SELECT 1 FROM audit_erasure WHERE table_name = 'document_map' AND row_id = CAST(OLD.document_id AS TEXT)) BEGIN SELECT RAISE(ABORT, 'document_map is deleted from only with an erasure'); END",
    "CREATE TRIGGER document_map_no_replace_0 BEFORE INSERT ON document_map WHEN EXISTS (SELECT 1 FROM document_map WHERE document_id = NEW.document_id) BEGIN SELECT RAISE(ABORT, 'document_map is append-only'); END",
    "CREATE TRIGGER leak_sample_no_update BEFORE UPDATE ON leak_sample WHEN 1 BEGIN SELECT RAISE(ABORT, 'leak_sample is append-only'); END",
    "CREATE TRIGGER leak_sample_no_delete BEFORE DELETE ON leak_sample WHEN 1 BEGIN SELECT RAISE(ABORT, 'leak_sample is append-only'); END",
    "CREATE TRIGGER leak_sample_no_replace_0 BEFORE INSERT ON leak_sample WHEN EXISTS (SELECT 1 FROM leak_sample WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'leak_sample is append-only'); END",
    "CREATE TRIGGER leak_sample_no_replace_1 BEFORE INSERT ON leak_sample WHEN EXISTS (SELECT 1 FROM leak_sample WHERE audit_id = NEW.audit_id AND document_id = NEW.document_id) BEGIN SELECT RAISE(ABORT, 'leak_sample is append-only'); END",
    "CREATE TRIGGER leak_sample_no_replace_2 BEFORE INSERT ON leak_sample WHEN EXISTS (SELECT 1 FROM leak_sample WHERE audit_id = NEW.audit_id AND ordinal = NEW.ordinal) BEGIN SELECT RAISE(ABORT, 'leak_sample is append-only'); END",
    "CREATE TRIGGER suggestion_no_update BEFORE UPDATE ON suggestion WHEN 1 BEGIN SELECT RAISE(ABORT, 'suggestion is append-only'); END",
    "CREATE TRIGGER suggestion_no_delete BEFORE DELETE ON suggestion WHEN 1 BEGIN SELECT RAISE(ABORT, 'suggestion is append-only'); END",
    "CREATE TRIGGER suggestion_no_replace_0 BEFORE INSERT ON suggestion WHEN EXISTS (SELECT 1 FROM suggestion WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'suggestion is append-only'); END",
    "CREATE TRIGGER suggestion_no_replace_1 BEFORE INSERT ON suggestion WHEN EXISTS (SELECT 1 FROM suggestion WHERE document_id = NEW.document_id AND pipeline = NEW.pipeline AND version = NEW.version AND digest = NEW.digest) BEGIN SELECT RAISE(ABORT, 'suggestion is append-only'); END",
    "CREATE TRIGGER leak_check_no_update BEFORE UPDATE ON leak_check WHEN 1 BEGIN SELECT RAISE(ABORT, 'leak_check is append-only'); END",
    "CREATE TRIGGER leak_check_no_delete BEFORE DELETE ON leak_check WHEN 1 BEGIN SELECT RAISE(ABORT, 'leak_check is append-only'); END",
    "CREATE TRIGGER leak_check_no_replace_0 BEFORE INSERT ON leak_check WHEN EXISTS (SELECT 1 FROM leak_check WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'leak_check is append-only'); END",
    "CREATE TRIGGER leak_check_no_replace_1 BEFORE INSERT ON leak_check WHEN EXISTS (SELECT 1 FROM leak_check WHERE sample_id = NEW.sample_id AND person_id = NEW.person_id) BEGIN SELECT RAISE(ABORT, 'leak_check is append-only'); END",
    "CREATE TRIGGER release_recall_no_update BEFORE UPDATE ON release_recall WHEN 1 BEGIN SELECT RAISE(ABORT, 'release_recall is append-only'); END",
    "CREATE TRIGGER release_recall_no_delete BEFORE DELETE ON release_recall WHEN 1 BEGIN SELECT RAISE(ABORT, 'release_recall is append-only'); END",
    "CREATE TRIGGER release_recall_no_replace_0 BEFORE INSERT ON release_recall WHEN EXISTS (SELECT 1 FROM release_recall WHERE release_id = NEW.release_id AND item_id = NEW.item_id) BEGIN SELECT RAISE(ABORT, 'release_recall is append-only'); END",
    "CREATE TRIGGER round_no_update BEFORE UPDATE ON round WHEN 1 BEGIN SELECT RAISE(ABORT, 'round is append-only'); END",
    "CREATE TRIGGER round_no_delete BEFORE DELETE ON round WHEN 1 BEGIN SELECT RAISE(ABORT, 'round is append-only'); END",
    "CREATE TRIGGER round_no_replace_0 BEFORE INSERT ON round WHEN EXISTS (SELECT 1 FROM round WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'round is append-only'); END",
    "CREATE TRIGGER round_no_replace_1 BEFORE INSERT ON round WHEN EXISTS (SELECT 1 FROM round WHERE item_id = NEW.item_id AND number = NEW.number) BEGIN SELECT RAISE(ABORT, 'round is append-only'); END",
    "CREATE TRIGGER signature_no_update BEFORE UPDATE ON signature WHEN 1 BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END",
    "CREATE TRIGGER signature_no_delete BEFORE DELETE ON signature WHEN 1 BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END",
    "CREATE TRIGGER signature_no_replace_0 BEFORE INSERT ON signature WHEN EXISTS (SELECT 1 FROM signature WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END",
    "CREATE TRIGGER learned_identifier_no_update BEFORE UPDATE ON learned_identifier WHEN 1 BEGIN SELECT RAISE(ABORT, 'learned_identifier is append-only'); END",
    "CREATE TRIGGER learned_identifier_no_delete BEFORE DELETE ON learned_identifier WHEN NOT EXISTS (SELECT 1 FROM audit_erasure WHERE table_name = 'learned_identifier' AND row_id = CAST(OLD.hold_id AS TEXT)) BEGIN SELECT RAISE(ABORT, 'learned_identifier is deleted from only with an erasure'); END",
    "CREATE TRIGGER learned_identifier_no_replace_0 BEFORE INSERT ON learned_identifier WHEN EXISTS (SELECT 1 FROM learned_identifier WHERE hold_id = NEW.hold_id) BEGIN SELECT RAISE(ABORT, 'learned_identifier is append-only'); END",
    "CREATE TRIGGER phi_incident_no_update BEFORE UPDATE ON phi_incident WHEN 1 BEGIN SELECT RAISE(ABORT, 'phi_incident is append-only'); END",
    "CREATE TRIGGER phi_incident_no_delete BEFORE DELETE ON phi_incident WHEN 1 BEGIN SELECT RAISE(ABORT, 'phi_incident is append-only'); END",
    "CREATE TRIGGER phi_incident_no_replace_0 BEFORE INSERT ON phi_incident WHEN EXISTS (SELECT 1 FROM phi_incident WHERE hold_id = NEW.hold_id) BEGIN SELECT RAISE(ABORT, 'phi_incident is append-only'); END",
    "CREATE TRIGGER element_confirmation_no_update BEFORE UPDATE ON element_confirmation WHEN 1 BEGIN SELECT RAISE(ABORT, 'element_confirmation is append-only'); END",
    "CREATE TRIGGER ruling_no_update BEFORE UPDATE ON ruling WHEN 1 BEGIN SELECT RAISE(ABORT, 'ruling is append-only'); END",
    "CREATE TRIGGER element_confirmation_no_delete BEFORE DELETE ON element_confirmation WHEN 1 BEGIN SELECT RAISE(ABORT, 'element_confirmation is append-only'); END",
    "CREATE TRIGGER ruling_no_delete BEFORE DELETE ON ruling WHEN 1 BEGIN SELECT RAISE(ABORT, 'ruling is append-only'); END",
    "CREATE TRIGGER element_confirmation_no_replace_0 BEFORE INSERT ON element_confirmation WHEN EXISTS (SELECT 1 FROM element_confirmation WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'element_confirmation is append-only'); END",
    "CREATE TRIGGER ruling_no_replace_0 BEFORE INSERT ON ruling WHEN EXISTS (SELECT 1 FROM ruling WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'ruling is append-only'); END",
    "CREATE TRIGGER submission_no_update BEFORE UPDATE ON submission WHEN 1 BEGIN SELECT RAISE(ABORT, 'submission is append-only'); END",
    "CREATE TRIGGER submission_no_delete BEFORE DELETE ON submission WHEN 1 BEGIN SELECT RAISE(ABORT, 'submission is append-only'); END",
    "CREATE TRIGGER submission_no_replace_0 BEFORE INSERT ON submission WHEN EXISTS (SELECT 1 FROM submission WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'submission is append-only'); END",
    "CREATE TRIGGER submission_no_replace_1 BEFORE INSERT ON submission WHEN EXISTS (SELECT 1 FROM submission WHERE assignment_id = NEW.assignment_id AND ordinal = NEW.ordinal) BEGIN SELECT RAISE(ABORT, 'submission is append-only'); END",
    "CREATE TRIGGER release_item_no_update BEFORE UPDATE ON release_item WHEN 1 BEGIN SELECT RAISE(ABORT, 'release_item is append-only'); END",
    "CREATE TRIGGER release_item_no_delete BEFORE DELETE ON release_item WHEN 1 BEGIN SELECT RAISE(ABORT, 'release_item is append-only'); END",
    "CREATE TRIGGER release_item_no_replace_0 BEFORE INSERT ON release_item WHEN EXISTS (SELECT 1 FROM release_item WHERE release_id = NEW.release_id AND item_id = NEW.item_id) BEGIN SELECT RAISE(ABORT, 'release_item is append-only'); END",
    "CREATE TRIGGER submission_body_no_update BEFORE UPDATE ON submission_body WHEN 1 BEGIN SELECT RAISE(ABORT, 'submission_body is append-only'); END",
    "CREATE TRIGGER submission_body_no_delete BEFORE DELETE ON submission_body WHEN NOT EXISTS (SELECT 1 FROM audit_erasure WHERE table_name = 'submission_body' AND row_id = CAST(OLD.submission_id AS TEXT)) BEGIN SELECT RAISE(ABORT, 'submission_body is deleted from only with an erasure'); END",
    "CREATE TRIGGER submission_body_no_replace_0 BEFORE INSERT ON submission_body WHEN EXISTS (SELECT 1 FROM submission_body WHERE submission_id = NEW.submission_id) BEGIN SELECT RAISE(ABORT, 'submission_body is append-only'); END",
    "CREATE TRIGGER submission_recall_no_update BEFORE UPDATE ON submission_recall WHEN 1 BEGIN SELECT RAISE(ABORT, 'submission_recall is append-only'); END",
    "CREATE TRIGGER submission_recall_no_delete BEFORE DELETE ON submission_recall WHEN 1 BEGIN SELECT RAISE(ABORT, 'submission_recall is append-only'); END",
    "CREATE TRIGGER submission_recall_no_replace_0 BEFORE INSERT ON submission_recall WHEN EXISTS (SELECT 1 FROM submission_recall WHERE submission_id = NEW.submission_id) BEGIN SELECT RAISE(ABORT, 'submission_recall is append-only'); END",
    "CREATE TRIGGER verifier_change_no_update BEFORE UPDATE ON verifier_change WHEN 1 BEGIN SELECT RAISE(ABORT, 'verifier_change is append-only'); END",
    "CREATE TRIGGER verifier_change_no_delete BEFORE DELETE ON verifier_change WHEN 1 BEGIN SELECT RAISE(ABORT, 'verifier_change is append-only'); END",
    "CREATE TRIGGER verifier_change_no_replace_0 BEFORE INSERT ON verifier_change WHEN EXISTS (SELECT 1 FROM verifier_change WHERE submission_id = NEW.submission_id) BEGIN SELECT RAISE(ABORT, 'verifier_change is append-only'); END",
    "CREATE TRIGGER pipeline_entry_no_update BEFORE UPDATE ON pipeline_entry WHEN 1 BEGIN SELECT RAISE(ABORT, 'pipeline_entry is append-only'); END",
    "CREATE TRIGGER pipeline_entry_no_delete BEFORE DELETE ON pipeline_entry WHEN 1 BEGIN SELECT RAISE(ABORT, 'pipeline_entry is append-only'); END",
    "CREATE TRIGGER pipeline_entry_no_replace_0 BEFORE INSERT ON pipeline_entry WHEN EXISTS (SELECT 1 FROM pipeline_entry WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'pipeline_entry is append-only'); END",
    "CREATE TRIGGER pipeline_entry_signature_no_update BEFORE UPDATE ON pipeline_entry_signature WHEN 1 BEGIN SELECT RAISE(ABORT, 'pipeline_entry_signature is append-only'); END",
    "CREATE TRIGGER pipeline_entry_signature_no_delete BEFORE DELETE ON pipeline_entry_signature WHEN 1 BEGIN SELECT RAISE(ABORT, 'pipeline_entry_signature is append-only'); END",
    "CREATE TRIGGER pipeline_entry_signature_no_replace_0 BEFORE INSERT ON pipeline_entry_signature WHEN EXISTS (SELECT 1 FROM pipeline_entry_signature WHERE entry_id = NEW.entry_id) BEGIN SELECT RAISE(ABORT, 'pipeline_entry_signature is append-only'); END",
    "CREATE TRIGGER pipeline_entry_withdrawal_no_update BEFORE UPDATE ON pipeline_entry_withdrawal WHEN 1 BEGIN SELECT RAISE(ABORT, 'pipeline_entry_withdrawal is append-only'); END",
    "CREATE TRIGGER pipeline_entry_withdrawal_no_delete BEFORE DELETE ON pipeline_entry_withdrawal WHEN 1 BEGIN SELECT RAISE(ABORT, 'pipeline_entry_withdrawal is append-only'); END",
    "CREATE TRIGGER pipeline_entry_withdrawal_no_replace_0 BEFORE INSERT ON pipeline_entry_withdrawal WHEN EXISTS (SELECT 1 FROM pipeline_entry_withdrawal WHERE entry_id = NEW.entry_id) BEGIN SELECT RAISE(ABORT, 'pipeline_entry_withdrawal is append-only'); END",
    "CREATE TRIGGER pipeline_refusal_no_update BEFORE UPDATE ON pipeline_refusal WHEN 1 BEGIN SELECT RAISE(ABORT, 'pipeline_refusal is append-only'); END",
    "CREATE TRIGGER pipeline_refusal_no_delete BEFORE DELETE ON pipeline_refusal WHEN 1 BEGIN SELECT RAISE(ABORT, 'pipeline_refusal is append-only'); END",
    "CREATE TRIGGER pipeline_refusal_no_replace_0 BEFORE INSERT ON pipeline_refusal WHEN EXISTS (SELECT 1 FROM pipeline_refusal WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'pipeline_refusal is append-only'); END",
    "CREATE TRIGGER pipeline_refusal_no_replace_1 BEFORE INSERT ON pipeline_refusal WHEN EXISTS (SELECT 1 FROM pipeline_refusal WHERE document_id = NEW.document_id AND pipeline = NEW.pipeline AND basis = NEW.basis) BEGIN SELECT RAISE(ABORT, 'pipeline_refusal is append-only'); END",
]

POSTGRESQL_TRIGGERS = [
    "CREATE OR REPLACE FUNCTION chartmark_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'restrict_violation';\nEND $$",
    "CREATE TRIGGER audit_erasure_no_change BEFORE UPDATE OR DELETE ON audit_erasure FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE audit_erasure ENABLE ALWAYS TRIGGER audit_erasure_no_change",
    "CREATE TRIGGER audit_erasure_no_truncate BEFORE TRUNCATE ON audit_erasure FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE audit_erasure ENABLE ALWAYS TRIGGER audit_erasure_no_truncate",
    "CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_no_change",
    "CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_no_truncate",
    "CREATE TRIGGER guideline_version_no_change BEFORE UPDATE OR DELETE ON guideline_version FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE guideline_version ENABLE ALWAYS TRIGGER guideline_version_no_change",
    "CREATE TRIGGER guideline_version_no_truncate BEFORE TRUNCATE ON guideline_version FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE guideline_version ENABLE ALWAYS TRIGGER guideline_version_no_truncate",
    "CREATE TRIGGER label_schema_no_change BEFORE UPDATE OR DELETE ON label_schema FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE label_schema ENABLE ALWAYS TRIGGER label_schema_no_change",
    "CREATE TRIGGER label_schema_no_truncate BEFORE TRUNCATE ON label_schema FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE label_schema ENABLE ALWAYS TRIGGER label_schema_no_truncate",
    "CREATE TRIGGER paper_no_change BEFORE UPDATE OR DELETE ON paper FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE paper ENABLE ALWAYS TRIGGER paper_no_change",
    "CREATE TRIGGER paper_no_truncate BEFORE TRUNCATE ON paper FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE paper ENABLE ALWAYS TRIGGER paper_no_truncate",
    "CREATE TRIGGER release_no_change BEFORE UPDATE OR DELETE ON release FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE release ENABLE ALWAYS TRIGGER release_no_change",
    "CREATE TRIGGER release_no_truncate BEFORE TRUNCATE ON release FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE release ENABLE ALWAYS TRIGGER release_no_truncate",
    "CREATE TRIGGER guideline_acknowledgement_no_change BEFORE UPDATE OR DELETE ON guideline_acknowledgement FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE guideline_acknowledgement ENABLE ALWAYS TRIGGER guideline_acknowledgement_no_change",
    "CREATE TRIGGER guideline_acknowledgement_no_truncate BEFORE TRUNCATE ON guideline_acknowledgement FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE guideline_acknowledgement ENABLE ALWAYS TRIGGER guideline_acknowledgement_no_truncate",
    "CREATE TRIGGER leak_result_no_change BEFORE UPDATE OR DELETE ON leak_result FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE leak_result ENABLE ALWAYS TRIGGER leak_result_no_change",
    "CREATE TRIGGER leak_result_no_truncate BEFORE TRUNCATE ON leak_result FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE leak_result ENABLE ALWAYS TRIGGER leak_result_no_truncate",
    "CREATE TRIGGER release_supersession_no_change BEFORE UPDATE OR DELETE ON release_supersession FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE release_supersession ENABLE ALWAYS TRIGGER release_supersession_no_change",
    "CREATE TRIGGER release_supersession_no_truncate BEFORE TRUNCATE ON release_supersession FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE release_supersession ENABLE ALWAYS TRIGGER release_supersession_no_truncate",
    "CREATE OR REPLACE FUNCTION chartmark_need_erasure() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF NOT EXISTS (SELECT 1 FROM audit_erasure\n                 WHERE table_name = TG_TABLE_NAME AND row_id = to_jsonb(OLD) ->> TG_ARGV[0]) THEN\n    RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is deleted from only with an erasure',\n      ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN OLD;\nEND $$",
    "CREATE TRIGGER subject_key_no_change BEFORE UPDATE ON subject_key FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE subject_key ENABLE ALWAYS TRIGGER subject_key_no_change",
    "CREATE TRIGGER subject_key_no_delete BEFORE DELETE ON subject_key FOR EACH ROW EXECUTE FUNCTION chartmark_need_erasure('subject_id')",
    "ALTER TABLE subject_key ENABLE ALWAYS TRIGGER subject_key_no_delete",
    "CREATE TRIGGER subject_key_no_truncate BEFORE TRUNCATE ON subject_key FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE subject_key ENABLE ALWAYS TRIGGER subject_key_no_truncate",
    "CREATE TRIGGER source_body_no_change BEFORE UPDATE ON source_body FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE source_body ENABLE ALWAYS TRIGGER source_body_no_change",
    "CREATE TRIGGER source_body_no_delete BEFORE DELETE ON source_body FOR EACH ROW EXECUTE FUNCTION chartmark_need_erasure('source_id')",
    "ALTER TABLE source_body ENABLE ALWAYS TRIGGER source_body_no_delete",
    "CREATE TRIGGER source_body_no_truncate BEFORE TRUNCATE ON source_body FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE source_body ENABLE ALWAYS TRIGGER source_body_no_truncate",
    "CREATE TRIGGER document_body_no_change BEFORE UPDATE ON document_body FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE document_body ENABLE ALWAYS TRIGGER document_body_no_change",
    "CREATE TRIGGER document_body_no_delete BEFORE DELETE ON document_body FOR EACH ROW EXECUTE FUNCTION chartmark_need_erasure('document_id')",
    "ALTER TABLE document_body ENABLE ALWAYS TRIGGER document_body_no_delete",
    "CREATE TRIGGER document_body_no_truncate BEFORE TRUNCATE ON document_body FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE document_body ENABLE ALWAYS TRIGGER document_body_no_truncate",
    "CREATE TRIGGER document_map_no_change BEFORE UPDATE ON document_map FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE document_map ENABLE ALWAYS TRIGGER document_map_no_change",
    "CREATE TRIGGER document_map_no_delete BEFORE DELETE ON document_map FOR EACH ROW EXECUTE FUNCTION chartmark_need_erasure('document_id')",
    "ALTER TABLE document_map ENABLE ALWAYS TRIGGER document_map_no_delete",
    "CREATE TRIGGER document_map_no_truncate BEFORE TRUNCATE ON document_map FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE document_map ENABLE ALWAYS TRIGGER document_map_no_truncate",
    "CREATE TRIGGER leak_sample_no_change BEFORE UPDATE OR DELETE ON leak_sample FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE leak_sample ENABLE ALWAYS TRIGGER leak_sample_no_change",
    "CREATE TRIGGER leak_sample_no_truncate BEFORE TRUNCATE ON leak_sample FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE leak_sample ENABLE ALWAYS TRIGGER leak_sample_no_truncate",
    "CREATE TRIGGER suggestion_no_change BEFORE UPDATE OR DELETE ON suggestion FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE suggestion ENABLE ALWAYS TRIGGER suggestion_no_change",
    "CREATE TRIGGER suggestion_no_truncate BEFORE TRUNCATE ON suggestion FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE suggestion ENABLE ALWAYS TRIGGER suggestion_no_truncate",
    "CREATE TRIGGER leak_check_no_change BEFORE UPDATE OR DELETE ON leak_check FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE leak_check ENABLE ALWAYS TRIGGER leak_check_no_change",
    "CREATE TRIGGER leak_check_no_truncate BEFORE TRUNCATE ON leak_check FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE leak_check ENABLE ALWAYS TRIGGER leak_check_no_truncate",
    "CREATE TRIGGER release_recall_no_change BEFORE UPDATE OR DELETE ON release_recall FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE release_recall ENABLE ALWAYS TRIGGER release_recall_no_change",
    "CREATE TRIGGER release_recall_no_truncate BEFORE TRUNCATE ON release_recall FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE release_recall ENABLE ALWAYS TRIGGER release_recall_no_truncate",
    "CREATE TRIGGER round_no_change BEFORE UPDATE OR DELETE ON round FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE round ENABLE ALWAYS TRIGGER round_no_change",
    "CREATE TRIGGER round_no_truncate BEFORE TRUNCATE ON round FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE round ENABLE ALWAYS TRIGGER round_no_truncate",
    "CREATE TRIGGER signature_no_change BEFORE UPDATE OR DELETE ON signature FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE signature ENABLE ALWAYS TRIGGER signature_no_change",
    "CREATE TRIGGER signature_no_truncate BEFORE TRUNCATE ON signature FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE signature ENABLE ALWAYS TRIGGER signature_no_truncate",
    "CREATE TRIGGER learned_identifier_no_change BEFORE UPDATE ON learned_identifier FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE learned_identifier ENABLE ALWAYS TRIGGER learned_identifier_no_change",
    "CREATE TRIGGER learned_identifier_no_delete BEFORE DELETE ON learned_identifier FOR EACH ROW EXECUTE FUNCTION chartmark_need_erasure('hold_id')",
    "ALTER TABLE learned_identifier ENABLE ALWAYS TRIGGER learned_identifier_no_delete",
    "CREATE TRIGGER learned_identifier_no_truncate BEFORE TRUNCATE ON learned_identifier FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE learned_identifier ENABLE ALWAYS TRIGGER learned_identifier_no_truncate",
    "CREATE TRIGGER phi_incident_no_change BEFORE UPDATE OR DELETE ON phi_incident FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE phi_incident ENABLE ALWAYS TRIGGER phi_incident_no_change",
    "CREATE TRIGGER phi_incident_no_truncate BEFORE TRUNCATE ON phi_incident FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE phi_incident ENABLE ALWAYS TRIGGER phi_incident_no_truncate",
    "CREATE TRIGGER element_confirmation_no_change BEFORE UPDATE OR DELETE ON element_confirmation FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "CREATE TRIGGER ruling_no_change BEFORE UPDATE OR DELETE ON ruling FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE element_confirmation ENABLE ALWAYS TRIGGER element_confirmation_no_change",
    "ALTER TABLE ruling ENABLE ALWAYS TRIGGER ruling_no_change",
    "CREATE TRIGGER element_confirmation_no_truncate BEFORE TRUNCATE ON element_confirmation FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "CREATE TRIGGER ruling_no_truncate BEFORE TRUNCATE ON ruling FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE element_confirmation ENABLE ALWAYS TRIGGER element_confirmation_no_truncate",
    "ALTER TABLE ruling ENABLE ALWAYS TRIGGER ruling_no_truncate",
    "CREATE TRIGGER submission_no_change BEFORE UPDATE OR DELETE ON submission FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE submission ENABLE ALWAYS TRIGGER submission_no_change",
    "CREATE TRIGGER submission_no_truncate BEFORE TRUNCATE ON submission FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE submission ENABLE ALWAYS TRIGGER submission_no_truncate",
    "CREATE TRIGGER release_item_no_change BEFORE UPDATE OR DELETE ON release_item FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE release_item ENABLE ALWAYS TRIGGER release_item_no_change",
    "CREATE TRIGGER release_item_no_truncate BEFORE TRUNCATE ON release_item FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE release_item ENABLE ALWAYS TRIGGER release_item_no_truncate",
    "CREATE TRIGGER submission_body_no_change BEFORE UPDATE ON submission_body FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE submission_body ENABLE ALWAYS TRIGGER submission_body_no_change",
    "CREATE TRIGGER submission_body_no_delete BEFORE DELETE ON submission_body FOR EACH ROW EXECUTE FUNCTION chartmark_need_erasure('submission_id')",
    "ALTER TABLE submission_body ENABLE ALWAYS TRIGGER submission_body_no_delete",
    "CREATE TRIGGER submission_body_no_truncate BEFORE TRUNCATE ON submission_body FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE submission_body ENABLE ALWAYS TRIGGER submission_body_no_truncate",
    "CREATE TRIGGER submission_recall_no_change BEFORE UPDATE OR DELETE ON submission_recall FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE submission_recall ENABLE ALWAYS TRIGGER submission_recall_no_change",
    "CREATE TRIGGER submission_recall_no_truncate BEFORE TRUNCATE ON submission_recall FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE submission_recall ENABLE ALWAYS TRIGGER submission_recall_no_truncate",
    "CREATE TRIGGER verifier_change_no_change BEFORE UPDATE OR DELETE ON verifier_change FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE verifier_change ENABLE ALWAYS TRIGGER verifier_change_no_change",
    "CREATE TRIGGER verifier_change_no_truncate BEFORE TRUNCATE ON verifier_change FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE verifier_change ENABLE ALWAYS TRIGGER verifier_change_no_truncate",
    "CREATE TRIGGER pipeline_entry_no_change BEFORE UPDATE OR DELETE ON pipeline_entry FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE pipeline_entry ENABLE ALWAYS TRIGGER pipeline_entry_no_change",
    "CREATE TRIGGER pipeline_entry_no_truncate BEFORE TRUNCATE ON pipeline_entry FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE pipeline_entry ENABLE ALWAYS TRIGGER pipeline_entry_no_truncate",
    "CREATE TRIGGER pipeline_entry_signature_no_change BEFORE UPDATE OR DELETE ON pipeline_entry_signature FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE pipeline_entry_signature ENABLE ALWAYS TRIGGER pipeline_entry_signature_no_change",
    "CREATE TRIGGER pipeline_entry_signature_no_truncate BEFORE TRUNCATE ON pipeline_entry_signature FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE pipeline_entry_signature ENABLE ALWAYS TRIGGER pipeline_entry_signature_no_truncate",
    "CREATE TRIGGER pipeline_entry_withdrawal_no_change BEFORE UPDATE OR DELETE ON pipeline_entry_withdrawal FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE pipeline_entry_withdrawal ENABLE ALWAYS TRIGGER pipeline_entry_withdrawal_no_change",
    "CREATE TRIGGER pipeline_entry_withdrawal_no_truncate BEFORE TRUNCATE ON pipeline_entry_withdrawal FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE pipeline_entry_withdrawal ENABLE ALWAYS TRIGGER pipeline_entry_withdrawal_no_truncate",
    "CREATE TRIGGER pipeline_refusal_no_change BEFORE UPDATE OR DELETE ON pipeline_refusal FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE pipeline_refusal ENABLE ALWAYS TRIGGER pipeline_refusal_no_change",
    "CREATE TRIGGER pipeline_refusal_no_truncate BEFORE TRUNCATE ON pipeline_refusal FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()",
    "ALTER TABLE pipeline_refusal ENABLE ALWAYS TRIGGER pipeline_refusal_no_truncate",
]

# Foreign keys that no other index begins with: deleting or looking up what they name would read the whole table.
FOREIGN_KEYS = [
    ("assignment", "guideline_version_id"),
    ("assignment", "project_id"),
    ("credential", "verified_by"),
    ("guideline_acknowledgement", "person_id"),
    ("guideline_version", "published_by"),
    ("hold", "closed_by"),
    ("hold", "opened_by"),
    ("hold", "project_id"),
    ("item", "guideline_version_id"),
    ("item", "schema_id"),
    ("leak_audit", "planned_by"),
    ("leak_sample", "document_id"),
    ("member", "project_id"),
    ("person", "identity_verified_by"),
    ("phi_incident", "decided_by"),
    ("phi_incident", "document_id"),
    ("phi_incident", "item_id"),
    ("phi_incident", "new_document_id"),
    ("pipeline_entry", "owner_id"),
    ("pipeline_entry", "registered_by"),
    ("pipeline_entry_signature", "signer_id"),
    ("pipeline_entry_withdrawal", "withdrawn_by"),
    ("question", "answered_by"),
    ("question", "assignment_id"),
    ("question", "item_id"),
    ("reauthentication", "person_id"),
    ("release", "cut_by"),
    ("release_item", "item_id"),
    ("release_item", "submission_id"),
    ("release_recall", "item_id"),
    ("server_role", "person_id"),
    ("settled_answer", "project_id"),
    ("settled_answer", "submission_id"),
    ("signature", "project_id"),
    ("signature", "signer_id"),
    ("source", "encounter_id"),
    ("submission", "guideline_version_id"),
    ("submission", "person_id"),
    ("submission", "schema_id"),
]


def upgrade():
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", INT, autoincrement=False, nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoint")),
    )
    op.create_table(
        "audit_erasure",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.PrimaryKeyConstraint("table_name", "row_id", name=op.f("pk_audit_erasure")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", INT, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.Column("project_id", INT, nullable=True),
        sa.Column("actor_id", INT, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_audit_event_seq_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_event_event_id")),
        sa.UniqueConstraint("stream", "seq", name=op.f("uq_audit_event_stream_seq")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_event_project_id_id", "audit_event", ["project_id", "id"], unique=False)
    op.create_index(op.f("ix_audit_event_tag"), "audit_event", ["tag"], unique=False)
    op.create_table(
        "audit_node",
        sa.Column("level", INT, autoincrement=False, nullable=False),
        sa.Column("idx", INT, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_audit_node")),
    )
    op.create_table(
        "audit_stream",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", INT, nullable=False),
        sa.Column("head_sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_audit_stream")),
    )
    op.create_table(
        "job",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("project_id", INT, nullable=True),
        sa.Column("person_id", INT, nullable=True),
        sa.Column("args_json", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", INT, nullable=False),
        sa.Column("done", INT, nullable=False),
        sa.Column("cursor_json", sa.Text(), nullable=False),
        sa.Column("attempts", INT, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=False),
        sa.Column("set_aside", INT, nullable=False),
        sa.Column("set_aside_json", sa.Text(), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=False),
        sa.Column("lease_until", INT, nullable=False),
        sa.Column("created_at", INT, nullable=False),
        sa.Column("finished_at", INT, nullable=True),
        sa.CheckConstraint(
            "(state IN ('done','failed')) = (finished_at IS NOT NULL)", name=op.f("ck_job_finished_dated")
        ),
        sa.CheckConstraint("state IN ('queued','waiting','running','done','failed')", name=op.f("ck_job_state_known")),
        sa.CheckConstraint("(state = 'waiting') = (waits_for <> '')", name=op.f("ck_job_waits_for_something")),
        sa.CheckConstraint("set_aside >= 0", name=op.f("ck_job_set_aside_positive")),
        sa.CheckConstraint("finished_at IS NULL OR sealed IS NULL", name=op.f("ck_job_finished_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_state", "job", ["state", "lease_until"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("profession", sa.Text(), nullable=False),
        sa.Column("specialty", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", INT, nullable=False),
        sa.Column("deactivated_at", INT, nullable=True),
        sa.Column("identity_verified_by", INT, nullable=True),
        sa.Column("identity_verified_at", INT, nullable=True),
        sa.Column("identity_method", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'deactivated') = (deactivated_at is not null)", name=op.f("ck_person_deactivated_dated")
        ),
        sa.CheckConstraint("status in ('active', 'deactivated')", name=op.f("ck_person_status_known")),
        sa.CheckConstraint(
            "(identity_verified_at is null) = (identity_verified_by is null) and (identity_verified_at is null) = (identity_method is null)",
            name=op.f("ck_person_identity_complete"),
        ),
        sa.CheckConstraint("identity_verified_by <> id", name=op.f("ck_person_identity_by_another")),
        sa.ForeignKeyConstraint(["identity_verified_by"], ["person.id"], name=op.f("fk_person_identity_verified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("username", name=op.f("uq_person_username")),
    )
    op.create_table(
        "project",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("settings_json", sa.Text(), nullable=False),
        sa.Column("created_at", INT, nullable=False),
        sa.CheckConstraint("status IN ('active','closed')", name=op.f("ck_project_status_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("key", name=op.f("uq_project_key")),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", INT, nullable=False),
        sa.Column("last_at", INT, nullable=False),
        sa.Column("blocked_until", INT, nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_sign_in_throttle_failures_counted")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_throttle")),
    )
    op.create_table(
        "audit_leaf",
        sa.Column("idx", INT, autoincrement=False, nullable=False),
        sa.Column("event_pk", INT, nullable=False),
        sa.Column("leaf_sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_pk"], ["audit_event.id"], name=op.f("fk_audit_leaf_event_pk")),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_audit_leaf")),
        sa.UniqueConstraint("event_pk", name=op.f("uq_audit_leaf_event_pk")),
    )
    op.create_table(
        "audit_outbox",
        sa.Column("event_pk", INT, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["event_pk"], ["audit_event.id"], name=op.f("fk_audit_outbox_event_pk")),
        sa.PrimaryKeyConstraint("event_pk", name=op.f("pk_audit_outbox")),
    )
    op.create_table(
        "batch",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stored", INT, nullable=False),
        sa.Column("skipped", INT, nullable=False),
        sa.Column("refused", INT, nullable=False),
        sa.Column("passed", INT, nullable=False),
        sa.Column("passed_json", sa.Text(), nullable=False),
        sa.Column("dropped_json", sa.Text(), nullable=False),
        sa.Column("problems_json", sa.Text(), nullable=False),
        sa.Column("started_at", INT, nullable=False),
        sa.Column("finished_at", INT, nullable=True),
        sa.CheckConstraint("(state = 'loading') = (finished_at IS NULL)", name=op.f("ck_batch_finished_dated")),
        sa.CheckConstraint("state IN ('loading','loaded','withdrawn')", name=op.f("ck_batch_state_known")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_batch_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(op.f("ix_batch_project_id"), "batch", ["project_id"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("tier", INT, nullable=False),
        sa.Column("profession", sa.Text(), nullable=False),
        sa.Column("specialty", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("issuing_body", sa.Text(), nullable=False),
        sa.Column("register_number", sa.Text(), nullable=False),
        sa.Column("issued_at", INT, nullable=False),
        sa.Column("expires_at", INT, nullable=True),
        sa.Column("next_check_due_at", INT, nullable=True),
        sa.Column("evidence_sha256", sa.Text(), nullable=True),
        sa.Column("verified_by", INT, nullable=False),
        sa.Column("verified_at", INT, nullable=False),
        sa.Column("verified_method", sa.Text(), nullable=False),
        sa.Column("revoked_at", INT, nullable=True),
        sa.Column("revoked_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(revoked_at is null) = (revoked_because is null)", name=op.f("ck_credential_revoked_reasoned")
        ),
        sa.CheckConstraint(
            "evidence_sha256 is null or length(evidence_sha256) = 64", name=op.f("ck_credential_evidence_sha256")
        ),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_credential_expires_later")),
        sa.CheckConstraint(
            "length(country) = 2 and country = upper(country)", name=op.f("ck_credential_country_alpha2")
        ),
        sa.CheckConstraint("tier between 1 and 4", name=op.f("ck_credential_tier_known")),
        sa.CheckConstraint("verified_by <> person_id", name=op.f("ck_credential_verified_by_another")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credential_person_id")),
        sa.ForeignKeyConstraint(["verified_by"], ["person.id"], name=op.f("fk_credential_verified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    op.create_index(op.f("ix_credential_person_id"), "credential", ["person_id"], unique=False)
    op.create_table(
        "guideline_version",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("published_by", INT, nullable=False),
        sa.Column("published_at", INT, nullable=False),
        sa.CheckConstraint("change IN ('patch','minor','major')", name=op.f("ck_guideline_version_change_known")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_guideline_version_project_id")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_guideline_version_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guideline_version")),
        sa.UniqueConstraint("project_id", "key", "version", name=op.f("uq_guideline_version_project_id_key_version")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("person_id", INT, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_sha256", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("at", INT, nullable=False),
        sa.CheckConstraint("length(key) between 8 and 128", name=op.f("ck_idempotency_key_key_length")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idempotency_key_person_id")),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "label_schema",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("loaded_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_label_schema_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_schema")),
        sa.UniqueConstraint("project_id", "key", "version", name=op.f("uq_label_schema_project_id_key_version")),
    )
    op.create_table(
        "leak_audit",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("per_stratum", INT, nullable=False),
        sa.Column("stratify", sa.Text(), nullable=False),
        sa.Column("checkers", INT, nullable=False),
        sa.Column("plants", INT, nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("seed_sha256", sa.Text(), nullable=False),
        sa.Column("last_document_id", INT, nullable=True),
        sa.Column("strata_json", sa.Text(), nullable=False),
        sa.Column("bound_ppm", INT, nullable=True),
        sa.Column("careful_ppm", INT, nullable=True),
        sa.Column("sensitivity_ppm", INT, nullable=True),
        sa.Column("sensitivity_low_ppm", INT, nullable=True),
        sa.Column("sensitivity_high_ppm", INT, nullable=True),
        sa.Column("planned_by", INT, nullable=True),
        sa.Column("planned_at", INT, nullable=False),
        sa.Column("drawn_at", INT, nullable=True),
        sa.Column("closed_at", INT, nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_leak_audit_closed_dated")),
        sa.CheckConstraint("(state = 'planned') = (drawn_at IS NULL)", name=op.f("ck_leak_audit_drawn_dated")),
        sa.CheckConstraint("state IN ('planned','drawn','closed')", name=op.f("ck_leak_audit_state_known")),
        sa.CheckConstraint("(closed_at IS NULL) = (bound_ppm IS NULL)", name=op.f("ck_leak_audit_closed_bounded")),
        sa.CheckConstraint("checkers IN (1, 2)", name=op.f("ck_leak_audit_checkers_range")),
        sa.CheckConstraint(
            "per_stratum >= 1 AND plants >= 0 AND plants <= per_stratum", name=op.f("ck_leak_audit_sizes_range")
        ),
        sa.ForeignKeyConstraint(["planned_by"], ["person.id"], name=op.f("fk_leak_audit_planned_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_leak_audit_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leak_audit")),
    )
    op.create_index(op.f("ix_leak_audit_project_id"), "leak_audit", ["project_id"], unique=False)
    op.create_table(
        "member",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("added_at", INT, nullable=False),
        sa.Column("ended_at", INT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_member_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_member_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
    )
    op.create_index(op.f("ix_member_person_id"), "member", ["person_id"], unique=False)
    op.create_index(
        "uq_member_active",
        "member",
        ["project_id", "person_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "paper",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("filed_at", INT, nullable=False),
        sa.Column("expires_at", INT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('agreement','ethics','legal_basis','expert_determination','deidentification')", name=op.f("ck_paper_kind_known")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_paper_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
    )
    op.create_index(op.f("ix_paper_project_id"), "paper", ["project_id"], unique=False)
    op.create_table(
        "password",
        sa.Column("person_id", INT, autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("changed_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_password_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_password")),
    )
    op.create_table(
        "password_link",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("issued_at", INT, nullable=False),
        sa.Column("expires_at", INT, nullable=False),
        sa.Column("used_at", INT, nullable=True),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_password_link_expires_later")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_password_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_link")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_password_link_token_sha256")),
    )
    op.create_index(op.f("ix_password_link_person_id"), "password_link", ["person_id"], unique=False)
    op.create_table(
        "reauthentication",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("session_ref", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("signed_sha256", sa.Text(), nullable=False),
        sa.Column("made_at", INT, nullable=False),
        sa.Column("expires_at", INT, nullable=False),
        sa.Column("used_at", INT, nullable=True),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_reauthentication_expires_later")),
        sa.CheckConstraint("length(signed_sha256) = 64", name=op.f("ck_reauthentication_signed_sha256")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reauthentication_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reauthentication")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_reauthentication_token_sha256")),
    )
    op.create_table(
        "release",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("number", INT, nullable=False),
        sa.Column("items", INT, nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("manifest_sha256", sa.Text(), nullable=False),
        sa.Column("cut_by", INT, nullable=True),
        sa.Column("cut_at", INT, nullable=False),
        sa.CheckConstraint("items >= 1", name=op.f("ck_release_items_positive")),
        sa.ForeignKeyConstraint(["cut_by"], ["person.id"], name=op.f("fk_release_cut_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_release_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_release_project_id_number")),
    )
    op.create_table(
        "server_role",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("granted_at", INT, nullable=False),
        sa.Column("revoked_at", INT, nullable=True),
        sa.CheckConstraint(
            "role in ('admin', 'manager', 'auditor', 'privacy_officer')", name=op.f("ck_server_role_role_known")
        ),
        sa.CheckConstraint("revoked_at >= granted_at", name=op.f("ck_server_role_revoked_later")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_server_role_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_server_role")),
    )
    op.create_index(
        "uq_server_role_in_force",
        "server_role",
        ["person_id", "role"],
        unique=True,
        sqlite_where=sa.text("revoked_at is null"),
        postgresql_where=sa.text("revoked_at is null"),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("created_at", INT, nullable=False),
        sa.Column("last_seen_at", INT, nullable=False),
        sa.Column("expires_at", INT, nullable=False),
        sa.Column("ended_at", INT, nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(ended_at is null) = (ended_because is null)", name=op.f("ck_sign_in_session_end_reasoned")
        ),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_sign_in_session_expires_later")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_sign_in_session_token_sha256")),
    )
    op.create_index(op.f("ix_sign_in_session_person_id"), "sign_in_session", ["person_id"], unique=False)
    op.create_table(
        "subject",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("erased_at", INT, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_subject_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        sa.UniqueConstraint("project_id", "reference", name=op.f("uq_subject_project_id_reference")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_subject_pseudonym")),
    )
    op.create_table(
        "encounter",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("subject_id", INT, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("code_release", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("age_band", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "setting IN ('inpatient','outpatient','emergency','unknown')", name=op.f("ck_encounter_setting_known")
        ),
        sa.CheckConstraint("sex IN ('F','M','')", name=op.f("ck_encounter_sex_known")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_encounter_project_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_encounter_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encounter")),
        sa.UniqueConstraint("project_id", "reference", name=op.f("uq_encounter_project_id_reference")),
    )
    op.create_index(op.f("ix_encounter_subject_id"), "encounter", ["subject_id"], unique=False)
    op.create_table(
        "guideline_acknowledgement",
        sa.Column("guideline_version_id", INT, autoincrement=False, nullable=False),
        sa.Column("person_id", INT, autoincrement=False, nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"],
            ["guideline_version.id"],
            name=op.f("fk_guideline_acknowledgement_guideline_version_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guideline_acknowledgement_person_id")),
        sa.PrimaryKeyConstraint("guideline_version_id", "person_id", name=op.f("pk_guideline_acknowledgement")),
    )
    op.create_table(
        "leak_result",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("audit_id", INT, nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("documents", INT, nullable=False),
        sa.Column("checked", INT, nullable=False),
        sa.Column("leaking", INT, nullable=False),
        sa.Column("bound_ppm", INT, nullable=False),
        sa.Column("careful_ppm", INT, nullable=False),
        sa.Column("lot_bound_ppm", INT, nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["leak_audit.id"], name=op.f("fk_leak_result_audit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leak_result")),
        sa.UniqueConstraint("audit_id", "stratum", name=op.f("uq_leak_result_audit_id_stratum")),
    )
    op.create_table(
        "subject_key",
        sa.Column("subject_id", INT, autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_subject_key_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_subject_key")),
    )
    op.create_table(
        "source",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("batch_id", INT, nullable=False),
        sa.Column("subject_id", INT, nullable=False),
        sa.Column("encounter_id", INT, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("note_type", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('quarantined','deidentified','refused','withdrawn')", name=op.f("ck_source_state_known")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_source_batch_id")),
        sa.ForeignKeyConstraint(["encounter_id"], ["encounter.id"], name=op.f("fk_source_encounter_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_source_project_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_source_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("project_id", "reference", name=op.f("uq_source_project_id_reference")),
    )
    op.create_index(op.f("ix_source_batch_id"), "source", ["batch_id"], unique=False)
    op.create_index("ix_source_state", "source", ["project_id", "state", "subject_id"], unique=False)
    op.create_index(op.f("ix_source_subject_id"), "source", ["subject_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("subject_id", INT, nullable=False),
        sa.Column("encounter_id", INT, nullable=False),
        sa.Column("source_id", INT, nullable=False),
        sa.Column("version", INT, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("note_type", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("characters", INT, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("deid_json", sa.Text(), nullable=False),
        sa.Column("created_at", INT, nullable=False),
        sa.CheckConstraint(
            "verdict IN ('machine_passed','needs_review','accepted','refused')", name=op.f("ck_document_verdict_known")
        ),
        sa.CheckConstraint("characters >= 0", name=op.f("ck_document_characters_positive")),
        sa.ForeignKeyConstraint(["encounter_id"], ["encounter.id"], name=op.f("fk_document_encounter_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_document_project_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_document_source_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_document_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("label", name=op.f("uq_document_label")),
        sa.UniqueConstraint("source_id", "version", name=op.f("uq_document_source_id_version")),
    )
    op.create_index(op.f("ix_document_encounter_id"), "document", ["encounter_id"], unique=False)
    op.create_index("ix_document_project_id_id", "document", ["project_id", "id"], unique=False)
    op.create_index(op.f("ix_document_subject_id"), "document", ["subject_id"], unique=False)
    op.create_table(
        "source_body",
        sa.Column("source_id", INT, autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_source_body_source_id")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_source_body")),
    )
    op.create_table(
        "document_body",
        sa.Column("document_id", INT, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_body_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_body")),
    )
    op.create_table(
        "document_map",
        sa.Column("document_id", INT, autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_map_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_map")),
    )
    op.create_table(
        "item",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("document_id", INT, nullable=False),
        sa.Column("schema_id", INT, nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("complexity", INT, nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("guideline_version_id", INT, nullable=True),
        sa.Column("guideline_before_id", INT, nullable=True),
        sa.Column("guideline_moved_at", INT, nullable=True),
        sa.Column("created_at", INT, nullable=False),
        sa.CheckConstraint(
            "state IN ('imported','ready','in_annotation','submitted','agreed','disagreed','adjudication','escalated','verification','passed_by_sampling','verified','signed','released','rereview','withdrawn')",
            name=op.f("ck_item_state_known"),
        ),
        sa.CheckConstraint("complexity BETWEEN 0 AND 2", name=op.f("ck_item_complexity_range")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_item_document_id")),
        sa.ForeignKeyConstraint(
            ["guideline_before_id"], ["guideline_version.id"], name=op.f("fk_item_guideline_before_id")
        ),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"], ["guideline_version.id"], name=op.f("fk_item_guideline_version_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_item_project_id")),
        sa.ForeignKeyConstraint(["schema_id"], ["label_schema.id"], name=op.f("fk_item_schema_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("document_id", "schema_id", name=op.f("uq_item_document_id_schema_id")),
    )
    op.create_index(op.f("ix_item_guideline_before_id"), "item", ["guideline_before_id"], unique=False)
    op.create_index("ix_item_project_state", "item", ["project_id", "state", "id"], unique=False)
    op.create_table(
        "leak_sample",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("audit_id", INT, nullable=False),
        sa.Column("document_id", INT, nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("ordinal", INT, nullable=False),
        sa.Column("plants_json", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["leak_audit.id"], name=op.f("fk_leak_sample_audit_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_leak_sample_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leak_sample")),
        sa.UniqueConstraint("audit_id", "document_id", name=op.f("uq_leak_sample_audit_id_document_id")),
        sa.UniqueConstraint("audit_id", "ordinal", name=op.f("uq_leak_sample_audit_id_ordinal")),
    )
    op.create_table(
        "suggestion",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("document_id", INT, nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_suggestion_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint(
            "document_id",
            "pipeline",
            "version",
            "digest",
            name=op.f("uq_suggestion_document_id_pipeline_version_digest"),
        ),
    )
    op.create_index(op.f("ix_suggestion_document_id"), "suggestion", ["document_id"], unique=False)
    op.create_table(
        "hold",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opened_by", INT, nullable=True),
        sa.Column("opened_at", INT, nullable=False),
        sa.Column("closed_by", INT, nullable=True),
        sa.Column("closed_at", INT, nullable=True),
        sa.CheckConstraint("kind IN ('question','phi','quarantine')", name=op.f("ck_hold_kind_known")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_hold_closed_by_somebody")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_hold_closed_by")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_hold_item_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_hold_opened_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_hold_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index("ix_hold_item_id_closed_at", "hold", ["item_id", "closed_at"], unique=False)
    op.create_table(
        "leak_check",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("sample_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("marks_json", sa.Text(), nullable=False),
        sa.Column("checked_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leak_check_person_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["leak_sample.id"], name=op.f("fk_leak_check_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leak_check")),
        sa.UniqueConstraint("sample_id", "person_id", name=op.f("uq_leak_check_sample_id_person_id")),
    )
    op.create_index(op.f("ix_leak_check_person_id"), "leak_check", ["person_id"], unique=False)
    op.create_table(
        "round",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("number", INT, nullable=False),
        sa.Column("readers", INT, nullable=False),
        sa.Column("workflow_key", sa.Text(), nullable=False),
        sa.Column("workflow_sha256", sa.Text(), nullable=False),
        sa.Column("workflow_json", sa.Text(), nullable=False),
        sa.Column("cites_submission_id", INT, nullable=True),
        sa.Column("opened_at", INT, nullable=False),
        sa.CheckConstraint("readers >= 1", name=op.f("ck_round_readers_positive")),
        sa.CheckConstraint("number = 1 OR cites_submission_id IS NOT NULL", name=op.f("ck_round_rework_cites")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_round_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_round_item_id_number")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("round_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("draft_version", INT, nullable=False),
        sa.Column("guideline_version_id", INT, nullable=True),
        sa.Column("suggestion_id", INT, nullable=True),
        sa.Column("offered_at", INT, nullable=False),
        sa.Column("opened_at", INT, nullable=True),
        sa.CheckConstraint(
            "state IN ('offered','open','submitted','declined','revoked')", name=op.f("ck_assignment_state_known")
        ),
        sa.CheckConstraint("step IN ('annotate','adjudicate','verify')", name=op.f("ck_assignment_step_known")),
        sa.CheckConstraint("draft_version >= 0", name=op.f("ck_assignment_version_positive")),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"], ["guideline_version.id"], name=op.f("fk_assignment_guideline_version_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_assignment_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_assignment_project_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_assignment_round_id")),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_assignment_suggestion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("round_id", "person_id", "step", name=op.f("uq_assignment_round_id_person_id_step")),
    )
    op.create_index(op.f("ix_assignment_suggestion_id"), "assignment", ["suggestion_id"], unique=False)
    op.create_index(op.f("ix_assignment_item_id"), "assignment", ["item_id"], unique=False)
    op.create_index("ix_assignment_person_state", "assignment", ["person_id", "state", "id"], unique=False)
    op.create_index(
        "uq_assignment_finisher",
        "assignment",
        ["item_id", "step"],
        unique=True,
        sqlite_where=sa.text("step <> 'annotate' AND state = 'open'"),
        postgresql_where=sa.text("step <> 'annotate' AND state = 'open'"),
    )
    op.create_table(
        "signature",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("assignment_id", INT, nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("record_id", INT, nullable=False),
        sa.Column("record_sha256", sa.Text(), nullable=False),
        sa.Column("signer_id", INT, nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("ends_workflow", sa.Boolean(), nullable=False),
        sa.Column("signed_at", INT, nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("manifest_sha256", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(step = 'adjudicate' AND meaning IN ('adjudication','escalation'))"
            " OR (step = 'verify' AND meaning IN ('verification','rejection'))",
            name=op.f("ck_signature_meaning_of_step"),
        ),
        sa.CheckConstraint(
            "meaning <> 'rejection' OR (reason <> '' AND NOT ends_workflow)",
            name=op.f("ck_signature_rejection_gives_reason"),
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_signature_assignment_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_signature_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_signature_project_id")),
        sa.ForeignKeyConstraint(["signer_id"], ["person.id"], name=op.f("fk_signature_signer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_signature_assignment_id")),
    )
    op.create_index(op.f("ix_signature_item_id"), "signature", ["item_id"], unique=False)
    op.create_index("ix_signature_record", "signature", ["record_type", "record_id"], unique=False)
    op.create_table(
        "learned_identifier",
        sa.Column("hold_id", INT, autoincrement=False, nullable=False),
        sa.Column("subject_id", INT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_learned_identifier_hold_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_learned_identifier_subject_id")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_learned_identifier")),
    )
    op.create_index(op.f("ix_learned_identifier_subject_id"), "learned_identifier", ["subject_id"], unique=False)
    op.create_table(
        "phi_incident",
        sa.Column("hold_id", INT, autoincrement=False, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("document_id", INT, nullable=False),
        sa.Column("new_document_id", INT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("spans_json", sa.Text(), nullable=False),
        sa.Column("decided_by", INT, nullable=False),
        sa.Column("decided_at", INT, nullable=False),
        sa.CheckConstraint(
            "(outcome = 'redacted') = (new_document_id IS NOT NULL)", name=op.f("ck_phi_incident_redacted_anew")
        ),
        sa.CheckConstraint("outcome IN ('redacted','dismissed')", name=op.f("ck_phi_incident_outcome_known")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_phi_incident_decided_by")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_phi_incident_document_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_phi_incident_hold_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_phi_incident_item_id")),
        sa.ForeignKeyConstraint(["new_document_id"], ["document.id"], name=op.f("fk_phi_incident_new_document_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_phi_incident_project_id")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_phi_incident")),
    )
    op.create_index(op.f("ix_phi_incident_project_id"), "phi_incident", ["project_id"], unique=False)
    op.create_table(
        "draft_element",
        sa.Column("assignment_id", INT, autoincrement=False, nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("started", sa.Text(), nullable=True),
        sa.Column("version", INT, nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_draft_element_assignment_id")),
        sa.PrimaryKeyConstraint("assignment_id", "element_id", name=op.f("pk_draft_element")),
    )
    op.create_table(
        "question",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("assignment_id", INT, nullable=False),
        sa.Column("asked_by", INT, nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("blocking", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("asked_at", INT, nullable=False),
        sa.Column("answered_by", INT, nullable=True),
        sa.Column("answered_at", INT, nullable=True),
        sa.CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name=op.f("ck_question_answered_dated")),
        sa.CheckConstraint("state IN ('open','answered')", name=op.f("ck_question_state_known")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_question_answered_by")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_question_asked_by")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_question_assignment_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_question_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_question_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index(op.f("ix_question_asked_by"), "question", ["asked_by"], unique=False)
    op.create_index("ix_question_project_state", "question", ["project_id", "state", "id"], unique=False)
    op.create_table(
        "element_confirmation",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("assignment_id", INT, nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("version", INT, nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_element_confirmation_assignment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_element_confirmation")),
    )
    op.create_index(
        "ix_element_confirmation_assignment", "element_confirmation", ["assignment_id", "element_id"], unique=False
    )
    op.create_table(
        "ruling",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("assignment_id", INT, nullable=False),
        sa.Column("case_key", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("version", INT, nullable=True),
        sa.Column("elements_json", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.CheckConstraint("(choice = 'take') = (version IS NOT NULL)", name=op.f("ck_ruling_version_when_taken")),
        sa.CheckConstraint("choice = 'withdrawn' OR reason <> ''", name=op.f("ck_ruling_reason_given")),
        sa.CheckConstraint("choice IN ('take','own','none','withdrawn')", name=op.f("ck_ruling_choice_known")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_ruling_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
    )
    op.create_index("ix_ruling_assignment_case", "ruling", ["assignment_id", "case_key", "id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("assignment_id", INT, nullable=False),
        sa.Column("ordinal", INT, nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("round_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("elements", INT, nullable=False),
        sa.Column("guideline_version_id", INT, nullable=False),
        sa.Column("schema_id", INT, nullable=False),
        sa.Column("credentials_json", sa.Text(), nullable=False),
        sa.Column("frozen_at", INT, nullable=False),
        sa.CheckConstraint("kind IN ('reading','gold')", name=op.f("ck_submission_kind_known")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_submission_assignment_id")),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"], ["guideline_version.id"], name=op.f("fk_submission_guideline_version_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_submission_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_submission_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_submission_round_id")),
        sa.ForeignKeyConstraint(["schema_id"], ["label_schema.id"], name=op.f("fk_submission_schema_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("assignment_id", "ordinal", name=op.f("uq_submission_assignment_id_ordinal")),
    )
    op.create_index("ix_submission_item_kind", "submission", ["item_id", "kind"], unique=False)
    op.create_index(op.f("ix_submission_round_id"), "submission", ["round_id"], unique=False)
    op.create_table(
        "release_item",
        sa.Column("release_id", INT, autoincrement=False, nullable=False),
        sa.Column("item_id", INT, autoincrement=False, nullable=False),
        sa.Column("submission_id", INT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_release_item_item_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_item_release_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_release_item_submission_id")),
        sa.PrimaryKeyConstraint("release_id", "item_id", name=op.f("pk_release_item")),
    )
    op.create_table(
        "release_recall",
        sa.Column("release_id", INT, autoincrement=False, nullable=False),
        sa.Column("item_id", INT, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recalled_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_release_recall_item_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_recall_release_id")),
        sa.PrimaryKeyConstraint("release_id", "item_id", name=op.f("pk_release_recall")),
    )
    op.create_table(
        "release_supersession",
        sa.Column("superseded_id", INT, autoincrement=False, nullable=False),
        sa.Column("release_id", INT, nullable=False),
        sa.CheckConstraint("release_id > superseded_id", name=op.f("ck_release_supersession_later")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_supersession_release_id")),
        sa.ForeignKeyConstraint(["superseded_id"], ["release.id"], name=op.f("fk_release_supersession_superseded_id")),
        sa.PrimaryKeyConstraint("superseded_id", name=op.f("pk_release_supersession")),
    )
    op.create_index(
        op.f("ix_release_supersession_release_id"), "release_supersession", ["release_id"], unique=False
    )
    op.create_table(
        "submission_body",
        sa.Column("submission_id", INT, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_body_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission_body")),
    )
    op.create_table(
        "submission_recall",
        sa.Column("submission_id", INT, autoincrement=False, nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_recall_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission_recall")),
    )
    op.create_table(
        "verifier_change",
        sa.Column("submission_id", INT, autoincrement=False, nullable=False),
        sa.Column("verified_submission_id", INT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_verifier_change_submission_id")),
        sa.ForeignKeyConstraint(
            ["verified_submission_id"], ["submission.id"], name=op.f("fk_verifier_change_verified_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_verifier_change")),
    )
    op.create_index(
        op.f("ix_verifier_change_verified_submission_id"), "verifier_change", ["verified_submission_id"], unique=False
    )
    op.create_table(
        "code_use",
        sa.Column("submission_id", INT, autoincrement=False, nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_code_use_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_code_use_project_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission_body.submission_id"],
            name=op.f("fk_code_use_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "system", "code", name=op.f("pk_code_use")),
    )
    op.create_index(op.f("ix_code_use_item_id"), "code_use", ["item_id"], unique=False)
    op.create_index("ix_code_use_project_code", "code_use", ["project_id", "system", "code"], unique=False)
    op.create_table(
        "pipeline_entry",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("statement_sha256", sa.Text(), nullable=False),
        sa.Column("owner_id", INT, nullable=False),
        sa.Column("review_by", INT, nullable=False),
        sa.Column("registered_by", INT, nullable=True),
        sa.Column("registered_at", INT, nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_pipeline_entry_digest")),
        sa.CheckConstraint("length(statement_sha256) = 64", name=op.f("ck_pipeline_entry_statement_sha256")),
        sa.CheckConstraint("review_by > registered_at", name=op.f("ck_pipeline_entry_review_later")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_pipeline_entry_owner_id")),
        sa.ForeignKeyConstraint(["registered_by"], ["person.id"], name=op.f("fk_pipeline_entry_registered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline_entry")),
    )
    op.create_index("ix_pipeline_entry_pipeline", "pipeline_entry", ["pipeline", "id"], unique=False)
    op.create_table(
        "pipeline_entry_signature",
        sa.Column("entry_id", INT, autoincrement=False, nullable=False),
        sa.Column("signer_id", INT, nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("signed_at", INT, nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("manifest_sha256", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["pipeline_entry.id"], name=op.f("fk_pipeline_entry_signature_entry_id")),
        sa.ForeignKeyConstraint(["signer_id"], ["person.id"], name=op.f("fk_pipeline_entry_signature_signer_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_pipeline_entry_signature")),
    )
    op.create_table(
        "pipeline_entry_withdrawal",
        sa.Column("entry_id", INT, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_by", INT, nullable=True),
        sa.Column("at", INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["pipeline_entry.id"], name=op.f("fk_pipeline_entry_withdrawal_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["person.id"], name=op.f("fk_pipeline_entry_withdrawal_withdrawn_by")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_pipeline_entry_withdrawal")),
    )
    op.create_table(
        "pipeline_refusal",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("document_id", INT, nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_pipeline_refusal_document_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_pipeline_refusal_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline_refusal")),
        sa.UniqueConstraint(
            "document_id", "pipeline", "basis", name=op.f("uq_pipeline_refusal_document_id_pipeline_basis")
        ),
    )
    op.create_index(
        "ix_pipeline_refusal_project_pipeline",
        "pipeline_refusal",
        ["project_id", "pipeline", "basis", "rule"],
        unique=False,
    )
    op.create_table(
        "suggestion_use",
        sa.Column("submission_id", INT, autoincrement=False, nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("accepted", INT, nullable=False),
        sa.Column("edited", INT, nullable=False),
        sa.Column("rejected", INT, nullable=False),
        sa.CheckConstraint(
            "accepted >= 0 AND edited >= 0 AND rejected >= 0", name=op.f("ck_suggestion_use_counts_positive")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_suggestion_use_project_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission_body.submission_id"],
            name=op.f("fk_suggestion_use_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "pipeline", "version", "label", name=op.f("pk_suggestion_use")),
    )
    op.create_index(
        "ix_suggestion_use_project_id_pipeline",
        "suggestion_use",
        ["project_id", "pipeline", "month", "label"],
        unique=False,
    )
    op.create_table(
        "settled_answer",
        sa.Column("item_id", INT, autoincrement=False, nullable=False),
        sa.Column("submission_id", INT, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_settled_answer_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_settled_answer_project_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission_body.submission_id"],
            name=op.f("fk_settled_answer_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_settled_answer")),
    )
    op.create_table(
        "state_count",
        sa.Column("project_id", INT, autoincrement=False, nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("count", INT, nullable=False),
        sa.PrimaryKeyConstraint("project_id", "table_name", "state", name=op.f("pk_state_count")),
    )
    op.create_table(
        "state_count_delta",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("change", INT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_count_delta")),
    )
    op.create_index(
        "ix_state_count_delta_project_id_table_name", "state_count_delta", ["project_id", "table_name"], unique=False
    )
    for table, column in FOREIGN_KEYS:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    dialect = op.get_bind().dialect.name
    for statement in SQLITE_TRIGGERS if dialect == "sqlite" else POSTGRESQL_TRIGGERS:
        # Without parameters, so that a per cent sign stays one.
        op.get_bind().execute(sa.text(statement.replace(":", "\\:")))


def downgrade():
    op.drop_table("state_count_delta")
    op.drop_table("state_count")
    op.drop_table("settled_answer")
    op.drop_index("ix_suggestion_use_project_id_pipeline", table_name="suggestion_use")
    op.drop_table("suggestion_use")
    op.drop_index("ix_pipeline_refusal_project_pipeline", table_name="pipeline_refusal")
    op.drop_table("pipeline_refusal")
    op.drop_table("pipeline_entry_withdrawal")
    op.drop_table("pipeline_entry_signature")
    op.drop_index("ix_pipeline_entry_pipeline", table_name="pipeline_entry")
    op.drop_table("pipeline_entry")
    op.drop_index("ix_code_use_project_code", table_name="code_use")
    op.drop_index(op.f("ix_code_use_item_id"), table_name="code_use")
    op.drop_table("code_use")
    op.drop_index(op.f("ix_verifier_change_verified_submission_id"), table_name="verifier_change")
    op.drop_table("verifier_change")
    op.drop_table("submission_recall")
    op.drop_table("submission_body")
    op.drop_index(op.f("ix_release_supersession_release_id"), table_name="release_supersession")
    op.drop_table("release_supersession")
    op.drop_table("release_recall")
    op.drop_table("release_item")
    op.drop_index(op.f("ix_submission_round_id"), table_name="submission")
    op.drop_index("ix_submission_item_kind", table_name="submission")
    op.drop_table("submission")
    op.drop_index("ix_ruling_assignment_case", table_name="ruling")
    op.drop_table("ruling")
    op.drop_index("ix_element_confirmation_assignment", table_name="element_confirmation")
    op.drop_table("element_confirmation")
    op.drop_index("ix_question_project_state", table_name="question")
    op.drop_index(op.f("ix_question_asked_by"), table_name="question")
    op.drop_table("question")
    op.drop_table("draft_element")
    op.drop_index(op.f("ix_phi_incident_project_id"), table_name="phi_incident")
    op.drop_table("phi_incident")
    op.drop_index(op.f("ix_learned_identifier_subject_id"), table_name="learned_identifier")
    op.drop_table("learned_identifier")
    op.drop_index("ix_signature_record", table_name="signature")
    op.drop_index(op.f("ix_signature_item_id"), table_name="signature")
    op.drop_table("signature")
    op.drop_index(
        "uq_assignment_finisher",
        table_name="assignment",
        sqlite_where=sa.text("step <> 'annotate' AND state = 'open'"),
        postgresql_where=sa.text("step <> 'annotate' AND state = 'open'"),
    )
    op.drop_index("ix_assignment_person_state", table_name="assignment")
    op.drop_index(op.f("ix_assignment_item_id"), table_name="assignment")
    op.drop_index(op.f("ix_assignment_suggestion_id"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_table("round")
    op.drop_index(op.f("ix_leak_check_person_id"), table_name="leak_check")
    op.drop_table("leak_check")
    op.drop_index("ix_hold_item_id_closed_at", table_name="hold")
    op.drop_table("hold")
    op.drop_index(op.f("ix_suggestion_document_id"), table_name="suggestion")
    op.drop_table("suggestion")
    op.drop_table("leak_sample")
    op.drop_index("ix_item_project_state", table_name="item")
    op.drop_index(op.f("ix_item_guideline_before_id"), table_name="item")
    op.drop_table("item")
    op.drop_table("document_map")
    op.drop_table("document_body")
    op.drop_table("source_body")
    op.drop_index(op.f("ix_document_subject_id"), table_name="document")
    op.drop_index("ix_document_project_id_id", table_name="document")
    op.drop_index(op.f("ix_document_encounter_id"), table_name="document")
    op.drop_table("document")
    op.drop_index(op.f("ix_source_subject_id"), table_name="source")
    op.drop_index("ix_source_state", table_name="source")
    op.drop_index(op.f("ix_source_batch_id"), table_name="source")
    op.drop_table("source")
    op.drop_table("subject_key")
    op.drop_table("leak_result")
    op.drop_table("guideline_acknowledgement")
    op.drop_index(op.f("ix_encounter_subject_id"), table_name="encounter")
    op.drop_table("encounter")
    op.drop_table("subject")
    op.drop_index(op.f("ix_sign_in_session_person_id"), table_name="sign_in_session")
    op.drop_table("sign_in_session")
    op.drop_index(
        "uq_server_role_in_force",
        table_name="server_role",
        sqlite_where=sa.text("revoked_at is null"),
        postgresql_where=sa.text("revoked_at is null"),
    )
    op.drop_table("server_role")
    op.drop_table("release")
    op.drop_table("reauthentication")
    op.drop_index(op.f("ix_password_link_person_id"), table_name="password_link")
    op.drop_table("password_link")
    op.drop_table("password")
    op.drop_index(op.f("ix_paper_project_id"), table_name="paper")
    op.drop_table("paper")
    op.drop_index(
        "uq_member_active",
        table_name="member",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_member_person_id"), table_name="member")
    op.drop_table("member")
    op.drop_index(op.f("ix_leak_audit_project_id"), table_name="leak_audit")
    op.drop_table("leak_audit")
    op.drop_table("label_schema")
    op.drop_table("idempotency_key")
    op.drop_table("guideline_version")
    op.drop_index(op.f("ix_credential_person_id"), table_name="credential")
    op.drop_table("credential")
    op.drop_index(op.f("ix_batch_project_id"), table_name="batch")
    op.drop_table("batch")
    op.drop_table("audit_outbox")
    op.drop_table("audit_leaf")
    op.drop_table("sign_in_throttle")
    op.drop_table("project")
    op.drop_table("person")
    op.drop_index("ix_job_state", table_name="job")
    op.drop_table("job")
    op.drop_table("audit_stream")
    op.drop_table("audit_node")
    op.drop_index(op.f("ix_audit_event_tag"), table_name="audit_event")
    op.drop_index("ix_audit_event_project_id_id", table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_table("audit_erasure")
    op.drop_table("audit_checkpoint")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS chartmark_refuse_change")
        op.execute("DROP FUNCTION IF EXISTS chartmark_need_erasure")
