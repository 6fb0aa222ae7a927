-- Versions that a reviewer has to adopt before they take effect.

ALTER TABLE versions
    ADD COLUMN outside boolean NOT NULL DEFAULT false,
    ADD COLUMN doubted text NOT NULL DEFAULT '{}',  -- labels of the doubted figures by their paths, JSON
    ADD COLUMN admitted boolean NOT NULL DEFAULT true,
    ADD COLUMN held_by uuid;  -- the alert that asks for a decision

CREATE VIEW alerts_views.versions AS
SELECT v.form_id, v.identity_key, v.upload_id, v.uploaded_at, v.ordinal, v.admitted, v.held_by,
       v.admitted AND NOT EXISTS (
           SELECT FROM versions n
           WHERE n.identity_key = v.identity_key AND n.admitted
             AND (n.uploaded_at, n.upload_id, n.ordinal) > (v.uploaded_at, v.upload_id, v.ordinal)) AS in_force
FROM versions v;
