"""What the services agree on: forms, findings, events, identity and the runtime that carries them."""
