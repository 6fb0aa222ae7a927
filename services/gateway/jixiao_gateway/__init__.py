"""The gateway: uploads, API, pages and live push."""
