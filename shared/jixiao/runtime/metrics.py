"""All metric names of the product, in one place (docs/metrics.md is held against it). Labels come from closed sets."""

from prometheus_client import Counter, Gauge, Histogram

_STAGE_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_JOURNEY_BUCKETS = (0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200)

UPLOADS = Counter(
    "jixiao_uploads_total", "Uploads answered, by outcome: accepted, or the HTTP status of the refusal", ["outcome"]
)
FORMS = Counter("jixiao_forms_total", "Forms read, by layout", ["layout"])
FINDINGS = Counter("jixiao_findings_total", "Findings by rule and severity", ["rule", "severity"])
ALERT_CHANGES = Counter("jixiao_alert_changes_total", "Changes of alerts by the condition they came to", ["condition"])
DELIVERIES = Counter(
    "jixiao_deliveries_total", "Attempts to deliver a warning by channel and outcome", ["channel", "outcome"]
)
DEAD_LETTERS = Counter(
    "jixiao_dead_letters_total", "Dead letters by topic and reason (unreadable, unknown)", ["topic", "reason"]
)
REDELIVERED = Counter("jixiao_redelivered_total", "Messages met again after their decision", ["topic"])
TO_JUDGE_AGAIN = Gauge(
    "jixiao_forms_to_judge_again", "Forms that stand on another rules version or profile than the one in force"
)
UNITS_LEFT = Gauge("jixiao_units_not_judged", "Units whose forms could not be judged again and are tried again later")
PROFILES_REFUSED = Gauge(
    "jixiao_profiles_refused", "Adopted profiles that this release does not take; the last valid ones are in use"
)
STAGE_SECONDS = Histogram(
    "jixiao_stage_seconds", "Seconds from taking a message to its events confirmed", ["stage"], buckets=_STAGE_BUCKETS
)
UPLOAD_TO_ALERT_SECONDS = Histogram(
    "jixiao_upload_to_alert_seconds",
    "Seconds from the upload's acceptance to the change of its alert",
    buckets=_JOURNEY_BUCKETS,
)
LAG = Gauge("jixiao_consumer_lag", "Messages not yet acknowledged", ["topic", "partition"])
OUTBOX_UNSENT = Gauge("jixiao_outbox_unsent", "Decisions whose events are not all confirmed")
OUTBOX_AGE_SECONDS = Gauge("jixiao_outbox_age_seconds", "Age of the oldest decision whose events are not all confirmed")
READY = Gauge("jixiao_ready", "1 while the service may be trusted with work")
