"""The scorer: recomputes every figure of a form, and says what is wrong with it."""

from jixiao_scorer.assess import Assessment, assess

__all__ = ["Assessment", "assess"]
