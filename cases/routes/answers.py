"""A command refused is answered by web/answers.py; its name stands here for pages of cases."""
from web.answers import answered

__all__ = ["answered"]
