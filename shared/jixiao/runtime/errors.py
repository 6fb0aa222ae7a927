"""The tree of faults. The question at each branch is: may the same message succeed later?

JixiaoError
├── RetryLater   the world is broken: wait and try the same message again
└── Unreadable   this message is broken: dead letter, with a reason for people
"""


class JixiaoError(Exception):
    """Every fault that we raise ourselves."""


class RetryLater(JixiaoError):
    """The world is broken (broker, database, time-out); the message is sound."""


class Unreadable(JixiaoError):
    """This message can never be handled; ``reason`` says in Chinese what is wrong and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
